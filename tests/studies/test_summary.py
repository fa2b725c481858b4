"""A study in few figures, against the study itself."""

from dataclasses import replace

import numpy as np
import pytest

from posecore.ablation import parse_mask
from posecore.studies.skips.results import CUT, SkipStudy
from posecore.studies.skips.summary import leaning, perfect, summarise

PEOPLE = 40
ALONE = [parse_mask(mask).position for mask in ("0111", "1011", "1101", "1110")]


@pytest.fixture
def study() -> SkipStudy:
    """Hits and places drawn at random, other ones under either replacement."""
    rng = np.random.default_rng(0)
    shape = (PEOPLE, 1 + 2 * CUT, 17)
    hits = rng.integers(0, 2, shape)
    hits[:, 0] = 1
    hits[:10, 0, 3] = 0
    hits[:, :, 9] = -1
    return SkipStudy(
        sample_ids=np.array([f"train-{row}" for row in range(PEOPLE)]),
        replacements=("zero", "mean"),
        donors=np.arange(PEOPLE),
        cells=rng.integers(0, 64, (*shape, 2)).astype(np.uint8),
        peaks=rng.random(shape).astype(np.float32),
        step=1 / 255,
        hits=hits.astype(np.int8),
        info={},
    )


@pytest.mark.parametrize(("replacement", "first"), [("zero", 1), ("mean", 1 + CUT)])
def test_the_figures_are_those_of_the_replacement(study: SkipStudy, replacement: str, first: int) -> None:
    own = [0, *range(first, first + CUT)]
    hits = study.hits[:, own].astype(float)
    labelled = [k for k in range(17) if k != 9]
    score = hits[:, :, labelled].mean(axis=2)
    found = summarise(study, replacement)
    assert found.scores == pytest.approx(score)
    assert found.pck.mean == pytest.approx(score.mean(axis=0))
    assert found.lost.mean == pytest.approx((score[:, [0]] - score[:, ALONE]).mean(axis=0))
    assert found.loss.mean[:, labelled] == pytest.approx(
        (hits[:, [0]] - hits[:, ALONE]).mean(axis=0)[:, labelled]
    )
    assert np.isnan(found.loss.mean[:, 9]).all()
    cells = study.cells[:, own].astype(float)
    moved = 4 * np.linalg.norm(cells[:, ALONE] - cells[:, [0]], axis=-1)
    assert found.moved.mean == pytest.approx(moved.mean(axis=0), rel=1e-5)
    # A level's share is not what its loss alone is; together they are all there is to lose.
    assert found.shapley.mean.sum() == pytest.approx(score.mean(axis=0)[0] - score.mean(axis=0)[-1])
    assert np.abs(found.shapley.mean - found.lost.mean).max() > 0.01


def test_an_empty_map_has_moved_nowhere(study: SkipStudy) -> None:
    """An empty map's first cell lies in the picture's corner: it is no place that a joint could go to."""
    peaks, cells = study.peaks.copy(), study.cells.copy()
    peaks[:7, ALONE[1], 4] = 0
    cells[:7, ALONE[1], 4] = 0
    emptied = replace(study, peaks=peaks, cells=cells)
    before, after = (summarise(one, "zero").moved for one in (study, emptied))
    assert (after.n[1, 4], after.n[0, 4]) == (PEOPLE - 7, PEOPLE)
    own = 4 * np.linalg.norm(study.cells[7:, ALONE[1], 4].astype(float) - study.cells[7:, 0, 4], axis=-1)
    assert after.mean[1, 4] == pytest.approx(own.mean()) and after.mean[0, 4] == before.mean[0, 4]


def test_whoever_misses_one_joint_is_not_perfect(study: SkipStudy) -> None:
    scores = summarise(study, "zero").scores
    rows, loss = perfect(scores, parse_mask("0110"))
    assert rows.tolist() == list(range(10, PEOPLE))
    assert loss == pytest.approx(1 - scores[10:, parse_mask("0110").position])


def test_two_networks_are_held_against_each_other_over_the_people_of_both(study: SkipStudy) -> None:
    """The other study holds three of them, the other way round, who answer as others do."""
    rows = np.array([7, 3, 1])
    other = replace(study, sample_ids=study.sample_ids[rows], hits=study.hits[rows + 20])
    found = leaning(study, other, "mean")
    assert found is not None and found.people == 3
    scores = [np.nanmean(study.hits_under("mean")[row], axis=2) for row in (rows, rows + 20)]
    for estimate, values in zip((found.pck.one, found.pck.other), scores, strict=True):
        np.testing.assert_allclose(estimate.mean, values.mean(axis=0))
    lost = [values[:, :1] - values for values in scores]
    np.testing.assert_allclose(found.lost.difference.mean, (lost[1] - lost[0]).mean(axis=0), atol=1e-12)
    spread = (lost[1] - lost[0])[:, -1]
    assert spread.min() - 1e-9 <= found.lost.difference.low[-1] <= found.lost.difference.high[-1]
    apart = replace(study, sample_ids=np.array([f"val-{row}" for row in range(PEOPLE)]))
    assert leaning(study, apart, "mean") is None
