"""Measure what claims of the theses need and no other study holds; what is done lies in small files, and a
run that was killed goes on.
"""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.bundle.manifest import WEIGHTS, LatentSpace
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, labelled_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.clustering.density import LEAST_PEOPLE, density
from posecore.clustering.evidence import judge
from posecore.clustering.space import Space, component_space, latent_space
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.clustering.verdict import REQUIRED
from posecore.components.pca import fit_components, needed_for, spectrum
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.files import sha256
from posecore.inference import Predictor
from posecore.metrics.oks import oks
from posecore.models.checkpoint import load_checkpoint
from posecore.models.untrained import untrained
from posecore.samples import read_points, read_visibility
from posecore.studies.batches import in_batches
from posecore.studies.claims.neighbours import NEIGHBOURS, nearer, poses, sizes
from posecore.studies.claims.results import (
    NAME,
    SIDES,
    Groups,
    Squeezed,
    groups_arrays,
    groups_from,
    save_claims_study,
    unknown_groups,
)
from posecore.unfinished import Piece, read_or_make

DRAWS: Final = 20
"""Draws of people, for what is compared with as many of everybody."""

COMPONENTS: Final = 50
"""In which groups are looked for."""

AREA: Final = 0.53
"""Of the box around a person's joints, what OKS takes for the person's area where no outline is known, as is
usual."""

AT_ONCE: Final = 8
"""People that pass a network together."""


@dataclass(frozen=True)
class ClaimsSettings:
    """networks: untrained ones, of seeds from 0. limit: so many people whose neighbours are looked at, drawn
    with `seed`; None for all. seed: of all draws. autoencoder, without: checkpoints of a network with the
    autoencoder, and of one without that was given the same training; None for neither."""

    networks: int = 3
    limit: int | None = None
    seed: int = 0
    autoencoder: Path | None = None
    without: Path | None = None

    def __post_init__(self) -> None:
        if (self.autoencoder is None) != (self.without is None):
            raise ConfigError(
                "--autoencoder and --without go together: the two networks are held side by side"
            )


def run_claims_study(bundle: Bundle, data: PreparedData | None, settings: ClaimsSettings) -> Study:
    """Write the study `claims` of `bundle` and open it; see posecore.studies.claims.results.

    Neighbours are looked at of those people whose pictures the bundle ships, or of everybody with the
    prepared folder `data`; clusters and sizes of everybody in the bundle. Raises ConfigError or DataError
    where people, pictures or labels do not suffice, and CheckpointError for a network that is not as asked
    for."""
    people = labelled_people(bundle, data, settings.limit, settings.seed, least=NEIGHBOURS + 2)
    squeezing = _squeezing(settings)
    job = {
        "networks": settings.networks,
        "limit": settings.limit,
        "seed": settings.seed,
        "squeezing": [sha256(path) for path in squeezing.values()],
        "weights": bundle.manifest.files[WEIGHTS]["sha256"],
        "people": hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest(),
        "data": None if data is None else data.info["fingerprint"],
        "precision": bundle.manifest.precision,
    }
    folder = open_partial(bundle, NAME, job)
    with tqdm(total=3, desc="claims", unit=" parts", mininterval=1) as progress:
        neighbours = _neighbours(folder, bundle, people, settings)
        progress.update()
        clusters = _clusters(folder, bundle, settings.seed)
        progress.update()
        squeezed = _squeezed(folder, bundle, people, squeezing, settings.seed) if squeezing else None
        progress.update()
    info = job | {
        "count": len(people.sample_ids),
        "neighbours": NEIGHBOURS,
        "components": COMPONENTS,
        "draws": DRAWS,
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy")},
    }
    arrays = {**neighbours, **_sizes(bundle), **clusters}
    save_claims_study(empty_partial(folder), groups_from("largest", clusters), squeezed, **arrays)
    return write_study(bundle, NAME, folder, info)


