"""How many components hold more than chance would: parallel analysis (Horn 1965; Buja and Eyuboglu 1992).

Every number of the latents is shuffled among the people, each by itself, which keeps its spread and ends all
that goes together. Components count as long as they vary more than those of shuffled latents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import as_float32, finite
from posecore.components.pca import spectrum
from posecore.errors import ConfigError
from posecore.subsample import subsample

QUANTILE: Final = 0.95
DRAWS: Final = 20
MOST: Final = 10_000
"""People analysed at most. What chance makes depends on their number, so it is always told."""


@dataclass(frozen=True, eq=False)
class Parallel:
    """variances: (m,) along all components of the `people` analysed. chance: (m,) the QUANTILE of those of
    shuffled latents. draws: how often they were shuffled."""

    variances: NDArray[np.float32]
    chance: NDArray[np.float32]
    people: int
    draws: int

    @property
    def count(self) -> int:
        """Components from the first on, up to the first that chance makes as large."""
        return int((np.append(self.variances <= self.chance, True)).argmax())


def analysed_rows(latents: NDArray[np.floating], seed: int = 0, most: int = MOST) -> NDArray[np.int64]:
    """Rows of the people to analyse, ascending: `most` of latents (N, D) drawn with `seed`, or all if fewer.

    Raises ConfigError for fewer than three people without nan: shuffling two changes nothing that counts.
    """
    rows = np.flatnonzero(finite(latents))
    if len(rows) < 3:
        raise ConfigError(f"parallel analysis of {len(rows)} people: expected three or more")
    return subsample(rows, most, seed)


def shuffled_spectra(
    latents: NDArray[np.floating], first: int, draws: int, seed: int = 0
) -> Iterator[NDArray[np.float32]]:
    """Variances (m,) of latents (N, D) shuffled anew each time: the draws `first` to `draws` - 1.

    A draw depends on its own number and `seed` only, so that a stopped analysis goes on to the same end.
    """
    columns = np.ascontiguousarray(as_float32(latents).T)
    for draw in range(first, draws):
        rng = np.random.default_rng([seed, draw])
        yield spectrum(rng.permuted(columns, axis=1).T)


def parallel_analysis(variances: NDArray[np.float32], shuffled: NDArray[np.float32], people: int) -> Parallel:
    """Compare variances (m,) of `people` latents with those of shuffled ones, (draws, m)."""
    chance = np.quantile(shuffled, QUANTILE, axis=0).astype(np.float32)
    return Parallel(variances, chance, people, len(shuffled))
