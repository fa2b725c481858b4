"""Two bundles compared, from the common people to the study and back, on people who do not exist."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle, note_change
from PIL import Image

from posecore.bundle import open_bundle, study_command, verify, write_bundle
from posecore.bundle.manifest import LATENTS, MANIFEST, SAMPLES, WEIGHTS
from posecore.data.heatmaps import decode, where_found
from posecore.errors import BundleError, ConfigError, DataError
from posecore.inference import Predictor
from posecore.metrics.paired import counted, paired
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.probes.readout import readout
from posecore.samples import read_points, read_visibility
from posecore.similarity.cka import cka
from posecore.studies.pair import readout as pair_readout
from posecore.studies.pair import study as pair_study
from posecore.studies.pair.people import common_people, restricted
from posecore.studies.pair.results import FILE, load_pair_study
from posecore.studies.pair.study import PairSettings, compare_bundles

PEOPLE = 10


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    return make_fake_bundle(folder / "one", PEOPLE, annotations=True, pictures=True)


@pytest.fixture
def one(source, tmp_path):
    return open_bundle(shutil.copytree(source, tmp_path / "one"))


def rewritten(bundle, name, rows=None, network=None, **columns):
    """The bundle beside itself under another name, with these rows, another network, other columns."""
    work = shutil.copytree(bundle.path, bundle.path.with_name(f".{name}.work"))
    shutil.rmtree(work / "studies", ignore_errors=True)
    (work / MANIFEST).unlink()
    rows = np.arange(bundle.manifest.people) if rows is None else np.asarray(rows)
    table = bundle.samples.iloc[rows].assign(**columns)
    table.to_parquet(work / SAMPLES, index=False)
    latents = np.asarray(bundle.latents)[rows]
    manifest = bundle.manifest
    if network is not None:
        save_checkpoint(work / WEIGHTS, network, half=True)
        config = dataclasses.asdict(network.config)
        manifest = dataclasses.replace(manifest, model={"name": "hourglass", "config": config})
        latents = np.resize(latents, (len(rows), manifest.dimensions))
    np.save(work / LATENTS, latents)
    thumbnails = work / "thumbnails" / "index.json"
    thumbnails.write_text(json.dumps(json.loads(thumbnails.read_text()) | {"people": len(rows)}))
    kept = {f"{sample_id}.webp" for sample_id in table["sample_id"]}
    for picture in (work / "pictures").iterdir():
        if picture.name not in kept:
            picture.unlink()
    dataset = {**manifest.dataset, "people": len(rows), "pictures": len(list((work / "pictures").iterdir()))}
    write_bundle(work, dataclasses.replace(manifest, name=name, dataset=dataset), bundle.path.with_name(name))
    return open_bundle(bundle.path.with_name(name))


def other_network(seed=1, **config) -> StackedHourglass:
    torch.manual_seed(seed)
    return StackedHourglass(HourglassConfig(channels=8, **config))


def test_common_people_are_tied_by_id_not_by_row(one):
    other = rewritten(one, "other", rows=[7, 2, 9, 0])
    common = common_people(one, other)
    ids = one.samples["sample_id"]
    assert common.sample_ids.tolist() == ids.iloc[[0, 2, 7, 9]].tolist()
    assert common.one.tolist() == [0, 2, 7, 9]
    assert common.other.tolist() == [3, 1, 0, 2]
    view = restricted(other, common.other)
    assert view.samples["sample_id"].tolist() == common.sample_ids.tolist()
    assert [view.row(name) for name in common.sample_ids] == [0, 1, 2, 3]


def test_who_is_cropped_otherwise_is_somebody_else(one):
    crop = one.samples["crop_x"].to_numpy().copy()
    crop[:3] += 5
    common = common_people(one, rewritten(one, "other", crop_x=crop))
    assert common.cropped_otherwise == 3
    assert common.one.tolist() == list(range(3, PEOPLE))


@pytest.mark.parametrize(
    ("columns", "words"), [("sample_id", "no people in common;"), ("crop_y", "10 have the")]
)
def test_nobody_in_common_is_one_sentence(one, columns, words):
    new = [f"val-{row}" for row in range(PEOPLE)] if columns == "sample_id" else np.full(PEOPLE, 1e4)
    for picture in (one.path / "pictures").iterdir() if columns == "sample_id" else ():
        picture.rename(picture.with_name("val-" + picture.name))
    other = make_fake_bundle(one.path.with_name("other"), PEOPLE)
    table = open_bundle(other).samples.assign(**{columns: new})
    bundle = dataclasses.replace(
        open_bundle(other), samples=table, rows={name: row for row, name in enumerate(table["sample_id"])}
    )
    with pytest.raises(ConfigError, match=words) as error:
        common_people(one, bundle)
    assert "extract_latents.py" in str(error.value) and "\n" not in str(error.value)


def test_a_bundle_compared_with_a_copy_of_itself_shows_no_difference(one):
    copy = rewritten(one, "copy", rows=np.random.default_rng(0).permutation(PEOPLE))
    compare_bundles(one, copy, None, PairSettings())
    study = load_pair_study(one, copy)
    assert np.array_equal(study.cells[0], study.cells[1])
    assert np.array_equal(study.peaks[0], study.peaks[1])
    assert (study.hits >= 0).any()
    found = paired(study.hits[0], study.hits[1])
    for part in (found.overall, found.joints):
        for edge in ("mean", "low", "high"):
            assert (getattr(part.difference, edge) == 0).all()
    assert np.diag(cka(study.layers)) == pytest.approx(1)
    assert study.info["count"] == study.info["common"] == PEOPLE
    assert verify(one.path) == []


def test_a_bundle_compared_with_itself_shows_no_difference(one):
    compare_bundles(one, one, None, PairSettings())
    study = load_pair_study(one, one)
    assert np.array_equal(study.cells[0], study.cells[1]) and np.array_equal(study.hits[0], study.hits[1])
    assert np.diag(cka(study.layers)) == pytest.approx(1)


def test_both_networks_see_the_same_picture_of_everybody(one):
    other = rewritten(one, "other", rows=np.arange(PEOPLE)[::-1], network=other_network())
    compare_bundles(one, other, None, PairSettings())
    study = load_pair_study(one, other)
    for side, bundle in enumerate((one, other)):
        predictor = Predictor(bundle.network(), "fp32")
        for row in (0, 4, 9):
            name = study.sample_ids[row]
            picture = np.array(Image.open(one.picture_path(name)).convert("RGB"))
            points, peaks = decode(predictor.heatmaps(picture[None]))
            assert study.peaks[side, row] == pytest.approx(peaks[0], abs=2e-3, rel=2e-3)
            # Where a map is empty there is no place.
            found = where_found(points[0], study.peaks[side, row])
            assert np.isclose(study.points[side, row], found, equal_nan=True).all(axis=-1).mean() > 0.8
    assert not np.array_equal(study.cells[0], study.cells[1])
    found = cka(study.layers)
    assert found.shape == (5, 5) and (found < 0.999).all()


def test_layers_that_one_network_lacks_are_unknown_and_others_are_not(one):
    other = rewritten(one, "other", network=other_network(skips="0110", stacks=2, autoencoder=50))
    compare_bundles(one, other, None, PairSettings())
    study = load_pair_study(one, other)
    assert study.names[0][4:] == ("bottleneck",) and study.names[1][4:] == ("bottleneck", "autoencoder")
    unknown = np.isnan(cka(study.layers))
    assert unknown[:, [0, 3]].all() and not unknown[:, [1, 2, 4, 5]].any()


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed(one, monkeypatch):
    other = rewritten(one, "other", network=other_network())
    monkeypatch.setattr(pair_study, "BATCH", 5)
    compare_bundles(one, other, None, PairSettings())
    whole = load_pair_study(one, other)
    assert len(whole.layers.one) == 2

    asked = []
    look = pair_study.Look.__call__

    def counting(self, pictures):
        asked.append(len(pictures))
        if len(asked) == 4:  # in the middle of the second batch
            raise KeyboardInterrupt
        return look(self, pictures)

    monkeypatch.setattr(pair_study.Look, "__call__", counting)
    with pytest.raises(KeyboardInterrupt):
        compare_bundles(one, other, None, PairSettings())
    assert np.array_equal(load_pair_study(one, other).cells, whole.cells)  # the older one is still there
    asked[:] = [0] * 10
    compare_bundles(one, other, None, PairSettings())
    assert len(asked) - 10 == 2  # one batch was left, for two networks
    again = load_pair_study(one, other)
    for name in ("sample_ids", "cells", "peaks", "hits", "readout"):
        assert np.array_equal(getattr(again, name), getattr(whole, name))
    assert np.array_equal(again.layers.cross, whole.layers.cross)
    assert [path.name for path in (one.path / "studies").iterdir()] == ["compare-other"]


def test_what_another_run_writes_meanwhile_is_not_mixed_in(one, monkeypatch):
    monkeypatch.setattr(pair_study, "BATCH", 5)
    other = rewritten(one, "other", network=other_network())
    compare_bundles(one, other, None, PairSettings())
    whole = load_pair_study(one, other)
    look = pair_study.Look.__call__
    within = []

    def meanwhile(self, pictures):
        if not within:
            within.append(True)
            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                patch.setattr(pair_study, "empty_partial", interrupted)
                compare_bundles(one, other, None, PairSettings(seed=1))
        return look(self, pictures)

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pair_study.Look, "__call__", meanwhile)
    compare_bundles(one, other, None, PairSettings())
    assert np.array_equal(load_pair_study(one, other).cells, whole.cells)
    assert load_pair_study(one, other).sample_ids.tolist() == whole.sample_ids.tolist()


def test_several_bundles_can_be_compared_with_one_and_a_limit_draws_people(one):
    for name in ("first", "second"):
        compare_bundles(one, rewritten(one, name, network=other_network()), None, PairSettings(limit=5))
    found = sorted(path.name for path in (one.path / "studies").iterdir())
    assert found == ["compare-first", "compare-second"]
    study = load_pair_study(one, open_bundle(one.path.with_name("first")))
    assert len(study.sample_ids) == 5 and study.info["common"] == PEOPLE
    assert verify(one.path) == []


def test_of_three_people_no_layers_are_compared(one):
    compare_bundles(one, one, None, PairSettings(limit=3))
    study = load_pair_study(one, one)
    assert study.layers.cross.shape == (0, 5, 5)
    assert np.isnan(cka(study.layers)).all()
    assert (study.readout == -1).all()  # nor are three people dealt into five folds


def test_both_latents_are_read_off_for_the_same_people(one):
    rng = np.random.default_rng(5)
    other = rewritten(one, "other", rows=rng.permutation(PEOPLE), network=other_network(autoencoder=50))
    compare_bundles(one, other, None, PairSettings(seed=2))
    study = load_pair_study(one, other)
    rows = [[bundle.row(name) for name in study.sample_ids] for bundle in (one, other)]
    table = one.samples.iloc[rows[0]]
    labels = read_points(table, "annotated"), read_visibility(table)
    first, second = (
        readout(np.asarray(bundle.latents)[places], *labels, seed=2)
        for bundle, places in zip((one, other), rows, strict=True)
    )
    for stored, expected in zip(study.readout, (first.found, second.found, first.mean), strict=True):
        np.testing.assert_array_equal(counted(stored), expected)
    np.testing.assert_array_equal(study.readout < 0, np.broadcast_to(study.hits[:1] < 0, (3, PEOPLE, 17)))


def test_who_holds_nan_is_not_read_off_and_of_many_some_are_drawn(one, monkeypatch):
    latents = np.load(one.path / LATENTS)
    latents[3, 7] = np.nan
    np.save(one.path / LATENTS, latents)
    note_change(one.path, LATENTS)
    broken = open_bundle(one.path)
    compare_bundles(broken, broken, None, PairSettings())
    asked = (load_pair_study(broken, broken).readout[0] >= 0).any(axis=1)
    assert np.flatnonzero(~asked).tolist() == [3]
    monkeypatch.setattr(pair_readout, "MOST", 7)
    compare_bundles(broken, broken, None, PairSettings(seed=1))
    asked = (load_pair_study(broken, broken).readout >= 0).any(axis=2)
    assert 6 <= asked[0].sum() <= 7 and (asked == asked[0]).all()


def test_an_older_study_without_a_readout_is_read_and_a_misshapen_one_is_not(one):
    study = compare_bundles(one, one, None, PairSettings())
    with np.load(study.path / FILE) as file:
        arrays = dict(file)
    readout = arrays.pop("readout")
    np.savez(study.path / FILE, **arrays)
    note_change(study.path, FILE)
    older = load_pair_study(one, one)
    assert older.readout.shape == (3, PEOPLE, 17) and (older.readout == -1).all()
    np.savez(study.path / FILE, **arrays, readout=readout[:2])
    note_change(study.path, FILE)
    with pytest.raises(BundleError, match="does not hold what a comparison holds"):
        load_pair_study(one, one)


def test_of_another_bundle_with_that_name_it_says_nothing(one):
    other = rewritten(one, "other", network=other_network())
    compare_bundles(one, other, None, PairSettings())
    shutil.rmtree(other.path)
    changed = rewritten(one, "other", network=other_network(seed=2))
    with pytest.raises(BundleError, match="other weights or people") as error:
        load_pair_study(one, changed)
    assert study_command(one, "compare-other") in str(error.value)
    assert f"--with {other.path} " in str(error.value)


def test_a_study_of_no_kind_is_named_by_verify(one):
    for name in ("compare", "compare-", "guesses-other", "skips-other"):
        (one.path / "studies" / name).mkdir(parents=True)
    problems = verify(one.path)
    assert len(problems) == 4 and all("no study of this name" in problem for problem in problems)


def test_a_file_that_is_not_as_written_is_refused(one):
    other = rewritten(one, "other", network=other_network())
    study = compare_bundles(one, other, None, PairSettings())
    data = (study.path / "results.npz").read_bytes()
    (study.path / "results.npz").write_bytes(bytes(len(data)))
    with pytest.raises(BundleError, match=r"compare\.py --bundle"):
        load_pair_study(one, other)


def test_without_pictures_the_data_folder_is_asked_for(tmp_path):
    one = open_bundle(make_fake_bundle(tmp_path / "one", 4))
    other = open_bundle(make_fake_bundle(tmp_path / "other", 4))
    with pytest.raises(DataError, match="--data"):
        compare_bundles(one, other, None, PairSettings())
