"""When a joint is sure, by numbers that were worked out by hand."""

import json

import numpy as np
import pytest
from fake_bundle import make_fake_bundle

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, parse_mask
from posecore.bundle import open_bundle, verify
from posecore.bundle.studies import add_info, open_study
from posecore.studies.skips.certainty import (
    LEAST,
    Limit,
    joint_limit,
    person_threshold,
    store_thresholds,
    threshold,
    thresholds,
)
from posecore.studies.skips.results import SkipStudy, load_skip_study
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 6
CUT_64 = parse_mask("0111")


@pytest.fixture
def bundle(tmp_path):
    return open_bundle(make_fake_bundle(tmp_path / "people", PEOPLE, annotations=True, pictures=True))


def joints(*groups: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Peaks and hits of groups of joints: (peak, how many, how many of them hits)."""
    peaks = np.concatenate([np.full(count, peak) for peak, count, _ in groups])
    hits = np.concatenate([np.arange(count) < right for _, count, right in groups]).astype(float)
    order = np.random.default_rng(0).permutation(len(peaks))
    return peaks[order], hits[order]


def test_the_smallest_height_above_which_half_are_right():
    # Above 0.1 lie 60 joints, 35 of them right: enough. Of all 100 only 40 are.
    assert threshold(*joints((0.1, 40, 5), (0.2, 30, 10), (0.5, 30, 25))) == 0.1
    # Above 0.1 lie 60, 29 of them right: too few. Above 0.2 lie 30 and 24 of them.
    assert threshold(*joints((0.1, 40, 5), (0.2, 30, 5), (0.5, 30, 24))) == 0.2


def test_exactly_half_is_enough_and_one_less_is_not():
    assert threshold(*joints((0.1, 60, 0), (0.5, 40, 20))) == 0.1
    assert threshold(*joints((0.1, 60, 0), (0.5, 40, 19))) is None


def test_where_half_of_all_are_right_every_height_that_was_seen_will_do():
    found = threshold(*joints((0.1, 40, 5), (0.5, 60, 50)))
    limit = Limit(found, True, "")
    assert found is not None and 0.0999 < found < 0.1
    assert limit.sure(np.array([0.1, 0.5, 0.0999])).tolist() == [True, True, False]


def test_of_a_hit_rate_that_rises_and_falls_the_smallest_height_counts():
    # Right are above 0.4 only 9 of 30, above 0.2 44 of 80, above 0.1 49 of 90, of all 50 of 110.
    assert threshold(*joints((0.1, 20, 1), (0.2, 10, 5), (0.4, 50, 35), (0.8, 30, 9))) == 0.1


def test_a_lucky_few_at_the_top_make_no_height():
    assert threshold(*joints((0.1, 100, 0), (0.9, LEAST - 1, LEAST - 1))) is None
    assert threshold(*joints((0.1, 100, 0), (0.9, LEAST, LEAST))) == 0.1
    assert threshold(*joints((0.1, LEAST - 1, LEAST - 1))) is None


def test_joints_that_are_not_labelled_neither_count_nor_lend_their_height():
    peaks, hits = joints((0.1, 40, 5), (0.5, 30, 25))
    more_peaks = np.concatenate([peaks, np.full(500, 0.3), np.full(500, 0.01)])
    more_hits = np.concatenate([hits, np.full(1000, np.nan)])
    assert threshold(more_peaks, more_hits) == threshold(peaks, hits) == 0.1
    assert threshold(more_peaks, np.full(1070, np.nan)) is None


def test_a_height_stands_at_the_upper_edge_of_the_step_it_was_rounded_to():
    peaks, hits = joints((0.1, 40, 5), (0.2, 30, 10), (0.5, 30, 25))
    assert threshold(peaks, hits, step=0.1) == pytest.approx(0.15)
    assert threshold(*joints((0.1, 40, 5), (0.5, 60, 50)), step=0.1) == pytest.approx(0.05)


def test_an_empty_heatmap_is_never_sure():
    assert Limit(-0.5, True, "").sure(np.array([[-0.1, 0.0], [0.1, 0.2]])).tolist() == [
        [False, False],
        [True, True],
    ]
    assert not Limit(None, True, "").sure(np.ones((2, 17))).any()


def planted() -> SkipStudy:
    """Two people, 34 labelled joints a mask. Right are those with a peak of 0.4; with the mean under 0111
    nobody is, and with zero under any cut only the second person; under 0000 each has 5 labels."""
    peaks = np.full((2, 31, 17), 0.2, np.float32)
    hits = np.zeros((2, 31, 17), np.int8)
    peaks[:, :, :12], hits[:, :, :12] = 0.4, 1
    hits[0, 1:16] = 0
    zero_all_off, mean_cut_64 = 15, 15 + CUT_64.position
    hits[:, zero_all_off, 5:] = -1
    hits[:, mean_cut_64] = 0
    return SkipStudy(
        np.array(["a", "b"]),
        ("zero", "mean"),
        np.array([1, 0]),
        np.zeros((2, 31, 17, 2), np.uint8),
        peaks,
        0.0,
        hits,
        {},
    )


def test_every_mask_of_every_replacement_has_a_height_of_its_own():
    found = thresholds(planted())
    assert list(found) == ["zero", "mean"]
    assert all(list(by_mask) == [mask.title for mask in ALL_MASKS] for by_mask in found.values())
    # With all on 24 of 34 are right.
    assert found["zero"]["1111"] == found["mean"]["1111"] == pytest.approx(0.2, abs=1e-6)
    assert Limit(found["zero"]["1111"], True, "").sure(np.float32([0.2]))[0]
    # With zero one of both people only: 12 of 34, but 12 of the 24 joints with a higher peak than 0.2.
    assert found["zero"]["1110"] == pytest.approx(0.2) and found["zero"]["1110"] > found["zero"]["1111"]
    assert found["zero"]["0000"] is None  # 10 labelled joints
    assert found["mean"]["0111"] is None and found["mean"]["0000"] is not None


def test_a_picture_in_which_hardly_anything_is_seen_shows_nobody():
    peaks = np.zeros((21, 16, 17), np.float32)
    # Medians of 0.00, 0.05, ... 1.00: all but the lowest of 21 people reach the 5 % quantile, 0.05.
    peaks[:, 0] = np.linspace(0, 1, 21)[:, None]
    peaks[:, 0, :8] = 1  # eight of seventeen say nothing of the median
    study = SkipStudy(
        np.array([str(n) for n in range(21)]),
        ("zero",),
        np.arange(21),
        np.zeros((21, 16, 17, 2), np.uint8),
        peaks,
        0.01,
        np.ones((21, 16, 17), np.int8),
        {},
    )
    assert person_threshold(study) == pytest.approx(0.05 - 0.005)
    limit = Limit(0.0, True, "", person_threshold(study))
    assert limit.sure(peaks[:, 0]).sum(axis=1).tolist() == [0] + [17] * 20
    assert limit.sure(peaks[1, 0]).all()


def test_a_study_keeps_the_heights_and_says_them_by_mask_and_replacement(bundle):
    study = run_study(bundle, None, SkipSettings(replacements=("zero", "mean")))
    stored = study.info["sure_above"]
    assert stored == thresholds(load_skip_study(bundle))
    labelled = int((load_skip_study(bundle).hits[:, 0] >= 0).sum())
    assert study.info["labelled_joints"] == labelled > LEAST
    zero = dict.fromkeys(stored["zero"], 0.25) | {"0000": None}
    add_info(bundle, "skips", {"sure_above": {"zero": zero, "mean": dict.fromkeys(stored["mean"], 0.5)}})
    assert joint_limit(bundle, CUT_64, "zero") == Limit(0.25, True, "")
    assert joint_limit(bundle, CUT_64, "mean").above == 0.5
    nowhere = joint_limit(bundle, ALL_OFF, "zero")
    assert nowhere.above is None and nowhere.known and "fewer than half" in nowhere.reason
    # Nothing is replaced where nothing is cut.
    person = study.info["person_above"]
    assert joint_limit(bundle, ALL_ON, "other") == Limit(0.25, True, "", person)
    assert person == person_threshold(load_skip_study(bundle))
    absent = joint_limit(bundle, CUT_64, "other")
    assert not absent.known and "does not cover other with the skips 0111" in absent.reason
    assert verify(bundle.path) == []


def test_a_finished_study_gets_its_heights_without_asking_the_network(bundle, monkeypatch):
    whole = run_study(bundle, None, SkipSettings(replacements=("zero",)))
    manifest = whole.path / "manifest.json"
    values = json.loads(manifest.read_text())
    del values["info"]["sure_above"], values["info"]["labelled_joints"]
    manifest.write_text(json.dumps(values))
    before = joint_limit(bundle, ALL_ON, "zero")
    assert not before.known and "skip_study.py --bundle" in before.reason
    results = (whole.path / "results.npz").read_bytes()
    monkeypatch.setattr("posecore.studies.skips.study.Predictor", None)  # whoever asks it fails
    with pytest.raises(TypeError):  # other settings are another study
        run_study(bundle, None, SkipSettings(replacements=("zero",), seed=1))
    for path in (bundle.path / "pictures").iterdir():
        path.unlink()
    again = run_study(bundle, None, SkipSettings(replacements=("zero",)))
    assert (again.info, again.created) == (whole.info, whole.created)
    assert (again.path / "results.npz").read_bytes() == results


def test_a_study_that_has_its_heights_is_made_anew(bundle, monkeypatch):
    run_study(bundle, None, SkipSettings(replacements=("zero",)))
    monkeypatch.setattr("posecore.studies.skips.study.Predictor", None)
    with pytest.raises(TypeError):
        run_study(bundle, None, SkipSettings(replacements=("zero",)))


def test_bundles_without_labels_or_study_say_so(tmp_path, bundle):
    nothing = joint_limit(bundle, ALL_ON, "zero")
    assert nothing.above is None and not nothing.known and "no such study" in nothing.reason
    plain = open_bundle(make_fake_bundle(tmp_path / "plain", PEOPLE, pictures=True))
    run_study(plain, None, SkipSettings(replacements=("zero",)))
    unlabelled = joint_limit(plain, ALL_ON, "zero")
    assert unlabelled.above is None and not unlabelled.known
    assert "None of the joints of its people is labelled" in unlabelled.reason
    add_info(plain, "skips", {"labelled_joints": LEAST - 1})
    assert "Only 19 joints are labelled" in joint_limit(plain, ALL_ON, "zero").reason


@pytest.mark.parametrize("stored", [None, [], {}, {"zero": 3}, {"zero": {"1111": "high"}}, {"zero": {}}])
def test_what_is_stored_in_another_form_is_not_believed(stored, bundle):
    run_study(bundle, None, SkipSettings(replacements=("zero",)))
    add_info(bundle, "skips", {"sure_above": stored})
    found = joint_limit(bundle, ALL_ON, "zero")
    assert found.above is None and not found.known and found.reason


def test_adding_to_a_study_leaves_the_rest_of_it(bundle):
    before = run_study(bundle, None, SkipSettings(replacements=("zero",)))
    after = add_info(bundle, "skips", {"seed": 5, "more": [1]})
    assert after.info == before.info | {"seed": 5, "more": [1]}
    assert (after.created, after.files, after.weights) == (before.created, before.files, before.weights)
    assert store_thresholds(bundle).info["more"] == [1]
    assert open_study(bundle, "skips").info["seed"] == 5
