"""What the network says of one picture with all skips and with some cut: numbers, and pictures of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared import certainty, widgets
from dashboard.shared.numbers import UNKNOWN, number
from dashboard.shared.subject import Subject, points_on_shown, shown
from posecore import drawing
from posecore.data.crops import SIZE
from posecore.data.heatmaps import decode, where_found
from posecore.keypoints import KeypointSet, sized_set
from posecore.metrics.heatmap_measures import Measures, measure
from posecore.metrics.pck import hits
from posecore.studies.skips.certainty import Limit

if TYPE_CHECKING:
    import pandas as pd


ALL_JOINTS: Final = "all joints"

HEATMAP: Final = 384
"""Pixels at which heatmaps are shown."""

LOST: Final = "lost"
"""Stands in tables for the numbers of a joint that names no place."""


class Side(NamedTuple):
    """What the network says under one mask: points (K, 2) in crop pixels, nan where a heatmap holds nothing
    above zero, as it then names no place; peaks (K,), maps if at hand; limit: when a joint is sure here."""

    title: str
    points: NDArray[np.float32]
    peaks: NDArray[np.float32]
    heatmaps: NDArray[np.float32] | None
    limit: Limit

    @property
    def lost(self) -> NDArray[np.bool_]:
        """(K,) which joints are nowhere."""
        return np.asarray(np.isnan(self.points).any(axis=1))

    @property
    def sure(self) -> NDArray[np.bool_]:
        """(K,) which joints the network is sure of."""
        return self.limit.sure(self.peaks)

    @property
    def sure_marks(self) -> list[str]:
        """The same for people, joint by joint."""
        return [mark(float(sure) if self.limit.known else np.nan) for sure in self.sure]

    def how_sure(self) -> str:
        """How many joints are sure, in one line of Markdown."""
        return certainty.line(self.sure, self.limit)


def from_peaks(
    title: str,
    points: NDArray[np.float32],
    peaks: NDArray[np.float32],
    limit: Limit,
    heatmaps: NDArray[np.float32] | None = None,
) -> Side:
    """A side of strongest cells (K, 2) and their values (K,): those not above zero name no place."""
    return Side(title, where_found(points, peaks), peaks, heatmaps, limit)


def from_heatmaps(title: str, heatmaps: NDArray[np.float32], limit: Limit) -> Side:
    """A side whose maps (K, 64, 64) are at hand."""
    points, peaks = decode(heatmaps[None])
    return from_peaks(title, points[0], peaks[0], limit, heatmaps)


@dataclass(frozen=True, eq=False)
class Answer:
    """Both sides for one subject. moved: (K,) crop pixels."""

    subject: Subject
    before: Side
    after: Side

    @property
    def keypoints(self) -> KeypointSet:
        """Whose joints they are."""
        return sized_set(len(self.before.points))

    @property
    def moved(self) -> NDArray[np.float32]:
        """(K,) how far each joint moved, crop pixels; nan where it is lost on either side."""
        return np.asarray(np.linalg.norm(self.after.points - self.before.points, axis=1), np.float32)

    @property
    def lost(self) -> NDArray[np.bool_]:
        """(K,) which joints the first side has and the second has not."""
        return self.after.lost & ~self.before.lost

    def median_moved(self) -> str:
        """How far the joints moved in the middle, in crop pixels, for people; a dash where none is left."""
        moved = self.moved[~np.isnan(self.moved)]
        return f"{number(float(np.median(moved)), 1)} px" if len(moved) else UNKNOWN

    def found(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """(K,) hits before and after, nan where a joint is not labelled; None where nothing is known."""
        annotated, visibility = self.subject.annotated, self.subject.visibility
        if annotated is None or visibility is None:
            return None
        first, second = (
            hits(side.points[None], annotated[None], visibility[None])[0]
            for side in (self.before, self.after)
        )
        return first, second

    def table(self) -> pd.DataFrame:
        """One row per joint; nan where a joint is lost, so that it has moved nowhere."""
        columns: dict[str, object] = {
            "joint": list(self.keypoints.labels),
            "moved, px": self.moved,
        }
        found = self.found()
        if found is not None:
            columns["found"] = [f"{mark(a)} → {mark(b)}" for a, b in zip(*found, strict=True)]
        columns |= {"peak before": self.before.peaks, "peak after": self.after.peaks}
        pairs = zip(self.before.sure_marks, self.after.sure_marks, strict=True)
        columns["sure"] = [f"{a} → {b}" for a, b in pairs]
        sides = (("before", self.before), ("after", self.after))
        measured: dict[str, Measures] = {
            when: measure(side.heatmaps) for when, side in sides if side.heatmaps is not None
        }
        columns |= {f"rival {when}": measures.ratio() for when, measures in measured.items()}
        columns |= {f"entropy {when}": measures.entropy for when, measures in measured.items()}
        return pd.DataFrame(columns)


def skeleton(answer: Answer, side: Side) -> NDArray[np.uint8]:
    """The side's joints on the whole picture, or on the crop; on a dark ground without either."""
    if answer.subject.crop is None:
        return drawing.draw_skeleton(drawing.ground(), side.points, side.sure)
    on, width = shown(answer.subject)
    pen = on.shape[1] / SIZE
    if answer.subject.photograph is not None:
        # A person who is small in the picture gets a thinner pen, so that joints stay apart.
        pen *= min(1.0, max(0.35, answer.subject.square.side / width))
    return drawing.draw_skeleton(on, points_on_shown(answer.subject, side.points), side.sure, width, pen)


