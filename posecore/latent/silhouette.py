"""How well each person fits into their cluster (Rousseeuw 1987)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.latent.arrays import as_float32

WORKING_MEMORY: Final = 256
"""MiB of distances at a time; all of 10,000 people would be 800 MB."""


@dataclass(frozen=True, eq=False)
class Silhouette:
    """values: (N,) in [-1, 1]. +1: far from every other cluster; 0: between two; below 0: nearer another one.

    mean: over all people. A person alone in a cluster has 0.
    """

    values: NDArray[np.float32]
    mean: float


def silhouette(features: NDArray[np.floating], labels: NDArray[np.integer]) -> Silhouette:
    """Silhouettes of people with features (N, D) in clusters `labels` (N,), from Euclidean distances.

    Exact, so the time grows with N squared: about 11 s for 10,000 latents on two cores. In many
    dimensions all distances are alike and the values low even for plain clusters: compare values only
    within one space. Raises ConfigError unless there are 2 to N - 1 clusters and one label per person.
    """
    from sklearn import config_context
    from sklearn.metrics import silhouette_samples

    people, clusters = len(features), len(np.unique(labels))
    if labels.shape != (people,):
        raise ConfigError(f"labels have shape {labels.shape} for {people} people; expected ({people},)")
    if not 2 <= clusters < people:
        raise ConfigError(
            f"{clusters} clusters of {people} people have no silhouette: expected 2 to {people - 1}"
        )
    with config_context(working_memory=WORKING_MEMORY):
        values = silhouette_samples(as_float32(features), labels)
    return Silhouette(np.asarray(values, np.float32), float(values.mean(dtype=np.float64)))
