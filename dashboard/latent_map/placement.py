"""A user's picture among the people: first whether it belongs there at all, then where, then who is near."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures as map_pictures
from dashboard.latent_map import words
from dashboard.latent_map.words import AMONG, NEAR, UNLIKE, UNSEEN, UNTOLD
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
    studies,
    widgets,
)
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.heatmaps import where_found
from posecore.errors import BundleError, ConfigError, PosecoreError

if TYPE_CHECKING:
    from posecore.components.pca import Components
    from posecore.studies.belonging.results import BelongingStudy

NOBODY: Final = "none"
SOURCES: Final = (NOBODY, *picture_source.SOURCES[1:])
NEIGHBOURS: Final = 8
CROP, NEIGHBOUR = 120, 144
"""Pixels at which the placed crop is shown beside the map, and its neighbours below."""

COMPONENTS: Final = 50
"""Along which people are near, where no study of belonging says how many to take."""


@dataclass(frozen=True, eq=False)
class Judged:
    """By the bundle's study of belonging: what is said, of words.VERDICTS; what was measured, (3,), and how
    rare that is among people, (3,), see posecore.components.belonging."""

    verdict: str
    measured: list[float]
    rarity: list[float]
    study: "BelongingStudy"


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture that has been placed. crop: (256, 256, 3). scores: (d,) along all components. nearest:
    sample_ids, nearest first, with their rows and distances. judged: or why it is not."""

    crop: NDArray[np.uint8]
    scores: NDArray[np.float32]
    rows: NDArray[np.int64]
    nearest: list[str]
    distances: NDArray[np.float32]
    judged: Judged | BundleError

    @property
    def verdict(self) -> str | None:
        """Of words.VERDICTS; None where there is none."""
        return self.judged.verdict if isinstance(self.judged, Judged) else None


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
        found = placed(bundle, crop, NEIGHBOURS)
    except PosecoreError as error:
        st.error(str(error))
        return None
    limit = certainty.limit(bundle)
    sure = limit.sure(found.peaks)
    nobody = certainty.nobody(sure, limit)
    own = OwnPicture(
        crop,
        found.scores,
        found.rows,
        bundle.samples["sample_id"].to_numpy()[found.rows].tolist(),
        found.distances,
        _judged(bundle, found, nobody),
    )
    seen = drawing.draw_skeleton(crop, where_found(found.points, found.peaks), sure)
    above.image(
        drawing.jpeg(seen),
        width=CROP,
        alt=words.CROP_ALT,
        caption=certainty.line(sure, limit),
    )
    with above.container():
        if nobody:
            st.warning(certainty.verdict(sure, limit), icon=":material/person_off:")
        st.markdown(words.placed(own.verdict))
        st.caption(certainty.meaning(limit))
    return own


def explain_placement(bundle: Bundle, own: OwnPicture) -> None:
    """Whether the picture belongs among these people, and who of them are near."""
    st.subheader("The picture from elsewhere")
    _explain(bundle, own)
    _neighbours(bundle, own)


def verdict(study: "BelongingStudy", values: NDArray[np.float64], nobody: bool) -> str:
    """What the study says of one picture measured as (1, 3): the first of words.VERDICTS that holds.

    nobody: whether hardly any joint is sure.
    """
    by_peak, *by_distance = study.rule.refused_by(values)[0]
    if by_peak or nobody:
        return UNSEEN
    if any(by_distance):
        return UNLIKE
    if study.rule.doubles(values)[0]:
        return NEAR
    return AMONG if study.powerful else UNTOLD


def _judged(bundle: Bundle, found: "Placed", nobody: bool) -> Judged | BundleError:
    from posecore.components.belonging import measure

    try:
        study = studies.belonging(bundle)
    except BundleError as error:
        return error
    fitted, scores = _along(bundle, study.components)
    values = measure(fitted, scores[study.rows], found.latent[None], found.peaks[None])
    rarity = study.rule.p_values(values)[0].tolist()
    return Judged(verdict(study, values, nobody), values[0].tolist(), rarity, study)


