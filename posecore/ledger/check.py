"""Whether a claim's people, drawn again, give the numbers that stand in its ledger."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from posecore.bundle.reader import Bundle
from posecore.ledger.claim import Claim, Result
from posecore.ledger.kinds import kind_of
from posecore.ledger.testing import Setting, run_test

TOLERANCE: Final = 0.25
"""Share of the smallest effect that usually matters in the claim's kind, by which effect and interval may
differ on another machine or with other versions: a joint at the rim of the radius counts there, not here."""

PEOPLE_TOLERANCE: Final = 0.02
"""Share of the people by whom the numbers of people may differ there."""

WITHIN: Final = (
    f"Elsewhere the tolerance is {TOLERANCE:.0%} of the smallest effect that usually matters in a claim's "
    f"kind, for effect and interval, and {PEOPLE_TOLERANCE:.0%} of the people, for their numbers; verdicts "
    "have to be the same."
)

_EFFECTS: Final = ("effect", "low", "high")
_COUNTS: Final = ("n", "fewest", "people", "left_out")
_EXACT: Final = ("level", "verdict", "source")
_OURS: Final = (*_EFFECTS, *_COUNTS, "chance", *_EXACT)


class Agreement(StrEnum):
    """What a check can find."""

    SAME = "the same"
    ALIKE = "within the tolerance"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Checked:
    """again: what came out now. differing: names of the values that are not the same. here: whether it is the
    machine, and these the versions, that the stored result was made with."""

    stored: Result
    again: Result
    agreement: Agreement
    differing: list[str]
    here: bool


def check_claim(claim: Claim, stored: Result, bundle: Bundle, setting: Setting) -> Checked:
    """Draw the people of a tested claim again, and compare. Raises as `run_test` does."""
    with TemporaryDirectory(prefix="check-claim-") as folder:
        again = run_test(claim, bundle, Path(folder), setting)
    return compare(claim, stored, again)


def compare(claim: Claim, stored: Result, again: Result) -> Checked:
    """Every number of two results of a claim: the same, or near enough where machine or versions differ."""
    differing = [name for name in _OURS if getattr(stored, name) != getattr(again, name)]
    here = (stored.machine, dict(stored.versions)) == (again.machine, dict(again.versions))
    if not differing:
        agreement = Agreement.SAME
    elif not here and _alike(claim, stored, again):
        agreement = Agreement.ALIKE
    else:
        agreement = Agreement.DIFFERS
    return Checked(stored, again, agreement, differing, here)


def _alike(claim: Claim, stored: Result, again: Result) -> bool:
    far = TOLERANCE * kind_of(claim.kind).smallest
    for name in _EFFECTS:
        one, other = getattr(stored, name), getattr(again, name)
        if (one is None) != (other is None) or (one is not None and abs(one - other) > far):
            return False
    most = PEOPLE_TOLERANCE * stored.people
    counts = all(abs(getattr(stored, name) - getattr(again, name)) <= most for name in _COUNTS)
    return counts and all(getattr(stored, name) == getattr(again, name) for name in _EXACT)
