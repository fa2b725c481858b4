"""Principal components of latents: the directions in which people differ most.

Shapes: N people, D numbers per latent, d components. Everything is float32 and the float16 latents are
read in blocks: 10,000 latents of 4,096 numbers need one float32 copy of 160 MB.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError, DataError
from posecore.files import atomic_file
from posecore.latent.arrays import as_float32, blocks

EXACT_UP_TO: Final = 1000
"""With at most this many people, or numbers per latent, the decomposition is exact."""

POWER_ITERATIONS: Final = 7
"""With twice the components sketched, the variances of a randomised decomposition are then right to 0.1 %."""


@dataclass(frozen=True, eq=False)
class Components:
    """A fitted analysis.

    mean: (D,). axes: (d, D), orthonormal, the largest entry of each positive. variances: (d,) along the
    axes, largest first, over people - 1. total_variance: along all D. people: how many it was fitted on.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    variances: NDArray[np.float32]
    total_variance: float
    people: int

    @property
    def explained(self) -> NDArray[np.float32]:
        """(d,) share of the total variance along each axis, in [0, 1]."""
        return self.variances / np.float32(self.total_variance)

    def project(self, latents: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N, d) scores of latents (N, D): how far each lies from the mean along every axis."""
        if latents.ndim != 2 or latents.shape[1] != len(self.mean):
            raise ConfigError(
                f"latents have shape {latents.shape}; these components are of (N, {len(self.mean)})"
            )
        scores = np.empty((len(latents), len(self.axes)), np.float32)
        for start, block in blocks(latents):
            scores[start : start + len(block)] = (block - self.mean) @ self.axes.T
        return scores

    def save(self, path: Path) -> None:
        """Write a .npz file, whole or not at all."""
        with atomic_file(path) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                mean=self.mean,
                axes=self.axes,
                variances=self.variances,
                total_variance=self.total_variance,
                people=self.people,
            )

    @classmethod
    def load(cls, path: Path) -> "Components":
        """Read what `save` wrote. Raises DataError where it is missing or broken."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                loaded = cls(
                    mean=arrays["mean"],
                    axes=arrays["axes"],
                    variances=arrays["variances"],
                    total_variance=float(arrays["total_variance"]),
                    people=int(arrays["people"]),
                )
        except Exception as error:  # numpy and zipfile raise many kinds for a broken file
            kind = type(error).__name__
            raise DataError(f"{path}: no readable components ({kind}); compute and save them anew") from error
        if loaded.mean.ndim != 1 or loaded.axes.shape != (len(loaded.variances), len(loaded.mean)):
            raise DataError(f"{path}: its arrays do not fit together; compute and save the components anew")
        return loaded


def fit_components(latents: NDArray[np.floating], components: int = 128, seed: int = 0) -> Components:
    """The first `components` of latents (N, D), or as many as there are: at most N - 1 and D.

    Exact for small data and for many components, else randomised, fixed by `seed`. Raises ConfigError
    for fewer than two people, fewer than one component, latents that are not finite or all equal.
    """
    if components < 1:
        raise ConfigError(f"{components} components: expected at least 1")
    data = as_float32(latents)
    people, dimensions = data.shape
    if people < 2:
        raise ConfigError("the latents are of one person; components need two or more")
    # Summed in float64, as 10,000 float32 numbers added one by one lose digits.
    mean = data.mean(axis=0, dtype=np.float64).astype(np.float32)
    data -= mean
    total = sum(float(np.square(block, dtype=np.float64).sum()) for _, block in blocks(data)) / (people - 1)
    if total == 0:
        raise ConfigError(
            f"the latents of all {people} people are equal; take other people or another network"
        )
    kept = min(components, people - 1, dimensions)
    smaller = min(people, dimensions)
    if smaller > EXACT_UP_TO and 4 * kept < smaller:
        axes, variances = _randomised(data, kept, seed)
    else:
        axes, variances = _exact(data, kept)
    # An axis may point either way; without a rule that would depend on the machine.
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return Components(
        mean=mean,
        axes=np.where(largest < 0, -axes, axes),
        variances=variances,
        total_variance=total,
        people=people,
    )


def _exact(data: NDArray[np.float32], kept: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Axes (kept, D) and variances (kept,) of centred data (N, D).

    From the eigenvectors of the products between people, or between numbers where these are fewer: for
    1,000 latents of 4,096 numbers four times as fast as the singular value decomposition of scikit-learn.
    """
    people, dimensions = data.shape
    fewer_people = people <= dimensions
    # In float64, as products of squared size lose half of the digits.
    wide = (np.asarray(block, np.float64) for _, block in blocks(data.T if fewer_people else data))
    products = sum(block.T @ block for block in wide)
    values, vectors = np.linalg.eigh(products)  # ascending
    values, vectors = values[: -kept - 1 : -1], vectors[:, : -kept - 1 : -1].astype(np.float32)
    # Axes of no variance would be zero divided by zero; the QR decomposition completes them to unit ones.
    axes = np.linalg.qr(data.T @ vectors)[0].T if fewer_people else vectors.T
    return axes, (values.clip(0) / (people - 1)).astype(np.float32)


def _randomised(
    data: NDArray[np.float32], kept: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Axes (kept, D) and variances (kept,) of centred data (N, D), which is overwritten."""
    from sklearn.decomposition import PCA

    pca = PCA(
        kept,
        svd_solver="randomized",
        copy=False,
        n_oversamples=max(10, kept),
        iterated_power=POWER_ITERATIONS,
        random_state=seed,
    ).fit(data)
    return np.asarray(pca.components_, np.float32), np.asarray(pca.explained_variance_, np.float32)
