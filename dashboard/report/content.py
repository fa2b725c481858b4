"""What a report holds, before it is laid out: nothing here knows HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import plotly.graph_objects as go

from dashboard.shared.numbers import UNKNOWN
from posecore.verdict import Verdict

Tell = Callable[[int, int, str], None]
"""Told how many parts are done, of how many, and which comes next."""


class Row(NamedTuple):
    """A figure with its 95 % interval, as text, and how many people stand behind it."""

    name: str
    value: str
    interval: str
    n: str

    @classmethod
    def of(
        cls, name: str, value: float, low: float, high: float, n: int, write: Callable[[float], str]
    ) -> "Row":
        """write: a number as text; what is not known has no interval."""
        between = f"{write(low)} to {write(high)}" if low == low else UNKNOWN
        return cls(name, write(value), between, f"{n:,}")


@dataclass(frozen=True)
class Picture:
    """A figure for those who see it and, as `alt`, for those who do not. measured: what its rows are of.
    rows: its numbers. below: a sentence on how to read it."""

    figure: go.Figure
    alt: str
    measured: str
    rows: Sequence[Row]
    below: str = ""


class Table(NamedTuple):
    """Cells as text; the first of a row is its name. below: a sentence on how to read it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: str = ""


@dataclass(frozen=True)
class Section:
    """A page of the dashboard. sentence: in Markdown, as it stands at the page's top, with its verdict, if it
    is one. table: of a page without a picture. missing: sentences on what is not known, with commands.
    source: where picture and sentence come from."""

    title: str
    sentence: str = ""
    verdict: Verdict | None = None
    picture: Picture | None = None
    table: Table | None = None
    missing: Sequence[str] = ()
    source: str = ""


@dataclass(frozen=True)
class Tried:
    """A claim in one bundle's network. network: which one, where there are two. figures, notes, change: the
    effect with interval and n, what else to know, what would change the verdict; empty without a finding."""

    verdict: Verdict | None
    badge: str
    figures: str
    notes: Sequence[str] = ()
    change: str = ""
    network: str = ""


@dataclass(frozen=True)
class Card:
    """A claim of a thesis, tried in the bundle and, where that comes to another verdict, in the other one.
    facts: in two columns, how it is judged. source: the studies it rests on."""

    statement: str
    tried: Sequence[Tried]
    facts: Mapping[str, str]
    source: str
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class Entry:
    """A claim of the ledger. text: its author's words. statement, source: what was tested, and on whom; as
    names of a file stand in them, all three are shown as text alone. badge: the verdict as the ledger words
    it."""

    number: int
    text: str
    verdict: Verdict | None
    badge: str
    statement: str
    lines: Sequence[str]
    source: str


@dataclass(frozen=True)
class Kept:
    """A ledger. name: of its file. problems: of that. more: sentences on what is not shown."""

    name: str
    entries: Sequence[Entry]
    problems: Sequence[str]
    more: Sequence[str]


@dataclass(frozen=True)
class Network:
    """What is asked: sentences and facts, and how well it does. stored: scores of the bundle, means alone.
    measured: of the bundle's people, with intervals. notes: on either."""

    name: str
    sentences: Sequence[str]
    facts: Mapping[str, str]
    stored: Table
    measured: Sequence[Row]
    notes: Sequence[str]


class Made(NamedTuple):
    """Something the report rests on. command: that makes it. recorded: the settings it was made with, as far
    as its manifest says."""

    what: str
    command: str
    recorded: str = ""


@dataclass(frozen=True)
class Again:
    """How to make the report and what it rests on again."""

    facts: Mapping[str, str]
    made: Sequence[Made]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """All of it, in its order. claims: by the name of their verdict; said: before them. ledger: None where
    none was given. terms: words that are used, and what they mean."""

    network: Network
    said: Sequence[str]
    claims: Mapping[str, Sequence[Card]]
    sections: Sequence[Section]
    ledger: Kept | None
    terms: Mapping[str, str]
    again: Again
