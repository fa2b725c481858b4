"""The stops of a walk: who is nearest, whether anybody is there at all, and what to say of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared import latents
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.components.outliers import ALPHA, Judgement
from posecore.components.pca import Components
from posecore.components.walks import Walk, walk

RARE: Final = 100 * ALPHA / 4
"""A percentile this near 0 or 100 is what puts a stop off the data: two measures, two sides."""


@dataclass(frozen=True, eq=False)
class Stops:
    """S stops. component: from 0. steps: (S,) c. start: a sample_id, empty for the mean. sample_ids: (S,) of
    the nearest people. judgement: not comparing the start with themselves."""

    component: int
    steps: NDArray[np.float64]
    start: str
    walk: Walk
    sample_ids: NDArray[np.str_]
    judgement: Judgement

    def sign(self, stop: int) -> str:
        """c of a stop, as people write it."""
        return number(self.steps[stop], 2, sign=True)

    def verdict(self, stop: int) -> str:
        """Whether people are there, in a few words."""
        if not self.judgement.off_data[stop]:
            return "among the data"
        near, mean = self.judgement.distance_percentile[stop], self.judgement.norm_percentile[stop]
        reasons = []
        if min(mean, 100 - mean) <= RARE:
            reasons.append("too near the mean" if mean < 50 else "too far from the mean")
        if min(near, 100 - near) <= RARE:
            reasons.append("too near somebody" if near < 50 else "nobody near")
        return f"off the data: {' and '.join(reasons)}"

    def how_sure(self, stop: int) -> str:
        """The two measures behind the verdict."""
        near, mean = self.judgement.distance_percentile[stop], self.judgement.norm_percentile[stop]
        other = " other" if self.start else ""
        return (
            f"The nearest{other} person is {self.judgement.distance[stop]:.1f} away, farther than for "
            f"{near:.1f} % of real people; the mean is {self.judgement.norm[stop]:.1f} away, farther than "
            f"for {mean:.1f} %."
        )

    def table(self) -> pd.DataFrame:
        """One row per stop."""
        return pd.DataFrame(
            {
                "component": self.component + 1,
                "start": self.start or "the mean",
                "c": self.steps,
                "nearest person": self.sample_ids,
                "distance": self.walk.distance,
                "also nearest elsewhere": self.walk.repeated,
                "verdict": [self.verdict(stop) for stop in range(len(self.steps))],
                "distance, percentile of people": self.judgement.distance_percentile,
                "distance to the mean": self.judgement.norm,
                "distance to the mean, percentile of people": self.judgement.norm_percentile,
            }
        )


def take(
    bundle: Bundle,
    fitted: Components,
    scores: NDArray[np.float32],
    component: int,
    steps: NDArray[np.float64],
    start: str = "",
) -> Stops:
    """Walk along a component, from 0. start: a sample_id whose scores are known, empty for the mean.

    Raises ConfigError where it cannot be.
    """
    row = bundle.row(start) if start else None
    found = walk(fitted, scores, component, steps, None if row is None else scores[row])
    return Stops(
        component,
        steps,
        start,
        found,
        bundle.samples["sample_id"].iloc[found.nearest].to_numpy(str),
        latents.reference_distances(bundle).judge(found.positions, row),
    )


def repeated_sentence(stops: Stops) -> str | None:
    """Who is nearest at more than one stop; None where nobody is."""
    people, times = np.unique(stops.sample_ids, return_counts=True)
    again = [
        f"{who} at {count} of {len(stops.steps)} stops"
        for who, count in zip(people, times, strict=True)
        if count > 1
    ]
    if not again:
        return None
    return (
        f"The same person is the nearest more than once: {', '.join(again)}. Nobody else is nearer to those "
        "stops, so the pictures of real people change less than the walk does; a wider range makes "
        "steps longer."
    )
