"""Run the network with every mask and replacement over the people of a bundle, and keep what it says, and
from which height of a peak on a joint is sure.

A picture is encoded once. People are visited in a drawn order, and each gets the features of the one visited
before: so "another person" is drawn by seed, nobody is their own, and the features needed are still there.
What is done lies in small files of CHUNK people; a run that was killed goes on after the last of them.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from posecore.ablation import REPLACEMENTS
from posecore.bundle.manifest import WEIGHTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, choose_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, open_study, write_study
from posecore.data.heatmaps import STRIDE, decode
from posecore.data.prepared import PreparedData
from posecore.errors import BundleError, ConfigError
from posecore.inference import Predictor
from posecore.keypoints import sized_set
from posecore.metrics.pck import PCK_RADIUS, hits
from posecore.models.hourglass import Encoded
from posecore.studies.skips.certainty import SEEN, STORED, store_thresholds
from posecore.studies.skips.effects import tells_the_claim
from posecore.studies.skips.results import NAME, SkipStudy, save_results
from posecore.unfinished import Piece, fill

CHUNK: Final = 32
"""People between two points from which a killed run goes on."""


@dataclass(frozen=True)
class SkipSettings:
    """What a study covers. split: only people of this split. limit: so many people, drawn with `seed`."""

    replacements: tuple[str, ...] = tuple(REPLACEMENTS)
    split: str | None = None
    limit: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = [name for name in self.replacements if name not in REPLACEMENTS]
        if unknown or not self.replacements or len(set(self.replacements)) < len(self.replacements):
            raise ConfigError(
                f"replacements {', '.join(self.replacements)!r:.80}: expected some of "
                f"{', '.join(REPLACEMENTS)}, each once"
            )


def run_study(bundle: Bundle, data: PreparedData | None, settings: SkipSettings) -> Study:
    """Write the study `skips` of `bundle` and open it; see posecore.studies.skips.results for what it holds.

    data: the prepared data folder with the pictures that the bundle does not ship and, where the bundle
    holds no annotations, the labels that tell right from wrong; of these only the hits are kept. With
    several stacks the skips of the last one are cut; cutting one that was not built has no effect. A study of
    these settings that lacks no more than the heights of sure peaks gets those, and nobody is asked again.
    Raises ConfigError or DataError where people, pictures or settings do not fit.
    """
    described = {
        "replacements": list(settings.replacements),
        "split": settings.split,
        "limit": settings.limit,
        "seed": settings.seed,
        "precision": bundle.manifest.precision,
        "data": None if data is None else data.info["fingerprint"],
    }
    if _lacks_thresholds_only(bundle, described):
        return store_thresholds(bundle)
    people = choose_people(bundle, data, settings.split, settings.limit, settings.seed)
    if "other" in settings.replacements and len(people.sample_ids) < 2:
        raise ConfigError("the replacement 'other' needs two people or more; leave it out or take more")
    predictor = Predictor(bundle.network(), bundle.manifest.precision)
    order = np.random.default_rng(settings.seed).permutation(len(people.sample_ids))
    people_hash = hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest()
    weights = bundle.manifest.files[WEIGHTS]["sha256"]
    job = described | {"weights": weights, "people": people_hash, "chunk": CHUNK}
    partial = open_partial(bundle, NAME, job)
    means = _means(bundle, predictor, settings)
    cells, peaks = ask(partial, predictor, people, order, means, settings.replacements)
    study = answered(people, order, cells, peaks, settings.replacements)
    save_results(
        empty_partial(partial),
        study.sample_ids,
        study.replacements,
        study.donors,
        study.cells,
        study.peaks,
        study.hits,
    )
    info = described | {
        "count": len(people.sample_ids),
        "stacks": predictor.network.config.stacks,
        "built": predictor.network.config.skips,
        "pck_radius": PCK_RADIUS,
        "labelled_faces": face_patterns(people.visibility),
        "versions": {name: version(name) for name in ("torch", "numpy")},
    }
    write_study(bundle, NAME, partial, info)
    # Of what was stored, so that a study from before and a new one get the same.
    return store_thresholds(bundle)


def ask(
    folder: Path,
    predictor: Predictor,
    people: People,
    order: NDArray[np.int64],
    means: Sequence[Tensor] | None,
    replacements: tuple[str, ...],
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cells (n, V, K, 2) and peaks (n, V, K) of n people under every variant, see SkipStudy, by their rows.

    order: (n,) rows of `people` as they are visited; each gets the features of the one before as "other".
    means: for "mean". folder: for small files of CHUNK people, which a killed run does not make again.
    """
    before: tuple[int, Encoded] | None = None

    def make(places: range, progress: "tqdm[None]") -> Piece:
        nonlocal before
        cells, peaks = [], []
        for place in places:
            donor = (place - 1) % len(order)
            if "other" in replacements and (before is None or before[0] != donor):
                before = donor, predictor.encode(people.picture(int(order[donor]))[None])
            encoded = predictor.encode(people.picture(int(order[place]))[None])
            sources = {"zero": None, "mean": means, "other": before and before[1].skips}
            found = [measure(predictor, encoded, sources[name]) for name in replacements]
            # With all skips on every replacement says the same, so that is kept once.
            cells.append(np.concatenate([found[0][0][:1], *(c[1:] for c, _ in found)]))
            peaks.append(np.concatenate([found[0][1][:1], *(p[1:] for _, p in found)]))
            before = place, encoded
            progress.update()
        return {"cells": np.stack(cells), "peaks": np.stack(peaks)}

    everybody = range(len(order))
    chunks = {folder / f"{start:07d}.npz": everybody[start : start + CHUNK] for start in everybody[::CHUNK]}
    pieces = fill(chunks, ("cells", "peaks"), make, "skip study")
    back = np.argsort(order)
    cells, peaks = (np.concatenate([piece[name] for piece in pieces])[back] for name in ("cells", "peaks"))
    return cells, peaks


