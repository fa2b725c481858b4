"""Who is changed in tests of the page Causes."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

PEOPLE = 14
RENDERED = range(3, 9)
"""Rows of the people who were rendered."""

Open = Callable[..., AppTest]
"""Opens the page with a link's parameters; see the fixture open_causes."""
