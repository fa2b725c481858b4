"""The form of a claim: its kind and parameters, which a link may bring, its direction, size and text."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from dashboard.ledger import words
from dashboard.ledger.desk import Desk, start
from dashboard.shared import bundles, cache, links, widgets
from dashboard.shared.area import Area, read_area
from dashboard.shared.attribute_words import words_of
from dashboard.shared.causal_words import value_of
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import (
    LEAST,
    MOST,
    MOST_RESTARTS,
    MOST_SEED,
    QUICK,
    RESTARTS,
    Question,
    Subset,
)
from dashboard.shared.escaping import escaped
from dashboard.shared.latents import projected
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.causes.table import CAUSES
from posecore.errors import ConfigError, PosecoreError
from posecore.ledger.claim import LONGEST, Claim, fingerprint, is_of, make_claim
from posecore.ledger.file import SealedError
from posecore.ledger.kinds import KINDS, Known
from posecore.ledger.parameters import REPLACEMENTS, joint_groups, packed
from posecore.ledger.people import is_of_rendered_people

TEXT: Final = "_led_text"


def draw_form(bundle: Bundle, found: Desk) -> None:
    """The whole form; sealing draws the page again with the claim in its link."""
    known = known_of(bundle)
    name = widgets.select("Kind", links.LEDGER_KINDS, links.LEDGER_KIND, width=320)
    key = words.KINDS_OF[name]
    kind = KINDS[key]
    if kind.rendered and not rendered(bundle):
        st.info(words.ONLY_RENDERED, icon=":material/info:")
        return
    try:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            parameters = _FORMS[key](known)
            way = widgets.segments("Direction", words.WAYS[key], links.LEDGER_WAY)
            smallest = st.number_input(
                f"Smallest effect that matters, {kind.unit}",
                0.01,
                kind.most,
                kind.smallest,
                0.01,
                key=f"_led_smallest_{key}",
                width=260,
            )
        if parameters is not None:
            parameters |= kind.recorded(known, parameters)
    except PosecoreError as error:
        st.warning(words.impossible(error), icon=":material/error:")
        return
    if parameters is None:
        st.info(words.NO_OTHER, icon=":material/info:")
        return
    direction = kind.directions[words.WAYS[key].index(way)]
    said = words.statement(key, parameters, direction, float(smallest), known.joints)
    st.markdown(f"**{escaped(said)}**")
    text = st.text_area("Your claim", max_chars=LONGEST, key=TEXT, help=words.TEXT_HELP, height=68)
    if not st.button(
        "Seal and test", type="primary", icon=":material/lock:", key="_led_seal", help=words.SEAL_HELP
    ):
        return
    if not text.strip():
        st.warning(words.EMPTY_TEXT)
        return
    try:
        claim = make_claim(known, key, parameters, text, direction, float(smallest))
        _seal(bundle, found, claim)
    except ConfigError as error:
        st.warning(words.impossible(error), icon=":material/error:")


def _seal(bundle: Bundle, found: Desk, claim: Claim) -> None:
    """Write it down and begin, unless it stands there. Raises ConfigError where it cannot be written."""
    try:
        sealed = found.ledger.seal(claim, lambda one: can_test(bundle) and is_current(one, bundle))
    except SealedError as error:
        same = error.claim
        st.warning(words.refused_twice(same.number))
        bundles.page_link(
            bundle, "ledger", f"Claim {same.number}", ":material/link:", **{links.LEDGER_CLAIM: same.id}
        )
        return
    if can_test(bundle):
        start(found, bundle)
    links.link(links.LEDGER_CLAIM, sealed.id)
    st.rerun()


def can_test(bundle: Bundle) -> bool:
    """Whether there are people for a test: new ones, or some set aside."""
    import os

    return rendered(bundle) or bool(os.environ.get("POSE_HELDOUT"))


@cache.cached(8)
def rendered(bundle: Bundle) -> bool:
    """Whether the bundle's people were rendered, so that new ones can be."""
    return is_of_rendered_people(bundle)


def is_current(claim: Claim, bundle: Bundle) -> bool:
    """Whether the bundle, and the other network, are still what a claim was made of."""
    return is_of(claim, bundle, _fingerprint(bundle, projected(bundle)))


@cache.cached(8)
def _fingerprint(bundle: Bundle, projected: str) -> str:
    return fingerprint(bundle)


def known_of(bundle: Bundle) -> Known:
    """What claims about a bundle speak of."""
    return _known(bundle, projected(bundle))


