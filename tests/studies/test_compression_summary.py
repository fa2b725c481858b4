"""What the study of compression says, of planted hits whose answers are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from planted_compression import FINDS, PEOPLE, plant_compression

from posecore.bundle import open_bundle, verify
from posecore.errors import BundleError
from posecore.metrics.pck import scores
from posecore.studies.compression import summary
from posecore.studies.compression.facts import BAYESIAN, MAGNITUDE, RANDOM, SCRATCH, under_trained
from posecore.studies.compression.results import load_compression_study


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    path = make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "one", people=4)
    return plant_compression(path)


def bayesian(study, keep=0.25):
    return next(arm for arm in summary.arms(study) if (arm.method, arm.keep) == (BAYESIAN, keep))


def test_the_control_is_the_dense_network_trained_on_and_not_the_shipped_one(planted):
    assert (summary.control(planted).kind, summary.control(planted).method) == ("tuned", "dense")


def test_arms_join_seeds_and_leave_the_control_out(planted):
    found = [(arm.method, arm.keep, len(arm.points)) for arm in summary.arms(planted)]
    assert found == [
        (BAYESIAN, 0.25, 2),
        (MAGNITUDE, 0.25, 2),
        (SCRATCH, 0.25, 1),
        (BAYESIAN, 0.5, 2),
        (MAGNITUDE, 0.5, 2),
        (RANDOM, 0.5, 1),
    ]


def test_a_loss_is_the_control_less_the_compressed_network(planted):
    for point, found in summary.lost(planted, 0):
        ours, theirs = (scores(planted.hits(one, 0)).mean() for one in (point, summary.control(planted)))
        assert float(found.difference.mean) == pytest.approx(theirs - ours)
        assert found.difference.low <= found.difference.mean <= found.difference.high
    arm = bayesian(planted)
    assert summary.losses(planted, arm, 0).mean() == pytest.approx(
        np.mean([float(f.difference.mean) for p, f in summary.lost(planted, 0) if p in arm.points])
    )


def test_contests_are_of_equal_shares_and_say_who_finds_more(planted):
    found = {(one.keep, one.against): one for one in summary.contests(planted, 0)}
    assert set(found) == {(0.25, MAGNITUDE), (0.25, SCRATCH), (0.5, MAGNITUDE), (0.5, RANDOM)}
    for (keep, against), one in found.items():
        gain = FINDS["tuned", BAYESIAN, keep] - FINDS["tuned", against, keep]
        assert float(one.gain.mean) == pytest.approx(gain, abs=0.03)
    assert summary.beats(planted, 0) is True


def test_a_share_with_one_seed_a_side_is_shown_and_not_judged(tmp_path):
    """One seed stands at half: that magnitude finds more there decides nothing, two seeds at a quarter do."""
    path = make_fake_bundle(tmp_path / "one", people=4)
    study = plant_compression(path, FINDS | {("tuned", MAGNITUDE, 0.5): 0.79}, alone={0.5})
    found = {(one.keep, one.against): one for one in summary.contests(study, 0)}
    assert found[0.5, MAGNITUDE].gain.high < 0 and found[0.5, MAGNITUDE].seeds == (1, 1)
    assert [key for key, one in found.items() if summary.judged(one)] == [(0.25, MAGNITUDE), (0.5, RANDOM)]
    assert summary.beats(study, 0) is True


@pytest.mark.parametrize(("alone", "keep"), [((), 0.25), ((0.25,), 0.5), ((0.25, 0.5), 0.25)])
def test_pages_speak_of_the_smallest_bayesian_networks_with_two_seeds(tmp_path, alone, keep):
    path = make_fake_bundle(tmp_path / "one", people=4)
    found = summary.spoken_of(plant_compression(path, alone=alone))
    assert (found.method, found.keep) == (BAYESIAN, keep)


@pytest.mark.parametrize(
    ("finds", "seeds", "late", "expected"),
    [
        ({("tuned", "magnitude", 0.5): 0.78}, None, (), False),
        ({}, {}, (), None),  # one seed each
        ({}, None, ("magnitude",), None),
        ({("tuned", "random", 0.5): None}, None, (), None),
    ],
)
def test_who_does_not_win_everywhere_with_two_seeds_and_equal_steps_has_not_won(
    tmp_path, finds, seeds, late, expected
):
    path = make_fake_bundle(tmp_path / "one", people=4)
    changed = {key: value for key, value in (FINDS | finds).items() if value is not None}
    given = {} if seeds is None else {"seeds": seeds}
    study = plant_compression(path, changed, late=late, **given)
    assert summary.beats(study, 0) is expected


@pytest.mark.parametrize("changed", [{"cut_skips": 0.5}, {"teacher": "another"}])
def test_networks_that_were_tuned_otherwise_are_not_held_against_each_other(planted, changed):
    every = tuple(
        replace(one, **changed) if (one.kind, one.method) == ("tuned", MAGNITUDE) else one
        for one in planted.points
    )
    study = replace(planted, points=every)
    assert {one.against: one.fair for one in summary.contests(study, 0)} == {
        MAGNITUDE: False,
        SCRATCH: True,
        RANDOM: True,
    }
    assert summary.beats(planted, 0) is True and summary.beats(study, 0) is None


def test_on_whom_another_method_is_ahead_is_found_person_by_person(tmp_path):
    """Magnitude loses nothing more on who lies, the Bayesian networks do."""
    study = plant_compression(make_fake_bundle(tmp_path / "one", people=4))
    people = study.people[0]
    lying = people.kinds[:, 0] == "lying"
    hits = [part.copy() for part in people.hits]
    for place, one in enumerate(study.points):
        if (one.kind, one.method) == ("tuned", MAGNITUDE):
            hits[place][lying] = np.where(hits[place][lying] < 0, -1, 1)
    study = replace(study, people=(replace(people, hits=tuple(hits)),))
    contest = next(one for one in summary.contests(study, 0) if (one.against, one.keep) == (MAGNITUDE, 0.5))
    first = summary.behind(study, contest, 0)[0]
    assert (first.of, first.which) == ("family", "lying") and first.corrected < 0.001
    ours, theirs = (
        summary.mean_scores(
            study, [one for one in study.points if one.arm[:2] == ("tuned", method) and one.keep == 0.5], 0
        )
        for method in (BAYESIAN, MAGNITUDE)
    )
    assert first.loss == pytest.approx((theirs - ours)[lying].mean())


def test_a_network_with_fewer_steps_than_its_control_is_under_trained(planted):
    every = list(planted.points)
    assert not any(under_trained(one, every) for one in every)
    for method in ("bayesian", "dense", "scratch"):
        changed = [
            replace(one, steps=5) if (one.kind, one.method) == ("tuned", method) else one for one in every
        ]
        named = {one.method for one in changed if under_trained(one, changed)}
        assert named == {method}


def test_only_what_all_seeds_lose_counts_as_lost(planted):
    arm = bayesian(planted)
    gone, come, labelled = summary.changed(planted, arm, 0)
    before = planted.hits(summary.control(planted), 0)
    after = [planted.hits(one, 0) for one in arm.points]
    for row in range(PEOPLE):
        lost = sum(
            before[row, joint] == 1 and all(one[row, joint] == 0 for one in after)
            for joint in range(before.shape[1])
        )
        assert gone[row] == lost
    assert come.sum() == 0 and (labelled > 0).all()
    assert summary.by_joint(planted, arm, 0).mean.shape == (before.shape[1],)


def test_the_worst_group_is_found_and_corrected_for_all(planted):
    found = summary.groups(planted, bayesian(planted), 0)
    assert (found[0].of, found[0].which) == ("family", "lying")
    assert found[0].loss - found[0].others == pytest.approx(0.3, abs=0.05)
    assert found[0].corrected < 0.001
    rest = [one for one in found if one.of != "family"]
    assert len(rest) == 6 and all(one.p <= one.corrected for one in found)
    assert found == sorted(found, key=lambda one: -one.loss)


def test_small_margins_foretell_losses_as_brute_force_says(planted):
    arm, people = bayesian(planted), planted.people[0]
    found = summary.foretold(planted, arm, 0)
    before = planted.hits(summary.control(planted), 0) == 1
    gone = before & np.all([planted.hits(one, 0) == 0 for one in arm.points], axis=0)
    margin = people.peak - people.second
    lost, kept = margin[gone], margin[before & ~gone]
    pairs = (lost[:, None] < kept).mean() + (lost[:, None] == kept).mean() / 2
    assert found.auc == pytest.approx(pairs)
    assert (found.lost, found.kept) == (len(lost), len(kept))
    assert 0.5 < found.low < found.auc < found.high


def test_visible_joints_are_scored_alone(planted):
    point = planted.points[0]
    assert summary.visible_pck(planted, point, 0) == pytest.approx(scores(planted.hits(point, 0)).mean())


def test_points_that_saw_fewer_people_are_compared_over_those(planted):
    masked = next(one for one in planted.points if one.kind == "masked")
    ours, theirs = planted.same_people(masked, planted.points[0], 0)
    assert len(ours) == len(theirs) == PEOPLE // 2
    np.testing.assert_array_equal(theirs, planted.hits(planted.points[0], 0)[planted.people[0].swept])


@pytest.fixture
def bundle(tmp_path):
    path = make_fake_bundle(tmp_path / "one", people=4)
    plant_compression(path)
    return path


def test_the_study_is_small_and_the_bundle_stays_whole(bundle):
    assert verify(bundle) == []
    assert (bundle / "studies" / "compression" / "results.npz").stat().st_size < 150_000


@pytest.mark.parametrize("change", ["people", "twice", "order", "widths", "live", "field"])
def test_what_does_not_fit_is_refused_with_the_command(bundle, change):
    path = bundle / "studies" / "compression" / "manifest.json"
    values = json.loads(path.read_text())
    info = values["info"]
    if change == "people":
        info["data"][0]["people"] = 9
    elif change == "twice":
        info["points"][4] = info["points"][3]
    elif change == "order":
        info["points"].reverse()
    elif change == "widths":
        info["names"]["widths"].pop()
    elif change == "live":
        info["live"] = {"made": {}}
    else:
        del info["points"][0]["steps"]
    path.write_text(json.dumps(values))
    with pytest.raises(BundleError, match=r"compression_study\.py --bundle .* --ranking RUN --tuned RUN"):
        load_compression_study(open_bundle(bundle))


def test_a_broken_file_is_refused(bundle):
    folder = bundle / "studies" / "compression"
    (folder / "results.npz").write_bytes(b"no arrays")
    note_change(folder, "results.npz")
    with pytest.raises(BundleError, match=r"results\.npz is not readable"):
        load_compression_study(open_bundle(bundle))
