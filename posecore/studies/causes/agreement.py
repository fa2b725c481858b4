"""Where what goes with a component or a cluster, and what moves it, do not agree."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.attributes.correlations import MODERATE, SURE
from posecore.causes.attributes import causes_of
from posecore.causes.table import CAUSES
from posecore.statistics import Estimate, Floats
from posecore.studies.causes.results import CauseStudy
from posecore.studies.causes.summary import STRONGER, Matrix
from posecore.studies.causes.verdict import Movement

APART: Final = 0.5
"""Standard deviations (Hedges' g) from which on a cluster is set apart by an attribute; of kinds, a
difference of shares of MODERATE."""

LITTLE: Final = 0.2
"""Standard deviations below which it differs little (a small effect: Cohen 1988); of kinds, half of that."""

HARDLY: Final = 0.05
"""Share of people up to which a change moves hardly anybody to another cluster."""


class Along(NamedTuple):
    """How an attribute goes with a component or a cluster: by how much, whether surely and not weakly, and
    whether hardly at all; it may be neither."""

    much: float
    goes: bool
    hardly: bool


class Disagreement(NamedTuple):
    """attribute: the one of the cause that goes along most, and how much. cause: its key.

    moves: True where the cause moves what no attribute of it goes with; False where an attribute goes along,
    and none of its causes moves anything.
    """

    attribute: str
    much: float
    cause: str
    moves: bool


def correlated(r: float, p: float) -> Along:
    """An attribute with that rank correlation with a component, and that corrected p."""
    goes = abs(r) >= MODERATE and p < SURE
    return Along(r, goes, not goes)


def set_apart(effect: float, low: float, high: float, kind: str) -> Along:
    """An attribute that sets a cluster apart by that, with its interval. kind: quantity or share."""
    apart, little = (APART, LITTLE) if kind == "quantity" else (MODERATE, LITTLE / 2)
    return Along(effect, abs(effect) >= apart and (low > 0 or high < 0), abs(effect) < little)


def component_verdicts(found: Matrix, component: int) -> dict[str, Movement]:
    """By cause, whether it moves a component, from 0; without causes that nobody could have."""
    return {
        key: Movement(str(found.verdict[row, component]))
        for row, key in enumerate(found.causes)
        if np.isfinite(found.absolute.mean[row, component])
    }


def cluster_verdicts(
    study: CauseStudy, share: Estimate, untrained: Floats, place: int
) -> dict[str, Movement]:
    """By cause, whether its stronger change moves people to other clusters, of study.ks[place] of them.

    share: (C, 2, q) of people, and untrained: (M, C, 2, q), as of posecore.studies.causes.summary. It does
    where the whole interval lies beyond the placebo's and beyond untrained networks; it does not where the
    interval ends at HARDLY or below.
    """
    low, high = (part[:, STRONGER, place] for part in (share.low, share.high))
    theirs: NDArray[np.float64] = untrained[:, :, STRONGER, place].max(axis=0)
    keys = study.causes.tolist()
    floor = max((high[row] for row, key in enumerate(keys) if CAUSES[key].placebo), default=0.0)
    verdicts = {}
    for row, key in enumerate(keys):
        if not np.isfinite(low[row]):
            continue
        if high[row] <= HARDLY:
            verdicts[key] = Movement.STILL
        else:
            beyond = low[row] > floor and low[row] > theirs[row]
            verdicts[key] = Movement.MOVES if beyond else Movement.UNKNOWN
    return verdicts


def disagreements(along: Mapping[str, Along], verdicts: Mapping[str, Movement]) -> list[Disagreement]:
    """By attribute and by cause, what goes along the most first.

    An attribute with several causes is at odds with them where none of them moves anything, and none is
    unknown.
    """
    order = sorted(along, key=lambda name: -abs(np.nan_to_num(along[name].much)))
    of_cause: dict[str, list[str]] = {}
    said: list[Disagreement] = []
    for name in order:
        causes = [key for key in causes_of(name) if key in verdicts]
        for key in causes:
            of_cause.setdefault(key, []).append(name)
        if causes and along[name].goes and all(verdicts[key] == Movement.STILL for key in causes):
            said.append(Disagreement(name, along[name].much, causes[0], False))
    for key, names in of_cause.items():
        if verdicts[key] == Movement.MOVES and all(along[name].hardly for name in names):
            said.append(Disagreement(names[0], along[names[0]].much, key, True))
    return said
