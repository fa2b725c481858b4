"""What a good bundle gives."""

import dataclasses
import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from editing import PEOPLE, edit_manifest
from fake_bundle import make_fake_bundle
from PIL import Image

from posecore.bundle import (
    list_bundles,
    open_bundle,
    verify,
    write_bundle,
    write_thumbnails,
)
from posecore.errors import BundleError, ConfigError


def test_a_bundle_opens_with_what_was_written(whole):
    bundle = open_bundle(whole)
    assert verify(whole) == []
    assert (bundle.manifest.schema_version, bundle.manifest.name, bundle.manifest.people) == (
        1,
        "fake",
        PEOPLE,
    )
    assert bundle.manifest.dimensions == 8 * 16
    assert bundle.manifest.figures["fake people val"]["skips"] == "1111"
    assert len(bundle.samples) == PEOPLE
    assert bundle.latents.shape == (PEOPLE, 128)
    assert bundle.latents.dtype == np.float16
    assert [epoch["epoch"] for epoch in bundle.history()] == [1, 2, 3, 4]
    assert [mean.shape for mean in bundle.skip_means()] == [(8, 64, 64), (8, 32, 32), (8, 16, 16), (8, 8, 8)]
    assert bundle.network().config.channels == 8


def test_a_bundle_from_before_networks_could_be_built_otherwise_opens_as_it_did(copy):
    def forget(values):
        del values["latent"]
        for name in ("skips", "bottleneck_channels", "autoencoder"):
            del values["model"]["config"][name]

    edit_manifest(copy, forget)
    bundle = open_bundle(copy)
    assert (bundle.manifest.latent, bundle.manifest.dimensions) == ("bottleneck", 128)
    assert bundle.manifest.built_skips == (True, True, True, True)
    assert bundle.network().config.channels == 8


def test_weights_of_a_network_built_otherwise_than_the_manifest_says_are_refused(copy):
    edit_manifest(copy, lambda values: values["model"]["config"].update(skips="0111"))
    with pytest.raises(BundleError, match=r"another configuration than manifest\.json says"):
        open_bundle(copy).network()


