"""The thesis's claim, that small joints lose more than big ones, in the words of all pages."""

from collections.abc import Mapping
from typing import Final

from dashboard.shared.numbers import p_value, points
from dashboard.shared.shown_here import Verdict
from posecore.ablation import STAND_INS
from posecore.statistics import FLIPS
from posecore.studies.skips.effects import EMPTIED, LEVEL, LossGap, LossGaps, counted

STATEMENT: Final = "small joints (nose, eyes, ears) lose more than big ones (shoulders, hips, knees)"

VERDICTS: Final[Mapping[str, str]] = {
    "small": "small joints lose more",
    "big": "big joints lose more",
    "open": "no difference can be told",
    "empty": "no answer",
}
"""What a cell says, by the names of posecore.studies.skips.effects.Count."""
NOBODY: Final = "nobody has joints of both kinds, so this cannot be said."


def verdict(claim: LossGap) -> str:
    """What a cell says, after correction."""
    if not claim.answers:
        return VERDICTS["empty"]
    sides = (("small", claim.small_lose_more), ("big", claim.big_lose_more))
    return VERDICTS[next((name for name, lose in sides if lose), "open")]


def claim_sentence(claim: LossGap, cells: int) -> str:
    """A cell's test in plain words, with mean, interval, n and both p. cells: of its table."""
    if claim.n == 0:
        return NOBODY
    why = "" if claim.answers else f", as both kinds lose over {EMPTIED:.0%} and little is left to differ in"
    least = 1 / (FLIPS + 1)
    return (
        f"**{verdict(claim)}**{why}: small ones lose {claim.small:.1%}, big ones {claim.big:.1%}; difference "
        f"{points(claim.mean, sign=True)} points, 95 % interval {points(claim.low)} to {points(claim.high)}, "
        f"n = {claim.n:,} people, {p_value(claim.corrected, least * cells)} corrected for {cells} cells "
        f"({p_value(claim.p, least)} alone)."
    )


def counted_sentence(table: LossGaps, finds: Verdict) -> str:
    """How many cells of a table say what, and the clearest of them. finds: as in `judged`."""
    if finds == Verdict.DOES_NOT:
        return "it finds no more joints than networks that never learned, so there is nothing to lose."
    count = counted(table)
    replacements = len({name for name, _ in table})
    said = (
        f"of {len(table)} cells ({len(table) // replacements} masks, "
        f"{replacements} {'replacements' if replacements > 1 else 'replacement'}) {VERDICTS['big']} in "
        f"{count.big}, {VERDICTS['small']} in {count.small} (p < {LEVEL:g} after Holm's correction for all "
        f"of them), {VERDICTS['open']} in {count.open}"
    )
    if count.empty:
        said += (
            f", and {VERDICTS['empty']} in {count.empty}, as both kinds lose over {EMPTIED:.0%} or nobody "
            "has both"
        )
    sure = {where: cell for where, cell in table.items() if cell.small_lose_more or cell.big_lose_more}
    if not sure:
        return f"{said}."
    (replacement, mask), cell = max(sure.items(), key=lambda pair: abs(pair[1].mean))
    return (
        f"{said}. They are farthest apart with skips {mask}, {STAND_INS[replacement]} in their place: "
        f"{claim_sentence(cell, len(table))}"
    )
