"""Show the same people to several trained networks and keep which joints each one finds.

The networks' own bundles are too large to be shipped. This study of them is small, and the bundle it lies in
is but the place where it ships: of that bundle's own network and people it says nothing. As any study it is
bound to them all the same, so where the bundle is made anew the command has to be run again.

What is done lies in one small file per network and data set: a run that was killed goes on, also where it is
then asked for more networks.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.files import sha256
from posecore.inference import Precision, Predictor, best_precision
from posecore.metrics.pck import PCK_RADIUS, hits
from posecore.models.configs import HourglassConfig
from posecore.prediction import BATCH
from posecore.samples import read_points, read_visibility
from posecore.studies.networks.facts import DataSet, Network
from posecore.studies.networks.results import (
    NAME,
    NetworksStudy,
    StoredHits,
    describe,
    load_networks_study,
    save_networks_study,
)
from posecore.studies.networks.runs import load_network, read_network, weights_file
from posecore.unfinished import Piece, fill


def run_networks_study(
    bundle: Bundle,
    runs: Sequence[tuple[str, Path]],
    data: Sequence[tuple[PreparedData, str]],
    add: bool = False,
) -> Study:
    """Write the study `networks` into `bundle` and open it; see posecore.studies.networks.results.

    runs: label and folder of every network's training; labels may repeat with other seeds. data: folders with
    the split whose people are shown. add: keep the networks of the study that is there, whose runs may be
    gone; the others are shown the same people in the same precision. Raises ConfigError where something is
    named twice, nothing is named, or the people are others than those of the study that is added to,
    CheckpointError and DataError where a run or a data folder is not usable, BundleError where there is no
    study to add to.
    """
    before = load_networks_study(bundle) if add else None
    networks = [read_network(label, folder) for label, folder in runs]
    crops = [CropDataset(folder, split) for folder, split in data]
    sets = [
        DataSet(folder.info["name"], split, folder.info["fingerprint"], len(people))
        for (folder, split), people in zip(data, crops, strict=True)
    ]
    every = [*(before.networks if before else ()), *networks]
    _refuse_twice("network", [network.name for network in every])
    _refuse_twice("data set", [one.title for one in sets])
    if before:
        _check_same_people(before, sets)
    for folder, _ in data:
        folder.check_network(len(bundle.keypoints))
    precision = before.precision if before else best_precision()
    partial = open_partial(bundle, NAME, {"pck_radius": PCK_RADIUS, "precision": precision})
    found = [
        *(before.hits if before else ()),
        *_fill(partial, networks, [folder for _, folder in runs], sets, crops, precision),
    ]
    save_networks_study(
        empty_partial(partial), [people.table["sample_id"].to_numpy(str) for people in crops], found
    )
    info = describe(every, sets) | {
        "precision": precision,
        "pck_radius": PCK_RADIUS,
        "thesis_channels": HourglassConfig().channels,
        "versions": {name: version(name) for name in ("torch", "numpy")},
    }
    return write_study(bundle, NAME, partial, info)


def find_joints(predictor: Predictor, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Points (V, N, K, 2), crop pixels, of pictures (N, 256, 256, 3); variants as in StoredHits."""
    config = predictor.network.config
    encoded = predictor.encode(pictures)
    earlier = encoded.earlier_heatmaps.cpu().numpy().swapaxes(0, 1)
    heatmaps = [*earlier, *predictor.decode(encoded, (ALL_ON,))]
    if config.skips != "0000":
        # Cut in every stack; with one stack the encoder does not know of masks.
        cut = encoded if config.stacks == 1 else predictor.encode(pictures, ALL_OFF)
        heatmaps.extend(predictor.decode(cut, (ALL_OFF,)))
    return np.stack([decode(maps)[0] for maps in heatmaps])


@dataclass(frozen=True)
class _Asked:
    """A network, by its name and the folder of its run, and the people it is shown."""

    network: str
    run: Path
    people: CropDataset

    def __len__(self) -> int:
        return len(self.people)


def _check_same_people(before: NetworksStudy, sets: Sequence[DataSet]) -> None:
    if list(before.data) != list(sets):
        expected = " and ".join(f"{one.title} ({one.people} people)" for one in before.data)
        given = " and ".join(f"{one.title} ({one.people} people)" for one in sets)
        raise ConfigError(
            f"--add: the study is of {expected}, given are {given}, or others of these names; name the data "
            "folders of the study, in its order"
        )


def _fill(
    folder: Path,
    networks: list[Network],
    runs: list[Path],
    sets: list[DataSet],
    crops: list[CropDataset],
    precision: Precision,
) -> list[list[StoredHits]]:
    """Hits per network and data set; a file is written for each."""
    files = [[_file(folder, run, one) for one in sets] for run in runs]
    chunks = {
        file: _Asked(network.name, run, people)
        for row, network, run in zip(files, networks, runs, strict=True)
        for file, people in zip(row, crops, strict=True)
    }

    @lru_cache(1)  # data sets of one network follow each other
    def predictor(run: Path) -> Predictor:
        return Predictor(load_network(run), precision)

    def make(asked: _Asked, progress: "tqdm[None]") -> Piece:
        progress.set_postfix_str(asked.network, refresh=False)
        return {"hits": _hits(predictor(asked.run), asked.people, progress)}

    found = dict(zip(chunks, fill(chunks, ("hits",), make, "networks"), strict=True))
    return [[found[file]["hits"] for file in row] for row in files]


def _hits(predictor: Predictor, people: CropDataset, progress: "tqdm[None]") -> StoredHits:
    annotated, visibility = read_points(people.table, "annotated"), read_visibility(people.table)
    parts: list[StoredHits] = []
    for start in range(0, len(people), BATCH):
        rows = slice(start, min(start + BATCH, len(people)))
        pictures = np.stack([people.picture(i) for i in range(rows.start, rows.stop)])
        points = find_joints(predictor, pictures)
        if points.shape[-2] != visibility.shape[1]:
            raise ConfigError(
                f"a network of {points.shape[-2]} joints is asked for people with {visibility.shape[1]}; "
                "leave it out, or name other data"
            )
        right = np.stack([hits(found, annotated[rows], visibility[rows]) for found in points])
        parts.append(np.where(np.isnan(right), -1, right).astype(np.int8))
        progress.update(len(pictures))
    return np.concatenate(parts, axis=1)


def _file(folder: Path, run: Path, data: DataSet) -> Path:
    """Named by what it depends on: the people, and the weights with the network's configuration."""
    what = [sha256(weights_file(run)), asdict(data)]
    return folder / f"{hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]}.npz"


def _refuse_twice(what: str, names: list[str]) -> None:
    if not names:
        raise ConfigError(f"no {what} is named; name one or more")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(
            f"the {what} {twice!r:.80} is named twice; give each a label of its own, or leave one out"
        )
