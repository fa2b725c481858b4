"""PCKh: the share of joints found within half a head's size of where they are annotated, by MPII's own rules.

A joint is found where it lies at most 0.5 h away, with h = 0.6 times the diagonal of the head's box. Pelvis
and thorax are left out, and every joint counts as much as any other, so a person with few labels counts
less than one with many (posecore.metrics.pck does otherwise, in both). Joints that left their crop are not
counted, where MPII counts them as missed; a data folder says how many they are.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.data.crops import SIZE
from posecore.keypoints import KeypointSet
from posecore.metrics.pck import Hits, per_joint
from posecore.samples import HEAD_FROM, HEAD_SIZE, read_points, read_visibility, table_keypoints

SHARE: Final = 0.5
"""Of a head's size, within which a joint is found."""

_WORDS: Final = {
    "mat": "annotated head boxes",
    "rendered": "rendered head boxes",
    "stand-in": "stand-ins (upper neck to head top)",
    "none": "nothing (these people do not count)",
}


def head_hits(
    predicted: NDArray[np.floating],
    annotated: NDArray[np.floating],
    visibility: NDArray[np.integer],
    head: NDArray[np.floating],
    keypoints: KeypointSet,
    share: float = SHARE,
) -> Hits:
    """(N, K) hits of points (N, K, 2), 1 found and 0 not; nan of what is not labelled, of joints that PCKh
    leaves out, and of people whose head's size (N,), in the unit of the points, is not known."""
    distance = np.linalg.norm(np.asarray(predicted, np.float64) - np.asarray(annotated, np.float64), axis=-1)
    scored = (visibility > 0) & np.isfinite(head)[:, None]
    scored[:, list(keypoints.not_in_pckh)] = False
    near = distance <= share * np.asarray(head, np.float64)[:, None]
    return np.where(scored, near.astype(np.float64), np.nan)


def mean(hits: Hits) -> float:
    """PCKh of (N, K) hits: over all joints, whoever they are of; nan where none counts."""
    shares, counts = per_joint(hits)
    return float(np.nansum(shares * counts) / counts.sum()) if counts.any() else np.nan


def heads(table: pd.DataFrame) -> NDArray[np.float64] | None:
    """(N,) size of everybody's head in crop pixels, nan where it is not known; None where the table says
    nothing."""
    if HEAD_SIZE not in table:
        return None
    size, side = (table[name].to_numpy(np.float64) for name in (HEAD_SIZE, "crop_side"))
    return np.asarray(size * SIZE / side, np.float64)


def evaluate_heads(predicted: NDArray[np.floating], table: pd.DataFrame) -> dict[str, Any]:
    """PCKh of predicted points (N, K, 2), crop pixels, of the people of a prepared `table`; nothing where
    it has no heads.

    The keys: pckh (None where none is known), pckh_per_joint (by name, of those that count), pckh_n (joints),
    pckh_heads (how many of the people's heads are from where, see posecore.samples.HeadSource; `none` from
    nowhere) and, where not all are head boxes, pckh_boxes: the same over people with a box alone.
    """
    head = heads(table)
    if head is None:
        return {}
    keypoints, visibility = table_keypoints(table, "annotated"), read_visibility(table)
    found = head_hits(predicted, read_points(table, "annotated"), visibility, head, keypoints)
    shares, counts = per_joint(found)
    origins = Counter("none" if source == "" else str(source) for source in table[HEAD_FROM])
    boxed = table[HEAD_FROM].isin(("mat", "rendered")).to_numpy()
    return {
        "pckh": _number(mean(found)),
        "pckh_n": int(counts.sum()),
        "pckh_per_joint": {
            name: _number(shares[k])
            for k, name in enumerate(keypoints.names)
            if k not in keypoints.not_in_pckh
        },
        "pckh_heads": dict(sorted(origins.items())),
        **({} if boxed.all() else {"pckh_boxes": _number(mean(found[boxed]))}),
    }


def heads_in_words(origins: Mapping[str, int]) -> str:
    """Where the sizes of heads are from, counted as `pckh_heads`; a stand-in is named for what it is."""
    said = [f"{count} {_WORDS[source]}" for source, count in origins.items()]
    lenient = "; a stand-in is about a third more lenient, and not the same figure"
    return f"sizes of heads by {', '.join(said)}{lenient if 'stand-in' in origins else ''}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
