"""The ledger in a report: its claims as they stand in the file, and what is wrong with that."""

from pathlib import Path
from typing import Final

from dashboard.ledger import words
from dashboard.report import words as report_words
from dashboard.report.content import Entry, Kept
from posecore.bundle import Bundle
from posecore.errors import ConfigError
from posecore.ledger.claim import Claim, Result, fingerprint, is_of
from posecore.ledger.file import Entries, read_ledger
from posecore.ledger.findings import Verdict as Tested
from posecore.ledger.kinds import KINDS, Known
from posecore.verdict import Verdict

ABOUT: Final = (words.HOW, words.FILE_SAYS)
"""What is to be said of any ledger, above all what its file cannot tell."""

MOST: Final = 100
"""Claims that are shown, the last ones, and problems: the file has to stay small."""

VERDICTS: Final = {
    Tested.HOLDS: Verdict.HOLDS,
    Tested.DOES_NOT: Verdict.DOES_NOT,
    Tested.UNKNOWN: Verdict.UNKNOWN,
}


def read_any(path: Path) -> Entries:
    """Whatever the file is: where nothing of it can be told, why not is a problem of it."""
    try:
        return read_ledger(path)
    except ConfigError as error:
        return Entries(problems=[f"{error}."])


def kept(bundle: Bundle, path: Path, entries: Entries) -> Kept:
    """entries: of the ledger at `path`."""
    known, now = Known(bundle), fingerprint(bundle)
    claims = [
        _entry(claim, entries.results.get(claim.id), known, not is_of(claim, bundle, now))
        for claim in list(entries.claims.values())[-MOST:]
    ]
    problems = entries.problems[:MOST]
    more = [
        report_words.left_out(count - MOST, what)
        for count, what in ((len(entries.claims), "claims"), (len(entries.problems), "problems of the file"))
        if count > MOST
    ]
    return Kept(path.name, claims, problems, more)


def _entry(claim: Claim, result: Result | None, known: Known, moved_on: bool) -> Entry:
    """moved_on: whether the bundle is no longer what the claim was made of."""
    try:
        parameters = KINDS[claim.kind].read(known, claim.parameters)
        statement = words.statement(claim.kind, parameters, claim.direction, claim.smallest, known.joints)
    except ConfigError as error:
        statement = f"{words.NOT_OF_IT}{error}."
    lines, source = [], ""
    if result is not None:
        lines, source = [words.outcome(claim, result), words.changes_it(claim, result)], words.on(result)
        if result.left_out:
            lines.append(words.left_out(result.left_out))
    if moved_on:
        lines.append(words.OTHER_STATE)
    verdict = None if result is None else VERDICTS[Tested(result.verdict)]
    badge = report_words.NOT_TESTED if result is None else result.verdict
    return Entry(claim.number, claim.text, verdict, badge, statement, tuple(lines), source)