def _neighbours(
    folder: Path, bundle: Bundle, people: People, settings: ClaimsSettings
) -> Mapping[str, NDArray[Any]]:
    """neighbour_ids, nearer: of the bundle's own latents, then of untrained networks'."""
    rows = [bundle.row(name) for name in people.sample_ids]
    shapes = poses(people.annotated, people.visibility)
    found = [nearer(np.asarray(bundle.latents[rows], np.float32), shapes)]
    for seed in range(settings.networks):
        name = f"untrained-{seed}"
        make = partial(_never_learned, folder / name, bundle, people, shapes, seed)
        found.append(read_or_make(folder / f"nearer-{seed}.npz", ("nearer",), make)["nearer"])
        shutil.rmtree(folder / name, ignore_errors=True)  # its latents
    return {
        "neighbour_ids": np.array(people.sample_ids),
        "nearer": np.stack(found).astype(np.float32),
    }


def _never_learned(
    folder: Path, bundle: Bundle, people: People, shapes: NDArray[np.float64], seed: int
) -> Piece:
    """`nearer` in the latents of an untrained network of the bundle's shape."""
    network = untrained(bundle.network().config, seed, len(people.sample_ids), people.picture)
    predictor = Predictor(network, bundle.manifest.precision)
    latents = _pass(folder, predictor, people, "bottleneck", f"untrained network {seed}")
    return {"nearer": nearer(latents, shapes)}


def _pass(
    folder: Path, predictor: Predictor, people: People, space: LatentSpace, desc: str
) -> NDArray[np.float16]:
    """Everybody's latents (N, D)."""

    def measure(batch: NDArray[np.int64]) -> Piece:
        parts = []
        for start in range(0, len(batch), AT_ONCE):
            pictures = np.stack([people.picture(int(row)) for row in batch[start : start + AT_ONCE]])
            parts.append(predictor.latents(predictor.encode(pictures), space).astype(np.float16))
        return {"latents": np.concatenate(parts)}

    return np.concatenate(in_batches(folder, len(people.sample_ids), ("latents",), measure, desc)["latents"])


def _sizes(bundle: Bundle) -> Mapping[str, NDArray[Any]]:
    """sized_ids, sizes, pck, oks: of everybody with labels in the bundle; of nobody without them."""
    nothing = np.empty(0, np.float32)
    sigmas = bundle.keypoints.sigmas
    if sigmas is None or not bundle.manifest.dataset["annotations"]:
        return {"sized_ids": np.empty(0, np.str_), "sizes": nothing, "pck": nothing, "oks": nothing}
    table = bundle.samples
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    known = (visibility > 0)[..., None]
    box = np.where(known, annotated, -np.inf).max(axis=1) - np.where(known, annotated, np.inf).min(axis=1)
    area = np.where(np.isfinite(box).all(axis=1), AREA * box.clip(0).prod(axis=1), np.nan)
    similarity = oks(read_points(table, "predicted"), np.nan_to_num(annotated), visibility, area, sigmas)
    return {
        "sized_ids": table["sample_id"].to_numpy(str),
        "sizes": sizes(annotated, visibility).astype(np.float32),
        "pck": table["pck"].to_numpy(np.float32),
        "oks": similarity.astype(np.float32),
    }


def _clusters(folder: Path, bundle: Bundle, seed: int) -> Piece:
    """Completely labelled people clustered alone, as many of everybody likewise, and what the larger of
    everybody's two clusters is made of."""
    everybody = latent_space(bundle.latents)
    whole = np.zeros(len(bundle.rows), np.bool_)
    if bundle.manifest.dataset["annotations"]:
        whole |= (read_visibility(bundle.samples) > 0).all(axis=1)
    complete = everybody.rows[whole[everybody.rows]]
    if len(complete) <= 2:
        complete = complete[:0]  # nobody to cluster

    def alone() -> Piece:
        labels, silhouette = np.empty(0, np.int8), np.array(np.nan)
        drawn = np.empty(0)
        if len(complete):
            labels, silhouette = _in_two(latent_space(bundle.latents, complete), seed)
            rng = np.random.default_rng([seed, 3])
            rows = [rng.choice(everybody.rows, len(complete), replace=False) for _ in range(DRAWS)]
            drawn = np.array([_in_two(latent_space(bundle.latents, each), seed)[1] for each in rows])
        return {"labels": labels, "silhouette": silhouette, "drawn": drawn}

    def largest() -> Piece:
        labels, _ = _in_two(everybody, seed)
        return groups_arrays("largest", _groups(bundle.latents, everybody.rows[labels == 0], seed))

    found = read_or_make(folder / "complete.npz", ("labels", "silhouette", "drawn"), alone)
    names = ("largest_kind", "largest_figures")
    return {
        "complete_ids": bundle.samples["sample_id"].to_numpy(str)[complete],
        "complete_labels": found["labels"],
        "complete_silhouette": found["silhouette"],
        "subset_silhouettes": found["drawn"],
        "complete_scores": _along_first(bundle.latents, complete),
        **read_or_make(folder / "largest.npz", names, largest),
    }


