"""The pictures of one change, in rows of three: as made, as changed, and what changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.causes import words
from dashboard.causes.effect import Effect
from dashboard.shared.subject import Subject
from dashboard.shared.two_heatmaps import HEATMAP, Answer, Side, difference, heat
from posecore import drawing
from posecore.causes.cause import Labelled

SIZE: Final = HEATMAP


class Tile(NamedTuple):
    """caption: below the picture. alt: for those who do not see it."""

    picture: NDArray[np.uint8]
    caption: str
    alt: str


def rows(
    subject: Subject, changed_to: str, sides: list[tuple[str, Effect]], joint: str
) -> Iterator[tuple[str, list[Tile]]]:
    """Rows with their titles: the picture, then for every side, with its skips in words, joints and heatmaps.

    changed_to: the change in words. joint: whose heatmaps, or ALL_JOINTS.
    """
    _, first = sides[0]
    yield (
        words.ROWS["picture"],
        [
            Tile(drawing.enlarge(first.made.crop, SIZE), words.MADE, words.picture_alt(words.MADE)),
            Tile(
                drawing.enlarge(first.changed.crop, SIZE),
                changed_to,
                words.picture_alt(words.CHANGED, changed_to),
            ),
            Tile(
                _arrows(first.changed, first.made.joints, first.changed.joints, first.inside),
                words.true_caption(first),
                words.arrows_alt(words.TRUE_ARROWS),
            ),
        ],
    )
    for skips, effect in sides:
        before, after = effect.before, effect.after
        yield (
            words.row("joints", skips, len(sides)),
            [
                Tile(skeleton(effect.made, before), before.how_sure(), words.skeleton_alt(words.MADE, skips)),
                Tile(
                    skeleton(effect.changed, after),
                    after.how_sure(),
                    words.skeleton_alt(words.CHANGED, skips),
                ),
                Tile(
                    _arrows(effect.changed, before.points, after.points, effect.sure),
                    words.predicted_caption(effect),
                    words.arrows_alt(words.PREDICTED_ARROWS, skips),
                ),
            ],
        )
        made, changed = (
            Answer(with_crop(subject, given), before, after) for given in (effect.made, effect.changed)
        )
        heats = (
            (words.MADE, heat(made, before, joint)),
            (words.CHANGED, heat(changed, after, joint)),
            (words.DIFFERENCE, difference(changed, joint)),
        )
        yield (
            words.row("heatmaps", skips, len(sides)),
            [Tile(picture, which, words.heatmaps_alt(which, joint, skips)) for which, picture in heats],
        )


def with_crop(subject: Subject, given: Labelled) -> Subject:
    """The subject with another crop, to be drawn on that and not on the whole picture."""
    return replace(subject, crop=given.crop, photograph=None)


def skeleton(given: Labelled, side: Side) -> NDArray[np.uint8]:
    """The predicted joints on the crop, those that are not sure thin and hollow."""
    return drawing.draw_skeleton(drawing.enlarge(given.crop, SIZE), side.points, side.sure)


def _arrows(
    given: Labelled, before: NDArray[np.floating], after: NDArray[np.floating], full: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    return drawing.draw_moves(drawing.enlarge(given.crop, SIZE), before, after, full)
