"""What all changes of one person do to networks: their scores, joints and clusters."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.ablation import ALL_ON
from posecore.bundle.manifest import LatentSpace
from posecore.causes.change import Changed, change_picture, recall, show
from posecore.causes.table import CAUSES
from posecore.data.heatmaps import decode
from posecore.errors import ChangeError
from posecore.inference import Predictor
from posecore.metrics.pck import hits
from posecore.studies.causes.frame import Frame
from posecore.studies.causes.results import CUTS, STRENGTHS
from posecore.unfinished import Piece

if TYPE_CHECKING:
    from torch import Tensor

AT_ONCE: Final = 8
"""Pictures that pass a network together."""

PERSON: Final = (
    *("refused", "moved", "untrained", "right", "right_changed", "peaks", "peaks_changed"),
    *("cut_right", "cut_right_changed", "cut_peaks", "cut_peaks_changed"),
    *("clusters", "clusters_changed", "untrained_clusters", "untrained_clusters_changed"),
)
"""Arrays of one person, without the axis of people; see posecore.studies.causes.results."""

OF_CLOSER: Final = tuple(name for name in PERSON if name.startswith(("untrained", "cut_")))
"""Those that say something of people who are tried more closely only."""

Latents = list[NDArray[np.float32]]
"""(P, D) of P pictures, in every space."""


@dataclass(frozen=True, eq=False)
class Tools:
    """Networks, the bundle's own first, and their frames in every space. means: what stands for cut skips."""

    spaces: list[LatentSpace]
    predictors: list[Predictor]
    frames: list[list[Frame]]
    means: "list[Tensor]"


def latents_of(predictor: Predictor, spaces: list[LatentSpace], crops: NDArray[np.uint8]) -> Latents:
    """Of pictures (P, 256, 256, 3), some at a time."""
    parts = []
    for start in range(0, len(crops), AT_ONCE):
        encoded = predictor.encode(crops[start : start + AT_ONCE])
        parts.append([predictor.latents(encoded, space) for space in spaces])
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def changes_of(person: pd.Series) -> list[Changed | None]:
    """A person of a bundle's table as made, then with every cause at both strengths; None where refused."""
    drawn = recall(person)
    made = show(drawn)
    found: list[Changed | None] = [made]
    for cause in CAUSES.values():
        for value in cause.strengths:
            try:
                if cause.edit is None:
                    changed = change_picture(made, cause, value)
                    found.append(Changed(changed.crop, changed.joints, changed.visibility, made.space))
                else:
                    found.append(show(cause.edit(drawn, value)))
            except ChangeError:
                found.append(None)
    return found


def explain(tools: Tools, changes: list[Changed | None], closer: bool) -> Piece:
    """All arrays of one person. changes: as of `changes_of`. closer: whether skips are cut and untrained
    networks are asked."""
    there = np.array([changed is not None for changed in changes])
    given = [changed for changed in changes if changed is not None]
    crops = np.stack([changed.crop for changed in given])
    latents, points, peaks = _ask(tools, crops, closer)
    found: dict[str, NDArray[Any]] = {
        "refused": ~there[1:].reshape(-1, STRENGTHS),
        "moved": _moved(tools.frames[0], latents, there),
    }
    right = _right(points, given)
    measured: dict[str, NDArray[Any]] = {
        "right": right[:, 0],
        "cut_right": right[:, 1:],
        "peaks": peaks[:, 0],
        "cut_peaks": peaks[:, 1:],
        "clusters": tools.frames[0][0].nearest(latents[0]),
    }
    for name, values in measured.items():
        found |= {name: values[0], f"{name}_changed": _changes(values, there)}
    asked = list(zip(tools.predictors[1:], tools.frames[1:], strict=True)) if closer else []
    moved, clusters = [], []
    for predictor, frames in asked:
        latents = latents_of(predictor, tools.spaces, crops)
        moved.append(_moved(frames, latents, there))
        clusters.append(frames[0].nearest(latents[0]))
    return found | {
        "untrained": np.array(moved),
        "untrained_clusters": np.array([each[0] for each in clusters]),
        "untrained_clusters_changed": np.array([_changes(each, there) for each in clusters]),
    }


def _ask(
    tools: Tools, crops: NDArray[np.uint8], closer: bool
) -> tuple[Latents, NDArray[np.float32], NDArray[np.float32]]:
    """Latents, points (P, 1 + V, K, 2) and peaks (P, 1 + V, K) of the own network: with all skips, and with
    every cut; nan for cuts that are not looked at."""
    predictor, variants = tools.predictors[0], 1 + len(CUTS)
    joints = predictor.network.config.joints
    points = np.full((len(crops), variants, joints, 2), np.nan, np.float32)
    peaks = np.full((len(crops), variants, joints), np.nan, np.float32)
    *single, mean = CUTS.values()
    masks = (ALL_ON, *single) if closer else (ALL_ON,)
    latents = []
    for start in range(0, len(crops), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        encoded = predictor.encode(crops[some])
        latents.append([predictor.latents(encoded, space) for space in tools.spaces])
        maps = list(predictor.decode_all(encoded, None, masks))
        if closer:
            maps.append(predictor.decode_all(encoded, tools.means, (mean,))[0])
        for v, heatmaps in enumerate(maps):
            points[some, v], peaks[some, v] = decode(heatmaps)
    return [np.concatenate(each) for each in zip(*latents, strict=True)], points, peaks


def _right(points: NDArray[np.float32], given: list[Changed]) -> NDArray[np.int8]:
    """(P, 1 + V, 17) hits of points; -1 where a joint is not labelled, or the network was not asked."""
    joints = np.stack([changed.joints for changed in given])
    labelled = np.stack([changed.visibility for changed in given])
    right = np.stack([hits(points[:, v], joints, labelled) for v in range(points.shape[1])], axis=1)
    return np.where(np.isnan(right) | np.isnan(points[..., 0]), -1, right).astype(np.int8)


def _moved(frames: list[Frame], latents: Latents, there: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(L, C, 2, d) how far every change moves the scores of the first of P pictures."""
    scores = [frame.scores(each) for frame, each in zip(frames, latents, strict=True)]
    return np.stack([_changes((each - each[:1]).astype(np.float32), there) for each in scores])


def _changes(values: NDArray[Any], there: NDArray[np.bool_]) -> NDArray[Any]:
    """(C, 2, ...) of values (P, ...) of what is there, the first of which is no change; nan, or -1 of whole
    numbers, for what is not."""
    nothing = -1 if np.issubdtype(values.dtype, np.integer) else np.nan
    full = np.full((len(there), *values.shape[1:]), nothing, values.dtype)
    full[there] = values
    return full[1:].reshape(-1, STRENGTHS, *values.shape[1:])
