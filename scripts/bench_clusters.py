"""Time of a sweep over K with all silhouettes, on latents of decaying spectrum, against scikit-learn's.

Of scikit-learn one K-Means and one silhouette are timed at some K, in the same run; the time of a start at
another K is taken from the line between its neighbours, and that of a silhouette is the same for every K.
Twice: plain, and as fair as it goes: K-Means in all principal components, where distances are the same and
fewer people than numbers make it fewer numbers, and silhouettes from distances that are computed once.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from posecore.cli import at_least, command

DIMENSIONS, TIMED = 4096, (2, 5, 10)
PART = 4000
"""People on whom the time of more is measured."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=at_least(100), default=10_000, help="default: %(default)s")
    parser.add_argument("--starts", type=at_least(1), default=1, help="of scikit-learn's at each K timed")
    parser.add_argument("--all", type=at_least(100), default=124_040, help="people to extrapolate to")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import pairwise_distances, silhouette_score

    from posecore.clustering.space import latent_space
    from posecore.clustering.sweep import SweepSettings, sweep

    settings = SweepSettings(most=max(TIMED))
    latents = plant(options.people)
    sweep(latent_space(latents[:100]), settings)  # imports are there then
    found, own_seconds = timed(lambda: sweep(latent_space(latents), settings))
    print(f"{len(latents)} people, {DIMENSIONS} numbers, {len(found.ks)} labellings with silhouettes")
    turned, turning = timed(lambda: PCA(random_state=0).fit_transform(latents))
    distances, measuring = timed(lambda: pairwise_distances(latents))
    np.fill_diagonal(distances, 0)
    starts, scores, fair_starts, fair_scores, right = [], [], [], [], True
    for k in TIMED:
        theirs, seconds = timed(partial(KMeans(k, n_init=options.starts, random_state=0).fit, latents))
        best = found.best(k)
        score, score_seconds = timed(partial(silhouette_score, latents, found.labels[best]))
        starts.append(seconds / options.starts)
        scores.append(score_seconds)
        _, seconds = timed(partial(KMeans(k, n_init=options.starts, random_state=0).fit, turned))
        fair_starts.append(seconds / options.starts)
        fair = partial(silhouette_score, distances, found.labels[best], metric="precomputed")
        fair_scores.append(timed(fair)[1])
        more = found.inertia[found.tightest(k)] / theirs.inertia_ - 1
        off = abs(found.silhouettes[best] - score)
        right = right and more <= 1e-3 and off <= 1e-4
        print(
            f"scikit-learn, K = {k}: a start {starts[-1]:.2f} s, a silhouette {score_seconds:.2f} s; our best"
        )
        print(f"  inertia is {more:+.4%} of its best of {options.starts}, our silhouette is off by {off:.1e}")
    their_seconds = float(np.interp(found.ks, TIMED, starts).sum() + len(found.ks) * np.mean(scores))
    fair_seconds = turning + float(np.interp(found.ks, TIMED, fair_starts).sum())
    fair_seconds += measuring + len(found.ks) * float(np.mean(fair_scores))
    print(f"own: {own_seconds:.2f} s; scikit-learn, extrapolated: {their_seconds:.0f} s")
    print(
        f"as fair as it goes: {fair_seconds:.0f} s, {turning:.1f} s of it for components, {measuring:.1f} s "
        f"for distances; then a start {np.mean(fair_starts):.2f} s, a silhouette {np.mean(fair_scores):.2f} s"
    )
    print(
        f"{options.all} people: about {estimate(latents, settings, options.all) / 60:.0f} min, extrapolated"
    )
    print(f"{their_seconds / own_seconds:.0f} times as fast")
    print(f"ratio, fair: {own_seconds / fair_seconds:.4f}")
    print(f"ratio: {own_seconds / their_seconds:.4f}")
    return 0 if right else 1


def plant(people: int) -> np.ndarray:
    """(people, DIMENSIONS) float32 without groups; deviations fall as the 0.6th power along mixed axes."""
    from scipy.fft import dct

    rng = np.random.default_rng(0)
    scores = rng.standard_normal((people, DIMENSIONS), np.float32)
    scores *= 10 * np.arange(1, DIMENSIONS + 1, dtype=np.float32) ** -0.6
    signs = rng.choice(np.array([-1, 1], np.float32), DIMENSIONS)
    mean = rng.uniform(-1, 1, DIMENSIONS).astype(np.float32)
    return np.asarray(dct(scores * signs, norm="ortho", axis=1) + mean, np.float32)


def estimate(latents: np.ndarray, settings: Any, people: int) -> float:
    """Seconds for so many people whose float16 latents are read anew in every pass, from those for PART.

    Time for K-Means grows with people, time for silhouettes with their square.
    """
    from posecore.blocks import LocalSource
    from posecore.clustering.kmeans import kmeans
    from posecore.clustering.silhouette import silhouettes

    source = LocalSource(latents[:PART].astype(np.float16), copy_up_to=0)
    ks = settings.ks.tolist()
    runs, kmeans_seconds = timed(lambda: kmeans(source, ks, [(0, k, i) for i, k in enumerate(ks)]))
    _, silhouette_seconds = timed(lambda: silhouettes(source, runs.labels))
    times = people / source.people
    return kmeans_seconds * times + silhouette_seconds * times**2


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and its seconds."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
