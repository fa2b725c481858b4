"""Widgets that stand in the URL, and say so where a link asks one for a value that it does not have.

Each shows its default in that case.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import streamlit as st

from dashboard.shared import links


def segments(label: str, options: Sequence[str], key: str, default: str | None = None, **how: Any) -> str:
    """One of a few options, side by side; the first is the default where none is given."""
    default = options[0] if default is None else default
    links.refuse_forged(key, links.one_of(options), options.__contains__)
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", **how
    )
    return chosen if chosen in options else default


def select(label: str, options: Sequence[str], key: str, default: str | None = None, **how: Any) -> str:
    """One of many options, in a list; the first is the default where none is given."""
    default = options[0] if default is None else default
    links.refuse_forged(key, links.one_of(options), options.__contains__)
    chosen = st.selectbox(label, options, index=options.index(default), key=key, bind="query-params", **how)
    return chosen if chosen in options else default


def whole_number(label: str, least: int, most: int, value: int, key: str, **how: Any) -> int:
    """A whole number from `least` to `most`, typed or stepped to."""
    _refuse_number(key, least, most)
    return int(st.number_input(label, least, most, value, key=key, bind="query-params", **how))


def slider(label: str, least: int, most: int, value: int, key: str, **how: Any) -> int:
    """A whole number from `least` to `most`, slid to."""
    _refuse_number(key, least, most)
    return int(st.slider(label, least, most, value, key=key, bind="query-params", **how))


def toggle(label: str, value: bool, key: str, **how: Any) -> bool:
    """On or off."""
    refuse_no_switch(key)
    return bool(st.toggle(label, value, key=key, bind="query-params", **how))


def refuse_no_switch(key: str) -> None:
    """The check of `toggle` alone, for what reads the link before the switch is drawn."""
    links.refuse_forged(key, "true or false", lambda text: text.lower() in ("true", "false"))


def page_of(pages: int, key: str) -> int:
    """Which of so many pages is looked at, from 1; no widget where there is but one."""
    if pages <= 1:
        return 1
    _refuse_number(key, 1, pages)
    # A new selection may have fewer pages than the one that was looked at.
    if int(st.session_state.get(key, 1)) > pages:
        st.session_state[key] = 1
    return min(max(int(st.pagination(pages, key=key, bind="query-params")), 1), pages)


def tabs(key: str, modules: Mapping[str, str]) -> ModuleType:
    """The module of the chosen tab.

    modules: a module's full name per tab's title. Only the chosen one is imported: each takes half a second.
    """
    chosen = segments("What to look at", list(modules), key, label_visibility="collapsed")
    return import_module(modules[chosen])


def _refuse_number(key: str, least: int, most: int) -> None:
    links.refuse_forged(key, f"a whole number from {least} to {most}", links.whole_number(least, most))