def moves(answer: Answer) -> NDArray[np.uint8]:
    """An arrow per joint from where it was found with all skips to where it is found now, thin unless it is
    sure on both sides."""
    sure = answer.before.sure & answer.after.sure
    if answer.subject.crop is None:
        return drawing.draw_moves(drawing.ground(), answer.before.points, answer.after.points, sure)
    on, width = shown(answer.subject)
    first, second = (points_on_shown(answer.subject, side.points) for side in (answer.before, answer.after))
    return drawing.draw_moves(on, first, second, sure, width)


def heat(answer: Answer, side: Side, joint: str) -> NDArray[np.uint8]:
    """The side's maps on the crop, or one joint's alone; both sides share the scale of the one before.

    All joints are shown at full strength from the median peak on, so that faint ones are seen.
    """
    assert side.heatmaps is not None
    if joint == ALL_JOINTS:
        crop = (
            drawing.ground() if answer.subject.crop is None else (answer.subject.crop * 0.7).astype(np.uint8)
        )
        top = float(np.median(answer.before.peaks))
        return drawing.enlarge(drawing.overlay(crop, side.heatmaps, vmax=top), HEATMAP)
    k = answer.keypoints.labels.index(joint)
    top = float(answer.before.peaks[k])
    return drawing.enlarge(drawing.heatmap_image(side.heatmaps[k], top), HEATMAP)


def difference(answer: Answer, joint: str) -> NDArray[np.uint8]:
    """After minus before, blue less and orange more; of all joints the one that changed most in each cell."""
    before, after = answer.before.heatmaps, answer.after.heatmaps
    assert before is not None and after is not None
    if joint == ALL_JOINTS:
        change, top = drawing.strongest_difference(before, after), float(answer.before.peaks.max())
    else:
        k = answer.keypoints.labels.index(joint)
        change, top = after[k] - before[k], float(answer.before.peaks[k])
    return drawing.enlarge(drawing.difference_image(change, top), HEATMAP)


def every_map(answer: Answer, tile: int = 104) -> list[tuple[str, NDArray[np.uint8]]]:
    """Per joint its name, and its map before, after and the difference side by side."""
    before, after = answer.before.heatmaps, answer.after.heatmaps
    assert before is not None and after is not None
    top = float(answer.before.peaks.max())
    return [
        (
            name,
            drawing.grid(
                [
                    drawing.enlarge(picture, tile)
                    for picture in (
                        drawing.heatmap_image(before[k], top),
                        drawing.heatmap_image(after[k], top),
                        drawing.difference_image(after[k] - before[k], top),
                    )
                ],
                3,
                2,
            ),
        )
        for k, name in enumerate(answer.keypoints.labels)
    ]


def mark(hit: float) -> str:
    """A hit as a sign: found, not found, or not labelled (nan); likewise sure, not sure, or not known."""
    return "·" if np.isnan(hit) else "✓" if hit else "✗"


def joint_picker(key: str, keypoints: KeypointSet) -> str:
    """Which joint's heatmaps are shown, or ALL_JOINTS; kept in the URL under `key`."""
    return widgets.select("Heatmaps of", (ALL_JOINTS, *keypoints.labels), key, width=220)
