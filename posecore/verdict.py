"""What it comes to when a statement is held against figures, in one of three words."""

from collections.abc import Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """The three words."""

    HOLDS = "holds"
    DOES_NOT = "does not"
    UNKNOWN = "cannot be told"


def verdict_of(more: bool | None) -> Verdict:
    """In a word, what posecore.studies.reference.beyond says."""
    if more is None:
        return Verdict.UNKNOWN
    return Verdict.HOLDS if more else Verdict.DOES_NOT


def above(low: float, high: float, limit: float) -> Verdict:
    """Whether an effect with the interval from `low` to `high` is more than `limit`: it holds where the whole
    interval lies above, and does not where none of it does. nan tells nothing."""
    if low > limit:
        return Verdict.HOLDS
    return Verdict.DOES_NOT if high <= limit else Verdict.UNKNOWN


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Of a statement in several parts: it holds where each does, and does not where one does not."""
    for verdict in (Verdict.DOES_NOT, Verdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Verdict.HOLDS


def agreed(verdicts: Sequence[Verdict]) -> Verdict:
    """Of one statement tried several times: what all tries say; cannot be told where they differ."""
    return verdicts[0] if len(set(verdicts)) == 1 else Verdict.UNKNOWN
