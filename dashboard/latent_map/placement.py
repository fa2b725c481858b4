"""A user's picture among the people: first whether it belongs there at all, then where, then who is near."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures as map_pictures
from dashboard.latent_map import words
from dashboard.latent_map.words import AMONG, NEAR, OFF
from dashboard.shared import (
    bundle_people,
    bundles,
    cache,
    certainty,
    latents,
    links,
    picture_source,
    pictures,
    predictions,
    widgets,
)
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.heatmaps import where_found
from posecore.errors import PosecoreError

if TYPE_CHECKING:
    from posecore.components.outliers import Judgement, Placement, ReferenceDistances
    from posecore.components.pca import Components


NOBODY: Final = "none"
SOURCES: Final = (NOBODY, *picture_source.SOURCES[1:])
NEIGHBOURS: Final = 8
CROP, NEIGHBOUR = 120, 144
"""Pixels at which the placed crop is shown beside the map, and its neighbours below."""

MANY: Final = 5_000
JUDGES, JUDGES_OF_MANY = 10, 50
"""Components that judge a picture, among MANY people or fewer: people whom components were fitted on vary
more along them than new ones, the more so the fewer people and the more components (outliers.place)."""


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture that has been placed. crop: (256, 256, 3). scores: (d,) along all components. nearest:
    sample_ids, nearest first. verdict: AMONG, NEAR or OFF."""

    crop: NDArray[np.uint8]
    scores: NDArray[np.float32]
    placement: "Placement"
    nearest: list[str]
    verdict: str


EXTREME: Final = 5
"""Percent of real people; what is off the data by one measure is looked up in the other."""


def place_picture(bundle: Bundle) -> OwnPicture | None:
    """Widgets to choose a picture and the person in it, and in a word where it belongs; None without one."""
    source = widgets.segments(
        "A picture from elsewhere, placed among these people", SOURCES, links.MAP_SOURCE
    )
    if source == NOBODY:
        return None
    # Below the crop and the verdict, which are made of it.
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    try:
        chosen = picture_source.choose_picture(bundle, source, links.MAP_SOURCE)
        if chosen is None:
            st.info(words.AWAITED, icon=":material/image:")
            return None
        photograph, square = chosen
        crop = square.cut(photograph.picture)
        found = placed(bundle, crop, judges(bundle), NEIGHBOURS)
    except PosecoreError as error:
        st.error(str(error))
        return None
    placement = found.placement
    own = OwnPicture(
        crop,
        found.scores,
        placement,
        bundle.samples["sample_id"].to_numpy()[placement.rows].tolist(),
        verdict(placement.judgement),
    )
    limit = certainty.limit(bundle)
    sure = limit.sure(found.peaks)
    seen = drawing.draw_skeleton(crop, where_found(found.points, found.peaks), sure)
    above.image(
        drawing.jpeg(seen),
        width=CROP,
        alt=words.CROP_ALT,
        caption=certainty.line(sure, limit),
    )
    with above.container():
        if certainty.nobody(sure, limit):
            st.warning(certainty.verdict(sure, limit), icon=":material/person_off:")
        st.markdown(words.placed(own.verdict))
        st.caption(certainty.meaning(limit))
    return own


def explain_placement(bundle: Bundle, own: OwnPicture) -> None:
    """Whether the picture belongs among these people, and who of them are near."""
    st.subheader("The picture from elsewhere")
    _explain(bundle, own)
    _neighbours(bundle, own)


def judges(bundle: Bundle) -> int:
    """How many components judge a picture; fewer where there are fewer."""
    return JUDGES if bundle.manifest.people < MANY else JUDGES_OF_MANY


def verdict(judgement: "Judgement") -> str:
    """What a judgement of one position says: AMONG, NEAR or OFF."""
    near, norm = judgement.distance_percentile[0], judgement.norm_percentile[0]
    if not judgement.off_data[0]:
        return AMONG
    return NEAR if near < EXTREME < norm < 100 - EXTREME else OFF


def _explain(bundle: Bundle, own: OwnPicture) -> None:
    """Before anything is concluded: is this picture one of those the components describe?"""
    title = words.judged(own.verdict, own.placement.judgement)
    if own.verdict == AMONG:
        st.success(title, icon=":material/check:")
    else:
        st.warning(title, icon=":material/warning:")
    st.caption(words.how_it_was_judged(len(own.placement.position), bundles.source_line(bundle)))


def _neighbours(bundle: Bundle, own: OwnPicture) -> None:
    st.markdown(words.nearest(len(own.nearest)))
    with st.container(horizontal=True, gap="small"):
        columns = [st.container(width=NEIGHBOUR) for _ in own.nearest]
    for column, person, distance in zip(columns, own.nearest, own.placement.distances, strict=True):
        picture = bundle_people.picture_of(bundle, person)
        shown = bundle_people.heatmap_of(bundle, person, 128) if picture is None else picture
        kind = map_pictures.PREDICTED if picture is None else map_pictures.PICTURE
        column.image(drawing.jpeg(shown), width="stretch", alt=f"{kind.capitalize()} of {person}")
        column.caption(words.neighbour(person, distance))
    if not pictures.at_hand(bundle)[own.placement.rows].all():
        st.caption(words.WITHOUT_PICTURE)


class Placed(NamedTuple):
    """A user's picture among the people. points: (17, 2) crop pixels and peaks: (17,), with all skips on.
    scores: (d,) along all components. placement: by some of them."""

    points: NDArray[np.float32]
    peaks: NDArray[np.float32]
    scores: NDArray[np.float32]
    placement: "Placement"


def placed(bundle: Bundle, crop: NDArray[np.uint8], judges: int, nearest: int) -> Placed:
    """A crop (256, 256, 3) among the people, by the first `judges` components; cached for this session.

    Raises PosecoreError.
    """
    digest = hashlib.sha256(crop.tobytes()).hexdigest()
    return _placed(bundle, latents.projected(bundle), digest, judges, nearest, crop)


@cache.cached(4, "Placing …", own=True)
def _placed(
    bundle: Bundle, projected: str, digest: str, judges: int, nearest: int, _crop: NDArray[np.uint8]
) -> Placed:
    from posecore.ablation import ALL_ON
    from posecore.components.outliers import place
    from posecore.data.heatmaps import decode

    network = predictions.predictor(bundle)
    with predictions.inference:
        encoded = network.encode(_crop[None].copy())
        latent = network.latents(encoded, bundle.manifest.latent)[0]
        points, peaks = decode(network.decode(encoded, (ALL_ON,))[0])
    fitted, people = _judging(bundle, projected, judges)
    scores = latents.components(bundle)[0].project(latent[None])[0]
    return Placed(points[0], peaks[0], scores, place(fitted, people, latent, nearest))


@cache.cached(2, "Comparing people …")
def _judging(bundle: Bundle, projected: str, judges: int) -> "tuple[Components, ReferenceDistances]":
    """The first `judges` components, or all there are, and what is usual among people along them."""
    from posecore.components.outliers import reference_distances as usual

    fitted, scores = latents.components(bundle)
    count = min(judges, scores.shape[1])
    return fitted.first(count), usual(scores[:, :count])
