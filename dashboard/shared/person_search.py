"""Find a person of the bundle: by id, one after the other, at random, among those who fit a filter."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import pictures
from posecore.bundle import Bundle
from posecore.keypoints import label
from posecore.samples import read_visibility, table_keypoints

ANY_JOINT = "any"


def person_search(bundle: Bundle, key: str, default: str) -> str:
    """A row of widgets; returns the sample_id of a real person, in the URL under `key`."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        asked = st.text_input(
            "Person (sample id)",
            key=key,
            placeholder=default,
            bind="query-params",
            max_chars=80,
            width=170,
            # No default value: buttons and other pages write into this field.
            help="An id or a part of it. It is part of the link.",
        )
        arguments = (bundle, key, default)
        st.button(
            "Previous",
            key=f"_{key}_previous",
            icon=":material/skip_previous:",
            on_click=_step,
            args=(*arguments, -1),
            help="The previous person who fits the filter",
        )
        st.button(
            "Next",
            key=f"_{key}_next",
            icon=":material/skip_next:",
            on_click=_step,
            args=(*arguments, 1),
            help="The next person who fits the filter",
        )
        st.button(
            "Random",
            key=f"_{key}_random",
            icon=":material/casino:",
            on_click=_draw,
            args=(bundle, key),
            help="Anybody who fits the filter",
        )
        with st.popover("Filter", icon=":material/filter_list:"):
            _filter(bundle, key)
        perfect = bool((bundle.samples["pck"] == 1).any())
        st.button(
            "100 % correct",
            key=f"_{key}_perfect",
            icon=":material/verified:",
            on_click=_perfect,
            args=(bundle, key),
            disabled=not perfect,
            help="As the thesis did: only people of whom every labelled joint is found with all skips on"
            if perfect
            else "Nobody here is scored 100 %",
        )
    asked = (asked or "").strip() or default
    return asked if asked in bundle.rows else _found(bundle, asked, default)


def candidates(
    table: pd.DataFrame, pck: tuple[float, float], least_labelled: int, joint: str
) -> NDArray[np.int64]:
    """Rows of people whose PCK lies in `pck` (where that is not all there is, known), who have at least
    so many labelled joints, `joint` (a name, or ANY_JOINT) among them."""
    fits = np.ones(len(table), bool)
    if pck != (0.0, 1.0):
        # Bounds come from a slider with two digits.
        fits &= table["pck"].between(pck[0] - 0.005, pck[1] + 0.005).to_numpy()
    if least_labelled or joint != ANY_JOINT:
        labelled = read_visibility(table) > 0
        fits &= labelled.sum(axis=1) >= least_labelled
        if joint != ANY_JOINT:
            fits &= labelled[:, table_keypoints(table, "annotated").names.index(joint)]
    return np.flatnonzero(fits)


def _filter(bundle: Bundle, key: str) -> None:
    st.slider("PCK with all skips", 0.0, 1.0, (0.0, 1.0), 0.01, key=f"_{key}_pck", persist_state="session")
    if bundle.manifest.dataset["annotations"]:
        names = bundle.keypoints.names
        # What was chosen for a bundle of other joints may not be there to choose.
        least, joint = _asked_of_joints(bundle, key)
        if (f"_{key}_complete" in st.session_state) and st.session_state[f"_{key}_complete"] != least:
            st.session_state[f"_{key}_complete"] = least
        if (f"_{key}_labelled" in st.session_state) and st.session_state[f"_{key}_labelled"] != joint:
            st.session_state[f"_{key}_labelled"] = joint
        st.slider(
            "Labelled joints, at least", 0, len(names), 0, key=f"_{key}_complete", persist_state="session"
        )
        st.selectbox(
            "This joint is labelled",
            (ANY_JOINT, *names),
            format_func=label,
            key=f"_{key}_labelled",
            persist_state="session",
        )
    else:
        st.caption("This bundle holds no annotations, so nothing can be asked of labelled joints.")
    pictured = pictures.at_hand(bundle)
    if pictured.any() and not pictured.all():
        st.toggle("Only people with a picture", True, key=f"_{key}_pictured", persist_state="session")
    count = len(_rows(bundle, key))
    st.caption(f"{count:,} of {len(bundle.samples):,} people fit; Previous, Next and Random go among them.")


def _rows(bundle: Bundle, key: str) -> NDArray[np.int64]:
    chosen = st.session_state.get
    annotated = bundle.manifest.dataset["annotations"]
    rows = candidates(
        bundle.samples,
        tuple(chosen(f"_{key}_pck", (0.0, 1.0))),
        *(_asked_of_joints(bundle, key) if annotated else (0, ANY_JOINT)),
    )
    pictured = pictures.at_hand(bundle)
    if pictured.any() and chosen(f"_{key}_pictured", True):
        rows = rows[pictured[rows]]
    return rows


def _asked_of_joints(bundle: Bundle, key: str) -> tuple[int, str]:
    """How many joints have to be labelled, and which one; of those that the bundle's set has."""
    names, chosen = bundle.keypoints.names, st.session_state.get
    joint = str(chosen(f"_{key}_labelled", ANY_JOINT))
    least = min(int(chosen(f"_{key}_complete", 0)), len(names))
    return least, joint if joint in names else ANY_JOINT


def _choose(bundle: Bundle, key: str, row: int) -> None:
    st.session_state[key] = str(bundle.samples["sample_id"].iloc[row])


def _step(bundle: Bundle, key: str, default: str, way: int) -> None:
    rows = _rows(bundle, key)
    if not len(rows):
        return
    here = bundle.rows.get(st.session_state.get(key) or default, -1)
    if way > 0:
        after = rows[rows > here]
        _choose(bundle, key, int(after[0] if len(after) else rows[0]))
    else:
        before = rows[rows < here]
        _choose(bundle, key, int(before[-1] if len(before) else rows[-1]))


def _draw(bundle: Bundle, key: str) -> None:
    rows = _rows(bundle, key)
    if len(rows):
        # What is drawn is in the URL afterwards, so it need not be drawn again.
        _choose(bundle, key, int(np.random.default_rng().choice(rows)))


def _perfect(bundle: Bundle, key: str) -> None:
    st.session_state[f"_{key}_pck"] = (1.0, 1.0)
    rows = _rows(bundle, key)
    if not len(rows):
        st.session_state[f"_{key}_pictured"] = False
        rows = _rows(bundle, key)
    here = bundle.rows.get(st.session_state.get(key) or "", -1)
    if here not in rows:
        _choose(bundle, key, int(rows[0]))


def _found(bundle: Bundle, asked: str, default: str) -> str:
    """Whose id contains what was asked for; `default`, with a warning, for nobody's."""
    ids = bundle.samples["sample_id"]
    found = ids[ids.str.contains(asked, regex=False)]
    if found.empty:
        st.warning(f"This bundle holds no person {asked[:60]!r}. Shown instead: {default}.")
        return default
    if len(found) > 1:
        st.caption(f"{len(found)} ids hold {asked!r}: {', '.join(found[:5])}{' …' if len(found) > 5 else ''}")
    return str(found.iloc[0])