def _explain(bundle: Bundle, own: OwnPicture) -> None:
    """Before anything is concluded: is this picture one of those the components describe?"""
    judged = own.judged
    if isinstance(judged, BundleError):
        st.info(words.not_judged(judged), icon=":material/query_stats:")
        return
    title = words.judged(judged.verdict, judged.measured, judged.rarity)
    # Never in green: what no measure speaks against may still show nobody.
    if judged.verdict in (AMONG, UNTOLD):
        st.info(title, icon=":material/info:")
    else:
        st.warning(title, icon=":material/warning:")
    st.caption(words.power(judged.study, bundles.source_line(bundle)))


def _neighbours(bundle: Bundle, own: OwnPicture) -> None:
    st.markdown(words.nearest(len(own.nearest)))
    with st.container(horizontal=True, gap="small"):
        columns = [st.container(width=NEIGHBOUR) for _ in own.nearest]
    for column, person, distance in zip(columns, own.nearest, own.distances, strict=True):
        picture = bundle_people.picture_of(bundle, person)
        shown = bundle_people.heatmap_of(bundle, person, 128) if picture is None else picture
        kind = map_pictures.PREDICTED if picture is None else map_pictures.PICTURE
        column.image(drawing.jpeg(shown), width="stretch", alt=f"{kind.capitalize()} of {person}")
        column.caption(words.neighbour(person, distance))
    if not pictures.at_hand(bundle)[own.rows].all():
        st.caption(words.WITHOUT_PICTURE)


class Placed(NamedTuple):
    """A user's picture among the people. points: (K, 2) crop pixels and peaks: (K,), with all skips on.
    latent: (D,). scores: (d,) along all components. rows, distances: of the nearest people."""

    points: NDArray[np.float32]
    peaks: NDArray[np.float32]
    latent: NDArray[np.float32]
    scores: NDArray[np.float32]
    rows: NDArray[np.int64]
    distances: NDArray[np.float32]


def placed(bundle: Bundle, crop: NDArray[np.uint8], nearest: int) -> Placed:
    """A crop (256, 256, 3) among the people, with so many of the nearest; cached for this session.

    Raises PosecoreError.
    """
    digest = hashlib.sha256(crop.tobytes()).hexdigest()
    try:
        count = studies.belonging(bundle).components
    except BundleError:
        count = COMPONENTS
    return _placed(bundle, latents.projected(bundle), digest, count, nearest, crop)


@cache.cached(4, "Placing …", own=True)
def _placed(
    bundle: Bundle, projected: str, digest: str, count: int, nearest: int, _crop: NDArray[np.uint8]
) -> Placed:
    from posecore.ablation import ALL_ON
    from posecore.components.neighbours import nearest_people
    from posecore.data.heatmaps import decode

    network = predictions.predictor(bundle)
    with predictions.inference:
        encoded = network.encode(_crop[None].copy())
        latent = network.latents(encoded, bundle.manifest.latent)[0]
        points, peaks = decode(network.decode(encoded, (ALL_ON,))[0])
    if not np.isfinite(latent).all():
        raise ConfigError("the picture's latent holds nan or infinity; take another picture")
    fitted, people = _along(bundle, count)
    rows, distances = nearest_people(people, fitted.project(latent[None]), nearest)
    scores = latents.components(bundle)[0].project(latent[None])[0]
    return Placed(points[0], peaks[0], latent, scores, rows[0], distances[0])


def _along(bundle: Bundle, count: int) -> "tuple[Components, NDArray[np.float32]]":
    """The first `count` components, or all there are, and everybody's scores along them."""
    fitted, scores = latents.components(bundle)
    count = min(count, scores.shape[1])
    return fitted.first(count), scores[:, :count]
