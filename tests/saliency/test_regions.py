"""Where a rendered person is in their crop: held against what changes when they alone are coloured anew."""

import cv2
import numpy as np
import pytest
from rendered_bundle import SEED

from posecore.causes.change import show
from posecore.causes.table import CAUSES
from posecore.keypoints import KEYPOINTS
from posecore.saliency.regions import REGIONS, regions, share
from posecore.synthetic.people import render_person

KNEE = KEYPOINTS.index("left_knee")


def test_the_person_is_where_other_clothes_change_the_crop() -> None:
    drawn = render_person(SEED, 0).drawn
    person, limb, _ = regions(drawn, KNEE)
    assert person.any() and limb.any() and not (limb & ~person).any() and limb.sum() < person.sum()
    edit = CAUSES["clothes_colour"].edit
    assert edit is not None
    made, other = show(drawn), show(edit(drawn, 1.0))
    changed = np.abs(made.crop.astype(int) - other.crop).max(axis=2) > 40
    # A crop's pixels are made of several of the picture's: at the outline some lie half beside.
    near = cv2.dilate(person.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert changed.sum() > 200 and near.mean() < 0.5
    assert (changed & near).sum() > 0.99 * changed.sum() and (changed & person).sum() > 0.5 * person.sum()
    x, y = made.joints[KNEE]
    assert 0 <= x < 256 and 0 <= y < 256
    around = np.hypot(*(np.mgrid[:256, :256] + 0.5 - np.array([y, x])[:, None, None]))
    assert around[limb].min() < 6 and around[limb].mean() < around[person].mean()


def test_a_board_before_the_person_is_what_hides_them() -> None:
    drawn = render_person(SEED, 0).drawn
    edit = CAUSES["front"].edit
    assert edit is not None
    free, hidden = regions(drawn, KNEE), regions(edit(drawn, 0.3), KNEE)
    person, _, before = hidden
    assert not (person & before).any() and free[2].sum() < 0.3 * free[0].sum()
    # What is hidden now was the person.
    assert (before & free[0]).sum() > 0.95 * (before & ~free[2]).sum() > 0
    assert before.sum() - free[2].sum() == pytest.approx(0.3 * free[0].sum(), rel=0.2)


def test_shares_are_of_what_lies_above_zero() -> None:
    values = np.full((256, 256), -1.0, np.float32)
    values[:128, :128] = 3
    where = np.zeros((len(REGIONS), 256, 256), np.bool_)
    where[0, :64] = True
    where[1, :, :32] = True
    assert share(values, where)[:2].tolist() == [0.5, 0.25] and np.isnan(share(values, where)[2])
    assert np.isnan(share(-np.abs(values), where)).all()
