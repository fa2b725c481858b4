import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from PIL import Image

from posecore.bundle import (
    check_destination,
    list_bundles,
    open_bundle,
    verify,
    write_bundle,
    write_thumbnails,
)
from posecore.bundle.__main__ import main
from posecore.errors import BundleError, ConfigError
from posecore.files import sha256

PEOPLE = 300  # two sheets


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "fake", people=PEOPLE)


@pytest.fixture(scope="module")
def with_pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts") / "pictures"
    return make_fake_bundle(folder, people=6, annotations=True, pictures=True)


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy")


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def rewrite(folder, name, change):
    """Let `change(path)` rewrite a file, then note its new size and hash: only the content is then wrong."""
    change(folder / name)
    info = {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size}
    edit_manifest(folder, lambda values: values["files"].update({name: info}))


def edit_table(folder, change):
    rewrite(
        folder, "samples.parquet", lambda path: change(pd.read_parquet(path)).to_parquet(path, index=False)
    )


def refused(folder):
    """The one-line message with which a bundle is refused."""
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{folder}: ")
    assert "scripts/extract_latents.py" in message
    return message


# What a good bundle gives


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


# What a broken one is refused with


def test_a_missing_folder_and_a_missing_manifest(tmp_path):
    assert "no such folder" in refused(tmp_path / "absent")
    assert "no manifest.json" in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"schema_version": 1,}', "\udcff"])
def test_a_manifest_that_is_not_json(copy, text):
    (copy / "manifest.json").write_text(text, errors="surrogateescape")
    assert "manifest.json is not readable JSON" in refused(copy)


@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"schema_version": "1"}', '{"schema_version": true}'])
def test_json_that_is_no_manifest(copy, text):
    (copy / "manifest.json").write_text(text)
    assert "no schema_version" in refused(copy)


def test_a_newer_and_an_older_schema(copy):
    edit_manifest(copy, lambda values: values.update(schema_version=2, something="new"))
    message = refused(copy)
    assert "schema version 2 is newer than this program's 1" in message
    assert "git pull" in message
    edit_manifest(copy, lambda values: values.update(schema_version=0))
    assert "schema version 0 is older than this program's 1" in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("training"), "training"),
        (lambda m: m.update(extra=1), "does not know extra"),
        (lambda m: m.update(name=7), "name is 7, expected str"),
        (lambda m: m.update(files=[]), "files is [], expected dict"),
        (lambda m: m.update(precision="fp16"), "precision is 'fp16', expected bf16 or fp32"),
        (lambda m: m.update(precision=[]), "precision is [], expected bf16 or fp32"),
        (lambda m: m["dataset"].pop("split"), "dataset has no split"),
        (lambda m: m["dataset"].update(people=True), "dataset.people is True, expected int"),
        (lambda m: m["dataset"].update(people=0), "dataset.people is 0, expected at least 1"),
        (lambda m: m["dataset"].update(people="300"), "dataset.people is '300', expected int"),
        (lambda m: m["model"].update(config={}), "model.config.channels is None, expected int"),
        (lambda m: m["model"]["config"].update(skips="012"), "skip mask '012'"),
        (lambda m: m["model"]["config"].update(skips=1111), "model.config.skips is 1111, expected str"),
        (lambda m: m["model"]["config"].update(bottleneck_channels="4"), "bottleneck_channels is '4'"),
        (lambda m: m["model"]["config"].update(autoencoder=None), "model.config.autoencoder is None"),
        (lambda m: m.update(latent="pixels"), "latent is 'pixels', expected bottleneck or autoencoder"),
        (lambda m: m.update(latent="autoencoder"), "latent is 'autoencoder', but the network has none"),
        (lambda m: m["figures"].update(val=3), "figures.val is 3, expected dict"),
        (lambda m: m["files"].update(x={"bytes": 1}), "files.x has no sha256"),
        (lambda m: m["files"].pop("latents.npy"), "does not list latents.npy"),
    ],
)
def test_a_manifest_with_a_wrong_value(copy, change, message):
    edit_manifest(copy, change)
    assert message in refused(copy)


@pytest.mark.parametrize(
    "name", ["../secret", "a/../../secret", "/etc/passwd", "a\\b", "./x", "a//b", "nul\0", ""]
)
def test_a_path_out_of_the_folder(copy, name):
    (copy.parent / "secret").write_text("secret")
    edit_manifest(copy, lambda values: values["files"].update({name: {"sha256": "0", "bytes": 6}}))
    message = refused(copy)
    assert repr(name) in message
    assert "does not lie inside the bundle" in message


def test_a_link_out_of_the_folder(copy, tmp_path):
    shutil.move(copy / "history.jsonl", tmp_path / "elsewhere")
    (copy / "history.jsonl").symlink_to(tmp_path / "elsewhere")
    assert "history.jsonl is a link" in refused(copy)


def test_a_linked_folder(copy, tmp_path):
    shutil.move(copy / "thumbnails", tmp_path / "elsewhere")
    (copy / "thumbnails").symlink_to(tmp_path / "elsewhere")
    assert "thumbnails is a link" in refused(copy)


