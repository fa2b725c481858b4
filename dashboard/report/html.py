"""A report laid out as one HTML file. Whatever is put into it is escaped: names and claims are of users."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from dashboard.report import words
from dashboard.report.content import Report
from dashboard.report.own_claims import ABOUT
from posecore.verdict import Verdict

LAYOUT: Final = Path(__file__).parent / "layout"

SIGNS: Final = {Verdict.HOLDS: "✓", Verdict.DOES_NOT: "✗", Verdict.UNKNOWN: "?", None: "…"}
"""By shape, so that nobody needs colour to tell them apart."""
KINDS: Final = {Verdict.HOLDS: "holds", Verdict.DOES_NOT: "not", Verdict.UNKNOWN: "unknown", None: "none"}
"""Of the classes of the style sheet."""

HIGHEST: Final = 920
"""Pixels of a sheet of A4 between its margins, less a line or two."""

TALL: Final = 740
"""Pixels from which a figure may not fit on one sheet with its page's sentence: it takes one alone."""

_MARKS: Final = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\*(?!\s)(?P<em>[^*]+?)\*")
"""What pages write in Markdown within a line."""


class Figures:
    """The figures of a report, in the order in which they are laid out."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def add(self, figure: go.Figure) -> int:
        """The figure's number."""
        self._kept.append(_on_paper(figure).to_json())
        return len(self._kept) - 1

    def data(self) -> Markup:
        """All of them in JSON, fit for the inside of a script element: nothing in it can close that."""
        text = f"[{','.join(self._kept)}]"
        for character in "<>&\u2028\u2029":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return Markup(text)


def _on_paper(figure: go.Figure) -> go.Figure:
    """The figure as it is printed: on white, at most as high as a sheet, and with the room for ticks that
    Streamlit gives it on a page."""
    figure = go.Figure(figure)
    figure.update_layout(template="plotly_white", height=min(figure.layout.height, HIGHEST))
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        if axis.automargin is None:
            axis.automargin = True
    return figure


def rich_line(text: str) -> Markup:
    """A sentence of a page, in Markdown of a line, as HTML: escaped first, then marked up."""
    return Markup(_marked(str(escape(text))))


def _marked(line: str) -> str:
    """Of what is escaped."""

    def element(found: re.Match[str]) -> str:
        tag = str(found.lastgroup)
        inner = found[tag] if tag == "code" else _marked(found[tag])
        return f"<{tag}>{inner}</{tag}>"

    return _MARKS.sub(element, line)


def page(report: Report) -> str:
    """The file."""
    environment = Environment(
        loader=FileSystemLoader(LAYOUT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rich_line"] = rich_line
    plotly, script = get_plotlyjs(), _read("report.js")
    return (
        environment.get_template("report.html")
        .render(
            report=report,
            about=ABOUT,
            figures=Figures(),
            titles=words,
            signs=SIGNS,
            kinds=KINDS,
            highest=HIGHEST,
            tall=TALL,
            style=Markup(_read("report.css")),
            plotly=Markup(plotly),
            script=Markup(script),
            hashes=Markup(" ".join(_hash(one) for one in (plotly, script))),
        )
        .lstrip()
    )


def _read(name: str) -> str:
    return (LAYOUT / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which a browser knows a script again; it runs no other one."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
