"""The cluster analyses on a Dask cluster, for more people than one machine holds.

The people lie on the cluster in blocks, less their mean; each step sends them the same work as a thread does
here, and what comes back is small. A block that is lost with its worker is read and computed anew by another.
Needs `pip install -e ".[dask]"`, and posecore wherever a worker runs.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import BLOCK, LEAST_BLOCK, Task
from posecore.clustering.space import Space
from posecore.components.pca import Components
from posecore.errors import ConfigError, DataError
from posecore.processes import cannot_start, cores
from posecore.threads import one_blas_thread

PATIENCE: Final = 10
"""Seconds to wait for a scheduler to answer."""

Result = TypeVar("Result")


@contextmanager
def dask_client(address: str | None = None) -> Iterator[Any]:
    """A client of the cluster whose scheduler has this address, or of one on this machine, a worker per core.

    Raises ConfigError where Dask is not installed or nobody answers, DataError where no worker can start and,
    out of the work done with the client, where the system ends one after the other.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError('Dask is not installed; run `pip install -e ".[dask]"`') from error
    machines: Any = distributed
    try:
        if address is not None:
            with _client_of(machines, address) as client:
                yield client
        else:
            with _own_cluster(machines) as own, machines.Client(own) as client:
                yield client
    except machines.KilledWorker as error:
        raise DataError(
            "Dask workers were ended by the system one after the other, perhaps for lack of memory; run the "
            "same command again without --engine dask, or on workers with more memory, to go on"
        ) from error


def _client_of(machines: Any, address: str) -> Any:
    try:
        return machines.Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"no Dask scheduler answers at {address!r:.80}; start one, or leave it out"
        ) from error


def _own_cluster(machines: Any) -> Any:
    try:
        return machines.LocalCluster(
            cores(), threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
        )
    except (OSError, RuntimeError) as error:
        raise cannot_start(error, "run the same command again without --engine dask") from error


@dataclass(frozen=True, eq=False)
class DaskEngine:
    """Computes on the cluster of `client` what ThreadsEngine computes in this process."""

    client: Any

    def source(self, space: Space) -> "DaskSource":
        """The people of a space, on the cluster."""
        return DaskSource(self.client, chunked(space.features))

    def fit(self, latents: NDArray[np.floating], components: int) -> Components:
        """As components.pca.fit_components; latents (N, D) may be a Dask array. All rows are finite."""
        return fit_components_on(self.client, chunked(latents), components)


class DaskSource:
    """A posecore.blocks.Source on a cluster. array: (N, D), a Dask array."""

    def __init__(self, client: Any, array: Any) -> None:
        self._client = client
        self.people, self.dimensions = array.shape
        array = array.rechunk({1: -1})
        self.bounds = np.concatenate([[0], np.cumsum(array.chunks[0])])
        mean = client.compute(array.mean(axis=0, dtype=np.float64)).result().astype(np.float32)
        centred = array.astype(np.float32) - mean
        self._blocks = client.compute(list(centred.to_delayed().ravel()))

    def run(
        self, work: Callable[..., Result], tasks: Iterable[Task], shared: Sequence[Any] = ()
    ) -> Iterator[Result]:
        """See Source.run; here on the cluster's workers."""
        # A task whose result is what all others share: unlike scattered data, it outlives its worker.
        common = self._client.submit(tuple, list(shared), pure=False)
        most = 4 * max(1, sum(self._client.nthreads().values()))
        waiting: deque[Any] = deque()
        for numbers, arguments in tasks:
            blocks = [self._blocks[number] for number in numbers]
            waiting.append(self._client.submit(_call, work, blocks, list(arguments), common, pure=False))
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def chunked(features: Any) -> Any:
    """Features (N, D) as a Dask array; one that already is comes back as it is.

    A file that is mapped is read by the workers, from the same path; other numbers travel to them.
    """
    import dask.array

    da: Any = dask.array
    if isinstance(features, dask.array.Array):
        return features
    people, dimensions = features.shape
    size = min(BLOCK, max(LEAST_BLOCK, -(-people // 8)))
    starts = range(0, people, size)
    path = _file_of(features)
    if path is None:
        return da.concatenate(
            [da.from_array(np.asarray(features[start : start + size]), chunks=-1) for start in starts]
        )
    sizes = tuple(min(size, people - start) for start in starts)
    return da.map_blocks(
        _read,
        str(path),
        dtype=features.dtype,
        chunks=(sizes, (dimensions,)),
        meta=np.empty((0, 0), features.dtype),
    )


def fit_components_on(client: Any, array: Any, components: int) -> Components:
    """The first components of a Dask array (N, D), as posecore.components.pca.fit_components gives them.

    The D x D products are added up on the cluster and decomposed here. Raises ConfigError for fewer than one
    component, or people who are all equal.
    """
    people, dimensions = array.shape
    kept = min(components, people - 1, dimensions)
    if kept < 1:
        raise ConfigError(f"{components} components of {people} people: expected at least 1 of two or more")
    mean = client.compute(array.mean(axis=0, dtype=np.float64)).result().astype(np.float32)
    centred = array.rechunk({1: -1}).astype(np.float64) - mean
    products = client.compute(centred.T @ centred).result() / (people - 1)
    total = float(np.trace(products))
    if total == 0:
        raise ConfigError(f"the latents of all {people} people are equal; take other people")
    with one_blas_thread():
        values, vectors = np.linalg.eigh(products)
    axes = vectors.T[::-1][:kept]
    # An axis may point either way: the largest entry is made positive, as in fit_components.
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return Components(
        mean=mean,
        axes=np.where(largest < 0, -axes, axes).astype(np.float32),
        variances=values[::-1][:kept].clip(0).astype(np.float32),
        total_variance=total,
        people=people,
    )


def _call(
    work: Callable[..., Result], blocks: list[Any], arguments: list[Any], shared: tuple[Any, ...]
) -> Result:
    return work(*blocks, *arguments, *shared)


def _file_of(features: NDArray[np.floating]) -> Path | None:
    """The .npy file of which `features` is the whole, if it is."""
    path = getattr(features, "filename", None)
    if not isinstance(features, np.memmap) or path is None:
        return None
    whole = np.load(path, mmap_mode="r")
    return Path(path) if (whole.shape, whole.dtype) == (features.shape, features.dtype) else None


def _read(path: str, block_info: Any = None) -> NDArray[Any]:
    """The rows of a block, read by a worker."""
    start, stop = block_info[None]["array-location"][0]
    return np.array(np.load(path, mmap_mode="r")[start:stop])
