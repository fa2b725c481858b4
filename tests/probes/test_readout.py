"""The linear readout, on latents in which the pose lies as planted."""

import numpy as np
import pytest

from posecore.errors import ConfigError
from posecore.metrics.pck import PCK_RADIUS, pck
from posecore.probes import readout as module
from posecore.probes.readout import FOLDS, PENALTIES, read, readout

PEOPLE = 60


def planted(rng, people=PEOPLE, numbers=90, noise=0.0, spread=40.0):
    """Latents in whose first 34 numbers the joints' places lie, and these places; all labelled."""
    places = 128 + spread * rng.normal(size=(people, 17, 2))
    latents = np.concatenate([places.reshape(people, 34), rng.normal(size=(people, numbers - 34))], axis=1)
    turn = np.linalg.qr(rng.normal(size=(numbers, numbers)))[0]
    return latents @ turn + noise * rng.normal(size=latents.shape), places, np.full((people, 17), 2)


def by_hand(latents, places, visibility, joint, learn, test):
    """Places of a joint of people `test`: the normal equations with each of PENALTIES, and the one with the
    least error among `learn`, each left out by solving anew."""
    known = learn[visibility[learn, joint] > 0]

    def solve(rows, asked, penalty):
        x, y = latents[rows], places[rows, joint]
        centre = x.mean(axis=0)
        gram = (x - centre).T @ (x - centre) + penalty * np.eye(x.shape[1])
        weights = np.linalg.solve(gram, (x - centre).T @ (y - y.mean(axis=0)))
        return (latents[asked] - centre) @ weights + y.mean(axis=0)

    unit = latents[known].var(axis=0).sum()
    errors = []
    for penalty in PENALTIES * unit:
        left_out = [
            solve(np.delete(known, place), [row], penalty)[0] - places[row, joint]
            for place, row in enumerate(known)
        ]
        errors.append(np.mean(np.square(left_out)))
    return solve(known, test, PENALTIES[int(np.argmin(errors))] * unit)


def test_it_is_ridge_regression_with_the_penalty_that_leaving_one_out_chooses(monkeypatch):
    rng = np.random.default_rng(0)
    latents, places, visibility = planted(rng, people=20, numbers=40, noise=3, spread=10)
    latents = latents.astype(np.float32).astype(np.float64)
    visibility[rng.random(visibility.shape) < 0.2] = 0
    seen = {}

    def keep(predicted, annotated, visibility):
        seen[len(seen)] = predicted
        return np.zeros(predicted.shape[:2])

    monkeypatch.setattr(module, "hits", keep)
    readout(latents, places, visibility, seed=3)
    from sklearn.model_selection import KFold

    dealt = KFold(FOLDS, shuffle=True, random_state=3).split(latents)
    for learn, test in list(dealt)[:2]:
        for joint in (0, 9):
            expected = by_hand(latents, places, visibility, joint, learn, test)
            np.testing.assert_allclose(seen[0][test, joint], expected, atol=1e-6)
            known = learn[visibility[learn, joint] > 0]
            mean = np.broadcast_to(places[known, joint].mean(axis=0), (len(test), 2))
            np.testing.assert_allclose(seen[1][test, joint], mean)


def test_what_lies_in_the_latents_is_found_and_what_does_not_is_not():
    rng = np.random.default_rng(1)
    latents, places, visibility = planted(rng, people=200)
    found = readout(latents, places, visibility)
    assert pck(found.found) > 0.95 and pck(found.mean) < 0.15
    # The same latents, but of somebody else: nothing of the held-out people leaks into what is learned.
    mixed = readout(rng.permutation(latents), places, visibility)
    assert pck(mixed.found) == pytest.approx(pck(mixed.mean), abs=0.03)
    np.testing.assert_array_equal(mixed.mean, found.mean)


def test_how_latents_are_turned_and_scaled_changes_nothing():
    rng = np.random.default_rng(2)
    latents, places, visibility = planted(rng, noise=5)
    turn = np.linalg.qr(rng.normal(size=(90, 90)))[0]
    found, turned = (readout(side, places, visibility).found for side in (latents, 7 * latents @ turn + 100))
    assert 0.2 < pck(found) < 0.99
    np.testing.assert_array_equal(found, turned)


