"""Make the study `learned` of a bundle: clusters learned by each method for each K. A stopped run goes on."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.blocks import LocalSource
from posecore.bundle.manifest import LATENTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.clustering.controls import CONTROLS, subsampled
from posecore.clustering.density import LEAST_K, LEAST_PEOPLE, Density, density
from posecore.clustering.evidence import MOST, Evidence
from posecore.clustering.learned import KEPT, learn, sorting, train_autoencoder
from posecore.clustering.matching import compare
from posecore.clustering.methods import DENSE, check_k, first_components, largest_first
from posecore.clustering.silhouette import silhouettes
from posecore.clustering.space import Space, latent_space
from posecore.errors import ConfigError
from posecore.studies.clusters.results import TEST
from posecore.studies.learned.results import NAME, LearnedStudy, save_learned_study
from posecore.unfinished import Piece, read_or_make

RESTARTS: Final = 10
"""Of the K-Means that every K begins from."""


@dataclass(frozen=True)
class LearnedSettings:
    """K from 2 to `most`. seeds: autoencoders, from 0, that everything is learned with. resamples: bootstrap
    draws of people. draws: of each control."""

    most: int = 8
    seeds: int = 4
    resamples: int = 8
    draws: int = 4

    def __post_init__(self) -> None:
        if not LEAST_K <= self.most <= 20:
            raise ConfigError(f"K up to {self.most}: expected {LEAST_K} to 20")
        if self.seeds < 1 or self.resamples < 1 or self.draws < 2:
            raise ConfigError(
                f"{self.seeds} seeds, {self.resamples} resamples, {self.draws} draws of each control: "
                "expected at least 1, 1 and 2"
            )

    @property
    def ks(self) -> list[int]:
        """Numbers of clusters, ascending."""
        return list(range(2, self.most + 1))


def run_learned_study(bundle: Bundle, settings: LearnedSettings) -> Study:
    """Write the study of `bundle` and open it; see posecore.studies.learned.results.

    People whose latents hold nan are left out and named. Raises ConfigError for too few others.
    """
    space = latent_space(bundle.latents)
    check_k(space, settings.most)
    dense = first_components(space, DENSE)
    job = asdict(settings) | {
        "restarts": RESTARTS,
        "latents": bundle.manifest.files[LATENTS]["sha256"],
        "versions": {name: version(name) for name in ("numpy", "torch")},
    }
    folder = open_partial(bundle, NAME, job)
    seeds = _pieces(folder, "seed", settings.seeds, ("labels", "own"), partial(_seed, dense, settings.ks))
    labels, own = (np.stack([piece[name] for piece in seeds]) for name in ("labels", "own"))  # (S, M, K, N)
    drawn = _pieces(
        folder, "draw", settings.resamples, ("ari",), partial(_draw, dense, settings.ks, labels[0])
    )
    evidence, own_controls = _evidence(folder, dense, settings)
    flat = labels.reshape(-1, labels.shape[-1])
    values = _silhouettes(space.source, flat).reshape(labels.shape)
    ids = np.array(list(bundle.rows))
    empty_partial(folder)
    for number, method in enumerate(KEPT):
        found = LearnedStudy(
            ids[space.rows],
            ids[space.left_out],
            np.array(settings.ks),
            labels[:, number],
            values[:, number],
            own[:, number],
            np.stack([piece["ari"][number] for piece in drawn], axis=1),
            evidence.get(method),
            own_controls.get(method, {}),
            {},
        )
        save_learned_study(folder, method, found)
    info = job | {"space": space.name, "learned in": dense.name, "people": len(space.rows)}
    return write_study(bundle, NAME, folder, info)


def _pieces(
    folder: Path, title: str, count: int, names: tuple[str, ...], make: Callable[[int], Piece]
) -> list[Piece]:
    return [
        read_or_make(folder / f"{title}-{number}.npz", names, partial(make, number))
        for number in tqdm(range(count), f"learned, {title}s", unit=f" {title}s", mininterval=1)
    ]


def _seed(dense: Space, ks: list[int], seed: int) -> Piece:
    """labels, own: (M, K, N) of every method, and silhouettes in the learned space."""
    autoencoder = train_autoencoder(dense.features, seed)
    labels, own = [], []
    for method in KEPT:
        for k in ks:
            found = learn(autoencoder, dense.features, method, k, RESTARTS, seed)
            labels.append(largest_first(found.labels).astype(np.uint8))
            own.append(_silhouettes(LocalSource(found.embedding), labels[-1][None])[0])
    shape = (len(KEPT), len(ks), len(dense.rows))
    return {"labels": np.stack(labels).reshape(shape), "own": np.stack(own).reshape(shape)}


def _draw(dense: Space, ks: list[int], reference: NDArray[np.uint8], number: int) -> Piece:
    """ari: (M, K) between the clusters of all people and those of as many drawn with replacement, into which
    everybody is sorted."""
    people = len(dense.rows)
    drawn = dense.features[np.random.default_rng([0, number]).integers(0, people, people)]
    autoencoder = train_autoencoder(drawn)
    ari = [
        [
            compare(
                own.astype(np.int64), learn(autoencoder, drawn, method, k, RESTARTS).sort(dense.features)
            ).ari
            for k, own in zip(ks, labels, strict=True)
        ]
        for method, labels in zip(KEPT, reference, strict=True)
    ]
    return {"ari": np.array(ari)}


def _evidence(
    folder: Path, dense: Space, settings: LearnedSettings
) -> tuple[dict[str, Evidence], dict[str, dict[str, NDArray[np.float64]]]]:
    """By method the evidence, and by method and control what controls reach in their own spaces; empty of too
    few people."""
    people = subsampled(dense, most=MOST)
    if len(people.rows) < LEAST_PEOPLE:
        return {}, {}
    tests = {method: _test(folder / f"test-{method}.npz", people, method, settings) for method in KEPT}
    ks = tests[next(iter(KEPT))].ks.tolist()
    names = ("silhouettes", "own")
    ours = read_or_make(folder / "people.npz", names, partial(_reached, people, ks))
    controls = {
        name: _pieces(folder, name, settings.draws, (*names, "valleys"), partial(_control, people, name, ks))
        for name in CONTROLS
    }

    def of(control: str, name: str, number: int) -> NDArray[np.float64]:
        return np.stack([piece[name][number] for piece in controls[control]])

    evidence, own = {}, {}
    for number, method in enumerate(KEPT):
        theirs, valleys = (
            {name: of(name, what, number) for name in CONTROLS} for what in ("silhouettes", "valleys")
        )
        ours_here = ours["silhouettes"][number]
        evidence[method] = Evidence(tests[method], ours_here, theirs, valleys, people.name, len(people.rows))
        own[method] = {name: of(name, "own", number) for name in CONTROLS}
    return evidence, own


def _test(path: Path, people: Space, method: str, settings: LearnedSettings) -> Density:
    def make() -> Piece:
        test = density(people, settings.most, sorting=sorting(method, RESTARTS))
        return {name: getattr(test, name) for name in TEST}

    return Density(**read_or_make(path, TEST, make), people=len(people.rows))


def _reached(people: Space, ks: list[int]) -> Piece:
    """silhouettes, own: (M, K) means of every method, where people come from and in the learned space."""
    autoencoder = train_autoencoder(people.features)
    reached = []
    for method in KEPT:
        for k in ks:
            found = learn(autoencoder, people.features, method, k, RESTARTS)
            sources = people.source, LocalSource(found.embedding)
            reached.append(
                [_silhouettes(source, found.labels[None]).mean(dtype=np.float64) for source in sources]
            )
    means = np.array(reached, np.float64).reshape(len(KEPT), len(ks), 2)
    return {"silhouettes": means[..., 0], "own": means[..., 1]}


def _silhouettes(source: LocalSource, labellings: NDArray[np.integer]) -> NDArray[np.float16]:
    """(L, N) of everybody in every labelling (L, N); 0 where all clusters but one have stayed empty."""
    found = np.zeros(labellings.shape, np.float16)
    several = (labellings != labellings[:, :1]).any(axis=1)
    if several.any():
        found[several] = silhouettes(source, labellings[several])
    return found


def _control(people: Space, name: str, ks: list[int], draw: int) -> Piece:
    """The same of a control, and valleys: (M, K)."""
    control = CONTROLS[name](people, draw)
    tests = [
        density(control, ks[-1], draw, resamples=1, sorting=sorting(method, RESTARTS)) for method in KEPT
    ]
    return {**_reached(control, ks), "valleys": np.stack([test.valley for test in tests])}