def answered(
    people: People,
    order: NDArray[np.int64],
    cells: NDArray[np.uint8],
    peaks: NDArray[np.float32],
    replacements: tuple[str, ...],
) -> SkipStudy:
    """What `ask` found of the people it was asked about, with whether it is right; nothing is rounded."""
    rows = np.sort(order)
    places = np.searchsorted(rows, order)
    donors = np.empty_like(places)
    donors[places] = np.roll(places, 1)
    points = (cells + np.float32(0.5)) * STRIDE
    right = np.stack(
        [hits(points[:, v], people.annotated[rows], people.visibility[rows]) for v in range(cells.shape[1])],
        axis=1,
    )
    stored = np.where(np.isnan(right), -1, right).astype(np.int8)
    return SkipStudy(np.array(people.sample_ids)[rows], replacements, donors, cells, peaks, 0.0, stored, {})


def measure(
    predictor: Predictor, encoded: Encoded, replacement: Sequence[Tensor] | None
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cells (16, K, 2), column then row, and peaks (16, K) of one encoded picture under every mask."""
    points, peaks = decode(predictor.decode_all(encoded, replacement)[:, 0])
    return (points // STRIDE).astype(np.uint8), peaks


def face_patterns(visibility: NDArray[np.integer]) -> dict[str, Any]:
    """How uniformly faces are labelled, of visibility (N, K): for judging whether only easy ones are.

    people: with any of the five face joints labelled. commonest: the share of these whose five joints carry
    the commonest pattern of not labelled, hidden and visible; None without any, or without a face.
    """
    keypoints = sized_set(visibility.shape[1])
    if not tells_the_claim(keypoints):
        return {"people": 0, "commonest": None}
    faces = visibility[:, list(keypoints.groups["head"])]
    labelled = faces[(faces > 0).any(axis=1)]
    if not len(labelled):
        return {"people": 0, "commonest": None}
    count = Counter(map(tuple, labelled.tolist())).most_common(1)[0][1]
    return {"people": len(labelled), "commonest": round(count / len(labelled), 4)}


def _lacks_thresholds_only(bundle: Bundle, described: Mapping[str, Any]) -> bool:
    """Whether the bundle holds the study described, made before it told when a joint is sure.

    Its labels are in its file, so that no data folder has to be named again.
    """
    try:
        info = open_study(bundle, NAME).info
    except BundleError:
        return False
    given = {name: value for name, value in described.items() if name != "data" or value is not None}
    return not {STORED, SEEN} <= info.keys() and given == {name: info.get(name) for name in given}


def _means(bundle: Bundle, predictor: Predictor, settings: SkipSettings) -> Sequence[Tensor] | None:
    return predictor.features(bundle.skip_means()) if "mean" in settings.replacements else None