def test_a_joint_that_is_not_labelled_teaches_nothing_and_is_not_counted():
    rng = np.random.default_rng(3)
    latents, places, visibility = planted(rng, noise=5)
    visibility[rng.random(visibility.shape) < 0.3] = 0
    wild = np.where(visibility[..., None] > 0, places, np.nan)
    found = readout(latents, places, visibility)
    for part, again in zip(found, readout(latents, wild, visibility), strict=True):
        np.testing.assert_array_equal(np.isnan(part), visibility == 0)
        np.testing.assert_array_equal(part, again)


def test_hidden_joints_count_as_labelled_ones():
    rng = np.random.default_rng(4)
    latents, places, visibility = planted(rng)
    found, hidden = (readout(latents, places, v) for v in (visibility, visibility - 1))
    np.testing.assert_array_equal(found.found, hidden.found)


def test_where_hardly_anybody_teaches_a_joint_its_mean_or_nothing_is_taken():
    rng = np.random.default_rng(5)
    latents, places, visibility = planted(rng)
    visibility[2:, 0] = 0  # two people at most teach it, and one where the other is held out
    visibility[1:, 1] = 0  # the only one who could teach it is the one who is asked
    places[:2, 0] = [[100, 100], [100 + PCK_RADIUS / 2, 100]]
    found = readout(latents, places, visibility)
    for part in found:
        assert part[:2, 0].tolist() == [1, 1] and part[0, 1] == 0


def test_the_same_people_give_the_same_and_another_seed_other_folds():
    rng = np.random.default_rng(6)
    latents, places, visibility = planted(rng, noise=5)
    first, again, other = (readout(latents, places, visibility, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.found, again.found)
    assert (first.found != other.found).any()


def test_latents_that_do_not_vary_tell_nothing():
    rng = np.random.default_rng(7)
    _, places, visibility = planted(rng)
    found = readout(np.ones((PEOPLE, 4)), places, visibility)
    np.testing.assert_array_equal(found.found, found.mean)


@pytest.mark.parametrize(
    ("people", "joints", "words"), [(4, 4, "needs at least"), (9, 8, r"expected \(9, K, 2\)")]
)
def test_too_few_people_or_other_shapes_are_refused(people, joints, words):
    latents, places, visibility = planted(np.random.default_rng(0), people=9)
    with pytest.raises(ConfigError, match=words):
        readout(latents[:people], places[:joints], visibility[:joints])


def test_any_numbers_are_read_and_components_are_those_of_who_teaches():
    rng = np.random.default_rng(8)
    latents = rng.normal(size=(PEOPLE, 12)) * [9, 6, *[1] * 10]
    targets = np.stack([latents[:, 0] + 100, latents[:, 2]], axis=1)[..., None]
    known = rng.random((PEOPLE, 2)) < 0.8
    # What is not known is not learned from, whatever stands there.
    targets[~known] = np.nan
    whole, two = read(latents, targets, known), read(latents, targets, known, components=2)
    for said in (whole, two):
        np.testing.assert_allclose(said.found[:, 0, 0], latents[:, 0] + 100, atol=1.5)
    left = np.nanmean(np.square(two.found - targets), axis=0) / np.nanvar(targets, axis=0)
    assert left[0] < 0.05 and left[1] > 0.7
    # A person who is far from all others bends the components of none but those they teach.
    far = latents.copy()
    far[3] = 1e4 * np.eye(12)[7]
    from sklearn.model_selection import KFold

    bent = read(far, targets, known, components=2).found
    (held_out,) = [test for _, test in KFold(FOLDS, shuffle=True, random_state=0).split(far) if 3 in test]
    others = np.setdiff1d(held_out, [3])
    np.testing.assert_allclose(bent[others], two.found[others], atol=1e-3)
    taught = np.setdiff1d(np.arange(PEOPLE), held_out)
    assert np.abs(bent[taught, 0] - two.found[taught, 0]).mean() > 0.1


def test_more_components_than_there_are_are_refused():
    with pytest.raises(ConfigError, match="40 components"):
        read(
            np.random.default_rng(0).normal(size=(30, 50)), np.ones((30, 1, 1)), np.ones((30, 1), bool), 0, 40
        )
