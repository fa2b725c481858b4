"""Clusters that are learned in the background, and how far that is."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.shared.background import worker
from posecore.blocks import LocalSource
from posecore.clustering.silhouette import silhouettes

if TYPE_CHECKING:
    from posecore.clustering.learned import Progress

AUTOENCODER: Final = 0.8
"""Share of the time that the autoencoder takes, where there is none yet."""


class Learning:
    """make: does it, and tells the share that is done. share: that, from 0 to 1."""

    def __init__(self, make: "Callable[[Progress], None]") -> None:
        self.share = 0.0
        self.future: Future[None] = worker.submit(make, self._report)

    def _report(self, share: float) -> None:
        self.share = min(max(share, self.share), 1.0)


def own_silhouettes(
    embedding: NDArray[np.float32], labels: NDArray[np.int64], judged: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(M,) in the learned space (M, d), of the people `judged` among each other; nan of the others."""
    values = np.full(len(labels), np.nan, np.float32)
    if 2 <= len(np.unique(labels[judged])) < len(judged):
        values[judged] = silhouettes(LocalSource(embedding[judged]), labels[judged][None])[0]
    return values