def test_latents_are_mapped_and_read_only(whole):
    latents = open_bundle(whole).latents
    assert isinstance(latents, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        latents[0, 0] = 1


def test_a_person_is_found_by_sample_id(whole):
    bundle = open_bundle(whole)
    for row in (0, 1, PEOPLE - 1):
        assert bundle.row(bundle.samples["sample_id"].iloc[row]) == row
    with pytest.raises(
        BundleError, match="no person 'train-1' among its 300; expected one like 'train-1000'"
    ):
        bundle.row("train-1")


def test_every_tile_comes_back_for_its_own_person(tmp_path, whole):
    bundle = shutil.copytree(whole, tmp_path / "tiles")
    # A tile of one colour per person; WebP changes colours a little.
    colours = np.random.default_rng(1).integers(30, 220, (PEOPLE, 3))
    for name in [
        name for name in json.loads((bundle / "manifest.json").read_text())["files"] if "sheet" in name
    ]:
        (bundle / name).unlink()
    write_thumbnails(bundle, (np.full((64, 64, 3), colour, np.uint8) for colour in colours))
    manifest = open_bundle(whole).manifest
    write_bundle(bundle, manifest, tmp_path / "done")
    opened = open_bundle(tmp_path / "done")
    assert sorted(path.name for path in (tmp_path / "done/thumbnails").iterdir()) == [
        "index.json",
        "sheet-000.webp",
        "sheet-001.webp",
    ]
    for row in (0, 1, 15, 16, 17, 255, 256, 257, PEOPLE - 1):
        tile = opened.thumbnail(opened.samples["sample_id"].iloc[row])
        assert (tile.mode, tile.size) == ("RGB", (64, 64))
        np.testing.assert_allclose(np.asarray(tile).mean(axis=(0, 1)), colours[row], atol=4)


def test_a_sheet_is_read_only_when_a_tile_of_it_is_asked_for(copy):
    bundle = open_bundle(copy)
    (copy / "thumbnails/sheet-001.webp").unlink()
    bundle.thumbnail(bundle.samples["sample_id"].iloc[0])
    with pytest.raises(BundleError, match=r"sheet-001\.webp is not a readable WebP picture"):
        bundle.thumbnail(bundle.samples["sample_id"].iloc[-1])


def test_a_bundle_written_anew_in_the_same_place_shows_its_own_thumbnails(tmp_path):
    first = open_bundle(make_fake_bundle(tmp_path / "same", people=2, seed=0))
    before = np.asarray(first.thumbnail("train-1000"))
    second = open_bundle(make_fake_bundle(tmp_path / "same", people=2, seed=1))
    assert not np.array_equal(before, np.asarray(second.thumbnail("train-1000")))


def test_a_thousand_realistic_tiles_stay_small(tmp_path):
    rows, cols = np.mgrid[0:64, 0:64]
    rng = np.random.default_rng(0)

    def tile():
        out = np.full((64, 64, 3), 12.0)
        for x, y in rng.uniform(4, 60, (17, 2)):
            blob = np.exp(-((cols - x) ** 2 + (rows - y) ** 2) / 8)
            out += blob[..., None] * rng.uniform(60, 230, 3)
        return np.clip(out, 0, 255).astype(np.uint8)

    write_thumbnails(tmp_path, (tile() for _ in range(1000)))
    assert sum(path.stat().st_size for path in (tmp_path / "thumbnails").iterdir()) < 2_000_000


def test_a_tile_of_another_shape_is_refused(tmp_path):
    with pytest.raises(
        ConfigError, match=r"thumbnail 1 is uint8 \(64, 63, 3\); expected uint8 \(64, 64, 3\)"
    ):
        write_thumbnails(tmp_path, [np.zeros((64, 64, 3), np.uint8), np.zeros((64, 63, 3), np.uint8)])


def test_pictures_are_the_bundles_own_or_the_data_folders(whole, with_pictures, tmp_path):
    assert open_bundle(with_pictures).picture_path("train-1007") == with_pictures / "pictures/train-1007.webp"
    bundle = open_bundle(whole)
    crop = tmp_path / "crops/train/train-1007.png"
    assert bundle.picture_path("train-1007") is None
    assert bundle.picture_path("train-1007", tmp_path) is None
    crop.parent.mkdir(parents=True)
    Image.new("RGB", (256, 256)).save(crop)
    assert bundle.picture_path("train-1007", tmp_path) == crop
    with pytest.raises(BundleError, match="no person"):
        bundle.picture_path("../../secret", tmp_path)


def test_annotations_are_there_only_where_the_manifest_says_so(with_pictures, whole):
    assert "annotated_nose_v" in open_bundle(with_pictures).samples
    assert "annotated_nose_v" not in open_bundle(whole).samples


def test_bundles_are_listed_by_name_without_unfinished_ones(tmp_path):
    for name in ("zoo", "art", ".art.partial", "other"):
        (tmp_path / name).mkdir()
        if name != "other":
            (tmp_path / name / "manifest.json").write_text("{}")
    assert [path.name for path in list_bundles(tmp_path)] == ["art", "zoo"]
    assert list_bundles(tmp_path / "absent") == []


def test_opening_does_not_import_torch():
    code = "import sys, posecore.bundle; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_124_040_people_open_in_well_under_a_second(tmp_path, whole):
    people = 124_040
    folder = tmp_path / "large"
    shutil.copytree(whole, folder)
    # A sparse file: as large as the real one to the reader, without the disk space.
    header = np.lib.format.open_memmap(folder / "latents.npy", "w+", np.float16, (people, 128))
    del header
    table = pd.read_parquet(folder / "samples.parquet")
    table = pd.concat([table] * (people // PEOPLE + 1), ignore_index=True).iloc[:people]
    table["sample_id"] = [f"train-{i}" for i in range(people)]
    table.to_parquet(folder / "samples.parquet", index=False)
    index = json.loads((folder / "thumbnails/index.json").read_text())
    index |= {"people": people, "sheets": ["sheet-000.webp"] * -(-people // 256)}
    (folder / "thumbnails/index.json").write_text(json.dumps(index))
    manifest = open_bundle(whole).manifest
    dataset = {**manifest.dataset, "people": people}
    write_bundle(folder, dataclasses.replace(manifest, dataset=dataset), tmp_path / "done")
    times = []
    for _ in range(3):
        start = time.process_time()  # not the clock: other work may hold the processor
        bundle = open_bundle(tmp_path / "done")
        times.append(time.process_time() - start)
    assert len(bundle.samples) == len(bundle.latents) == people
    assert min(times) < 1
