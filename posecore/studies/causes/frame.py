"""What latents are held against: the components of people, and the middles of their clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.clustering.methods import cluster
from posecore.clustering.space import latent_space
from posecore.components.pca import Components, fit_components

KS: Final = tuple(range(2, 9))
"""Numbers of clusters."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What latents of one network and space are held against: the components of people, d of them, how far
    people spread along each, (d,), and the centroids (k, D) of every number of clusters looked at."""

    components: Components
    spread: NDArray[np.float64]
    centroids: tuple[NDArray[np.float32], ...]

    def scores(self, latents: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, d) of latents (N, D), in standard deviations of people."""
        scores: NDArray[np.float64] = self.components.project(latents) / self.spread
        return scores

    def nearest(self, latents: NDArray[np.floating]) -> NDArray[np.int8]:
        """(N, q) number of the cluster, of every number of them, whose centroid is nearest."""
        wide = np.asarray(latents, np.float32)
        found = [np.square(wide[:, None] - centres).sum(axis=2).argmin(axis=1) for centres in self.centroids]
        return np.stack(found, axis=1).astype(np.int8)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `read_frame` makes it of again."""
        fitted = self.components
        return {
            "mean": fitted.mean,
            "axes": fitted.axes,
            "variances": fitted.variances,
            **{f"clusters-{len(centres)}": centres for centres in self.centroids},
        }


def fit_frame(latents: NDArray[np.floating], dimensions: int, *, clusters: bool) -> Frame:
    """Of people's latents (N, D), as far as they have so many components. clusters: whether these, too."""
    components = fit_components(latents, min(dimensions, latents.shape[1]))
    ks = KS if clusters else ()
    space = latent_space(latents)
    return _frame(components, tuple(cluster(space, k=k).centroids for k in ks))


def read_frame(arrays: Mapping[str, NDArray[Any]]) -> Frame:
    """The frame of which these are the arrays."""
    variances = arrays["variances"]
    components = Components(arrays["mean"], arrays["axes"], variances, float(variances.sum()), 0)
    return _frame(components, tuple(arrays[name] for k in KS if (name := f"clusters-{k}") in arrays))


def _frame(components: Components, centroids: tuple[NDArray[np.float32], ...]) -> Frame:
    return Frame(components, np.sqrt(components.variances.astype(np.float64)), centroids)
