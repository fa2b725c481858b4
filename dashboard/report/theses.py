"""The theses' claims as cards, by what they came to: as on the page Claims."""

from collections.abc import Mapping, Sequence

from dashboard.claims import words
from dashboard.claims.judged import outcomes
from dashboard.report.content import Card, Tried
from dashboard.shared import bundles
from dashboard.shared.counterpart import counterpart
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle
from posecore.theses.judging import Outcome


def cards(bundle: Bundle) -> tuple[Mapping[str, Sequence[Card]], Sequence[str]]:
    """Cards by the name of their verdict, as far as there are any, and what is to be said before them."""
    found, other = outcomes(bundle), counterpart(bundle)
    theirs = None if other is None else outcomes(other)
    said = [words.counts(list(found.values()))]
    if other is not None and theirs is not None:
        said.append(words.disagreements(found, theirs, other.path.name))
    said.append(words.INTRODUCTION)
    if commands := sorted({command for outcome in found.values() for command in outcome.commands}):
        said.append(words.not_stored(commands))
    grouped = {}
    for title, verdict in words.VERDICTS.items():
        chosen = [outcome for outcome in found.values() if outcome.verdict == verdict]
        if chosen:
            grouped[title] = [
                _card(bundle, one, other, None if theirs is None else theirs[one.claim.key]) for one in chosen
            ]
    return grouped, said


def _card(bundle: Bundle, outcome: Outcome, other: Bundle | None, theirs: Outcome | None) -> Card:
    claim = outcome.claim
    apart = other is not None and theirs is not None and words.disagree(outcome, theirs)
    tried = [_tried(bundle, outcome, named=apart)]
    if apart and other is not None and theirs is not None:
        tried.append(_tried(other, theirs, named=True))
    facts = {"Claimed in": f"{claim.where} ({claim.thesis.value.lower()})"}
    if claim.figure:
        facts[words.FIGURE] = words.figure(claim)
    facts["Measured"] = claim.measured
    parts = () if outcome.finding is None else words.parts(outcome.finding)
    return Card(claim.statement, tried, facts, words.whom(claim, bundle), tuple(parts))


def _tried(bundle: Bundle, outcome: Outcome, named: bool) -> Tried:
    """named: whether it has to be said of which network it is."""
    how = bundles.trained_how(bundle)
    network = f"{bundle.path.name}{f', {how}' if how else ''}" if named else ""
    finding, badge = outcome.finding, words.badge(outcome)
    if finding is None:
        said = words.open_question(outcome) if outcome.studied else words.missing(outcome)
        return Tried(outcome.verdict, badge, said, network=network)
    notes = [words.what(finding), words.correlations(finding, joints_known(bundle.samples))]
    return Tried(
        outcome.verdict, badge, words.effect(finding), tuple(filter(None, notes)), finding.change, network
    )
