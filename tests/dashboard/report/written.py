"""A report as it was written, taken apart."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dashboard.report.making import make_report
from posecore.bundle import Bundle
from posecore.ledger.claim import Claim, make_claim
from posecore.ledger.kinds import Known

VOID = {"meta", "br"}


class Written(HTMLParser):
    """parts: texts by the ids of sections, tags and all left out. figures: by the headings before them.
    tags: how often each is there; handlers: attributes that would run something."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.html = path, path.read_text(encoding="utf-8")
        self.parts: dict[str, str] = {}
        self.figures: dict[str, dict[str, Any]] = {}
        self.alts: dict[str, str] = {}
        self.tags: Counter[str] = Counter()
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._heading, self._places, self._data = "", {}, ""
        self.feed(self.html)
        drawn = json.loads(self._data)
        self.figures = {heading: drawn[place] for heading, place in self._places.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.handlers += [name for name in given if name.startswith("on")]
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        if tag in ("td", "th", "li", "p"):
            self.handle_data(" ")
        if tag not in VOID:
            self._open.append((tag, given.get("id", "")))
        if "data-figure" in given:
            self._places[self._heading] = int(given["data-figure"])
            self.alts[self._heading] = given["aria-label"]
        if tag == "h3":
            self._heading = ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, (tag, self._open[-3:])
        self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if tags and tags[-1] == "script":
            self._data = data if self._open[-1][1] == "figures" else self._data
            return
        if tags and tags[-1] == "h3":
            self._heading += data.strip()
        for tag, name in self._open:
            if tag == "section" and name:
                self.parts[name] = self.parts.get(name, "") + data

    def part(self, name: str) -> str:
        """Its text in one line."""
        return re.sub(r"\s+", " ", self.parts[name])

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(map(self.part, self.parts))


def write(path: Path, out: Path, ledger: Path | None = None) -> Written:
    """The report of a bundle; what it changes of the environment is put back."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("POSE_ARTIFACTS", "")
        make_report(path, ledger, out, lambda *_: None)
    return Written(out)


def plain(markdown: str) -> str:
    """A sentence of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"\*\*|`|(?<!\w)\*|\*(?!\w)", "", markdown))


def claimed(bundle: Bundle, text: str, component: int = 1) -> Claim:
    """A claim about a component of a bundle."""
    given = {"component": component, "attribute": "hip_angle"}
    return make_claim(Known(bundle), "component", given, text)
