"""When a joint is sure: one definition for all pages, from the peaks and hits of a bundle's skip study.

Under a mask and a replacement a joint is sure if its heatmap's peak exceeds the smallest height above which
at least half of the study's labelled joints, of all people and all joints together, lie within the PCK
radius. So it says how often the network is right where it answers this loudly or louder, not at this very
loudness: where half of all joints are right anyhow, every peak as high as one seen in the study will do.
Hence, with all skips on, a second condition: of a picture whose median peak is lower than those of nearly all
people of the study no joint is sure, as it may show nobody.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_ON, SkipMask
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, add_info, open_study, study_command
from posecore.errors import BundleError
from posecore.studies.skips.results import NAME, SkipStudy, load_skip_study

LEAST: Final = 20
"""Labelled joints that a height must have above it: of fewer, half may be right by luck."""

PERSON: Final = 4
"""Sure joints, of 16 or 17, that make a person; with fewer the network is said not to find any."""

HARDLY_SEEN: Final = 0.05
"""Share of the study's people whose median peak is too low to tell that somebody is there."""

STORED: Final = "sure_above"
SEEN: Final = "person_above"
LABELLED: Final = "labelled_joints"
"""What the study's info holds of this: heights by replacement and mask, None where none will do; the median
peak, with all skips, from which on a picture shows a person; how many joints stand behind the heights."""


class Limit(NamedTuple):
    """When a joint is sure under one mask and replacement.

    above: its peak is higher than this; None where no joint is sure. known: whether the study can tell; if
    not, nothing can be said against the network either. reason: why there is no height, empty if there is.
    person: the median of all peaks is this or higher; None where that is not asked.
    """

    above: float | None
    known: bool
    reason: str
    person: float | None = None

    def sure(self, peaks: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which joints of these peaks (..., K) are sure; one whose heatmap is empty never is."""
        if self.above is None:
            return np.zeros(peaks.shape, np.bool_)
        # In double precision, in which the height was found: float32 would round it to a peak just above it.
        found = np.asarray((peaks.astype(np.float64) > self.above) & (peaks > 0))
        if self.person is not None:
            found &= np.median(peaks, axis=-1, keepdims=True) >= self.person
        return found


def threshold(peaks: NDArray[np.floating], hits: NDArray[np.floating], step: float = 0.0) -> float | None:
    """The smallest height above which at least LEAST labelled joints lie, and at least half of them are hits.

    peaks, hits: of one shape; hits 1 and 0, nan where a joint is not labelled. The heights tried are the
    peaks of labelled joints and one just below all of them: lower ones were never seen, so nothing is known
    of them. With a hit rate that rises and falls the smallest one counts, whatever lies above it.
    step: that between two heights which `peaks` tells apart; a height then stands at its upper edge, so that
    a peak before it was rounded falls on the same side. None where no height will do.
    """
    labelled = ~np.isnan(hits)
    heights, place = np.unique(np.asarray(peaks, np.float64)[labelled], return_inverse=True)
    # From the top down: what has this height or more.
    count = np.bincount(place.ravel(), minlength=len(heights))[::-1].cumsum()[::-1]
    right = np.bincount(place.ravel(), hits[labelled], len(heights))[::-1].cumsum()[::-1]
    enough = np.flatnonzero((count >= LEAST) & (2 * right >= count))
    if not len(enough):
        return None
    lowest = int(enough[0])
    if lowest == 0:
        return float(np.nextafter(heights[0] - step / 2, -np.inf))
    return float(heights[lowest - 1] + step / 2)


def thresholds(study: SkipStudy) -> dict[str, dict[str, float | None]]:
    """That height by replacement and mask, such as ["mean"]["0111"]; None where none will do."""
    found: dict[str, dict[str, float | None]] = {}
    for name in study.replacements:
        peaks, hits = study.peaks_under(name), study.hits_under(name)
        found[name] = {
            mask.title: threshold(peaks[:, place], hits[:, place], study.step)
            for place, mask in enumerate(ALL_MASKS)
        }
    return found


def person_threshold(study: SkipStudy) -> float:
    """The median peak, with all skips, that all but HARDLY_SEEN of the study's people reach."""
    medians = np.median(study.peaks_under(study.replacements[0])[:, 0], axis=1)
    # At the lower edge of what rounding made equal.
    return float(np.quantile(medians, HARDLY_SEEN) - study.step / 2)


def store_thresholds(bundle: Bundle) -> Study:
    """Add both to the bundle's skip study, which stays as it is otherwise. Raises BundleError without one."""
    study = load_skip_study(bundle)
    labelled = int((study.hits_under(study.replacements[0])[:, 0] >= 0).sum())
    return add_info(
        bundle, NAME, {STORED: thresholds(study), SEEN: person_threshold(study), LABELLED: labelled}
    )


def joint_limit(bundle: Bundle, mask: SkipMask, replacement: str) -> Limit:
    """When a joint is sure under this mask, with this in place of what is cut (of ablation.REPLACEMENTS)."""
    try:
        info = open_study(bundle, NAME).info
    except BundleError as error:
        return _unknown(f"Its skip study, which would tell, is not usable. {error}")
    stored, labelled = info.get(STORED), info.get(LABELLED)
    if not isinstance(stored, dict) or not stored or type(labelled) is not int:
        return _unknown(
            f"Its skip study is from before this was kept; `{study_command(bundle, NAME)}`, with the options "
            "it was made with, adds it in seconds."
        )
    if labelled < LEAST:
        people = "None of the joints of its people is" if not labelled else f"Only {labelled} joints are"
        return _unknown(f"{people} labelled in its skip study; {LEAST} or more would tell.")
    # With all skips on nothing is replaced, so every replacement says the same.
    by_mask = stored.get(next(iter(stored)) if mask == ALL_ON else replacement)
    above: Any = by_mask.get(mask.title, "") if isinstance(by_mask, dict) else ""
    if above is None:
        return Limit(
            None,
            True,
            "However high its peak, fewer than half of the labelled joints lie within the PCK radius.",
        )
    if type(above) is not float:
        return _unknown(f"Its skip study does not cover {replacement} with the skips {mask.title}.")
    # Whether there is a person the network says with all its skips.
    seen = info.get(SEEN) if mask == ALL_ON else None
    return Limit(above, True, "", seen if type(seen) is float else None)


def _unknown(reason: str) -> Limit:
    return Limit(None, False, reason)
