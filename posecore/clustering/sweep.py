"""K-Means for every K of a range from many starts, and all silhouettes. A stopped sweep goes on."""

from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import COPY_UP_TO, Source
from posecore.clustering.kmeans import kmeans, sketch
from posecore.clustering.methods import check_k, largest_first
from posecore.clustering.silhouette import mean_silhouette, silhouettes
from posecore.clustering.space import Space
from posecore.errors import ConfigError
from posecore.unfinished import Piece, read_or_make


@dataclass(frozen=True)
class SweepSettings:
    """K from `least` to `most`, `restarts` labellings of each, from starts drawn with `seed`."""

    least: int = 2
    most: int = 10
    restarts: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.least <= self.most <= 255:
            raise ConfigError(f"K from {self.least} to {self.most}: expected 2 or more, up to 255")
        if self.restarts < 1:
            raise ConfigError(f"{self.restarts} restarts: expected at least 1")

    @property
    def ks(self) -> NDArray[np.int64]:
        """(L,) K of every labelling, ascending."""
        return np.repeat(np.arange(self.least, self.most + 1), self.restarts)


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep over N people found, L labellings ordered by K, then by restart.

    ks: (L,) clusters of each. labels: (L, N), the largest cluster first. inertia, silhouettes: (L,), the mean
    silhouette over all people. values: (K, N) every person's silhouette in the best labelling of each K.
    """

    ks: NDArray[np.int64]
    labels: NDArray[np.uint8]
    inertia: NDArray[np.float64]
    silhouettes: NDArray[np.float64]
    values: NDArray[np.float32]

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(K,) the numbers of clusters tried, ascending."""
        return np.unique(self.ks)

    def best(self, k: int) -> int:
        """The labelling of K with the highest mean silhouette, as the thesis chose it.

        Raises ConfigError for a K that was not tried.
        """
        own = np.flatnonzero(self.ks == k)
        if not len(own):
            raise ConfigError(f"K = {k} is not in the sweep; it has {self.ks.min()} to {self.ks.max()}")
        return int(own[self.silhouettes[own].argmax()])

    def tightest(self, k: int) -> int:
        """The labelling of K with the lowest inertia. Raises ConfigError for a K that was not tried."""
        own = np.flatnonzero(self.ks == self.ks[self.best(k)])
        return int(own[self.inertia[own].argmin()])

    def of_best(self, k: int) -> NDArray[np.float32]:
        """(N,) every person's silhouette in `best(k)`."""
        self.best(k)
        found: NDArray[np.float32] = self.values[np.searchsorted(self.numbers, k)]
        return found


def sweep(
    space: Space,
    settings: SweepSettings,
    folder: Path | None = None,
    source: Source | None = None,
    quiet: bool = True,
) -> Sweep:
    """Cluster the people of a space for every K, and compute every silhouette.

    folder: what is done is kept there, so that a killed sweep of the same people and settings goes on; the
    caller names it after both. Without it a sweep begins anew. source: the same people on a cluster, to do
    the work there. Raises ConfigError as `cluster` does.
    """
    for k in (settings.least, settings.most):
        check_k(space, k)
    source = space.source if source is None else source
    ks = settings.ks
    labels, inertia = _clustered(source, settings, folder, quiet)
    progress_file = None if folder is None else folder / "silhouettes.npz"
    values = silhouettes(source, labels, progress_file, quiet)
    means = np.array([mean_silhouette(own) for own in values])
    best = [int(np.flatnonzero(ks == k)[means[ks == k].argmax()]) for k in np.unique(ks)]
    return Sweep(ks, labels, inertia, means, values[best])


def _clustered(
    source: Source, settings: SweepSettings, folder: Path | None, quiet: bool
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Labels (L, N) and inertia (L,): of all K at once, or of one after the other where each takes long."""
    seeds = [
        (settings.seed, k, restart)
        for k in range(settings.least, settings.most + 1)
        for restart in range(settings.restarts)
    ]
    all_at_once = source.people * source.dimensions <= COPY_UP_TO
    groups = [seeds] if all_at_once else [list(group) for _, group in groupby(seeds, lambda seed: seed[1])]
    sketched = cache(lambda: sketch(source))  # not made where all is done

    def make(group: list[tuple[int, int, int]]) -> Piece:
        runs = kmeans(source, [k for _, k, _ in group], group, sketched=sketched(), quiet=quiet)
        labels = np.stack([largest_first(own) for own in runs.labels]).astype(np.uint8)
        return {"labels": labels, "inertia": runs.inertia}

    found = []
    for group in groups:
        path = None if folder is None else folder / f"labels-{group[0][1]:03d}.npz"
        found.append(read_or_make(path, ("labels", "inertia"), partial(make, group)))
    labels, inertia = (np.concatenate([piece[name] for piece in found]) for name in ("labels", "inertia"))
    return labels, inertia
