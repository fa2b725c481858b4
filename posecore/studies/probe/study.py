"""Read joints and attributes off each part of a network: its bottleneck, the first components of that, every
skip branch; and off what they have to be held against: networks that never learned, the picture itself, and
other people's bottlenecks. What is done lies in small files; a run that was killed goes on.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch.nn import functional
from tqdm import tqdm

from posecore.attributes.table import attributes_of
from posecore.bundle.manifest import WEIGHTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, labelled_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.data.prepared import PreparedData
from posecore.inference import Predictor
from posecore.metrics.pck import PCK_RADIUS, hits, scores
from posecore.models.hourglass import Encoded
from posecore.models.untrained import untrained
from posecore.probes.readout import FOLDS, read
from posecore.samples import annotated_columns
from posecore.statistics import Estimate, bootstrap, bootstrap_ratio
from posecore.studies.batches import in_batches
from posecore.studies.probe.results import (
    BOTTLENECK,
    COMPONENTS,
    NAME,
    PERMUTED,
    PICTURE,
    SKIPS,
    UNTRAINED,
    save_probe_study,
)
from posecore.unfinished import Piece, read_or_make

COUNTS: Final = (1, 2, 5, 10, 20, 50, 100, 200)
"""Components read off, as far as the people who teach have so many."""

CELLS: Final = 4
"""Height and width that every skip branch is averaged to: the bottleneck's, so as many numbers are read."""

PIXELS: Final = 16
"""Height and width of the picture that is read off."""

AT_ONCE: Final = 8
"""People that pass a network together."""

READ: Final = ("errors", "scores", "joint_r2", "joint_pck", "attribute_r2", "numbers")
"""What is kept of an input; see posecore.studies.probe.results."""


@dataclass(frozen=True)
class ProbeSettings:
    """networks: untrained ones, of seeds from 0. limit: so many people, drawn with `seed`; None for all.
    seed: of the folds and of who is given whose bottleneck, too."""

    networks: int = 3
    limit: int | None = None
    seed: int = 0


class Input(NamedTuple):
    """What is read off. features: (N, D), made when asked for. components: so many first ones; None: all."""

    features: Callable[[], NDArray[Any]]
    components: int | None = None


@dataclass(frozen=True, eq=False)
class Asked:
    """What is read of N people. attributes: (N, A), nan where not known."""

    people: People
    attributes: pd.DataFrame


def run_probe_study(bundle: Bundle, data: PreparedData | None, settings: ProbeSettings) -> Study:
    """Write the study `probe` of `bundle` and open it; see posecore.studies.probe.results.

    Of a bundle those people whose pictures it ships, or everybody with the prepared folder `data`, which
    holds the labels too where the bundle has none. Raises ConfigError or DataError where people, pictures or
    labels do not suffice.
    """
    people = labelled_people(bundle, data, settings.limit, settings.seed, least=2 * FOLDS)
    asked = Asked(people, _attributes(bundle, people))
    job = asdict(settings) | {
        "weights": bundle.manifest.files[WEIGHTS]["sha256"],
        "people": hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest(),
        "data": None if data is None else data.info["fingerprint"],
        "precision": bundle.manifest.precision,
    }
    folder = open_partial(bundle, NAME, job)
    inputs = _inputs(folder, bundle, people, settings)
    found: dict[str, Piece] = {}
    for name, part in tqdm(inputs.items(), "reading off", unit=" inputs", mininterval=1):
        compute = partial(_read_off, asked, part, settings.seed)
        found[name] = read_or_make(folder / f"{name}.npz", READ, compute)
        shutil.rmtree(folder / name, ignore_errors=True)  # an untrained network's latents, if it is one
    mean = _read_off(asked, Input(lambda: np.zeros((len(people.sample_ids), 1))), settings.seed)
    save_probe_study(
        empty_partial(folder),
        sample_ids=np.array(people.sample_ids),
        inputs=np.array(list(found)),
        **{name: np.stack([piece[name] for piece in found.values()]) for name in READ},
        # Numbers that do not vary tell nothing, so that what is read off them is the mean.
        spread=mean["errors"],
        mean_scores=mean["scores"],
        joint_n=(people.visibility > 0).sum(axis=0),
        attributes=np.array(asked.attributes.columns, np.str_),
        attribute_n=np.isfinite(asked.attributes.to_numpy()).sum(axis=0),
    )
    info = job | {
        "count": len(people.sample_ids),
        "folds": FOLDS,
        "pck_radius": PCK_RADIUS,
        "versions": {name: version(name) for name in ("torch", "numpy", "scikit-learn")},
    }
    return write_study(bundle, NAME, folder, info)


def _attributes(bundle: Bundle, people: People) -> pd.DataFrame:
    """Every attribute of the people's labelled joints, in their order."""
    rows = [bundle.row(name) for name in people.sample_ids]
    labels = annotated_columns(bundle.keypoints, people.annotated, people.visibility)
    table = bundle.samples.iloc[rows].assign(**labels)
    return attributes_of(table, "annotated")


