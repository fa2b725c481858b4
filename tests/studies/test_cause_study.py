"""The cause study: planted answers are found, and a real run says what the network says."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import study_folder
from posecore.causes.change import change_person, recall, show
from posecore.causes.table import CAUSES
from posecore.components.pca import fit_components
from posecore.data.heatmaps import decode
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import BundleError, ConfigError
from posecore.extraction.extract import extract
from posecore.inference import Predictor
from posecore.metrics.pck import hits
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.statistics import bootstrap
from posecore.studies.causes import frame, measure, summary
from posecore.studies.causes import study as module
from posecore.studies.causes.results import CUTS, CauseStudy, load_cause_study
from posecore.studies.causes.study import CauseSettings, run_cause_study
from posecore.studies.causes.verdict import Movement, corrected_p, direction, judge
from posecore.synthetic.writer import RenderSettings, make_people
from scripts import cause_study as script

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 12
SOME = ("turn", "left_arm", "grain", "mirror")
FEW = CauseSettings(people=PEOPLE, networks=2)


def planted(moved: np.ndarray, untrained: np.ndarray, causes: list[str]) -> CauseStudy:
    """A study of movements (N, C, 2, d), and (M, N, C, 2, d) of networks that never learned."""
    people, count, strengths, _ = moved.shape
    changes = (people, count, strengths)
    right = np.ones((people, 17), np.int8)
    return CauseStudy(
        sample_ids=np.array([f"train-{i}" for i in range(people)]),
        spaces=np.array(["bottleneck"]),
        causes=np.array(causes),
        strengths=np.tile([1.0, 2.0], (count, 1)),
        closer=np.arange(people),
        refused=np.isnan(moved).any(axis=3),
        moved=moved[None],
        untrained=untrained[:, None],
        p=corrected_p(moved[:, :, 1], summary.placebo(np.array(causes), moved))[None],
        right=right,
        right_changed=np.ones((*changes, 17), np.int8),
        peaks=np.full((people, 17), 0.5, np.float32),
        peaks_changed=np.full((*changes, 17), 0.5, np.float32),
        cuts=np.array(list(CUTS)),
        cut_right=np.ones((people, len(CUTS), 17), np.int8),
        cut_right_changed=np.ones((*changes, len(CUTS), 17), np.int8),
        cut_peaks=np.full((people, len(CUTS), 17), 0.5, np.float32),
        cut_peaks_changed=np.full((*changes, len(CUTS), 17), 0.5, np.float32),
        ks=np.array([2, 3]),
        clusters=np.zeros((people, 2), np.int8),
        clusters_changed=np.zeros((*changes, 2), np.int8),
        untrained_clusters=np.zeros((1, people, 2), np.int8),
        untrained_clusters_changed=np.zeros((1, *changes, 2), np.int8),
        info={},
    )


KEYS = ["turn", "lean", "light_side", "grain"]
RESPONSE = np.array([[0.9, -0.5, 0.0], [0.0, 0.4, 0.3], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
"""Causes x components, of the stronger change; the weaker does half as much."""


def study_of(people: int = 80, both_ways: bool = False) -> CauseStudy:
    rng = np.random.default_rng(1)
    moved = RESPONSE[None, :, None] * np.array([0.5, 1.0])[None, None, :, None]
    moved = moved + rng.normal(0, 0.02, (people, 4, 2, 3))
    if both_ways:  # half the people go up, half down
        moved[:, 2, :, 0] += np.where(np.arange(people) % 2, 0.6, -0.6)[:, None]
    untrained = np.abs(rng.normal(0, 0.02, (2, people, 4, 2, 3)))
    untrained[1, :, 1, 1, 1] = 0.41  # moved as far without any training
    return planted(moved, untrained, KEYS)


def test_a_planted_response_is_the_matrix_found() -> None:
    found = summary.matrix(study_of())
    assert np.allclose(found.signed.mean, RESPONSE, atol=0.02)
    assert np.allclose(
        summary.matrix(study_of(), strength=summary.WEAKER).signed.mean, RESPONSE / 2, atol=0.02
    )
    assert ((found.signed.low < RESPONSE) & (found.signed.high > RESPONSE)).mean() > 0.8
    moves = np.abs(RESPONSE) > 0
    moves[1] = False
    assert np.array_equal(found.verdict == Movement.MOVES, moves)
    # A component of an untrained network moves as much, whatever its number.
    assert found.verdict[1].tolist() == [Movement.STILL, Movement.UNKNOWN, Movement.UNKNOWN]
    assert found.untrained.shape == (2, 4) and found.untrained[1, 1] == pytest.approx(0.41)
    assert np.array_equal(found.verdict == Movement.STILL, RESPONSE == 0)
    assert np.array_equal(found.direction[np.abs(RESPONSE) > 0], np.sign(RESPONSE[np.abs(RESPONSE) > 0]))
    assert found.people.tolist() == [80] * 4 and found.causes == KEYS and found.strengths == [2.0] * 4


def test_people_who_move_either_way_move() -> None:
    found = summary.matrix(study_of(both_ways=True))
    assert abs(found.signed.mean[2, 0]) < 0.1 and found.absolute.mean[2, 0] == pytest.approx(0.6, abs=0.02)
    assert found.verdict[2, 0] == Movement.MOVES and found.direction[2, 0] == 0


def test_of_a_planted_response_of_zero_intervals_hold_zero_as_often_as_they_say() -> None:
    rng = np.random.default_rng(4)
    causes = [*[key for key in CAUSES if key != "grain"][:19], "grain"]
    moved = rng.normal(0, 0.5, (60, 20, 2, 20))
    found = summary.matrix(planted(moved, np.abs(moved)[None], causes))
    held = (found.signed.low <= 0) & (found.signed.high >= 0)
    assert held.size == 400 and 0.90 <= held.mean() <= 0.99
    # As far as another grain moves people, and as far as without training.
    assert not (found.verdict == Movement.MOVES).any()


def test_who_was_refused_counts_neither_way() -> None:
    study = study_of()
    moved = study.moved[0].copy()
    moved[:40, 0] = np.nan
    some = planted(moved, study.untrained[:, 0], KEYS)
    found = summary.matrix(some)
    assert found.people.tolist() == [40, 80, 80, 80]
    assert found.signed.n[0, 0] == 40 and np.allclose(found.signed.mean, RESPONSE, atol=0.02)
    moved[:, 0] = np.nan
    nobody = summary.matrix(planted(moved, study.untrained[:, 0], KEYS))
    assert set(nobody.verdict[0]) == {Movement.UNKNOWN} and np.isnan(nobody.signed.mean[0]).all()


def test_the_verdict_by_its_three_rules() -> None:
    def estimate(mean: float, half: float):
        values = np.array([[mean]])
        return bootstrap(values[None])._replace(mean=values, low=values - half, high=values + half)

    def said(mean: float, half: float, p: float = 0.001, untrained: float = 0.0) -> str:
        near = estimate(mean, half)
        return str(judge(near, near, near, np.array([[p]]), np.array([[untrained]]))[0, 0])

    assert said(0.5, 0.1) == "moves"
    assert said(0.5, 0.1, p=0.06) == "cannot be told"
    assert said(0.5, 0.1, untrained=0.45) == "cannot be told"
    assert said(0.05, 0.04) == "does not move"  # sure, yet so little
    assert said(0.05, 0.06, p=0.5) == "cannot be told"
    assert direction(estimate(-0.5, 0.1))[0, 0] == -1


def test_hits_peaks_and_clusters_before_and_after() -> None:
    study = study_of(people=10)
    changed = study.right_changed.copy()
    changed[:, 0, 1, :5] = 0
    changed[:, 0, 1, 16] = -1  # hidden from the crop after the change: not compared
    cut = study.cut_right_changed.copy()
    cut[:, 0, 1, 4] = 0
    clusters = study.clusters_changed.copy()
    clusters[:3, 1, 0, 1] = 2
    clusters[9, 1, 0] = -1
    peaks = study.peaks_changed - np.float32(0.1)
    study = replace(
        study, right_changed=changed, cut_right_changed=cut, clusters_changed=clusters, peaks_changed=peaks
    )
    pck = summary.pck_change(study)
    assert pck.mean[0, 1] == pytest.approx(-5 / 16) and pck.mean[0, 0] == 0
    assert summary.cut_pck_change(study).mean[0, 1].tolist() == [0, 0, 0, 0, -1]
    share = summary.cluster_change(study)
    assert share.mean[1, 0].tolist() == pytest.approx([0, 3 / 9]) and share.n[1, 0, 0] == 9
    assert summary.peak_change(study).mean == pytest.approx(-0.1, abs=1e-6)
    assert summary.untrained_cluster_change(study).shape == (1, 4, 2, 2)


@pytest.fixture(scope="module")
def few():
    with pytest.MonkeyPatch.context() as patch:
        some = {key: CAUSES[key] for key in SOME}
        patch.setattr(module, "CAUSES", some)
        patch.setattr(measure, "CAUSES", some)
        # Two numbers of clusters are several, and found in a quarter of the time of seven.
        for each in (frame, module):
            patch.setattr(each, "KS", (2, 3))
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    make_people(folder / "people", RenderSettings(people=PEOPLE, seed=4), workers=1)
    prepare(folder / "people", folder / "data", PrepareSettings(test_size=0), workers=1)
    torch.manual_seed(0)
    network = StackedHourglass(HourglassConfig(channels=8)).eval()
    predictor = Predictor(network, "fp32")
    extract(predictor, open_prepared(folder / "data"), "train", folder / "bundle", annotations=True)
    return folder / "bundle"


@pytest.fixture(scope="module")
def made(source: Path, few: None) -> tuple[Bundle, CauseStudy]:
    bundle = open_bundle(source)
    run_cause_study(bundle, FEW, workers=1)
    return bundle, load_cause_study(bundle)


def test_it_says_what_the_network_says(made: tuple[Bundle, CauseStudy]) -> None:
    bundle, study = made
    assert verify(bundle.path) == []
    assert study.causes.tolist() == list(SOME) and study.closer.tolist() == list(range(0, PEOPLE, 2))
    assert [len(np.unique(clusters)) for clusters in study.clusters.T] == study.ks.tolist() == [2, 3]
    place, cause = 2, CAUSES["turn"]
    drawn = recall(bundle.samples.iloc[bundle.row(study.sample_ids[place])])
    pair = [show(drawn), change_person(drawn, cause, cause.strengths[1])]
    predictor = Predictor(bundle.network(), bundle.manifest.precision)
    encoded = predictor.encode(np.stack([one.crop for one in pair]))
    components = fit_components(bundle.latents, PEOPLE - 1)
    scores = components.project(predictor.latents(encoded, "bottleneck")) / np.sqrt(components.variances)
    assert np.allclose(study.moved[0, place, 0, 1], scores[1] - scores[0], rtol=0.02, atol=0.02)
    points, peaks = decode(predictor.decode_all(encoded)[0])
    right = hits(points, np.stack([one.joints for one in pair]), np.stack([one.visibility for one in pair]))
    assert np.array_equal(study.right_changed[place, 0, 1], np.where(np.isnan(right[1]), -1, right[1]))
    assert np.allclose(study.peaks[place], peaks[0], atol=3e-3)


def test_grain_moves_least_and_untrained_networks_differ(made: tuple[Bundle, CauseStudy]) -> None:
    _, study = made
    far = np.nanmean(np.abs(study.moved[0, :, :, 1]), axis=(0, 2))
    assert far[SOME.index("grain")] < 0.3 * far[SOME.index("turn")]
    assert study.untrained.shape[:3] == (2, 1, PEOPLE // 2)
    assert not np.allclose(study.untrained[0], study.untrained[1], equal_nan=True)
    assert (study.cut_right >= -1).all() and np.isfinite(study.cut_peaks).all()
    assert np.array_equal(np.isnan(study.moved[0, ..., 0]), study.refused)


def test_a_killed_run_goes_on_with_the_people_it_lacks(
    made: tuple[Bundle, CauseStudy],
    source: Path,
    few: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle, before = made
    real, asked = module.explain, []

    def dies(*arguments, **named):
        asked.append(1)
        if len(asked) == 6:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(module, "explain", dies)
    with pytest.raises(KeyboardInterrupt):
        run_cause_study(bundle, FEW, workers=1)
    partial = study_folder(bundle, "causes").with_name(".causes.partial")
    (partial / "00001.npz").write_bytes(b"cut off")
    monkeypatch.setattr(module, "explain", lambda *a, **k: (asked.append(1), real(*a, **k))[1])
    options = ["--people", str(FEW.people), "--networks", str(FEW.networks), "--workers", "1"]
    assert script.main(["--bundle", str(source), *options]) == 0
    said = capsys.readouterr().out
    assert "  turn of the body, 60 degrees, n = " in said and "  other grain, grain 2, n = " in said
    assert len(asked) == 6 + PEOPLE - 4  # four were done and whole
    again = load_cause_study(bundle)
    assert np.array_equal(again.moved, before.moved, equal_nan=True)
    assert np.array_equal(again.untrained_clusters_changed, before.untrained_clusters_changed)


def test_a_file_that_holds_something_else_is_refused(made: tuple[Bundle, CauseStudy]) -> None:
    bundle, _ = made
    manifest = study_folder(bundle, "causes") / "manifest.json"
    before = manifest.read_text()
    values = json.loads(before)
    values["files"]["results.npz"]["sha256"] = "0" * 64
    manifest.write_text(json.dumps(values))
    with pytest.raises(BundleError, match=r"make it with `python scripts/cause_study\.py"):
        load_cause_study(bundle)
    manifest.write_text(before)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--people", "3"], "--people 3: expected 12 or more"),
        (["--networks", "0"], "--networks 0: expected one or more"),
        (["--workers", "0"], "--workers 0: expected 1 or more"),
        (["--people", "40"], "0 of its people were rendered; --people 40 takes more"),
    ],
)
def test_impossible_runs_are_one_line(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_fake_bundle(tmp_path / "fake", people=40)
    assert script.main(["--bundle", str(tmp_path / "fake"), *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


def test_settings_are_checked_where_they_are_made() -> None:
    with pytest.raises(ConfigError, match="expected 12 or more"):
        CauseSettings(people=11)
