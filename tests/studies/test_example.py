"""Whom and which cut to show first, of people whose joints were placed by hand."""

import numpy as np
import pytest

from posecore.ablation import ALL_MASKS, parse_mask
from posecore.keypoints import K
from posecore.studies.skips.certainty import Limit
from posecore.studies.skips.example import HARDEST_FIRST, telling_example
from posecore.studies.skips.results import CUT, SkipStudy

SURE = Limit(0.5, True, "")
LIMITS = [SURE] * len(ALL_MASKS)
FAR, NEAR = 4, 3
"""Cells: 16 and 12 pixels of the crop, whose PCK radius is 12.8."""


def still(people: int, replacements: tuple[str, ...] = ("mean", "zero")) -> SkipStudy:
    """People b, c, ... whose joints are sure, found, and stay in one cell under every mask."""
    shape = (people, 1 + CUT * len(replacements), K)
    return SkipStudy(
        sample_ids=np.array([chr(ord("b") + row) for row in range(people)]),
        replacements=replacements,
        donors=np.zeros(people, int),
        cells=np.full((*shape, 2), 20, np.uint8),
        peaks=np.full(shape, 0.9, np.float32),
        step=1 / 255,
        hits=np.ones(shape, np.int8),
        info={},
    )


def variant(study: SkipStudy, mask: str, replacement: str = "zero") -> int:
    return CUT * study.replacements.index(replacement) + parse_mask(mask).position


def move(
    study: SkipStudy, person: int, mask: str, joints: int, by: int = FAR, replacement: str = "zero"
) -> None:
    study.cells[person, variant(study, mask, replacement), :joints, 0] += by


def chosen(
    study: SkipStudy, eligible: list[bool] | None = None, limits: list[Limit] = LIMITS
) -> tuple[str, str] | None:
    who = np.ones(len(study.sample_ids), bool) if eligible is None else np.array(eligible)
    found = telling_example(study, limits, who)
    return found and (found.sample_id, found.mask.title)


def test_masks_come_from_the_hardest_to_none() -> None:
    cuts = [mask.title.count("0") for mask in HARDEST_FIRST]
    assert sorted(set(HARDEST_FIRST)) == sorted(ALL_MASKS) and cuts == sorted(cuts, reverse=True)


def test_the_hardest_cut_under_which_three_joints_move_and_three_stay() -> None:
    study = still(3)
    move(study, 0, "0000", 2)
    move(study, 1, "0011", 3)
    move(study, 2, "0111", 8)
    assert chosen(study) == ("c", "0011")
    move(study, 2, "0000", 14)  # 3 stay
    assert chosen(study) == ("d", "0000")
    move(study, 0, "0000", 15)  # 2 stay, whatever moved
    assert chosen(study) == ("d", "0000")


def test_of_one_cut_whoever_shows_most_then_the_higher_score_then_the_first_name() -> None:
    study = still(4)
    for person, joints in enumerate((3, 9, 8, 9)):
        move(study, person, "0000", joints)
    assert chosen(study) == ("c", "0000")  # 8 and 8: of 9 that move 8 stay, of 8 that move 9 do
    study.hits[1, 0, 0] = 0
    assert chosen(study) == ("d", "0000")
    study.hits[2, 0, 0] = 0
    assert chosen(study) == ("e", "0000")
    assert chosen(study, [True, True, True, False]) == ("c", "0000")
    study.hits[1, 0] = -1  # not labelled: of this person's score nothing is known
    assert chosen(study, [True, True, True, False]) == ("d", "0000")


def test_only_joints_that_are_sure_on_both_sides_count_and_only_by_a_radius() -> None:
    study = still(2)
    move(study, 0, "0000", 5)
    move(study, 1, "0000", 8, by=NEAR)
    assert chosen(study) == ("b", "0000")
    study.peaks[0, variant(study, "0000"), :5] = 0.5  # at the height, not above it
    assert chosen(study) is None
    move(study, 1, "1110", 5)
    study.peaks[1, 0, 1:5] = 0.4
    assert chosen(study) == ("c", "1110")  # one joint moves, for want of better
    study.peaks[1, 0, 0] = 0.4
    assert chosen(study) is None
    assert chosen(still(2)) is None


def test_where_nobody_shows_three_of_each_the_most_telling_cut_is_taken() -> None:
    study = still(2)
    move(study, 0, "0000", 17)  # nothing stays
    assert chosen(study) == ("b", "0000")
    move(study, 1, "0111", 2)
    move(study, 0, "1011", 1)
    assert chosen(study) == ("c", "0111")
    move(study, 0, "1010", 2)
    assert chosen(study) == ("b", "1010")


def test_each_mask_has_its_own_height_and_only_zero_counts() -> None:
    study = still(1)
    move(study, 0, "0000", 5)
    move(study, 0, "0001", 4)
    move(study, 0, "0010", 5, replacement="mean")
    limits = list(LIMITS)
    limits[parse_mask("0000").position] = Limit(None, True, "never")
    assert chosen(study, limits=limits) == ("b", "0001")
    mean_only = still(1, ("mean",))
    move(mean_only, 0, "0000", 5, replacement="mean")
    assert chosen(mean_only) is None


@pytest.mark.parametrize("limit", [Limit(None, True, ""), Limit(None, False, "")])
def test_without_sure_joints_there_is_no_example(limit: Limit) -> None:
    study = still(1)
    move(study, 0, "0000", 5)
    assert chosen(study, limits=[limit] * len(ALL_MASKS)) is None


def test_joints_that_were_not_found_do_not_count() -> None:
    study = still(2)
    move(study, 0, "0000", 8)
    move(study, 1, "0000", 4)
    study.hits[0, :, :6] = -1  # outside the picture
    assert chosen(study) == ("c", "0000")  # who shows four and thirteen, not two and nine
    study.hits[:] = -1
    assert chosen(study) == ("b", "0000")  # of nobody anything is known
