"""A study from its settings to its file and back, on people who do not exist."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from posecore.ablation import REPLACEMENTS
from posecore.bundle import open_bundle
from posecore.data.heatmaps import decode
from posecore.errors import BundleError, ConfigError, DataError
from posecore.inference import Predictor
from posecore.metrics.pck import hits
from posecore.samples import read_points, read_visibility
from posecore.studies.skips import study as study_module
from posecore.studies.skips.results import SkipStudy, load_skip_study, save_results
from posecore.studies.skips.study import SkipSettings, face_patterns, run_study

PEOPLE = 7


@pytest.fixture
def bundle(tmp_path):
    return open_bundle(make_fake_bundle(tmp_path / "people", PEOPLE, annotations=True, pictures=True))


def same(one: SkipStudy, other: SkipStudy) -> bool:
    arrays = ("sample_ids", "donors", "cells", "peaks", "hits")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)


def test_a_study_says_what_the_network_says_of_everybody_under_every_mask(bundle):
    study = run_study(bundle, None, SkipSettings())
    found = load_skip_study(bundle)
    assert study.info["count"] == PEOPLE
    assert found.replacements == tuple(REPLACEMENTS)
    assert found.sample_ids.tolist() == bundle.samples["sample_id"].tolist()
    predictor = Predictor(bundle.network(), "fp32")
    pictures = np.stack(
        [np.asarray(Image.open(bundle.picture_path(name)).convert("RGB")) for name in found.sample_ids]
    )
    encoded = predictor.encode(pictures)
    means = predictor.features(bundle.skip_means())
    stand_ins = {"zero": None, "mean": means, "other": [skip[found.donors] for skip in encoded.skips]}
    step = float(np.ptp(found.peaks)) / 255
    for name, stand_in in stand_ins.items():
        heatmaps = predictor.decode_all(encoded, stand_in)
        points, peaks = decode(heatmaps.reshape(-1, 17, 64, 64))
        assert np.abs(found.peaks_under(name) - peaks.reshape(16, -1, 17).swapaxes(0, 1)).max() < step
        expected = points.reshape(16, -1, 17, 2).swapaxes(0, 1)
        # Maxima that all but tie may fall either way between a batch and a single picture.
        agree = (found.points_under(name) == expected).all(axis=-1)
        assert agree.mean() > 0.99
        right = np.stack(
            [
                hits(points, read_points(bundle.samples, "annotated"), read_visibility(bundle.samples))
                for points in found.points_under(name).swapaxes(0, 1)
            ],
            axis=1,
        )
        assert np.array_equal(found.hits_under(name), right, equal_nan=True)
    assert not np.array_equal(found.points_under("zero"), found.points_under("mean"))


def test_everybody_has_a_donor_of_their_own_and_the_seed_decides(bundle):
    run_study(bundle, None, SkipSettings(replacements=("other",)))
    first = load_skip_study(bundle)
    assert sorted(first.donors) == list(range(PEOPLE))
    assert (first.donors != np.arange(PEOPLE)).all()
    run_study(bundle, None, SkipSettings(replacements=("other",)))
    assert same(load_skip_study(bundle), first)
    run_study(bundle, None, SkipSettings(replacements=("other",), seed=1))
    assert not np.array_equal(load_skip_study(bundle).donors, first.donors)


def test_a_killed_study_goes_on_and_ends_as_if_it_had_not_been_killed(bundle, monkeypatch):
    monkeypatch.setattr(study_module, "CHUNK", 2)
    run_study(bundle, None, SkipSettings())
    whole = load_skip_study(bundle)

    measured = []

    def counting(*arguments):
        measured.append(1)
        if len(measured) == 3 * 5 + 1:  # in the middle of the third of four chunks
            raise KeyboardInterrupt
        return measure(*arguments)

    measure = study_module.measure
    monkeypatch.setattr(study_module, "measure", counting)
    with pytest.raises(KeyboardInterrupt):
        run_study(bundle, None, SkipSettings())
    assert same(load_skip_study(bundle), whole)  # the older one is still there
    measured.clear()
    measured.append(-100)
    run_study(bundle, None, SkipSettings())
    assert len(measured) - 1 == 3 * 3  # three people were left, each with three replacements
    assert same(load_skip_study(bundle), whole)
    assert [path.name for path in (bundle.path / "studies").iterdir()] == ["skips"]


def test_what_another_job_left_is_not_taken_over(bundle, monkeypatch):
    run_study(bundle, None, SkipSettings())
    whole = load_skip_study(bundle)
    monkeypatch.setattr(study_module, "CHUNK", 2)

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(study_module, "empty_partial", stopped)
    with pytest.raises(KeyboardInterrupt):  # all chunks are written
        run_study(bundle, None, SkipSettings(seed=1))
    monkeypatch.undo()
    monkeypatch.setattr(study_module, "CHUNK", 2)
    run_study(bundle, None, SkipSettings())
    assert same(load_skip_study(bundle), whole)


def test_unfinished_work_is_for_one_set_of_weights_people_data_and_settings(bundle, tmp_path, monkeypatch):
    jobs = []

    def stop(bundle, name, job):
        jobs.append(job)
        raise KeyboardInterrupt

    monkeypatch.setattr(study_module, "open_partial", stop)

    def ask(bundle, settings=None, data=None):
        with pytest.raises(KeyboardInterrupt):
            run_study(bundle, data, settings or SkipSettings())

    ask(bundle)
    # The same network in another file: its metadata are written otherwise.
    weights = load_file(bundle.path / "model.safetensors")
    with safe_open(bundle.path / "model.safetensors", "pt") as file:
        described = json.loads(file.metadata()["network"])
    other = Path(shutil.copytree(bundle.path, tmp_path / "other" / bundle.path.name))
    save_file(weights, other / "model.safetensors", {"network": json.dumps(described, indent=1)})
    note_change(other, "model.safetensors")
    ask(open_bundle(other))
    fewer = bundle.samples.iloc[:-1]
    ask(replace(bundle, samples=fewer))
    ask(
        bundle, data=SimpleNamespace(path=tmp_path, info={"fingerprint": "f"}, table=lambda _: bundle.samples)
    )
    for settings in ({"limit": PEOPLE - 1}, {"split": "train"}, {"seed": 1}, {"replacements": ("zero",)}):
        ask(bundle, SkipSettings(**settings))
    assert len({json.dumps(job, sort_keys=True) for job in jobs}) == len(jobs) == 8
    ask(bundle)
    assert jobs[-1] == jobs[0]


def test_without_annotations_there_are_no_hits(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "people", 3, pictures=True))
    study = run_study(bundle, None, SkipSettings(replacements=("zero",)))
    assert study.info["labelled_faces"] == {"people": 0, "commonest": None}
    assert (load_skip_study(bundle).hits == -1).all()


@pytest.mark.parametrize("names", [(), ("zero", "zero"), ("nothing",)])
def test_replacements_that_do_not_exist_are_refused(names):
    with pytest.raises(ConfigError, match="zero, mean, other"):
        SkipSettings(replacements=names)


def test_a_replacement_that_was_not_studied_is_refused(bundle):
    run_study(bundle, None, SkipSettings(replacements=("zero",)))
    with pytest.raises(ConfigError, match="this study has zero"):
        load_skip_study(bundle).points_under("mean")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (SkipSettings(split="test"), "there are: train"),
        (SkipSettings(limit=0), "expected 1 to 7"),
        (SkipSettings(limit=8), "expected 1 to 7"),
        (SkipSettings(limit=1), "two people"),
    ],
)
def test_people_who_cannot_be_studied(bundle, settings, words):
    with pytest.raises(ConfigError, match=words):
        run_study(bundle, None, settings)


def test_a_limit_draws_people_by_seed(bundle):
    run_study(bundle, None, SkipSettings(limit=3, replacements=("zero",)))
    found = load_skip_study(bundle)
    assert len(set(found.sample_ids)) == 3
    assert set(found.sample_ids) < set(bundle.rows)


def test_a_broken_picture_is_named(bundle):
    victim = bundle.path / "pictures" / "train-1007.webp"
    victim.write_bytes(b"no picture")
    note_change(bundle.path, "pictures/train-1007.webp")
    bundle = open_bundle(bundle.path)
    with pytest.raises(DataError, match=r"train-1007\.webp"):
        run_study(bundle, None, SkipSettings())


@pytest.mark.parametrize("harm", ["text", "shape", "people"])
def test_a_file_that_is_no_study_is_refused(bundle, harm):
    run_study(bundle, None, SkipSettings(replacements=("zero",)))
    folder = bundle.path / "studies" / "skips"
    study = load_skip_study(bundle)
    if harm == "text":
        (folder / "results.npz").write_text("no archive")
    else:
        ids = study.sample_ids if harm == "shape" else np.array([f"nobody-{i}" for i in range(PEOPLE)])
        cells = study.cells[:, :5] if harm == "shape" else study.cells
        save_results(folder, ids, study.replacements, study.donors, cells, study.peaks, study.hits)
    note_change(folder, "results.npz")
    with pytest.raises(BundleError, match=r"skip_study\.py --bundle"):
        load_skip_study(bundle)


def test_a_thousand_people_stay_below_two_megabytes(tmp_path: Path):
    rng = np.random.default_rng(0)
    people, variants = 1000, 1 + 15 * 3
    # As in a study of a trained network: of three joints one jumps anywhere, the others stay within a cell.
    shape = (people, variants, 17)
    near = rng.integers(20, 40, (people, 1, 17, 2)) + rng.integers(-1, 2, (*shape, 2)) // 2
    jumps = rng.random((*shape, 1)) < 1 / 3
    cells = np.where(jumps, rng.integers(0, 64, (*shape, 2)), near).astype(np.uint8)
    save_results(
        tmp_path,
        np.array([f"train-{i}" for i in range(people)]),
        tuple(REPLACEMENTS),
        np.arange(people),
        cells,
        rng.gamma(2, 0.1, shape).astype(np.float32),
        np.where(jumps[..., 0], 0, 1).astype(np.int8),
    )
    assert (tmp_path / "results.npz").stat().st_size < 2_000_000


def test_how_alike_faces_are_labelled():
    visibility = np.zeros((5, 17), np.int8)
    visibility[:3, :5] = (2, 2, 2, 1, 1)
    visibility[3, :5] = (2, 2, 2, 1, 0)
    visibility[4, 5:] = 1
    assert face_patterns(visibility) == {"people": 4, "commonest": 0.75}