@cache.cached(4)
def _known(bundle: Bundle, projected: str) -> Known:
    return Known(bundle)


def _masks(known: Known) -> dict[str, Any]:
    titles = [mask.title for mask in ALL_MASKS]
    one = widgets.select("Skips", titles, links.LEDGER_MASKS[0], ALL_ON.title, width=120)
    other = widgets.select("compared with", titles, links.LEDGER_MASKS[1], ALL_OFF.title, width=140)
    replacement = widgets.segments("What replaces a cut skip", REPLACEMENTS, links.LEDGER_REPLACEMENT)
    return {"masks": [one, other], "joints": _joints(known), "replacement": replacement}


def _joints(known: Known) -> str:
    return widgets.select(
        "Joints", list(joint_groups(known.bundle.keypoints)), links.LEDGER_JOINTS, width=180
    )


def _component(known: Known) -> int:
    count = len(known.components.axes)
    return widgets.whole_number("Component", 1, count, 1, links.LEDGER_COMPONENT, width=140)


def _attribute(known: Known) -> str:
    named = {words_of(column, known.joints).axis: column for column in known.attributes}
    return named[widgets.select("Attribute", list(named), links.LEDGER_ATTRIBUTE, width=280)]


def _component_claim(known: Known) -> dict[str, Any]:
    return {"component": _component(known), "attribute": _attribute(known)}


def _group_claim(known: Known) -> dict[str, Any]:
    area = read_area(links.linked(links.LEDGER_AREA, "an area drawn on two components", _on_components))
    group = _clusters(known.bundle) if area is None else _area(area)
    return {"group": group, "attribute": _attribute(known)}


def _on_components(text: str) -> Area | None:
    area = read_area(text)
    return area if area is not None and area.plane != "umap" else None


def _area(area: Area) -> dict[str, Any]:
    return {
        "of": "area",
        "plane": [int(axis) for axis in area.plane.split("-")],
        "corners": area.corners.tolist(),
    }


def _clusters(bundle: Bundle) -> dict[str, Any]:
    """A K-Means cluster, as the page Clusters numbers them. Raises PosecoreError where there is none."""
    k = widgets.whole_number("K", LEAST, MOST, LEAST, links.LEDGER_K, width=110)
    number = widgets.whole_number("Cluster", 1, MOST, 1, links.LEDGER_CLUSTER, width=110)
    with st.popover("Settings", icon=":material/tune:"):
        space = widgets.whole_number("Components, 0 for whole latents", 0, 999, 0, links.LEDGER_SPACE)
        seed = widgets.whole_number("Seed", 0, MOST_SEED, 0, links.LEDGER_SEED)
        restarts = widgets.whole_number("Restarts", 1, MOST_RESTARTS, RESTARTS, links.LEDGER_RESTARTS)
    question = Question(k, restarts=restarts, seed=seed)
    people = cohort(bundle, Subset(space or None))
    with st.spinner("Clustering …"):
        found = people.answer(question)
        if found.how == QUICK:  # what the page Clusters shows in the end, and not what it shows at first
            people.start_restarts(question)
            people.restarts[question].result()
            found = people.answer(question)
    if number > len(found.centroids):
        raise ConfigError(f"there is no cluster {number} of {len(found.centroids)}; choose a smaller number")
    centroids = packed(found.centroids)
    return {"of": "cluster", "cluster": number, "components": space or None, "centroids": centroids}


def _cause_claim(known: Known) -> dict[str, Any]:
    causes = {cause.name: cause for cause in CAUSES.values() if not cause.placebo}
    cause = causes[widgets.select("Cause", list(causes), links.LEDGER_CAUSE, width=220)]
    strengths = {value_of(cause, value): value for value in cause.strengths}
    chosen = widgets.segments(
        "Changed by", list(strengths), links.LEDGER_STRENGTH, list(strengths)[-1], persist_state="page"
    )
    return {"cause": cause.key, "strength": float(strengths[chosen]), "component": _component(known)}


def _networks_claim(known: Known) -> dict[str, Any] | None:
    others = [name for name in cache.bundle_names() if name != known.bundle.path.name]
    if not others:
        return None
    beside = widgets.select("Network of the bundle", others, links.LEDGER_BESIDE, width=220)
    return {"beside": beside, "joints": _joints(known)}


_FORMS: Final[Mapping[str, Callable[[Known], dict[str, Any] | None]]] = {
    "masks": _masks,
    "component": _component_claim,
    "group": _group_claim,
    "cause": _cause_claim,
    "networks": _networks_claim,
}
"""By keys of KINDS."""