@pytest.mark.parametrize(
    "name",
    [
        "samples.parquet",
        "latents.npy",
        "model.safetensors",
        "skip_means.npz",
        "history.jsonl",
        "thumbnails/sheet-001.webp",
    ],
)
def test_a_missing_and_a_truncated_file(copy, name):
    size = (copy / name).stat().st_size
    os.truncate(copy / name, size - 1)
    message = refused(copy)
    assert f"{name} has {size - 1} bytes, expected {size}" in message
    assert "git checkout -- " in message
    (copy / name).unlink()
    assert f"{name} is missing" in refused(copy)


def other_latents(make):
    return lambda path: np.save(path, make(np.load(path)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.write_bytes(b"not an array"), "latents.npy is not a readable array"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "latents.npy is not a readable array"),
        (other_latents(lambda a: a.astype(np.float32)), "latents.npy is float32 (300, 128)"),
        (other_latents(lambda a: a.astype(">f2")), "latents.npy is >f2 (300, 128)"),
        (other_latents(lambda a: a[:-1]), "latents.npy is float16 (299, 128)"),
        (other_latents(lambda a: a[:, :-1]), "float16 (300, 128) in row order"),
        (other_latents(np.asfortranarray), "in column order"),
        (lambda path: np.save(path, np.array([{}], object)), "latents.npy is not a readable array"),
    ],
)
def test_latents_that_do_not_fit(copy, change, message):
    rewrite(copy, "latents.npy", change)
    assert message in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="crop_side"), "lacks 1 columns, crop_side for one"),
        (lambda t: t.drop(columns=["predicted_nose_x", "pck"]), "lacks 2 columns, pck for one"),
        (lambda t: t.assign(pck="good"), "column pck holds str, expected numbers"),
        (lambda t: t.iloc[:-2], "samples.parquet has 298 people, manifest.json says 300"),
        (lambda t: t.assign(sample_id=["train-1000", *t["sample_id"][:-1]]), "holds train-1000 twice"),
        (
            lambda t: t.assign(sample_id=["../../x", *t["sample_id"][1:]]),
            "sample_id '../../x' is not made of",
        ),
        (lambda t: t.assign(sample_id=[None, *t["sample_id"][1:]]), "sample_id"),
        (lambda t: t.assign(split=".."), "split '..' is not made of"),
        (lambda t: t.assign(annotated_nose_x=1.0), "holds annotated_nose_x though"),
    ],
)
def test_a_table_that_does_not_fit(copy, change, message):
    edit_table(copy, change)
    assert message in refused(copy)


def test_a_table_that_is_none(copy):
    rewrite(copy, "samples.parquet", lambda path: path.write_bytes(b"PAR1 nonsense PAR1"))
    assert "samples.parquet is not a readable Parquet table" in refused(copy)


def test_annotations_promised_but_absent(copy):
    edit_manifest(copy, lambda values: values["dataset"].update(annotations=True))
    assert "lacks 51 columns, annotated_nose_x for one" in refused(copy)


def test_pictures_promised_but_absent(copy):
    edit_manifest(copy, lambda values: values["dataset"].update(pictures=3))
    assert "lists 0 pictures and says 3" in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": 299}, "is of 299 people, the manifest of 300"),
        ({"sheets": ["sheet-000.webp"]}, "names 1 sheets, too few or too many for 300 people"),
        (
            {"sheets": ["sheet-000.webp", "../../secret"]},
            "names thumbnails/../../secret, which the manifest does not list",
        ),
        ({"tile": 0}, "below 1"),
        ({"columns": None}, "is not readable (TypeError)"),
    ],
)
def test_a_thumbnail_index_that_does_not_fit(copy, change, message):
    def edit(path):
        path.write_text(json.dumps(json.loads(path.read_text()) | change))

    rewrite(copy, "thumbnails/index.json", edit)
    assert message in refused(copy)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: Image.new("RGB", (1024, 32)).save(path, "WEBP"), "is 1024 x 32 pixels, too small"),
        (lambda path: path.write_text("no picture"), "is not a readable WebP picture"),
        (lambda path: Image.new("RGB", (1024, 1024)).save(path, "PNG"), "is not a readable WebP picture"),
    ],
)
def test_a_sheet_that_is_no_sheet(copy, write, message):
    rewrite(copy, "thumbnails/sheet-000.webp", write)
    bundle = open_bundle(copy)
    with pytest.raises(BundleError) as caught:
        bundle.thumbnail("train-1000")
    assert message in str(caught.value)


def test_history_skip_means_and_weights_that_do_not_fit(copy):
    rewrite(copy, "history.jsonl", lambda path: path.write_text('{"epoch": 1}\nbroken\n'))
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, level_64=np.zeros((8, 64, 64), np.float16)))
    rewrite(copy, "model.safetensors", lambda path: path.write_bytes(b"broken"))
    bundle = open_bundle(copy)
    with pytest.raises(BundleError, match=r"history\.jsonl, line 2, is not a JSON object"):
        bundle.history()
    with pytest.raises(BundleError, match=r"skip_means\.npz is not readable"):
        bundle.skip_means()
    with pytest.raises(BundleError, match=r"model\.safetensors is not usable"):
        bundle.network()


