"""What a change did: where the true joints went, and where the network's went; numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared.two_heatmaps import Side, mark
from posecore.causes.cause import Labelled
from posecore.data.crops import SIZE
from posecore.keypoints import sized_set
from posecore.metrics.pck import PCK_RADIUS, hits

TRUE_MOVED, MOVED, APART = "true joint moved, px", "predicted moved, px", "apart, px"
"""Columns of the table of joints."""


class Fate(StrEnum):
    """What became of a predicted joint, held against the true one. Moved: by a PCK radius or more."""

    STAYED = "stayed, as the true one"
    WENT_ALONG = "moved with the true one"
    LEFT_BEHIND = "not where the true one went"
    ON_ITS_OWN = "moved, the true one did not"
    OUTSIDE = "true joint outside the crop"
    LOST = "lost"


ASTRAY = (Fate.LEFT_BEHIND, Fate.ON_ITS_OWN)
"""By a PCK radius or more otherwise than the true joint."""


@dataclass(frozen=True, eq=False)
class Effect:
    """A crop as made and as changed, and what the network says of both under one choice of skips.

    Where a joint's true place is not known, it is the predicted one of the crop as made, and as changed where
    the change takes that; visibility is 0 there.
    """

    made: Labelled
    changed: Labelled
    before: Side
    after: Side

    @property
    def true_moved(self) -> NDArray[np.float64]:
        """(K,) how far the true joints moved, crop pixels."""
        return np.asarray(np.linalg.norm(self._true_way, axis=1))

    @property
    def moved(self) -> NDArray[np.float64]:
        """(K,) how far the predicted joints moved, crop pixels; nan where one is lost."""
        return np.asarray(np.linalg.norm(self._way, axis=1))

    @property
    def apart(self) -> NDArray[np.float64]:
        """(K,) from where a predicted joint would be, had it moved as the true one did, to where it is."""
        return np.asarray(np.linalg.norm(self._way - self._true_way, axis=1))

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(K,) whether the true joint lies in the crop, as made and as changed."""
        both = np.stack([self.made.joints, self.changed.joints])
        return np.asarray(((both >= 0) & (both < SIZE)).all(axis=(0, 2)))

    @property
    def fates(self) -> list[Fate]:
        """Of all joints."""
        found = []
        for inside, lost, apart, true in zip(
            self.inside, np.isnan(self.moved), self.apart, self.true_moved, strict=True
        ):
            if lost:
                found.append(Fate.LOST)
            elif not inside:
                found.append(Fate.OUTSIDE)
            elif apart >= PCK_RADIUS:
                found.append(Fate.LEFT_BEHIND if true >= PCK_RADIUS else Fate.ON_ITS_OWN)
            else:
                found.append(Fate.WENT_ALONG if true >= PCK_RADIUS else Fate.STAYED)
        return found

    @property
    def sure(self) -> NDArray[np.bool_]:
        """(K,) of which joints the network is sure both before and after."""
        return self.before.sure & self.after.sure

    def found(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(K,) hits as made and as changed, nan where a joint is not labelled."""
        first, second = (
            hits(side.points[None], given.joints[None], given.visibility[None])[0]
            for side, given in ((self.before, self.made), (self.after, self.changed))
        )
        return first, second

    def table(self) -> pd.DataFrame:
        """One row per joint; nan where a joint is lost, so that it has moved nowhere."""
        first, second = self.found()
        sure = zip(self.before.sure_marks, self.after.sure_marks, strict=True)
        return pd.DataFrame(
            {
                "joint": list(sized_set(len(self.before.points)).labels),
                TRUE_MOVED: self.true_moved,
                MOVED: self.moved,
                APART: self.apart,
                "what became of it": [fate.value for fate in self.fates],
                "found": [f"{mark(a)} → {mark(b)}" for a, b in zip(first, second, strict=True)],
                "peak before": self.before.peaks,
                "peak after": self.after.peaks,
                "sure": [f"{a} → {b}" for a, b in sure],
            }
        )

    @property
    def _way(self) -> NDArray[np.float64]:
        return np.asarray(self.after.points - self.before.points, np.float64)

    @property
    def _true_way(self) -> NDArray[np.float64]:
        return self.changed.joints - self.made.joints


def components_table(before: NDArray[np.floating], after: NDArray[np.floating]) -> pd.DataFrame:
    """Where somebody lies along every component, (d,), before and after, in standard deviations of people."""
    return pd.DataFrame(
        {
            "component": np.arange(1, len(before) + 1),
            "as made": before,
            "as changed": after,
            "moved": after - before,
        }
    )


def counted(fates: list[Fate]) -> Mapping[Fate, int]:
    """How many joints came to each fate."""
    return {fate: fates.count(fate) for fate in Fate}
