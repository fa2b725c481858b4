"""Whether clusters are groups, regions of one cloud, or neither can be told: a rule on figures alone.

Groups have to be apart (the density test finds valleys that clusters cannot be chained across) and to be
tighter than people without groups fall into as many clusters, by more than draws of these differ.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from posecore.clustering.density import Density
from posecore.errors import ConfigError

REQUIRED: Final = ("gaussian", "smoothed")
"""Controls that groups have to stand out from. Shuffled scores are not among them: they keep groups that
differ along one component."""

LEVEL: Final = 0.975
"""Share of draws without groups below which a silhouette that stands out lies above, from above alone."""


class Kind(StrEnum):
    """What clusters are."""

    GROUPS = "groups"
    REGIONS = "regions of one cloud"
    UNKNOWN = "cannot be told"


class Reason(StrEnum):
    """Why that is said, in words that follow "because"."""

    APART = "valleys in the density keep them apart, and they stand out from people without groups"
    JOINED = "no valley in the density is deep enough to keep them apart"
    TOO_FEW = "there are too few people for a test of the density between clusters"
    UNSURE = "valleys in the density are there among some draws of people and not among others"
    ALIKE = "there are valleys in the density, but people without groups fall into clusters as tight"


@dataclass(frozen=True)
class Standing:
    """A mean silhouette beside those of a control. real: of the people. mean, spread: of the control's draws,
    and their standard deviation. draws: how many."""

    real: float
    mean: float
    spread: float
    draws: int

    @property
    def limit(self) -> float:
        """What one more draw of the control stays below with LEVEL (the prediction interval of a t)."""
        reach = float(t.ppf(LEVEL, self.draws - 1)) * math.sqrt(1 + 1 / self.draws)
        return self.mean + reach * self.spread

    @property
    def stands_out(self) -> bool:
        """Whether people are above that."""
        return bool(self.real > self.limit)


@dataclass(frozen=True)
class ClusterVerdict:
    """kind: what clusters are. groups: how many, None unless they are groups. low, high: the 95 % interval of
    the density test's number, 1 for a single cloud; None where there is no test. reason: why."""

    kind: Kind
    groups: int | None
    low: int | None
    high: int | None
    reason: Reason


def standing(real: float, control: NDArray[np.floating]) -> Standing:
    """The mean silhouette of people beside those (B,) of a control's draws. Raises ConfigError for fewer than
    two draws, which have no spread."""
    if len(control) < 2:
        raise ConfigError(f"{len(control)} draws of a control: expected at least 2")
    return Standing(real, float(control.mean()), float(control.std(ddof=1)), len(control))


def verdict(density: Density | None, standings: Mapping[str, Standing]) -> ClusterVerdict:
    """What the density test and the standings beside controls, by their names, at K = `density.count` say.

    density: None where there are too few people. standings: needed where the test finds groups. Raises
    ConfigError where one of REQUIRED is missing then.
    """
    if density is None:
        return ClusterVerdict(Kind.UNKNOWN, None, None, None, Reason.TOO_FEW)
    count, (low, high) = density.count, density.between
    if high == 1 and count == 1:
        return ClusterVerdict(Kind.REGIONS, None, low, high, Reason.JOINED)
    if low == 1 or count == 1:
        return ClusterVerdict(Kind.UNKNOWN, None, low, high, Reason.UNSURE)
    missing = [name for name in REQUIRED if name not in standings]
    if missing:
        raise ConfigError(f"{count} groups need a standing beside the control {missing[0]}; draw it first")
    if all(standings[name].stands_out for name in REQUIRED):
        return ClusterVerdict(Kind.GROUPS, count, low, high, Reason.APART)
    return ClusterVerdict(Kind.UNKNOWN, None, low, high, Reason.ALIKE)
