"""Widgets that stand in the URL: what they show, what they refuse, that nothing lies beyond their bounds."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from dashboard.shared import links, widgets

    links.notices()
    with st.container(horizontal=True):
        found = (
            widgets.segments("Colour", ("red", "green"), "clu_as"),
            widgets.select("Person", ["ann", "bob"], "clu_who"),
            widgets.whole_number("K", 2, 15, 3, "clu_k"),
            widgets.slider("Seed", 0, 9, 4, "clu_seed"),
            widgets.toggle("Skip", True, "lab_64"),
            widgets.page_of(3, "map_page"),
            widgets.page_of(1, "cmp_page"),
        )
    st.text(repr(found))


DEFAULTS = ("red", "ann", 3, 4, True, 1, 1)


def opened(**link: str) -> AppTest:
    app = AppTest.from_function(page)
    for key, value in link.items():
        app.query_params[key] = value
    return app.run()


def test_without_a_link_defaults_are_shown() -> None:
    app = opened()
    assert not app.exception and not app.warning
    assert app.text[0].value == repr(DEFAULTS)


def test_a_link_is_followed() -> None:
    app = opened(clu_as="green", clu_who="bob", clu_k="15", clu_seed="0", lab_64="false", map_page="3")
    assert not app.warning
    assert app.text[0].value == repr(("green", "bob", 15, 0, False, 3, 1))


def test_every_forged_value_is_named_and_its_default_shown() -> None:
    forged = {
        "clu_as": "blue",
        "clu_who": "eve",
        "clu_k": "16",
        "clu_seed": "-1",
        "lab_64": "maybe",
        "map_page": "4",
    }
    app = opened(**forged)
    assert app.text[0].value == repr(DEFAULTS)
    assert len(app.warning) == len(forged)
    for (key, value), warning in zip(forged.items(), app.warning, strict=True):
        assert f"{key} = '{value}'" in warning.value
    # Said once: the link no longer holds them.
    assert not app.run().warning
    assert not set(forged) & set(app.query_params)


def test_what_the_browser_sent_is_kept_within_bounds() -> None:
    app = opened()
    app.number_input(key="clu_k").set_value(99)
    app.slider(key="clu_seed").set_value(-5)
    app.run()
    assert app.text[0].value == repr(DEFAULTS)


def tabbed() -> None:
    import streamlit as st

    from dashboard.shared import widgets

    tab = widgets.tabs("walk_tab", {"One": "colorsys", "Two": "fractions"})
    st.text(tab.__name__)


def test_a_tab_is_a_module() -> None:
    app = AppTest.from_function(tabbed).run()
    assert app.text[0].value == "colorsys"
    app = AppTest.from_function(tabbed)
    app.query_params["walk_tab"] = "Two"
    assert app.run().text[0].value == "fractions"
