"""Time and memory of principal components: latents of known spectrum, found right, against scikit-learn's."""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posecore.cli import at_least, command

DIMENSIONS, COMPONENTS, BLOCK, NOISE = 4096, 50, 1024, 0.05
COMPARED = 10_000
"""People up to whom scikit-learn's, which copies them as float32, is run beside ours."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--people", type=at_least(COMPONENTS + 1), default=COMPARED, help="default: %(default)s"
    )
    parser.add_argument("--folder", type=Path, help="for the latents while it runs (default: temporary)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from sklearn.decomposition import PCA

    from posecore.components.pca import fit_components

    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        latents, axes, variances = plant(Path(folder) / "latents.npy", options.people)
        compared = latents[:COMPARED]
        fit_components(compared[: 2 * COMPONENTS], COMPONENTS)  # imports and threads are there then
        theirs: Callable[[], Any] = lambda: PCA(COMPONENTS, random_state=0).fit(compared.astype(np.float32))  # noqa: E731
        # Fair as well: the same way as ours, by the D x D products, where people outnumber numbers.
        fairest: Callable[[], Any] = lambda: PCA(COMPONENTS, svd_solver="covariance_eigh").fit(  # noqa: E731
            compared.astype(np.float32)
        )
        _, own_seconds, own_memory = measured(lambda: fit_components(compared, COMPONENTS))
        _, their_seconds, their_memory = measured(theirs)
        _, fair_seconds, fair_memory = measured(fairest)
        print(
            f"{len(compared)} people, {COMPONENTS} components of {DIMENSIONS} numbers, "
            "in memory beyond the file"
        )
        print(f"own: {own_seconds:.2f} s, {own_memory:.2f} GB")
        print(f"scikit-learn: {their_seconds:.2f} s, {their_memory:.2f} GB")
        print(f"scikit-learn, by products: {fair_seconds:.2f} s, {fair_memory:.2f} GB")
        found, seconds, memory = measured(lambda: fit_components(latents, COMPONENTS))
        angle = largest_angle(found.axes, axes)
        # Of so many people the variances themselves are known to about this share.
        chance = 4 * np.sqrt(2 / options.people) + DIMENSIONS * NOISE / (options.people * variances[-1])
        error = float(np.abs(found.variances / variances - 1).max())
        limit = float(
            np.degrees(
                np.arcsin(min(1.0, 2 * np.sqrt(DIMENSIONS * NOISE / (options.people * variances[-1]))))
            )
        )
    print(f"all {options.people} people: {seconds:.2f} s, {memory:.2f} GB")
    print(f"largest angle to the planted components: {angle:.2f} degrees (at most {limit:.2f})")
    print(f"largest error of their variances: {error:.3f} (at most {chance:.3f})")
    print(f"ratio, by products: {own_seconds / fair_seconds:.3f}")
    print(f"ratio: {own_seconds / their_seconds:.3f}")
    return 0 if angle <= limit and error <= chance else 1


def plant(path: Path, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mapped float16 latents (people, DIMENSIONS), their axes, and variances, falling from 100 to 10."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((DIMENSIONS, COMPONENTS)))[0].T.astype(np.float32)
    variances = np.geomspace(100, 10, COMPONENTS).astype(np.float32)
    mean = rng.uniform(-2, 2, DIMENSIONS).astype(np.float32)
    latents = np.lib.format.open_memmap(path, "w+", np.float16, (people, DIMENSIONS))
    for start in range(0, people, BLOCK):
        count = min(BLOCK, people - start)
        scores = rng.standard_normal((count, COMPONENTS), np.float32) * np.sqrt(variances)
        noise = rng.standard_normal((count, DIMENSIONS), np.float32) * np.float32(NOISE**0.5)
        latents[start : start + count] = mean + scores @ axes + noise
    latents.flush()
    del latents  # the pages written count as ours no longer
    return np.lib.format.open_memmap(path, "r"), axes, variances + np.float32(NOISE)


def largest_angle(found: np.ndarray, planted: np.ndarray) -> float:
    """Degrees between the spaces that two sets of orthonormal axes (k, D) span: 0 the same, 90 at worst."""
    cosines = np.linalg.svd(found @ planted.T, compute_uv=False)
    return float(np.degrees(np.arccos(min(1.0, float(cosines.min())))))


def measured(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What `work` returns, its seconds, and the most memory it took beyond mapped files, in GB (Linux)."""
    before, most, done = _anonymous(), [0], threading.Event()

    def look() -> None:
        most[0] = max(most[0], _anonymous() - before)

    def watch() -> None:
        while not done.wait(0.01):
            look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    try:
        result = work()
    finally:
        seconds = time.perf_counter() - began
        done.set()
        watcher.join()
        look()
    return result, seconds, most[0] / 1e9


def _anonymous() -> int:
    """Bytes of this process in memory that belong to no file; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


if __name__ == "__main__":
    sys.exit(main())
