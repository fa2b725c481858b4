"""Show the same people to compressed networks and to those that they are held against, and time them all.

What is done lies in one small file per network and data set: a run that was killed goes on, also where it is
then asked for more networks. Networks that are only masked are run engineered, which is the same function and
less work, and are shown fewer people.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tqdm import tqdm

from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.compression.cost import interleaved
from posecore.compression.groups import norms
from posecore.compression.ranking import kept_share
from posecore.data.crops import SIZE
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import STRIDE, decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.inference import Predictor, best_precision
from posecore.metrics.heatmap_measures import measure
from posecore.metrics.pck import PCK_RADIUS
from posecore.models.checkpoint import weights_digest
from posecore.prediction import BATCH
from posecore.studies.compression.candidates import (
    Candidate,
    fits_live,
    never_learned,
    reference,
    rounded,
    swept_networks,
    tuned_network,
)
from posecore.studies.compression.facts import (
    BAYESIAN,
    DENSE,
    L1,
    LIVE,
    MASKED,
    SHIPPED,
    Ranked,
    check_joints,
    joined,
    named,
    origins,
    read_ranked,
    read_trained,
)
from posecore.studies.compression.people import (
    KINDS,
    attribute_names,
    attribute_values,
    cell_points,
    people_shown,
)
from posecore.studies.compression.results import (
    NAME,
    SWEPT,
    Hessian,
    describe,
    save_compression_study,
)
from posecore.studies.compression.scores import SCORES, Score, heads
from posecore.studies.networks.facts import DataSet
from posecore.subsample import subsample
from posecore.unfinished import Piece, fill, read_or_make

SHARES: Final = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.333, 0.3, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05)
"""Of the parameters, that rankings are asked to keep."""


@dataclass(frozen=True)
class CompressionSettings:
    """limit: people of a data set at most, drawn by `seed`; None for all. swept: those of them that networks
    which are only masked are shown. shares: of the parameters, of l1 of single weights. rounds: of timing."""

    limit: int | None = None
    swept: int = 200
    shares: tuple[float, ...] = SHARES
    rounds: int = 7
    seed: int = 0

    def __post_init__(self) -> None:
        for share in self.shares:
            if not 0 < share < 1:
                raise ConfigError(f"--shares {share}: expected shares between 0 and 1, for example 0.25")
        if len(set(self.shares)) != len(self.shares) or not self.shares:
            raise ConfigError("--shares: expected one or more, each once")


@dataclass(frozen=True)
class _Asked:
    network: Candidate
    people: CropDataset
    rows: tuple[int, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)


def run_compression_study(
    bundle: Bundle,
    rankings: Sequence[Path],
    tuned: Sequence[Path],
    data: Sequence[tuple[PreparedData, str]],
    settings: CompressionSettings = CompressionSettings(),
) -> Study:
    """Write the study `compression` into `bundle` and open it; see posecore.studies.compression.results.

    rankings: folders of compress.py; tuned: of train.py, of engineered networks, of those of their shapes
    trained from scratch, and of the dense control. data: folders with the split whose people are shown.
    Raises ConfigError, CheckpointError and DataError where something named is not usable, or twice.
    """
    crops = [CropDataset(folder, split) for folder, split in data]
    for prepared, _ in data:
        prepared.check_network(len(bundle.keypoints))
    dense = bundle.network()
    ranked = [read_ranked(folder) for folder in rankings]
    begun = origins(ranked) | {weights_digest(dense)}
    trained = joined([read_trained(folder, begun) for folder in tuned], ranked)
    for network, folder in [(one.network, one.folder) for one in ranked] + [
        (one.network, one.folder) for one in trained
    ]:
        check_joints(network, dense.config.joints, folder)
    first, _ = data[0]
    networks = [
        reference(SHIPPED, dense),
        never_learned(dense, crops[0], first.info["fingerprint"]),
        *(tuned_network(one) for one in trained),
    ]
    speaks = next((one for one in ranked if fits_live(one, dense)), None)
    live = None if speaks is None else rounded(speaks, weights_digest(dense))
    for one in ranked:
        networks += swept_networks(one.network, one.ranking, MASKED, one.seed, one.steps, settings.shares)
    if live is not None:
        networks += swept_networks(dense, live, LIVE, int(live.made["seed"]), None, settings.shares)
    _refuse_twice("network", [one.point.name for one in networks])
    rows = [subsample(np.arange(len(part)), settings.limit or len(part), settings.seed) for part in crops]
    sets = [
        DataSet(folder.info["name"], split, folder.info["fingerprint"], len(part))
        for (folder, split), part in zip(data, rows, strict=True)
    ]
    _refuse_twice("data set", [one.title for one in sets])
    some = [subsample(np.arange(len(part)), settings.swept, settings.seed) for part in rows]
    precision = best_precision()
    job = {"precision": precision, "limit": settings.limit, "swept": settings.swept, "seed": settings.seed}
    unfinished = open_partial(bundle, NAME, job)
    found = _fill(unfinished, networks, sets, crops, rows, some)
    times = np.stack([_time(unfinished, one, networks, settings.rounds) for one in networks])
    points = [one.point for one in networks]
    people = [
        people_shown(points, crops[d], rows[d], some[d], [row[d] for row in found]) for d in range(len(sets))
    ]
    scores = {
        name: np.array(
            [
                [_score(score, one, crops[d], rows[d], some[d], pieces[d]) for d in range(len(sets))]
                for one, pieces in zip(networks, found, strict=True)
            ]
        )
        for name, score in SCORES.items()
    }
    width_names = [width.name for width in dense.structure().widths]
    same = named(dense)
    widths = np.array(
        [[one.widths[name] if one.point.network == same else 0 for name in width_names] for one in networks]
    )
    hessians = [_hessian(one, settings.shares) for one in ranked if one.ranking.method == BAYESIAN]
    attributes = attribute_names(crops)
    names = {"widths": width_names, "attributes": attributes, "kinds": KINDS, "scores": list(SCORES)}
    people = [
        replace(one, attributes=attribute_values(part.table.iloc[chosen], attributes))
        for one, part, chosen in zip(people, crops, rows, strict=True)
    ]
    save_compression_study(empty_partial(unfinished), people, times, widths, scores, live)
    info = describe(points, sets, hessians, live, names) | {
        "settings": asdict(settings),
        "precision": precision,
        "pck_radius": PCK_RADIUS,
        "heads": [heads(part.table.iloc[chosen]) for part, chosen in zip(crops, rows, strict=True)],
        "versions": {name: version(name) for name in ("torch", "numpy")},
    }
    return write_study(bundle, NAME, unfinished, info)


def _refuse_twice(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"the {what} {twice!r:.120} is named twice; leave one out")


def _fill(
    folder: Path,
    networks: Sequence[Candidate],
    sets: Sequence[DataSet],
    crops: Sequence[CropDataset],
    rows: Sequence[NDArray[np.int64]],
    some: Sequence[NDArray[np.int64]],
) -> list[list[Piece]]:
    """Where each network finds the joints of each data set's people; a file is written for each."""
    files: list[list[Path]] = []
    chunks: dict[Path, _Asked] = {}
    for one in networks:
        files.append([])
        for data, people, whole, part in zip(sets, crops, rows, some, strict=True):
            chosen = whole[part] if one.point.kind in SWEPT else whole
            digest = hashlib.sha256(json.dumps([one.key, data.fingerprint, data.split]).encode()).hexdigest()
            swept = "s" if one.point.kind in SWEPT else "a"
            files[-1].append(folder / f"{swept}{digest[:24]}.npz")
            chunks[files[-1][-1]] = _Asked(one, people, tuple(chosen.tolist()))

    @lru_cache(1)  # data sets of one network follow each other
    def predictor(place: int) -> Predictor:
        return Predictor(networks[place].make())

    places = {id(one): place for place, one in enumerate(networks)}

    def make(asked: _Asked, progress: "tqdm[None]") -> Piece:
        progress.set_postfix_str(asked.network.point.name, refresh=False)
        return _find_cells(predictor(places[id(asked.network)]), asked, progress)

    found = dict(zip(chunks, fill(chunks, ("cells", "peak", "second"), make, "networks"), strict=True))
    return [[found[file] for file in row] for row in files]


