"""A check as a table, in aligned text or Markdown."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from posecore.studies.checks.rows import Outcome

HEADINGS: Final = (
    "explanation",
    "own",
    "untrained",
    "beyond (95 % interval)",
    "holds",
    "it does",
    "n",
    "note",
)
NOTHING: Final = "–"
BAR: Final = r"\|"
"""What stands for a bar within a cell of Markdown."""


def cells(outcome: Outcome) -> tuple[str, ...]:
    """One row, by HEADINGS: the last cell tells what is missing where nothing was measured."""
    row, found = outcome.row, outcome.measured
    condition = f"{'above' if row.above else 'below'} {row.limit:.4g}"
    verdict = "yes" if outcome.holds else "no, withdrawn" if outcome.held else "no"
    if not outcome.studied:
        verdict = "not studied"
    if found is None:
        nothing = (NOTHING,) * 3
        return (row.name, *nothing, condition, verdict, NOTHING, outcome.problem)
    beyond = NOTHING
    if np.isfinite(found.beyond):
        beyond = f"{found.beyond:.3f} ({found.low:.3f} to {found.high:.3f})"
    instead = "" if outcome.holds else row.withdrawn
    note = "; ".join(part for part in (found.note, instead) if part)
    figures = (_figure(found.own), _figure(found.untrained), beyond)
    return (row.name, *figures, condition, verdict, f"{found.n:,}", note)


def aligned(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of text, every column as wide as its widest cell but the last."""
    lines = [HEADINGS, *map(cells, outcomes)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    widths[-1] = 0
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def markdown(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of a Markdown table, with the sentence each row stands for."""
    lines = [("page", "sentence", *HEADINGS), ("---",) * (len(HEADINGS) + 2)]
    lines += [(each.row.page, each.row.sentence, *cells(each)) for each in outcomes]
    return [f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |" for line in lines]


def totals(outcomes: Sequence[Outcome]) -> str:
    """How many hold, in a line."""
    studied = [outcome for outcome in outcomes if outcome.studied]
    hold = sum(outcome.holds for outcome in studied)
    counts = {
        "withdrawn": sum(outcome.held and not outcome.holds for outcome in studied),
        "not studied": len(outcomes) - len(studied),
    }
    more = [f"{count} {what}" for what, count in counts.items() if count]
    return ", ".join([f"{hold} of {len(studied)} explanations hold", *more])


def _figure(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else NOTHING
