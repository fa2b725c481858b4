"""What the canvas says is kept in the URL, as widgets' values are, and in the session for the way back."""

from collections.abc import Callable

import streamlit as st

from dashboard.shared import links


def linked(key: str, expected: str, read: Callable[[str], object]) -> str:
    """The text under `key` in the URL, or what was there when the page was left; empty where nothing is.

    read: gives None for a text that is not as `expected`; it then gets a sentence, and is forgotten.
    """
    text = st.query_params.get(key)
    if text is None:
        text = st.session_state.get(f"_{key}", "")
        if text:
            st.query_params[key] = text
    if text and read(text) is None:
        links.refuse_forged(key, expected, lambda _: False)
        link(key, "")
        return ""
    return text


def link(key: str, text: str) -> None:
    """Keep a text under `key`; an empty one takes it out of the URL."""
    st.session_state[f"_{key}"] = text
    if text:
        st.query_params[key] = text
    elif key in st.query_params:
        del st.query_params[key]
