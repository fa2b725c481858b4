"""Principal components of latents: the directions in which people differ most.

Shapes: N people, D numbers per latent, d components. The float16 latents are read in blocks and never
copied whole where people outnumber D: what is kept is D x D, so 124,040 people need no more memory than
10,000. Its eigenvectors are exact to rounding, as those of a randomised decomposition are not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import blocks, check_shape
from posecore.errors import ConfigError, DataError
from posecore.files import read_arrays, write_arrays
from posecore.threads import one_blas_thread

WIDE_UP_TO: Final = 2048
"""Matrices with at most so many rows are decomposed in float64, larger ones in float32: twice as fast, and
variances are still right to a millionth of the first one."""

FEW: Final = 24
"""Of a large matrix, one in so many eigenvectors or fewer are found by Lanczos iterations, in a third of the
time of a whole decomposition."""

AT_ONCE: Final = 4096
"""People multiplied at once: large products are faster, and float32 copies of so many take 67 MB each."""


@dataclass(frozen=True, eq=False)
class Components:
    """A fitted analysis.

    mean: (D,). axes: (d, D), orthonormal, the largest entry of each positive. variances: (d,) along the
    axes, largest first, over people - 1. total_variance: along all D. people: how many it was fitted on.
    left_out: rows it was not fitted on, as they hold nan or infinity.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    variances: NDArray[np.float32]
    total_variance: float
    people: int
    left_out: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def explained(self) -> NDArray[np.float32]:
        """(d,) share of the total variance along each axis, in [0, 1]."""
        return self.variances / np.float32(self.total_variance)

    def first(self, count: int) -> "Components":
        """The first `count` components alone. Raises ConfigError for none or for more than there are."""
        kept, dimensions = self.axes.shape
        if not 1 <= count <= kept:
            raise ConfigError(
                f"{count} components: {kept} are kept, and {self.people} people with {dimensions} numbers "
                f"each have at most {min(self.people - 1, dimensions)}; ask for 1 to {kept}"
            )
        return Components(
            self.mean,
            self.axes[:count],
            self.variances[:count],
            self.total_variance,
            self.people,
            self.left_out,
        )

    def project(self, latents: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N, d) scores of latents (N, D): how far each lies from the mean along every axis.

        The scores of a latent that holds nan or infinity are nan.
        """
        if latents.ndim != 2 or latents.shape[1] != len(self.mean):
            raise ConfigError(
                f"latents have shape {latents.shape}; these components are of (N, {len(self.mean)})"
            )
        scores = np.empty((len(latents), len(self.axes)), np.float32)
        for start, block in blocks(latents):
            own = scores[start : start + len(block)]
            np.matmul(block - self.mean, self.axes.T, out=own)
            own[~np.isfinite(own).all(axis=1)] = np.nan
        return scores

    def restore(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (N, D) of scores (N, d): mean + scores along the axes, nothing along all others."""
        return np.asarray(self.mean + np.asarray(scores, np.float32) @ self.axes, np.float32)

    def save(self, path: Path) -> None:
        """Write a .npz file, whole or not at all."""
        write_arrays(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Components":
        """Read what `save` wrote. Raises DataError where it is missing or broken."""
        try:
            arrays = read_arrays(path)
            loaded = cls(
                mean=arrays["mean"],
                axes=arrays["axes"],
                variances=arrays["variances"],
                total_variance=float(arrays["total_variance"]),
                people=int(arrays["people"]),
                left_out=arrays["left_out"],
            )
        except (DataError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: no readable components; compute and save them anew") from error
        if loaded.mean.ndim != 1 or loaded.axes.shape != (len(loaded.variances), len(loaded.mean)):
            raise DataError(f"{path}: its arrays do not fit together; compute and save the components anew")
        return loaded


def fit_components(latents: NDArray[np.floating], components: int = 128) -> Components:
    """The first `components` of latents (N, D), or as many as there are: at most N - 1 and D.

    People whose latent holds nan or infinity are left out, and named by row. Raises ConfigError for fewer
    than two others, fewer than one component, or latents that are all equal.
    """
    if components < 1:
        raise ConfigError(f"{components} components: expected at least 1")
    centred = _Centred(latents)
    kept = min(components, centred.people - 1, centred.dimensions)
    products, total = centred.products()
    values, vectors = _largest(products, kept)
    values, vectors = values[::-1], vectors[:, ::-1].astype(np.float32)
    # Axes of no variance would be zero divided by zero; the QR decomposition completes them to unit ones.
    axes = np.linalg.qr(centred.whole().T @ vectors)[0].T if centred.by_people else vectors.T
    # An axis may point either way; without a rule that would depend on the machine.
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return Components(
        mean=centred.mean,
        axes=np.ascontiguousarray(np.where(largest < 0, -axes, axes)),
        variances=(values.clip(0) / (centred.people - 1)).astype(np.float32),
        total_variance=total,
        people=centred.people,
        left_out=centred.left_out,
    )


def spectrum(latents: NDArray[np.floating]) -> NDArray[np.float32]:
    """Variances along all min(N - 1, D) components of latents (N, D), largest first, without the axes.

    Leaves out and raises as `fit_components` does.
    """
    centred = _Centred(latents)
    values = _eigh(centred.products()[0], eigvals_only=True)
    kept = min(centred.people - 1, centred.dimensions)
    return (values[: -kept - 1 : -1].clip(0) / (centred.people - 1)).astype(np.float32)  # type: ignore[no-any-return]


def needed_for(variances: NDArray[np.floating], share: float) -> int:
    """How many components hold `share` of the variance; variances: of all components, largest first."""
    cumulated = np.cumsum(np.asarray(variances, np.float64))
    # The last sum times 1 is reached whatever its rounding.
    return int(np.searchsorted(cumulated, share * cumulated[-1] * (1 - 1e-12))) + 1


def _largest(products: NDArray[np.floating], kept: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """The largest eigenvalues (kept,) of a symmetric matrix (n, n), ascending, and their vectors (n, kept).

    The matrix may be overwritten.
    """
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    size = len(products)
    if size > WIDE_UP_TO and kept * FEW <= size:
        start = np.random.default_rng(0).standard_normal(size).astype(products.dtype)
        try:
            with one_blas_thread():  # as in _eigh
                values, vectors = eigsh(products, kept, which="LA", v0=start)
        except ArpackNoConvergence:
            pass  # where many eigenvalues nearly agree
        else:
            order = np.argsort(values)
            return values[order], vectors[:, order]
    found: tuple[NDArray[np.floating], NDArray[np.floating]] = _eigh(
        products, subset_by_index=(size - kept, size - 1)
    )
    return found


def _eigh(products: NDArray[np.floating], **options: Any) -> Any:
    """Eigenvalues, ascending, and vectors of a symmetric matrix, which is overwritten.

    On one thread: two would wait for each other after every row, five times as long on a busy machine.
    """
    from scipy.linalg import eigh

    with one_blas_thread():
        return eigh(products, overwrite_a=True, check_finite=False, **options)


class _Centred:
    """Latents (N, D) less their mean, without the rows that are not finite; attributes as in Components."""

    def __init__(self, latents: NDArray[np.floating]) -> None:
        check_shape(latents)
        self._latents = latents
        self._finite = np.empty(len(latents), np.bool_)
        # Summed in float64, as 10,000 float32 numbers added one by one lose digits.
        total = np.zeros(latents.shape[1])
        for start, block in blocks(latents):
            finite = np.isfinite(block).all(axis=1)
            self._finite[start : start + len(block)] = finite
            total += block[finite].sum(axis=0, dtype=np.float64)
        self.left_out = np.flatnonzero(~self._finite)
        self.people, self.dimensions = int(self._finite.sum()), latents.shape[1]
        if self.people < 2:
            count = ("nobody", "one person")[self.people]
            broken = f", and {len(self.left_out)} hold nan or infinity" if len(self.left_out) else ""
            raise ConfigError(f"the latents are of {count}{broken}; components need two people or more")
        self.mean = (total / self.people).astype(np.float32)
        self.by_people = self.people <= self.dimensions

    def whole(self) -> NDArray[np.float32]:
        """A copy (N, D)."""
        return np.concatenate(list(self._blocks()))

    def products(self) -> tuple[NDArray[np.floating], float]:
        """Products of people (N, N), or of numbers (D, D) where these are fewer; and the total variance.

        Raises ConfigError where everybody is equal.
        """
        size = min(self.people, self.dimensions)
        products = np.zeros((size, size))
        if self.by_people:
            # In float64, as products of squared size lose half of the digits.
            for _, block in blocks(self.whole().T):
                wide = block.astype(np.float64)
                products += wide.T @ wide
        else:
            for block in self._blocks():
                products += block.T @ block
        total = float(np.trace(products)) / (self.people - 1)
        if total == 0:
            raise ConfigError(
                f"the latents of all {self.people} people are equal; take other people or another network"
            )
        return (products if size <= WIDE_UP_TO else products.astype(np.float32)), total

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        for start, block in blocks(self._latents, AT_ONCE, self.mean):
            finite = self._finite[start : start + len(block)]
            yield block if finite.all() else block[finite]
