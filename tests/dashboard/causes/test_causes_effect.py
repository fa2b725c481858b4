"""What became of joints, judged against where the true ones went; words of it hold its figures."""

import numpy as np

from dashboard.causes import words
from dashboard.causes.effect import Effect, Fate, counted
from dashboard.shared.two_heatmaps import Side
from posecore.causes.cause import Labelled
from posecore.keypoints import COCO17, K
from posecore.studies.skips.certainty import Limit

ALWAYS = Limit(0.0, True, "")
BLANK = np.zeros((256, 256, 3), np.uint8)
STILL, ALONG, BEHIND, ALONE, OUT, LOST, MISSED = range(7)


def planted() -> Effect:
    """A joint of every fate; one found wrongly, which goes as the true one does."""
    made = np.full((K, 2), 100.0)
    changed, before, after = made.copy(), made.copy(), made.copy()
    changed[[ALONG, MISSED]] = after[[ALONG, MISSED]] = (130, 100)
    before[MISSED], after[MISSED] = (60, 60), (90, 60)
    changed[BEHIND], after[BEHIND] = (100, 140), (100, 120)
    after[ALONE] = (100, 113)
    changed[OUT], after[OUT] = (260, 100), (100, 100)
    peaks = np.ones(K, np.float32)
    fading = peaks.copy()
    fading[LOST], after[LOST] = 0, np.nan
    sides = (
        Side("", one.astype(np.float32), p, None, ALWAYS) for one, p in ((before, peaks), (after, fading))
    )
    seen = np.full(K, 2)
    return Effect(
        Labelled(BLANK, made, seen), Labelled(BLANK, changed, np.where(np.arange(K) == OUT, 0, seen)), *sides
    )


def test_every_joint_is_judged_against_the_true_one() -> None:
    effect = planted()
    expected = {
        STILL: Fate.STAYED,
        ALONG: Fate.WENT_ALONG,
        BEHIND: Fate.LEFT_BEHIND,
        ALONE: Fate.ON_ITS_OWN,
        OUT: Fate.OUTSIDE,
        LOST: Fate.LOST,
        MISSED: Fate.WENT_ALONG,
    }
    assert {joint: effect.fates[joint] for joint in expected} == expected
    assert effect.true_moved[BEHIND] == 40 and effect.moved[BEHIND] == 20 and effect.apart[BEHIND] == 20
    assert np.isnan(effect.moved[LOST]) and np.isnan(effect.apart[LOST])
    assert counted(effect.fates)[Fate.STAYED] == K - 6
    first, second = effect.found()
    # As changed, against where the true joint then is.
    assert first[ALONG] == 1 and second[ALONG] == 1 and first[BEHIND] == 1 and second[BEHIND] == 0
    assert first[MISSED] == 0 and second[MISSED] == 0 and np.isnan(second[OUT]) and second[LOST] == 0


def test_the_words_name_who_went_astray_with_both_distances() -> None:
    said = words.what_moved(planted())
    named = [COCO17.labels[joint] for joint in (BEHIND, ALONE)]
    assert f"{named[0]} (true 40 px, predicted 20 px)" in said
    assert f"{named[1]} (true 0 px, predicted 13 px)" in said
    assert not any(f"{COCO17.labels[joint]} (true" in said for joint in (STILL, ALONG, OUT, LOST, MISSED))
    # Of 16 in the crop the true ones of three moved, of the predicted ones four.
    assert f"of {K - 1} true joints in the crop 3 moved" in said and "of the predicted ones 4" in said
    table = planted().table()
    assert table["found"].iloc[MISSED] == "✗ → ✗" and table["found"].iloc[OUT] == "✓ → ·"


def test_components_are_named_by_how_far_they_move_among_the_first_alone() -> None:
    before, after = np.zeros(30), np.zeros(30)
    after[[3, 7, 25]] = (-2, 1, 9)
    said = words.along_components(before, after, most=2)
    assert "component 4 by −2.00, component 8 by +1.00" in said and "26" not in said
