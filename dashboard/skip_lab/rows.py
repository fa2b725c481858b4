"""Rows of three pictures in the Skip lab: with all skips, with some cut, and what changed."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import certainty, predictions
from dashboard.shared.skip_switches import Cut
from dashboard.shared.subject import Subject
from dashboard.shared.two_heatmaps import Answer, difference, from_heatmaps, heat, moves, skeleton
from dashboard.skip_lab import words
from posecore import drawing
from posecore.bundle import Bundle

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def ask(bundle: Bundle, subject: Subject, cut: Cut, donor_crop: NDArray[np.uint8] | None) -> Answer:
    """What the bundle's network says of somebody's crop, whole and cut. Raises PosecoreError.

    donor_crop: the crop of whose features stand in, None for nobody.
    """
    assert subject.crop is not None
    built = bundle.manifest.built_skips
    mask = cut.mask & built
    maps = predictions.all_masks(bundle, subject.crop, cut.replacement, donor_crop, subject.own)
    after = maps[mask.position]
    return Answer(
        subject,
        from_heatmaps(words.whole_title(built), maps[0], certainty.limit(bundle)),
        from_heatmaps(cut.title(built), after, certainty.limit(bundle, mask, cut.replacement)),
    )


def skeleton_row(answer: Answer, network: str = "") -> None:
    """Both skeletons and the arrows. network: whose they are, for texts, where it is not the page's."""
    pictures = [
        (side.title, side.how_sure(), skeleton(answer, side), words.skeleton_alt(side.title, network))
        for side in (answer.before, answer.after)
    ]
    arrows = words.arrows_alt(answer.after.title, network)
    pictures.append((words.CHANGED, words.ARROWS, moves(answer), arrows))
    for place, (title, line, picture, alt) in zip(_three(), pictures, strict=True):
        place.markdown(f"**{title}**  \n:small[{line}]")
        place.image(drawing.jpeg(picture), width="stretch", alt=alt)
    st.caption(words.sure_means(answer))


def heatmap_row(answer: Answer, joint: str, source: str, network: str = "") -> None:
    """Heatmaps of a joint, or of all, and their difference; source: what they are of."""
    before, after = answer.before, answer.after
    pictures = (
        (before.title, heat(answer, before, joint)),
        (after.title, heat(answer, after, joint)),
        (words.CHANGED, difference(answer, joint)),
    )
    for place, (title, picture) in zip(_three(), pictures, strict=True):
        place.image(drawing.jpeg(picture), width="stretch", alt=words.heatmaps_alt(title, joint, network))
    st.caption(words.heatmap_scale(source, joint))


def _three() -> "list[DeltaGenerator]":
    """Places for three pictures beside each other; in a narrow window the first two are."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        return [st.container() for _ in range(3)]
