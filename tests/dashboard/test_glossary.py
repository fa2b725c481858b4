"""Every row of the glossary: it says something, is found in text, is wanted by a page, and is explained."""

import re
from pathlib import Path

import pytest
from opening import DASHBOARD
from streamlit.testing.v1 import AppTest

from dashboard.shared import glossary
from dashboard.shared.glossary import TERMS

every_term = pytest.mark.parametrize("name", TERMS)

NOT_BY_NAME = {
    "Lost joint": "three joints lost",
    "Hidden joint": "of the joints marked as hidden",
    "Point": "five points of PCK",
    "Flipping signs": "p by flipping people's signs",
}
"""Terms that pages use in other words than those they are listed under."""


@pytest.fixture(scope="module")
def pages() -> str:
    """The code of all pages, the glossary apart."""
    files = [path for path in DASHBOARD.rglob("*.py") if path != Path(glossary.__file__)]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@every_term
def test_a_term_says_something_and_is_found(name: str) -> None:
    term = TERMS[name]
    assert term.says.endswith(".") and len(term.says) > 20
    text = NOT_BY_NAME.get(name, name)
    # Whatever the case, and in the middle of a text.
    for written in (text, text.lower()):
        assert name in glossary.used_in(written), written
    assert not re.search(term.seen, "", re.IGNORECASE | re.MULTILINE)
    assert glossary.used_in("and so on") == []


@every_term
def test_a_term_is_on_the_list_of_a_page_or_used_by_another_s_explanation(name: str, pages: str) -> None:
    listed = re.search(rf'["\s,]{re.escape(name)}["\s,]', pages)
    explaining = [
        other for other, term in TERMS.items() if other != name and name in glossary.used_in(term.says)
    ]
    assert listed or explaining


def page() -> None:
    import streamlit as st

    from dashboard.shared import glossary

    for name in glossary.TERMS:
        with st.container(key=f"term_{list(glossary.TERMS).index(name)}"):
            glossary.explain(name)


def test_what_an_explanation_uses_is_explained_too() -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception and len(app.expander) == len(TERMS)
    for name, shown in zip(TERMS, app.expander, strict=True):
        (text,) = shown.markdown
        explained = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", text.value, re.MULTILINE))
        assert explained[name] == TERMS[name].says
        used = {one for says in explained.values() for one in glossary.used_in(says)}
        assert used <= set(explained)
