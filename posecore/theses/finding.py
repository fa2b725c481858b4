"""What judging a claim comes to: a verdict, and the figures behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from posecore.statistics import Estimate
from posecore.verdict import Verdict, above, agreed

MOST_PEOPLE: Final = 1_000_000
"""Where more people than this would be needed to tell, more people are no advice."""


NOT_UNTRAINED: Final = "Networks that never learned were not asked: what is found may take no training."
"""Said of a claim about what a network learned that is not held against untrained ones."""


class Unit(Enum):
    """What an effect is measured in: how often it goes into 1, digits, and what follows the number."""

    POINTS = (100.0, 1, " points of PCK")
    SHARE = (100.0, 0, " %")
    PLAIN = (1.0, 2, "")
    COUNT = (1.0, 0, "")
    COMPONENTS = (1.0, 0, " components")
    SILHOUETTE = (1.0, 3, "")

    def figure(self, value: float) -> str:
        """The number alone: 0.0123 in POINTS as '1.2', with a true minus; a dash for nan."""
        factor, digits, _ = self.value
        if not math.isfinite(value):
            return "–"
        return f"{round(value * factor, digits) + 0.0:,.{digits}f}".replace("-", "−")

    def said(self, value: float) -> str:
        """The number with its unit."""
        return f"{self.figure(value)}{self.value[2]}"


class Part(NamedTuple):
    """One of several figures that a verdict rests on, with its 95 % interval, nan where there is none."""

    name: str
    effect: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, name: str, found: Estimate) -> "Part":
        """Of an estimate of one figure."""
        return cls(name, float(found.mean), float(found.low), float(found.high), int(found.n))


@dataclass(frozen=True)
class Finding:
    """The verdict on a claim.

    what: what the effect is, in a few words. effect: with its 95 % interval from low to high, nan where there
    is none, over n of `whom`, who are people unless that says otherwise. change: what would change the
    verdict. people: of which data, where they are not the bundle's own. parts: what else the verdict rests
    on. notes: sentences on what else to know. correlations: attributes by their column names, with r.
    """

    verdict: Verdict
    what: str
    unit: Unit
    effect: float
    low: float
    high: float
    n: int
    change: str
    whom: str = "people"
    people: str = ""
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    correlations: tuple[tuple[str, float], ...] = ()


def change_of(verdict: Verdict, limit: float, unit: Unit, part: Part, narrows: bool = True) -> str:
    """What would change a verdict that holds an interval against a limit. part: the effect. narrows: whether
    its interval narrows with the number of people."""
    line = unit.said(limit)
    if verdict is Verdict.HOLDS:
        return (
            f"An interval that reaches down to {line} leaves it open; one wholly below, and it does not hold."
        )
    if verdict is Verdict.DOES_NOT:
        return f"An interval that reaches above {line} leaves it open; one wholly above, and it holds."
    said = (
        f"Wholly above {line} it would hold, wholly below it would not; the interval reaches to both sides."
    )
    needed = people_to_tell(part, limit) if narrows else None
    return f"{said} With this effect some {needed:,} people would tell." if needed else said


def people_to_tell(part: Part, limit: float) -> int | None:
    """About how many people would bring the interval to one side of the limit, were the effect as found; it
    narrows with the root of their number. Two digits; None where that is no advice."""
    away = part.effect - limit
    reach = part.effect - part.low if away > 0 else part.high - part.effect
    if not math.isfinite(reach) or away == 0 or not part.low <= limit <= part.high:
        return None
    needed = part.n * (reach / away) ** 2
    if needed > MOST_PEOPLE:
        return None
    digits = int(10 ** max(0, math.ceil(math.log10(needed)) - 2))
    return math.ceil(needed / digits) * digits


def against(part: Part, limit: float, unit: Unit, narrows: bool = True, **more: object) -> Finding:
    """A finding whose verdict is whether the effect is above a limit. narrows: see change_of. more: fields of
    Finding."""
    verdict = above(part.low, part.high, limit)
    return Finding(
        verdict,
        part.name,
        unit,
        *part[1:],
        change=change_of(verdict, limit, unit, part, narrows),
        **more,  # type: ignore[arg-type]
    )


def only_a_figure(what: str, unit: Unit, ours: float, n: int, *notes: str) -> Finding:
    """A claim that is a figure of other data: ours beside it, and no verdict."""
    return Finding(
        Verdict.UNKNOWN,
        what,
        unit,
        ours,
        math.nan,
        math.nan,
        n,
        change="Nothing that is measured here: the claim is a figure of the thesis's own people and network.",
        notes=notes,
    )


def tries(what: str, parts: Sequence[Part], limit: float, unit: Unit, **more: object) -> Finding:
    """A claim tried several times, such as with every seed: what all tries say of the limit.

    The effect shown is that of the try nearest to changing the verdict; where tries differ, of one that tells
    nothing by itself, if there is one. more: fields of Finding.
    """
    verdicts = [above(part.low, part.high, limit) for part in parts]
    verdict = agreed(verdicts)
    shown = shown_of(parts, verdicts, limit)
    change = change_of(verdict, limit, unit, shown)
    if verdict is Verdict.UNKNOWN and len(parts) > 1:
        change = (
            f"All {len(parts)} tries would have to lie wholly above {unit.said(limit)}, or all below: "
            f"{verdicts.count(Verdict.HOLDS)} lie above, {verdicts.count(Verdict.DOES_NOT)} below, and "
            f"{verdicts.count(Verdict.UNKNOWN)} on both sides. More people or longer training may bring that."
        )
    return Finding(
        verdict,
        f"{what}: {shown.name}" if len(parts) > 1 else what,
        unit,
        *shown[1:],
        change=change,
        parts=tuple(parts) if len(parts) > 1 else (),
        **more,  # type: ignore[arg-type]
    )


def shown_of(parts: Sequence[Part], verdicts: Sequence[Verdict], limit: float) -> Part:
    """Of several tries and what each says by itself, the one that stands for all: the nearest to changing
    what they say together."""
    verdict = agreed(verdicts)
    if verdict is Verdict.HOLDS:
        return min(parts, key=lambda part: part.low)
    if verdict is Verdict.DOES_NOT:
        return max(parts, key=lambda part: part.high)
    return min(undecided(parts, verdicts), key=lambda part: abs(part.effect - limit))


def undecided(parts: Sequence[Part], verdicts: Sequence[Verdict]) -> Sequence[Part]:
    """Of several tries those that tell nothing by themselves; all, where there is none."""
    return [part for part, one in zip(parts, verdicts, strict=True) if one is Verdict.UNKNOWN] or parts