def _find_cells(predictor: Predictor, asked: _Asked, progress: "tqdm[None]") -> Piece:
    """cells: (n, J, 2) column and row of each strongest cell; peak, second: (n, J), see heatmap_measures."""
    cells, peaks, seconds = [], [], []
    for start in range(0, len(asked), BATCH):
        rows = asked.rows[start : start + BATCH]
        heatmaps = predictor.heatmaps(np.stack([asked.people.picture(row) for row in rows]))
        points, _ = decode(heatmaps)
        cells.append((points / STRIDE).astype(np.uint8))
        measures = measure(heatmaps)
        peaks.append(measures.peak.astype(np.float16))
        seconds.append(measures.second.astype(np.float16))
        progress.update(len(rows))
    return {
        "cells": np.concatenate(cells),
        "peak": np.concatenate(peaks),
        "second": np.concatenate(seconds),
    }


def _time(folder: Path, one: Candidate, networks: Sequence[Candidate], rounds: int) -> NDArray[np.float64]:
    """(2,) medians in milliseconds of a picture, of a network and of the dense one of its kind beside it."""
    point = one.point
    if point.method == L1:
        return np.full(2, np.nan)
    dense = next(
        (other for other in networks if _is_dense(other) and other.point.network == point.network), None
    )
    if dense is None:
        return np.full(2, np.nan)
    what = [point.network, sorted(one.widths.items()), rounds]
    file = folder / f"t{hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]}.npz"

    def measured() -> Piece:
        picture = np.random.default_rng(0).integers(0, 256, (1, SIZE, SIZE, 3)).astype(np.uint8)
        sides = [Predictor(part.make()) for part in (one, dense)]
        seconds = interleaved([partial(side.heatmaps, picture) for side in sides], rounds)
        return {"milliseconds": np.median(seconds, axis=0) * 1000}

    return np.asarray(read_or_make(file, ("milliseconds",), measured)["milliseconds"], np.float64)


