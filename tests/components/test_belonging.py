"""Whether a picture is like the people: measures against numbers by hand, and the share that is refused."""

import numpy as np
import pytest

from posecore.components.belonging import (
    FOLDS,
    WEIGHTS,
    Rule,
    fit_rule,
    left_out,
    measure,
    refused_unseen,
    safe_share,
)
from posecore.components.pca import Components
from posecore.errors import ConfigError

RNG = np.random.default_rng(5)


def test_measures_are_those_computed_by_hand() -> None:
    fitted = Components(
        mean=np.array([1, 0, 0], np.float32),
        axes=np.eye(3, dtype=np.float32)[:2],
        variances=np.array([4, 1], np.float32),
        total_variance=5.0,
        people=9,
        left_out=np.array([], np.int64),
    )
    people = np.array([[0, 0], [3, 4], [np.nan, 0]], np.float32)
    peaks = np.tile(np.arange(17) / 10, (2, 1))
    found = measure(fitted, people, np.array([[5, 1, 7], [4, 4, 0]], np.float32), peaks)
    # Scores (4, 1) and (3, 4): of standard deviations 2 and 1; the third latent number lies off both axes.
    assert found[:, 0] == pytest.approx([-0.8, -0.8])
    assert found[:, 1] == pytest.approx([np.hypot(2, 1), np.hypot(1.5, 4)])
    assert found[:, 2] == pytest.approx([np.hypot(1, 3), 0], abs=1e-6)


def test_p_values_count_the_new_one_too() -> None:
    rule = Rule(np.sort(np.tile(np.arange(1.0, 10.0)[:, None], 3), axis=0), 0.5)
    p = rule.p_values(np.array([[9.5, 9.0, 0.0]]))
    assert p[0] == pytest.approx([0.1, 0.2, 1.0])
    weighed = p[0] / WEIGHTS
    assert rule.refused_by(np.array([[9.5, 9.0, 0.0]]))[0].tolist() == (weighed < 0.5).tolist()


def test_who_is_too_near_somebody_is_a_double_unless_everybody_is_near() -> None:
    rule = Rule(np.sort(np.tile(np.arange(1.0, 101.0)[:, None], 3), axis=0), 0.5)
    # Nearer than any of 100 people; as near as one of them; as far from the mean as hardly anybody.
    found = rule.doubles(np.array([[50, 50, 0.5], [50, 50, 1.5], [50, 0.5, 0.5]]))
    assert found.tolist() == [True, False, False]


def people(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    spread = np.geomspace(9, 1, 12)
    latents = (RNG.standard_normal((count, 12)) * spread).astype(np.float32)
    return latents, RNG.uniform(0.3, 0.6, (count, 17)).astype(np.float32)


def test_people_are_measured_by_what_knows_nothing_of_them() -> None:
    latents, peaks = people()
    latents[7] = np.nan
    # One far out, who would pull a component towards themselves.
    latents[11] = 1000
    values, fold = left_out(latents, peaks, components=5)
    assert np.isnan(values[7]).all() and fold[7] == -1
    assert np.bincount(fold[fold >= 0]).tolist() == [60, 60, 60, 60, 59]
    assert values[11, 1] > 20 * np.nanmedian(values[:, 1])


def test_at_most_the_share_asked_for_is_refused_and_strangers_are() -> None:
    latents, peaks = people()
    values, fold = left_out(latents, peaks, components=5)
    rule = fit_rule(values, 0.05)
    assert 0.03 < rule.refused_by(values).any(axis=1).mean() <= 0.05
    assert 0.02 < refused_unseen(values, fold, 0.05).any(axis=1).mean() < 0.09
    dim = values[:20].copy()
    dim[:, 0] = -0.01
    assert rule.refused_by(dim)[:, 0].all()
    assert np.array_equal(rule.refused_by(dim)[:, 1:], rule.refused_by(values[:20])[:, 1:])


def test_of_people_left_out_no_more_are_refused_than_may_be() -> None:
    more = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        values, fold = rng.standard_normal((1000, 3)), rng.permutation(1000) % FOLDS
        unseen = [
            refused_unseen(values, fold, share).any(axis=1).mean()
            for share in (0.05, safe_share(values, fold), safe_share(values, fold) + 0.001)
        ]
        more += unseen[0] > 0.05
        # As many as may be, and no more: one person more among the refused is too many, or 5 % already.
        assert 0.03 < unseen[1] <= 0.05 and (unseen[2] > 0.05 or safe_share(values, fold) == 0.05)
    # By the share alone more than that are refused of some people.
    assert more
    # Who is measured by nothing has no say.
    values[:5], fold[:5] = np.nan, -1
    assert 0 < safe_share(values, fold) <= 0.05


def test_too_few_people_are_an_error() -> None:
    latents, peaks = people(2 * FOLDS - 1)
    with pytest.raises(ConfigError, match="9 people with known latents; 10 or more"):
        left_out(latents, peaks)
