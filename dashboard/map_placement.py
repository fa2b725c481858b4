"""A user's picture among the people: first whether it belongs there at all, then where, then who is near."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import certainty, components, latent_loaders, loaders, map_pictures, picture_source, state
from dashboard.person_box import person_box
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.heatmaps import where_found
from posecore.errors import PosecoreError

if TYPE_CHECKING:
    from posecore.latent.outliers import Judgement, Placement

NOBODY: Final = "none"
SOURCES: Final = (NOBODY, *picture_source.SOURCES[1:])
NEIGHBOURS: Final = 8

FEW: Final = 10
MANY: Final = 50
ENOUGH: Final = 5_000
"""With fewer people only FEW components judge a picture: people whom components were fitted on vary more
along them than new ones, the more so the fewer people and the more components (outliers.place)."""


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture that has been placed. scores: (d,) along all components. nearest: sample_ids, nearest first.
    verdict: AMONG, NEAR or OFF."""

    scores: NDArray[np.float32]
    placement: "Placement"
    nearest: list[str]
    verdict: str


AMONG, NEAR, OFF = "among the data", "unusually near", "off the data"
MEANS: Final = {
    AMONG: "",
    NEAR: "This picture, or nearly the same one, seems to be among these people, so it is no new one.",
    OFF: "It is unlike what the map is made of: where it lands says little, and so do its neighbours.",
}
EXTREME: Final = 5
"""Percent of real people; what is off the data by one measure is looked up in the other."""


def place_picture(bundle: Bundle) -> OwnPicture | None:
    """Widgets to choose a picture and the person in it, and what can be said of it; None without one."""
    state.refuse_forged(state.MAP_SOURCE, " or ".join(SOURCES), SOURCES.__contains__)
    source = st.segmented_control(
        "A picture from elsewhere, placed among these people", SOURCES, default=NOBODY, required=True,
        key=state.MAP_SOURCE, bind="query-params",
    )  # fmt: skip
    if source == NOBODY:
        return None
    try:
        data = picture_source.picture_bytes(bundle, source, state.MAP_SOURCE)
        if data is None:
            st.info("As soon as there is a picture, it is placed on the map.", icon=":material/image:")
            return None
        photograph = loaders.photograph(data)
        square = person_box(bundle, photograph, state.MAP_SOURCE)
        if square is None:
            return None
        crop = square.cut(photograph.picture)
        found = latent_loaders.placed(bundle, crop, judges(bundle), NEIGHBOURS)
    except PosecoreError as error:
        st.error(str(error))
        return None
    placement = found.placement
    own = OwnPicture(
        found.scores,
        placement,
        bundle.samples["sample_id"].to_numpy()[placement.rows].tolist(),
        verdict(placement.judgement),
    )
    limit = certainty.limit(bundle)
    sure = limit.sure(found.peaks)
    left, right = st.columns([1, 5], gap="medium")
    seen = drawing.draw_skeleton(crop, where_found(found.points, found.peaks), sure)
    left.image(
        drawing.jpeg(seen), width="stretch", alt="The crop that is placed, with the predicted skeleton",
        caption=f"What the network sees: {certainty.line(sure, limit)}",
    )  # fmt: skip
    with right:
        if certainty.nobody(sure, limit):
            st.warning(certainty.verdict(sure, limit), icon=":material/person_off:")
        _explain(bundle, own)
        _neighbours(bundle, own)
        st.caption(certainty.meaning(limit))
    return own


def judges(bundle: Bundle) -> int:
    """How many components judge a picture; fewer where there are fewer."""
    return FEW if bundle.manifest.people < ENOUGH else MANY


def verdict(judgement: "Judgement") -> str:
    """What a judgement of one position says: AMONG, NEAR or OFF."""
    near, norm = judgement.distance_percentile[0], judgement.norm_percentile[0]
    if not judgement.off_data[0]:
        return AMONG
    return NEAR if near < EXTREME < norm < 100 - EXTREME else OFF


def _explain(bundle: Bundle, own: OwnPicture) -> None:
    """Before anything is concluded: is this picture one of those the components describe?"""
    judgement = own.placement.judgement
    measured = (
        f"The nearest person is {judgement.distance[0]:.1f} away, farther than the nearest other one is for "
        f"**{judgement.distance_percentile[0]:.0f} %** of the people here; the mean is "
        f"{judgement.norm[0]:.1f} away, farther than it is for **{judgement.norm_percentile[0]:.0f} %** of "
        "them."
    )
    title = f"**{own.verdict.capitalize()}.** {measured} {MEANS[own.verdict]}"
    if own.verdict == AMONG:
        st.success(title, icon=":material/check:")
    else:
        st.warning(title, icon=":material/warning:")
    st.caption(
        f"Judged by the first {len(own.placement.position)} components, two-sided, at 5 % for both measures "
        "together: about one in twenty people of the same kind would be called off the data. "
        f"{components.source_line(bundle)}"
    )


def _neighbours(bundle: Bundle, own: OwnPicture) -> None:
    st.markdown(f"**The {len(own.nearest)} nearest people**, ringed on the map")
    columns = st.columns(NEIGHBOURS, gap="small")
    for column, person, distance in zip(columns, own.nearest, own.placement.distances, strict=False):
        picture = components.picture_of(bundle, person)
        shown = components.heatmap_of(bundle, person, 128) if picture is None else picture
        words = map_pictures.PREDICTED if picture is None else map_pictures.PHOTOGRAPH
        column.image(drawing.jpeg(shown), width="stretch", alt=f"{words.capitalize()} of {person}")
        column.caption(f"{person}  \ndistance {distance:.1f}")
