"""Set the rule by a bundle's people, then show the network pictures without anyone and see what it refuses.

In this order: the cut-offs, and the share of people they may refuse, are fixed before the first of these
pictures is judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import ALL_ON
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, subject, write_study
from posecore.components.belonging import (
    COMPONENTS,
    fit_rule,
    left_out,
    measure,
    refused_unseen,
    safe_share,
)
from posecore.components.pca import fit_components
from posecore.data.crops import SIZE
from posecore.data.heatmaps import decode
from posecore.errors import ConfigError, DataError
from posecore.inference import Predictor
from posecore.samples import read_peaks, read_points
from posecore.studies.belonging.results import NAME, PEOPLE, save_results
from posecore.subsample import subsample
from posecore.synthetic.nobody import NOBODY, Picture
from posecore.unfinished import Piece, read_or_make

CORNERS: Final = "corners of pictures"
KINDS: Final = (*NOBODY, CORNERS)

LEAST_CORNER: Final = 64
"""Pixels of a crop's corner without any joint; smaller ones are hardly pictures."""

MARGIN: Final = 20
"""Pixels that a corner keeps from joints."""

AT_ONCE: Final = 8


@dataclass(frozen=True)
class BelongingSettings:
    """pictures: of each kind. people: at most so many, drawn by seed, set the rule."""

    pictures: int = 100
    people: int = 4000
    seed: int = 0


def judge_pictures(bundle: Bundle, settings: BelongingSettings) -> Study:
    """Write the study `belonging` of `bundle` and open it; see posecore.studies.belonging.results.

    Goes on where a killed run of the same settings stopped. Raises ConfigError for fewer people than five
    folds need or fewer than one picture of each kind.
    """
    if settings.pictures < 1:
        raise ConfigError(f"{settings.pictures} pictures of each kind: expected at least 1")
    rows = subsample(np.arange(bundle.manifest.people), settings.people, settings.seed)
    latents, peaks = np.asarray(bundle.latents[rows], np.float32), read_peaks(bundle.samples)[rows]
    values, fold = left_out(latents, peaks, COMPONENTS, settings.seed)
    allowed = safe_share(values, fold)
    rule = fit_rule(values, allowed)
    refused = {PEOPLE: refused_unseen(values, fold, allowed)[fold >= 0]}

    known = latents[fold >= 0]
    fitted = fit_components(known, COMPONENTS)
    among = fitted.project(known)
    job = asdict(settings) | {"subject": subject(bundle), "precision": bundle.manifest.precision}
    folder = open_partial(bundle, NAME, job)
    predictor = Predictor(bundle.network(), bundle.manifest.precision)

    def look(kind: str) -> Piece:
        return _look(predictor, bundle, _without_people(kind, bundle, rows, settings), kind)

    for number, kind in enumerate(KINDS):
        seen = read_or_make(folder / f"{number}.npz", ("latents", "peaks"), partial(look, kind))
        if len(seen["peaks"]):
            refused[kind] = rule.refused_by(measure(fitted, among, seen["latents"], seen["peaks"]))
    save_results(empty_partial(folder), rule, len(fitted.variances), refused)
    info = asdict(settings) | {
        "judged": len(known),
        "allowed": allowed,
        "versions": {name: version(name) for name in ("torch", "numpy", "opencv-python-headless")},
    }
    return write_study(bundle, NAME, folder, info)


def _without_people(
    kind: str, bundle: Bundle, rows: NDArray[np.int64], settings: BelongingSettings
) -> list[Picture]:
    """The pictures of one of KINDS."""
    if kind == CORNERS:
        return list(islice(_corners(bundle, rows), settings.pictures))
    draw = (np.random.default_rng([settings.seed, KINDS.index(kind), i]) for i in range(settings.pictures))
    return [NOBODY[kind](rng) for rng in draw]


def _corners(bundle: Bundle, rows: NDArray[np.int64]) -> Iterator[Picture]:
    """Of people whose pictures and joints the bundle holds, the largest corner without joints, as a picture.

    At most one of each; a part of somebody else may be in it, whom nobody labelled.
    """
    if not bundle.manifest.dataset["annotations"]:
        return
    points = read_points(bundle.samples, "annotated")
    for row in rows.tolist():
        path = bundle.picture_path(str(bundle.samples["sample_id"].iloc[row]))
        labelled = points[row][np.isfinite(points[row, :, 0])]
        if path is None or not len(labelled):
            continue
        side, x, y = largest_corner(labelled)
        if side < LEAST_CORNER:
            continue
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if picture is None:
            raise DataError(f"{path}: not a readable picture; make the bundle anew")
        across, down = (slice(0, side) if at == 0 else slice(SIZE - side, SIZE) for at in (x, y))
        yield cv2.resize(picture[down, across], (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)  # type: ignore[misc]


def largest_corner(joints: NDArray[np.floating]) -> tuple[int, int, int]:
    """Side in pixels, x and y (0 or 256) of the corner whose square keeps MARGIN from all joints (J, 2)."""
    return max(
        (int(np.abs(joints - (x, y)).max(axis=1).min()) - MARGIN, x, y) for x in (0, SIZE) for y in (0, SIZE)
    )


def _look(
    predictor: Predictor, bundle: Bundle, pictures: Sequence[Picture], kind: str
) -> dict[str, NDArray[Any]]:
    """Latents (n, D) and peaks (n, K), with all skips, of n pictures."""
    latents = [np.empty((0, bundle.manifest.dimensions), np.float32)]
    peaks = [np.empty((0, len(bundle.keypoints)), np.float32)]
    for start in tqdm(range(0, len(pictures), AT_ONCE), desc=kind, mininterval=1):
        encoded = predictor.encode(np.stack(pictures[start : start + AT_ONCE]))
        latents.append(predictor.latents(encoded, bundle.manifest.latent))
        peaks.append(decode(predictor.decode(encoded, (ALL_ON,))[0])[1])
    return {"latents": np.concatenate(latents), "peaks": np.concatenate(peaks)}