def _inputs(folder: Path, bundle: Bundle, people: People, settings: ProbeSettings) -> dict[str, Input]:
    """What is read off, by name."""
    count = len(people.sample_ids)
    own = _pass(folder / "own", Predictor(bundle.network(), bundle.manifest.precision), people, "own network")
    teachers, dimensions = count - -(-count // FOLDS), own[BOTTLENECK].shape[1]
    order = np.random.default_rng(settings.seed).permutation(count)
    of_own = {name: partial(own.__getitem__, name) for name in (BOTTLENECK, *SKIPS)}
    return {
        BOTTLENECK: Input(of_own[BOTTLENECK]),
        **{
            f"{COMPONENTS}{number}": Input(of_own[BOTTLENECK], number)
            for number in COUNTS
            if number < min(teachers, dimensions)
        },
        **{name: Input(of_own[name]) for name in SKIPS},
        **{
            f"{UNTRAINED}{seed}": Input(partial(_never_learned, folder, bundle, people, seed))
            for seed in range(settings.networks)
        },
        PICTURE: Input(lambda: np.stack([_small(people.picture(row)) for row in range(count)])),
        PERMUTED: Input(lambda: own[BOTTLENECK][order]),
    }


def _never_learned(folder: Path, bundle: Bundle, people: People, seed: int) -> NDArray[np.float16]:
    """The bottlenecks of an untrained network of the bundle's shape."""
    config = bundle.network().config
    network = untrained(config, seed, len(people.sample_ids), people.picture)
    predictor = Predictor(network, bundle.manifest.precision)
    name = f"{UNTRAINED}{seed}"
    return _pass(folder / name, predictor, people, f"untrained network {seed}")[BOTTLENECK]


def _pass(folder: Path, predictor: Predictor, people: People, desc: str) -> dict[str, NDArray[np.float16]]:
    """The bottleneck and every skip branch of everybody, flattened, by name."""
    names = (BOTTLENECK, *SKIPS)

    def measure(batch: NDArray[np.int64]) -> Piece:
        parts = []
        for start in range(0, len(batch), AT_ONCE):
            pictures = np.stack([people.picture(int(row)) for row in batch[start : start + AT_ONCE]])
            parts.append(_pooled(predictor, predictor.encode(pictures)))
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    found = in_batches(folder, len(people.sample_ids), names, measure, desc)
    return {name: np.concatenate(found[name]) for name in names}


def _pooled(predictor: Predictor, encoded: Encoded) -> dict[str, NDArray[np.float16]]:
    flat = {
        name: functional.adaptive_avg_pool2d(skip.float(), CELLS).flatten(1).cpu().numpy()
        for name, skip in zip(SKIPS, encoded.skips, strict=True)
    }
    flat[BOTTLENECK] = predictor.latents(encoded, "bottleneck")
    return {name: values.astype(np.float16) for name, values in flat.items()}


def _small(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(PIXELS * PIXELS * 3,) of a picture (256, 256, 3), averaged."""
    small = cv2.resize(picture.astype(np.float32), (PIXELS, PIXELS), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def _read_off(asked: Asked, part: Input, seed: int) -> Piece:
    """READ of one input."""
    features, components = part.features(), part.components
    people, labelled = asked.people, asked.people.visibility > 0
    said = read(features, people.annotated, labelled, seed, components)
    errors, spread = (_errors(values, people.annotated, labelled) for values in (said.found, said.mean))
    right = hits(said.found, people.annotated, people.visibility)
    known = labelled.any(axis=1)
    values = asked.attributes.to_numpy(np.float64)[..., None]
    there = np.isfinite(values[..., 0])
    told = read(features, values, there, seed, components)
    off, wide = (_errors(each, values, there) for each in (told.found, told.mean))
    return {
        "errors": np.where(known, np.nansum(errors, axis=1), np.nan).astype(np.float32),
        "scores": scores(right).astype(np.float32),
        "joint_r2": _three(bootstrap_ratio(spread - errors, spread)),
        "joint_pck": _three(bootstrap(right)),
        "attribute_r2": _three(bootstrap_ratio(wide - off, wide)),
        "numbers": np.array(features.shape[1] if components is None else components),
    }


def _errors(
    found: NDArray[np.floating], targets: NDArray[np.floating], known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(N, T) squared distances of (N, T, p) from targets; nan where one is not known or nobody taught it."""
    away = np.square(np.asarray(found, np.float64) - targets).sum(axis=-1)
    return np.where(known, away, np.nan)


def _three(estimate: Estimate) -> NDArray[np.float32]:
    return np.stack([estimate.mean, estimate.low, estimate.high], axis=-1).astype(np.float32)