class Trap:
    """Unpickling one leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_nothing_is_unpickled(copy, tmp_path):
    trap = np.array([Trap(tmp_path / "sprung")], object)
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, level_64=trap, level_32=trap))
    bundle = open_bundle(copy)
    with pytest.raises(BundleError, match=r"skip_means\.npz is not readable"):
        bundle.skip_means()
    rewrite(copy, "latents.npy", lambda path: np.save(path, trap))
    assert "latents.npy is not a readable array" in refused(copy)
    assert not (tmp_path / "sprung").exists()


def test_skip_means_of_another_network(copy):
    shapes = {f"level_{n}": (8, n, n) for n in (64, 32, 16, 8)} | {"level_16": (4, 16, 16)}
    arrays = {key: np.zeros(shape, np.float16) for key, shape in shapes.items()}
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, **arrays))
    with pytest.raises(
        BundleError, match=r"level_16 is float16 \(4, 16, 16\), expected float16 \(8, 16, 16\)"
    ):
        open_bundle(copy).skip_means()


def test_weights_of_another_network_than_the_manifest_says(copy):
    edit_manifest(copy, lambda values: values["model"]["config"].update(initialisation="he"))
    with pytest.raises(BundleError, match="another configuration"):
        open_bundle(copy).network()


# verify


def test_verify_finds_a_flipped_bit_that_opening_does_not(copy, capsys):
    data = bytearray((copy / "latents.npy").read_bytes())
    data[-1] ^= 1
    (copy / "latents.npy").write_bytes(data)
    open_bundle(copy)
    assert main(["verify", str(copy)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"error: {copy}: latents.npy is not as it was written, its SHA-256 differs; "
        f"restore it with `git checkout -- {copy}` if it came with the project, "
        f"or make it anew with `python scripts/extract_latents.py --checkpoint FILE --data DIR --out {copy}`"
    ]


def test_verify_names_every_broken_file(copy):
    (copy / "history.jsonl").unlink()
    (copy / "latents.npy").write_bytes(b"short")
    problems = verify(copy)
    assert len(problems) == 2
    assert "latents.npy has 5 bytes" in problems[0] + problems[1]
    assert "history.jsonl is missing" in problems[0] + problems[1]


def test_verify_on_the_command_line(whole, tmp_path):
    command = [sys.executable, "-m", "posecore.bundle", "verify"]
    good = subprocess.run([*command, str(whole)], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert "300 people" in good.stdout
    bad = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith(f"error: {tmp_path}: no manifest.json")
    assert bad.stderr.count("\n") == 1
    usage = subprocess.run(command, capture_output=True, text=True, check=False)
    assert usage.returncode == 2


# Writing


def unfinished(bundle, folder):
    """A copy of `bundle` as it is before the manifest is written."""
    shutil.copytree(bundle, folder)
    (folder / "manifest.json").unlink()
    return open_bundle(bundle).manifest, folder


def test_writing_replaces_an_older_bundle_and_leaves_nothing_beside_it(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    (folder / ".latents.npy.123.tmp").write_text("left by a killed run")
    done = tmp_path / "done"
    shutil.copytree(whole, done)
    (done / "stale.txt").write_text("")
    write_bundle(folder, dataclasses.replace(manifest, name="renamed"), done)
    assert [path.name for path in tmp_path.iterdir()] == ["done"]
    assert not (done / "stale.txt").exists()
    assert not (done / ".latents.npy.123.tmp").exists()
    assert open_bundle(done).manifest.name == "renamed"
    assert set(open_bundle(done).manifest.files) == set(manifest.files)
    assert verify(done) == []


def test_a_bundle_that_would_not_open_does_not_replace_a_good_one(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    done = shutil.copytree(whole, tmp_path / "done")
    np.save(folder / "latents.npy", np.zeros((3, 128), np.float16))
    with pytest.raises(BundleError, match=r"latents\.npy is float16 \(3, 128\)"):
        write_bundle(folder, manifest, done)
    assert verify(done) == []


def test_nan_in_the_figures_is_refused(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    with pytest.raises(ValueError, match="JSON"):
        write_bundle(
            folder, dataclasses.replace(manifest, figures={"val": {"pck": float("nan")}}), tmp_path / "done"
        )
    assert not (tmp_path / "done").exists()


def test_a_folder_that_is_no_bundle_is_never_replaced(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    home = tmp_path / "home"
    home.mkdir()
    check_destination(home)  # an empty folder may be used
    check_destination(tmp_path / "new")
    check_destination(whole)
    (home / "thesis.tex").write_text("years of work")
    for place in (home, home / "thesis.tex"):
        with pytest.raises(
            BundleError, match="is there and no bundle, so it is left alone; choose another --out"
        ):
            write_bundle(folder, manifest, place)
    assert (home / "thesis.tex").read_text() == "years of work"
