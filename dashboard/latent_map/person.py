"""The person beside the map: who was clicked, or is named in the link."""

import streamlit as st

from dashboard.latent_map import pictures as map_pictures
from dashboard.latent_map import words
from dashboard.latent_map.choices import Choices
from dashboard.shared import bundle_people, bundles, links, pictures
from posecore import drawing
from posecore.bundle import Bundle


def draw_person(bundle: Bundle, choices: Choices) -> str:
    """Draw the field, the pictures and the links; returns the person's sample_id."""
    person = bundle_people.person_picker(bundle, links.MAP_PERSON, bundle_people.best_person(bundle))
    row = bundle.row(person)
    st.markdown(
        f"**{person}** · {bundle_people.sure_of(bundle, person)} · "
        f"{map_pictures.facts(bundle, choices.colouring, person)}"
    )
    columns = st.columns(2, gap="small")
    for index, kind in enumerate(map_pictures.kinds(bundle)):
        with columns[index % 2]:
            _picture(bundle, person, kind)
    st.caption(words.place(*choices.plane.places[row].tolist()))
    bundles.page_link(
        bundle,
        "skip_lab",
        "Open in the Skip lab",
        ":material/call_split:",
        **{links.LAB_PERSON: person},
    )
    bundles.page_link(
        bundle, "pc_walk", "Walk from here", ":material/directions_walk:", **{links.WALK_START: person}
    )
    return person


def _picture(bundle: Bundle, person: str, kind: str) -> None:
    if kind == map_pictures.PICTURE:
        crop = bundle_people.picture_of(bundle, person)
        picture = None if crop is None else bundle_people.skeleton_of(bundle, person, crop)
    else:
        picture = map_pictures.tile(bundle, person, kind, 256)
    if picture is None:
        st.caption(pictures.absent(bundle, person))
        return
    shown = f"{kind}, with the predicted skeleton" if kind == map_pictures.PICTURE else kind
    st.image(drawing.jpeg(picture), width="stretch", caption=shown, alt=f"{shown.capitalize()} of {person}")
