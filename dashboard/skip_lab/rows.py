"""Rows of three pictures in the Skip lab: with all skips, with some cut, and what changed."""

from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundles, certainty, predictions, sources
from dashboard.shared.picture_source import Subject
from dashboard.shared.two_heatmaps import ALL_JOINTS, Answer, difference, from_heatmaps, heat, moves, skeleton
from dashboard.skip_lab.switches import Cut
from posecore import drawing
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

CHANGED: Final = "What changed"


def ask(bundle: Bundle, subject: Subject, cut: Cut, donor_crop: NDArray[np.uint8] | None) -> Answer:
    """What the bundle's network says of somebody's crop, whole and cut. Raises PosecoreError.

    donor_crop: the crop of whose features stand in, None for nobody.
    """
    assert subject.crop is not None
    built = bundle.manifest.built_skips
    mask = cut.mask & built
    maps = predictions.all_masks(bundle, subject.crop, cut.replacement, donor_crop, subject.own)
    whole = "All four skips on" if built == ALL_ON else "All its skips on"
    after = maps[mask.position]
    return Answer(
        subject,
        from_heatmaps(whole, maps[0], certainty.limit(bundle)),
        from_heatmaps(cut.title(built), after, certainty.limit(bundle, mask, cut.replacement)),
    )


def network_line(bundle: Bundle) -> str:
    """The network, and what it was trained on where that is recorded."""
    names = sources.training_names(bundle)
    trained = f", trained on {' and '.join(names)}" if names else ""
    return bundles.network_name(bundle) + trained


def skeleton_row(answer: Answer, network: str = "") -> None:
    """Both skeletons and the arrows. network: whose they are, for texts, where it is not the page's."""
    before, after = answer.before, answer.after
    titles = (before.title, after.title, CHANGED)
    drawn = (skeleton(answer, before), skeleton(answer, after), moves(answer))
    told = (before.how_sure(), after.how_sure(), "an arrow per joint")
    of = f", {network}" if network else ""
    for place, title, line, picture in zip(_three(), titles, told, drawn, strict=True):
        place.markdown(f"**{title}**  \n:small[{line}]")
        words = f"Skeleton{of}: {title}"
        if title == CHANGED:
            words = f"Arrows{of} from where joints were to where they are: {after.title}"
        place.image(drawing.jpeg(picture), width="stretch", alt=words)
    sure_means(answer)


def sure_means(answer: Answer) -> None:
    """What sure means on both sides; once where it means the same."""
    before, after = (certainty.meaning(side.limit) for side in (answer.before, answer.after))
    st.caption(before if before == after else f"Left: {before}  \nMiddle: {after}")


def heatmap_row(answer: Answer, joint: str, source: str, network: str = "") -> None:
    """Heatmaps of a joint, or of all, and their difference; source: what they are of."""
    before, after = answer.before, answer.after
    titles = (before.title, after.title, CHANGED)
    drawn = (heat(answer, before, joint), heat(answer, after, joint), difference(answer, joint))
    of = f" of {network}" if network else ""
    for place, title, picture in zip(_three(), titles, drawn, strict=True):
        words = f"Heatmaps{of} after minus before" if title == CHANGED else f"Heatmaps{of}, {title}"
        place.image(drawing.jpeg(picture), width="stretch", alt=f"{words}: {joint}")
    st.caption(
        f"{source}. The heatmaps before and after share one scale, from 0 to the "
        + ("median" if joint == ALL_JOINTS else "joint's")
        + " peak before. In the difference blue is less than before, orange more"
        + (", in each cell of the joint that changed most there." if joint == ALL_JOINTS else ".")
    )


def _three() -> "list[DeltaGenerator]":
    """Places for three pictures beside each other; in a narrow window the first two are."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        return [st.container() for _ in range(3)]
