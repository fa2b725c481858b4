"""Make the control study of a bundle: its own network and untrained ones of its shape, explained alike.

One network after the other. What an explanation found lies in a small file; a run that was killed goes on
after the last of them, and within those that take long after the last batch of people.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import LEVEL_NAMES, REPLACEMENTS
from posecore.attributes.descriptions import joints_of, truth_of
from posecore.attributes.table import attributes_of
from posecore.attributes.traits import SIDE
from posecore.bundle.manifest import WEIGHTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, labelled_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.clustering.sweep import SweepSettings
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.files import write_arrays
from posecore.inference import Predictor
from posecore.metrics.pck import PCK_RADIUS
from posecore.models.untrained import untrained
from posecore.samples import annotated_columns
from posecore.similarity.cka import Products, cka, cka_interval, multiply
from posecore.studies.batches import BATCH
from posecore.studies.control import explanations
from posecore.studies.control.results import NAME, OWN, save_control_study
from posecore.studies.control.run import kinds_of_nobody, run_network
from posecore.unfinished import Piece, read_or_make, read_piece

LEAST: Final = 24
"""People a control study needs: for ten clusters, and for components to be fitted on half of them."""

EXPLAINED: Final[dict[str, tuple[str, ...]]] = {
    "skips": ("skip_people", "skip_scores", "skip_moved", "joint_shares"),
    "clusters": (
        "silhouettes",
        "gaps",
        "gap_errors",
        "stability",
        "labels",
        "told",
        "valleys",
        "verdict",
    ),
    "components": (
        "explained",
        "needed",
        "above_chance",
        "correlation",
        "correlation_low",
        "correlation_high",
        "sure",
        "tested",
        "best_attribute",
        "followed",
        "follows",
        "farther_out",
        "nearest",
        "refused",
    ),
    "curve": ("counts", "curve_people", "curve_scores"),
    "probe": ("probe_errors", "probe_spread", "probe_scores", "probe_joints"),
}
"""Names of what every explanation finds of a network; see posecore.studies.control.results."""

SHARED: Final = ("skip_people", "counts", "curve_people", "probe_spread")
"""Of these, what is the same for every network."""


@dataclass(frozen=True)
class ControlSettings:
    """networks: untrained ones, of seeds from 0. limit: so many people, drawn with `seed`; None for all.
    seed: of all that is drawn but the networks."""

    networks: int = 3
    limit: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.networks < 1:
            raise ConfigError(f"{self.networks} untrained networks: expected one or more")


def run_control_study(bundle: Bundle, data: PreparedData | None, settings: ControlSettings) -> Study:
    """Write the study `control` of `bundle` and open it; see posecore.studies.control.results.

    Of a bundle those people whose pictures it ships, or everybody with the prepared folder `data`, which
    holds the labels too where the bundle has none. Raises ConfigError or DataError where people, pictures or
    labels do not suffice.
    """
    people = labelled_people(bundle, data, settings.limit, settings.seed, LEAST)
    job = asdict(settings) | {
        "weights": bundle.manifest.files[WEIGHTS]["sha256"],
        "people": hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest(),
        "data": None if data is None else data.info["fingerprint"],
        "precision": bundle.manifest.precision,
        "latent": bundle.manifest.latent,
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy", "scikit-learn")},
    }
    folder = open_partial(bundle, NAME, job)
    attributes = known_attributes(bundle, people)
    names = ["own", *(f"untrained-{seed}" for seed in range(settings.networks))]
    found = []
    for place, name in enumerate(tqdm(names, "control study", unit=" networks", mininterval=1)):
        seed = None if place == OWN else place - 1
        found.append(_explained(folder, bundle, people, attributes, name, seed, settings.seed))
    arrays = {
        key: found[OWN][key] if key in SHARED else np.stack([each[key] for each in found])
        for keys in EXPLAINED.values()
        for key in keys
    }
    save_control_study(
        empty_partial(folder),
        networks=np.array(names),
        sample_ids=np.array(people.sample_ids),
        replacements=np.array(list(REPLACEMENTS)),
        ks=np.unique(SweepSettings().ks),
        steps=explanations.STEPS.astype(np.float32),
        nobody=np.array(kinds_of_nobody()),
        layers=np.array([*LEVEL_NAMES, bundle.manifest.latent]),
        **_layers([each["alike"] for each in found], settings.seed),
        **arrays,
    )
    info = job | {
        "count": len(people.sample_ids),
        "skip_people": len(arrays["skip_people"]),
        "curve_people": len(arrays["curve_people"]),
        "pck_radius": PCK_RADIUS,
    }
    return write_study(bundle, NAME, folder, info)


def known_attributes(bundle: Bundle, people: People) -> pd.DataFrame:
    """All that is known of people but what a network says of them, by sample_id."""
    rows = [bundle.row(name) for name in people.sample_ids]
    labels = annotated_columns(bundle.keypoints, people.annotated, people.visibility)
    table = bundle.samples.iloc[rows].assign(**labels)
    parts = [attributes_of(table, "annotated"), joints_of(table, "annotated"), truth_of(table)]
    return pd.concat(parts, axis=1)


def _explained(
    folder: Path,
    bundle: Bundle,
    people: People,
    attributes: pd.DataFrame,
    name: str,
    network_seed: int | None,
    seed: int,
) -> Piece:
    """What all explanations find of one network, and `alike`, the similarities within batches, padded.

    network_seed: of an untrained one; None for the bundle's own.
    """
    done, work = folder / f"{name}.npz", folder / name
    keys = ("alike", *(key for keys in EXPLAINED.values() for key in keys))
    piece = read_piece(done, *keys)
    if piece is not None:
        return piece
    network = bundle.network()
    if network_seed is not None:
        network = untrained(network.config, network_seed, len(people.sample_ids), people.picture)
    predictor = Predictor(network, bundle.manifest.precision)
    run = run_network(work / "run", predictor, people, bundle.manifest.latent, name)
    sides = bundle.samples[SIDE].iloc[[bundle.row(each) for each in people.sample_ids]]
    traits = attributes.assign(**{SIDE: sides.to_numpy(np.float64)})
    make: dict[str, Callable[[], Piece]] = {
        "skips": partial(explanations.skip_figures, run, people, seed, _made(work / "skips")),
        "clusters": partial(explanations.cluster_figures, run, traits, seed, _made(work / "clusters")),
        "components": partial(explanations.component_figures, run, people.sample_ids, attributes, seed),
        "curve": partial(explanations.curve_figures, run, people, seed, work / "curve"),
        "probe": partial(explanations.probe_figures, run, people, seed),
    }
    found: dict[str, NDArray[Any]] = {"alike": _padded(run.alike)}
    for part in tqdm(EXPLAINED, name, unit=" explanations", mininterval=1, leave=False):
        found |= read_or_make(work / f"{part}.npz", EXPLAINED[part], make[part])
    write_arrays(done, **found)
    shutil.rmtree(work)
    return found


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _padded(alike: Any) -> NDArray[np.float64]:
    """(B, F, BATCH, BATCH) of batches (F, n, n), nan beyond n."""
    layers = len(alike[0])
    found = np.full((len(alike), layers, BATCH, BATCH), np.nan)
    for batch, each in zip(found, alike, strict=True):
        count = each.shape[-1]
        batch[:, :count, :count] = each
    return found


def _layers(alike: list[NDArray[np.float64]], seed: int) -> dict[str, NDArray[np.float32]]:
    """cka, cka_low and cka_high (M, M, F, F) of every two networks, of padded similarities (B, F, n, n)."""
    networks, layers = len(alike), alike[0].shape[1]
    found = np.empty((3, networks, networks, layers, layers), np.float32)
    counts = np.isfinite(alike[0][:, 0, 0]).sum(axis=-1)
    sides = [
        [list(batch[:, :count, :count]) for batch, count in zip(each, counts, strict=True)] for each in alike
    ]
    for one, other in np.ndindex(networks, networks):
        rows = [multiply(a, b) for a, b in zip(sides[one], sides[other], strict=True)]
        products = Products(*(np.stack(part) for part in zip(*rows, strict=True)))
        found[:, one, other] = [cka(products), *cka_interval(products, seed)]
    return dict(zip(("cka", "cka_low", "cka_high"), found, strict=True))
