"""All parts of a report, gathered one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import plotly.graph_objects as go

from dashboard.report.again import again
from dashboard.report.content import Report, Section, Tell
from dashboard.report.network import network
from dashboard.report.own_claims import kept
from dashboard.report.pages import PAGES
from dashboard.report.theses import cards
from dashboard.shared.glossary import used_in, with_explanations
from posecore.bundle import Bundle
from posecore.ledger.file import Entries


def report(bundle: Bundle, ledger: Path | None, entries: Entries | None, tell: Tell) -> Report:
    """The report of a bundle, and of the ledger in the file that was read as `entries`."""
    parts = len(PAGES) + 3
    tell(0, parts, "the network")
    begun = network(bundle)
    tell(1, parts, "the theses' claims")
    claims, said = cards(bundle)
    sections: list[Section] = []
    for number, one in enumerate(PAGES):
        tell(2 + number, parts, one.title)
        shown = one.show(bundle)
        sections += [shown] if isinstance(shown, Section) else shown
    tell(parts - 1, parts, "the ledger")
    own = None if ledger is None or entries is None else kept(bundle, ledger, entries)
    found = Report(begun, said, claims, sections, own, {}, again(bundle, ledger))
    used = used_in("\n".join(_strings(found)))
    terms = {name: term.says for name, term in with_explanations(used).items()}
    tell(parts, parts, "written")
    return replace(found, terms=terms)


def _strings(value: object) -> Iterator[str]:
    """All text of a report, that in its figures, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, go.Figure):
        for axis in (*value.select_xaxes(), *value.select_yaxes()):
            yield axis.title.text or ""
        yield from (trace.name or "" for trace in value.data)
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _strings(pair)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)
