"""Pages as a browser opens them, without a browser."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shared import bundles

DASHBOARD = Path(__file__).parent.parent.parent / "dashboard"


class Row(NamedTuple):
    """A row of the table of pages."""

    file: str
    title: str
    icon: str
    path: str
    prefixes: tuple[str, ...]

    @property
    def name(self) -> str:
        """As in `open_page`."""
        return self.file.removesuffix("/page.py")


def _pages() -> list[Row]:
    """PAGES of dashboard/app.py, which is a script: to import it is to run it."""
    lines = ast.parse((DASHBOARD / "app.py").read_text(encoding="utf-8")).body
    assigned = [line for line in lines if isinstance(line, ast.Assign)]
    (table,) = [line.value for line in assigned if ast.unparse(line.targets[0]) == "PAGES"]
    return [Row(*row) for row in ast.literal_eval(table)]


PAGES = _pages()


def open_page(
    monkeypatch: pytest.MonkeyPatch, artifacts: Path, page: str | Callable[[], None], **link: str
) -> AppTest:
    """The page as it is for somebody who was given a link with these parameters.

    page: the name of a view, within the whole dashboard; or a function that shows one part alone.
    """
    monkeypatch.setenv("POSE_ARTIFACTS", str(artifacts))
    if callable(page):
        # A part that is alone has no other pages to lead to.
        monkeypatch.setattr(bundles, "page_link", lambda *_, **__: None)
        app = AppTest.from_function(page, default_timeout=60)
    else:
        app = AppTest.from_file(str(DASHBOARD / "app.py"), default_timeout=60)
        # A widget that is up does not look at the link again, and this one is up on all pages.
        if "bundle" in link:
            app.query_params["bundle"] = link["bundle"]
        if page != "overview":
            app.run().switch_page(f"{page}/page.py")
    for key, value in link.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app
