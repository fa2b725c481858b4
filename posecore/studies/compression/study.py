"""Show the same people to compressed networks and to those that they are held against, and time them all.

What is done lies in one small file per network and data set: a run that was killed goes on, also where it is
then asked for more networks. Networks that are only masked are run engineered, which is the same function and
less work, and are shown fewer people.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tqdm import tqdm

from posecore.attributes.table import ATTRIBUTES, attributes_of
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.causes.change import is_rendered
from posecore.compression.cost import interleaved, multiplications, parameters, stored_bytes
from posecore.compression.engineering import engineered
from posecore.compression.groups import norms
from posecore.compression.masks import without_small_weights
from posecore.compression.ranking import Kept, Ranking, kept_share
from posecore.data.crops import SIZE
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import STRIDE, decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.inference import Predictor, best_precision
from posecore.metrics.heatmap_measures import measure
from posecore.metrics.oks import oks, picture_points
from posecore.metrics.pck import PCK_RADIUS, hits
from posecore.metrics.pckh import evaluate_heads
from posecore.models.checkpoint import weights_digest
from posecore.models.hourglass import StackedHourglass
from posecore.models.registry import PoseNetwork, build
from posecore.models.untrained import untrained
from posecore.prediction import BATCH
from posecore.samples import TRUTH, read_points, read_visibility, table_keypoints
from posecore.studies.compression.facts import (
    BAYESIAN,
    DENSE,
    L1,
    LIVE,
    MASKED,
    REFERENCE,
    SCRATCH,
    SHIPPED,
    TUNED,
    UNTRAINED,
    Point,
    Ranked,
    Trained,
    check_joints,
    control_place,
    joined,
    named,
    origins,
    read_ranked,
    read_trained,
)
from posecore.studies.compression.results import (
    NAME,
    SWEPT,
    Hessian,
    People,
    describe,
    save_compression_study,
)
from posecore.studies.networks.facts import DataSet
from posecore.subsample import subsample
from posecore.unfinished import Piece, fill, read_or_make

SHARES: Final = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.333, 0.3, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05)
"""Of the parameters, that rankings are asked to keep."""

SHOWN: Final = 24
"""People of a data set whose pictures are kept, where they were rendered; photographs never are."""

TILE: Final = 128
"""Pixels of such a picture."""

KINDS: Final = ("family", "view", "top", "bottom", "pattern", "framing", "occluder", "child")
"""What a rendered person can be a kind of; `view` is of the angle."""

CAUSES: Final = ("occluded_share", "distance", "skin_", "top_", "bottom_")
"""Beginnings of the names of numbers that say how a rendered person was made, kept beside attributes."""

Score = Callable[[NDArray[np.floating], pd.DataFrame], float]


def mean_oks(points: NDArray[np.floating], table: pd.DataFrame) -> float:
    """Mean OKS of points (N, K, 2), crop pixels, of the people of a table; nan where the set of joints has no
    published spreads."""
    sigmas = table_keypoints(table, "annotated").sigmas
    if sigmas is None:
        return float("nan")
    similarity = oks(
        picture_points(points, table),
        picture_points(read_points(table, "annotated"), table),
        read_visibility(table),
        table["area"].to_numpy(np.float64),
        sigmas,
    )
    known = similarity[~np.isnan(similarity)]
    return float(known.mean()) if len(known) else float("nan")


def pckh(points: NDArray[np.floating], table: pd.DataFrame) -> float:
    """PCKh of points (N, K, 2), crop pixels, of the people of a table; nan where it knows no heads."""
    return float(evaluate_heads(points, table).get("pckh") or np.nan)


SCORES: Final[Mapping[str, Score]] = {"oks": mean_oks, "pckh": pckh}
"""What is scored besides hits; another score is another row. nan where a data set does not say what it
needs."""


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


@dataclass(frozen=True, eq=False)
class _Network:
    """A point, what makes its network, and what is known where that is never made."""

    point: Point
    make: Callable[[], PoseNetwork]
    widths: Mapping[str, int]
    key: str


@dataclass(frozen=True)
class _Asked:
    network: _Network
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
        _reference(SHIPPED, dense),
        _never_learned(dense, crops[0], first.info["fingerprint"]),
        *(_tuned(one) for one in trained),
    ]
    speaks = next((one for one in ranked if _fits_live(one, dense)), None)
    live = None if speaks is None else _rounded(speaks, weights_digest(dense))
    for one in ranked:
        networks += _swept(one.network, one.ranking, MASKED, one.seed, one.steps, settings.shares)
    if live is not None:
        networks += _swept(dense, live, LIVE, int(live.made["seed"]), None, settings.shares)
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
    people = [
        _people(networks, crops[d], rows[d], some[d], [row[d] for row in found]) for d in range(len(sets))
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
    points = [one.point for one in networks]
    attributes = _attribute_names(crops)
    names = {"widths": width_names, "attributes": attributes, "kinds": KINDS, "scores": list(SCORES)}
    people = [
        replace(one, attributes=_attributes(part.table.iloc[chosen], attributes))
        for one, part, chosen in zip(people, crops, rows, strict=True)
    ]
    save_compression_study(empty_partial(unfinished), people, times, widths, scores, live)
    info = describe(points, sets, hessians, live, names) | {
        "settings": asdict(settings),
        "precision": precision,
        "pck_radius": PCK_RADIUS,
        "heads": [_heads(part.table.iloc[chosen]) for part, chosen in zip(crops, rows, strict=True)],
        "versions": {name: version(name) for name in ("torch", "numpy")},
    }
    return write_study(bundle, NAME, unfinished, info)


def _heads(table: pd.DataFrame) -> dict[str, int]:
    """From where the sizes of heads are that PCKh is by, as `evaluate_heads` counts them; empty without."""
    found: dict[str, int] = evaluate_heads(read_points(table, "annotated"), table).get("pckh_heads", {})
    return found


def _refuse_twice(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"the {what} {twice!r:.120} is named twice; leave one out")


def _sizes(network: PoseNetwork) -> dict[str, int]:
    return {width.name: width.size for width in network.structure().widths}


def _point(
    kind: str,
    method: str,
    network: PoseNetwork,
    seed: int = 0,
    strength: float | None = None,
    keep: float | None = None,
    steps: int | None = None,
    weights: str = "",
) -> Point:
    return Point(
        kind,
        method,
        named(network),
        seed,
        strength,
        keep,
        steps,
        parameters(network),
        multiplications(network),
        stored_bytes(network),
        sum(int(weight.count_nonzero()) for weight in network.parameters()),
        weights or weights_digest(network),
    )


def _reference(method: str, network: PoseNetwork) -> _Network:
    point = _point(REFERENCE, method, network)
    return _Network(point, lambda: network, _sizes(network), point.weights)


def _never_learned(dense: PoseNetwork, people: CropDataset, fingerprint: str) -> _Network:
    if not isinstance(dense, StackedHourglass):
        drawn: PoseNetwork = build(dense.config).eval().requires_grad_(False)
    else:
        drawn = untrained(dense.config, 0, len(people), people.picture)
    one = _reference(UNTRAINED, drawn)
    return replace(one, key=f"{one.key} {fingerprint}")


def _tuned(one: Trained) -> _Network:
    network = one.network
    point = _point(TUNED, one.method, network, one.seed, one.strength, one.keep, one.steps)
    return _Network(point, lambda: network, _sizes(network), point.weights)


def _swept(
    network: PoseNetwork,
    ranking: Ranking,
    kind: str,
    seed: int,
    steps: int | None,
    shares: Sequence[float],
) -> list[_Network]:
    """A network per share that the ranking can keep."""
    digest = weights_digest(network)
    strength = ranking.made.get("strength")
    found = []
    for share in shares:
        if ranking.method == L1:
            made: Callable[[], PoseNetwork] = _small_weights(network, share)
            widths: Mapping[str, int] = _sizes(network)
            key = f"{digest} {L1} {share}"
        else:
            try:
                kept, _ = kept_share(ranking, network, share)
            except ConfigError:  # smaller than the smallest that rounding leaves
                continue
            made, widths = _smaller(network, kept), {name: len(rows) for name, rows in kept.items()}
            key = hashlib.sha256(b"".join(kept[name].tobytes() for name in sorted(kept))).hexdigest()
            key = f"{digest} {key}"
        point = _point(kind, ranking.method, made(), seed, strength, share, steps, digest)
        found.append(_Network(point, made, widths, key))
    return found


def _smaller(network: PoseNetwork, kept: Kept) -> Callable[[], PoseNetwork]:
    return lambda: engineered(network, kept)


def _small_weights(network: PoseNetwork, share: float) -> Callable[[], PoseNetwork]:
    return lambda: without_small_weights(network, share)


def _fits_live(one: Ranked, dense: PoseNetwork) -> bool:
    """Whether a Bayesian ranking began with the bundle's network, whose channels it then speaks of, too."""
    return one.ranking.method == BAYESIAN and one.ranking.made.get("began_with") == weights_digest(dense)