def _is_dense(one: Candidate) -> bool:
    point = one.point
    return point.method in (SHIPPED, DENSE)


def _score(
    score: Score,
    one: Candidate,
    crops: CropDataset,
    rows: NDArray[np.int64],
    some: NDArray[np.int64],
    piece: Piece,
) -> float:
    table = crops.table.iloc[rows[some] if one.point.kind in SWEPT else rows]
    return score(cell_points(piece["cells"]), table)


def _hessian(one: Ranked, shares: Sequence[float]) -> Hessian:
    ranking, network = one.ranking, one.network
    side = ranking.groups or "channels"
    size = {name: part.tolist() for name, part in norms(network, network.structure(), side).items()}
    other = replace(ranking, scores=size)
    ours, theirs = ranking.relative(), other.relative()
    names = list(ours)
    overall = spearmanr(*(np.concatenate([each[name] for name in names]) for each in (ours, theirs)))
    within = [spearmanr(ours[name], theirs[name]).statistic for name in names]
    overlap = {}
    for share in shares:
        try:
            kept = [kept_share(each, network, share)[0] for each in (ranking, other)]
        except ConfigError:
            continue
        gone = [
            {(name, row) for name in names for row in set(range(len(ours[name]))) - set(part[name].tolist())}
            for part in kept
        ]
        overlap[f"{share:g}"] = len(gone[0] & gone[1]) / max(1, min(len(gone[0]), len(gone[1])))
    return Hessian(
        one.seed,
        ranking.made.get("strength"),
        float(overall.statistic),
        float(np.nanmean(within)),
        overlap,
    )
