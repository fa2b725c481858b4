"""Whom and which cut to show first: somebody of whom much visibly moves, and much stays where it was."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_ON, SkipMask
from posecore.metrics.pck import PCK_RADIUS, scores
from posecore.studies.skips.certainty import Limit
from posecore.studies.skips.results import SkipStudy

REPLACEMENT: Final = "zero"
"""What stands in for the skips cut in the example."""

ENOUGH: Final = 3
"""Joints that move, and as many that stay, from which on a cut is shown without looking for a gentler one."""

HARDEST_FIRST: Final = tuple(sorted(ALL_MASKS, key=lambda mask: (sum(mask), mask)))
"""All masks, from the one that cuts all to the one that cuts nothing."""


class Example(NamedTuple):
    """A person, and the skips that are on."""

    sample_id: str
    mask: SkipMask


def telling_example(study: SkipStudy, limits: Sequence[Limit], eligible: NDArray[np.bool_]) -> Example | None:
    """The person and the mask that show most, with nothing in place of what is cut.

    limits: when a joint is sure, for every mask in the order of ALL_MASKS. eligible: (N,) of the study's
    people, who may be shown. A person shows as much as the fewer of two kinds of joints: those that move by
    a PCK radius or more and those that do not, of the joints that are sure on both sides and found with all
    skips; where nobody is labelled, of all that are sure. Of people who show
    alike the one with the higher PCK with all skips counts, then the one whose sample_id comes first. The
    hardest cut under which anybody shows ENOUGH is taken, else the one that shows most. None where no
    eligible person has a joint that moves and stays sure, and where the study lacks this replacement.
    """
    if REPLACEMENT not in study.replacements:
        return None
    points, peaks = study.points_under(REPLACEMENT), study.peaks_under(REPLACEMENT)
    whole, hits = ALL_ON.position, study.hits_under(REPLACEMENT)
    pck = np.nan_to_num(scores(hits)[:, whole], nan=-1.0)
    # A joint outside the picture moves, too, but shows nothing.
    counts = (hits[:, whole] == 1) | np.isnan(hits).all()
    best: tuple[int, Example] | None = None
    for mask in HARDEST_FIRST:
        place = mask.position
        sure = limits[whole].sure(peaks[:, whole]) & limits[place].sure(peaks[:, place])
        sure &= counts
        far = np.linalg.norm(points[:, place] - points[:, whole], axis=2) >= PCK_RADIUS
        moved, stayed = (sure & far).sum(axis=1), (sure & ~far).sum(axis=1)
        rows = np.flatnonzero(eligible & (moved > 0))
        if not len(rows):
            continue
        shows = np.minimum(moved, stayed)[rows]
        first = np.lexsort((study.sample_ids[rows], -pck[rows], -shows))[0]
        if best is None or shows[first] > best[0]:
            best = int(shows[first]), Example(str(study.sample_ids[rows[first]]), mask)
        if best[0] >= ENOUGH:
            break
    return None if best is None else best[1]
