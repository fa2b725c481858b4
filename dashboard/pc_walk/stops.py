"""The stops of a walk: who is nearest, and whether anybody is there at all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.pc_walk import words
from dashboard.shared import latents
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.components.outliers import Judgement
from posecore.components.pca import Components
from posecore.components.walks import Walk, walk


@dataclass(frozen=True, eq=False)
class Stops:
    """S stops. component: from 0. steps: (S,) c. start: a sample_id, empty for the mean. sample_ids: (S,) of
    the nearest people. judgement: of the stops. A person whom a walk starts from counts as everybody does."""

    component: int
    steps: NDArray[np.float64]
    start: str
    walk: Walk
    sample_ids: NDArray[np.str_]
    judgement: Judgement

    def sign(self, stop: int) -> str:
        """c of a stop, as people write it."""
        return number(self.steps[stop], 2, sign=True)

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
                "verdict": [words.verdict(self.judgement, stop) for stop in range(len(self.steps))],
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
        latents.reference_distances(bundle).judge(found.positions),
    )