def _along_first(latents: NDArray[np.floating], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Scores (c,) of the people `rows` along the first component of them alone."""
    if not len(rows):
        return np.empty(0, np.float32)
    chosen = np.asarray(latents[rows], np.float32)
    return fit_components(chosen, 1).project(chosen)[:, 0].astype(np.float32)


def _in_two(space: Space, seed: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """The best labelling into two clusters, the larger one 0, and its mean silhouette."""
    found = sweep(space, SweepSettings(2, 2, seed=seed))
    best = found.best(2)
    return found.labels[best].astype(np.int8), np.array(found.silhouettes[best])


def _groups(latents: NDArray[np.floating], rows: NDArray[np.int64], seed: int) -> Groups:
    """What density and controls say of the people `rows`, in their own first components."""
    if len(rows) < LEAST_PEOPLE:
        return unknown_groups(len(rows))
    chosen = np.asarray(latents[rows], np.float32)
    components = fit_components(chosen, min(COMPONENTS, *(size - 1 for size in chosen.shape)))
    scores = components.project(chosen)
    space = component_space(scores, scores.shape[1])
    test = density(space, seed=seed)
    said = judge(space, REQUIRED, seed=seed)
    low, high = test.between
    return Groups(
        said.kind,
        float(test.count),
        float(low),
        float(high),
        float(test.valley[0]),
        float(test.low[0]),
        float(test.high[0]),
        len(rows),
    )


def _squeezing(settings: ClaimsSettings) -> dict[str, Path]:
    """The two checkpoints by SIDES, which open; nothing where none are asked for."""
    if settings.autoencoder is None or settings.without is None:
        return {}
    files = dict(zip(SIDES, (settings.autoencoder, settings.without), strict=True))
    has = [bool(load_checkpoint(file).config.autoencoder) for file in files.values()]
    if has != [True, False]:
        raise ConfigError(
            f"--autoencoder {settings.autoencoder} --without {settings.without}: expected a network with the "
            "autoencoder, then one without it"
        )
    return files


def _squeezed(folder: Path, bundle: Bundle, people: People, files: Mapping[str, Path], seed: int) -> Squeezed:
    """Both networks, by SIDES, over the same people."""
    spaces: tuple[LatentSpace, LatentSpace] = ("autoencoder", "bottleneck")
    counts, groups = [], []
    for (side, file), space in zip(files.items(), spaces, strict=True):
        make = partial(_of_network, folder / side, bundle, people, file, space, seed)
        names = ("components", "groups_kind", "groups_figures")
        piece = read_or_make(folder / f"{side}.npz", names, make)
        shutil.rmtree(folder / side, ignore_errors=True)  # its latents
        counts.append(piece["components"])
        groups.append(groups_from("groups", piece))
    return Squeezed(np.stack(counts), (groups[0], groups[1]), len(people.sample_ids))


def _of_network(
    folder: Path, bundle: Bundle, people: People, file: Path, space: LatentSpace, seed: int
) -> Piece:
    """Components and groups of what a network makes of people."""
    predictor = Predictor(load_checkpoint(file), bundle.manifest.precision)
    latents = _pass(folder, predictor, people, space, file.parent.name)
    return {
        "components": np.array(needed_for(spectrum(np.asarray(latents, np.float32)), 0.95)),
        **groups_arrays("groups", _groups(latents, np.arange(len(latents)), seed)),
    }