def _rounded(one: Ranked, weights: str) -> Ranking:
    """The ranking as it is stored, relative scores in half precision, of the bundle's network."""
    ranking = one.ranking
    scores = {
        name: part.astype(np.float16).astype(np.float64).tolist() for name, part in ranking.relative().items()
    }
    made = {"groups": ranking.groups, "strength": ranking.made.get("strength"), "of": ranking.weights}
    return Ranking(weights, ranking.method, "none", scores, {}, made | {"seed": one.seed})


def _fill(
    folder: Path,
    networks: Sequence[_Network],
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
        return _look(predictor(places[id(asked.network)]), asked, progress)

    found = dict(zip(chunks, fill(chunks, ("cells", "peak", "second"), make, "networks"), strict=True))
    return [[found[file] for file in row] for row in files]


def _look(predictor: Predictor, asked: _Asked, progress: "tqdm[None]") -> Piece:
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


def _points(cells: NDArray[np.integer]) -> NDArray[np.float32]:
    return ((cells.astype(np.float32) + 0.5) * STRIDE).astype(np.float32)


def _time(folder: Path, one: _Network, networks: Sequence[_Network], rounds: int) -> NDArray[np.float64]:
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


def _is_dense(one: _Network) -> bool:
    point = one.point
    return point.method in (SHIPPED, DENSE)


def _people(
    networks: Sequence[_Network],
    crops: CropDataset,
    rows: NDArray[np.int64],
    some: NDArray[np.int64],
    pieces: Sequence[Piece],
) -> People:
    table = crops.table.iloc[rows]
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    found = []
    for one, piece in zip(networks, pieces, strict=True):
        chosen = some if one.point.kind in SWEPT else slice(None)
        right = hits(_points(piece["cells"]), annotated[chosen], visibility[chosen])
        found.append(np.where(np.isnan(right), -1, right).astype(np.int8))
    margin = pieces[control_place([one.point for one in networks])]
    shown = _worst([one.point for one in networks], found, table)
    everybody = [piece for one, piece in zip(networks, pieces, strict=True) if one.point.kind not in SWEPT]
    return People(
        table["sample_id"].to_numpy(str),
        some,
        tuple(found),
        visibility == 2,
        margin["peak"].astype(np.float64),
        margin["second"].astype(np.float64),
        np.empty((len(rows), 0)),
        _kinds(table),
        shown,
        _pictures(crops, rows[shown]),
        np.stack([piece["cells"][shown] for piece in everybody]),
    )


def _worst(
    points: Sequence[Point], found: Sequence[NDArray[np.int8]], table: pd.DataFrame
) -> NDArray[np.int64]:
    """Rows of rendered people of whom compressed networks lose most joints that the dense control finds."""
    lossy = [
        p
        for p, one in enumerate(points)
        if one.kind == TUNED and one.method not in (DENSE, SCRATCH) and one.network == points[0].network
    ]
    if not lossy or not all(is_rendered(person) for _, person in table.iterrows()):
        return np.empty(0, np.int64)
    before = found[control_place(points)] == 1
    lost = np.mean([(before & (found[p] == 0)).sum(axis=1) for p in lossy], axis=0)
    rows = np.argsort(-lost, kind="stable")[:SHOWN]
    return np.sort(rows[lost[rows] > 0])


def _pictures(crops: CropDataset, rows: NDArray[np.int64]) -> bytes:
    """Small pictures in one row, as one WEBP; nothing where nobody is shown."""
    if not len(rows):
        return b""
    small = [
        cv2.resize(crops.picture(row), (TILE, TILE), interpolation=cv2.INTER_AREA) for row in rows.tolist()
    ]
    done, encoded = cv2.imencode(".webp", np.hstack(small)[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 70])
    assert done
    return encoded.tobytes()


def _score(
    score: Score,
    one: _Network,
    crops: CropDataset,
    rows: NDArray[np.int64],
    some: NDArray[np.int64],
    piece: Piece,
) -> float:
    table = crops.table.iloc[rows[some] if one.point.kind in SWEPT else rows]
    return score(_points(piece["cells"]), table)


def _attribute_names(crops: Sequence[CropDataset]) -> list[str]:
    """Attributes of anybody, then numbers that say how rendered people were made."""
    causes = {
        str(name): None
        for part in crops
        for name in part.table.columns
        if str(name).startswith(tuple(f"{TRUTH}{cause}" for cause in CAUSES))
        and pd.api.types.is_numeric_dtype(part.table[name])
    }
    return [*ATTRIBUTES, *causes]


def _attributes(table: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    measured = attributes_of(table, "annotated")
    columns = [
        measured[name] if name in measured else table[name] if name in table else np.full(len(table), np.nan)
        for name in names
    ]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _kinds(table: pd.DataFrame) -> NDArray[np.str_]:
    """(N, T) words, empty where nothing is known."""
    columns = []
    for name in KINDS:
        if name == "view":
            angle = np.abs(table.get(f"{TRUTH}view_degrees", pd.Series(np.nan, table.index)).to_numpy(float))
            words = np.select([angle < 45, angle <= 135, angle > 135], ["front", "side", "back"], "")
        elif f"{TRUTH}{name}" in table:
            words = table[f"{TRUTH}{name}"].astype(str).to_numpy(str)
        else:
            words = np.full(len(table), "")
        columns.append(words)
    return np.stack(columns, axis=1)


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
