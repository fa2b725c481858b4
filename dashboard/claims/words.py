"""What the page Claims says besides the claims themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from dashboard.shared import bundles
from dashboard.shared.attribute_words import words_of
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.samples import Prefix
from posecore.theses.finding import Finding, Part, Unit
from posecore.theses.judging import Outcome
from posecore.theses.table import SUBJECTS, Claim, Thesis
from posecore.verdict import Verdict

GLOSSARY: Final = "PCK, Point, 95 % interval, Skip connection, Latent, Control, Seed, Validation people"
"""Of glossary.TERMS, those that the page uses whatever the claims say."""

INTRODUCTION: Final = (
    "What two theses claim, tried on this bundle: "
    + "; ".join(f"the {thesis.value.lower()} is on {about}" for thesis, about in SUBJECTS.items())
    + ". Every criterion was committed before it was computed on the bundles that ship, but for one that "
    "says so, though some of the figures beneath stood in the documentation before that."
)

LEDGER: Final = "Ledger, to have a claim of your own tested on new people"

ALL: Final = "All"
BOTH: Final = "Both theses"
NOT_COMPUTED: Final = "Not computed"
VERDICTS: Final[Mapping[str, Verdict | None]] = {
    **{verdict.value.capitalize(): verdict for verdict in Verdict},
    NOT_COMPUTED: None,
}
"""What the filter offers beside ALL, in the order in which claims are shown."""

THESIS_LABEL: Final = "Thesis"
VERDICT_LABEL: Final = "Verdict"
NOTHING: Final = "No claim of this thesis has this verdict here."

SUMMARY: Final[Mapping[Verdict | None, str]] = {
    Verdict.HOLDS: "held here",
    Verdict.DOES_NOT: "did not",
    Verdict.UNKNOWN: "cannot be told here",
    None: "could not be judged for want of a study",
}
"""What is said of so many claims."""

HERE: Final = "cannot be told here"
FIGURE: Final = "The thesis's figure"
ELSEWHERE: Final = "other data{}, so directions are compared here, not numbers"
"""What a thesis's figure is of, beside ours."""
OTHER_METRIC: Final = " and another metric"

NO_VIEW: Final = (
    "No page shows this very figure, which is of the stored study alone; the link leads to what comes "
    "nearest to it."
)

HOW: Final = "How it is judged"
CHANGE: Final = "What would change it"

DISAGREE: Final = (
    "Both networks disagree: one was trained with skips cut at random and the other with all skips, on the "
    "same people."
)


def counts(outcomes: Sequence[Outcome]) -> str:
    """How many claims came to what, and that both bundles' networks are looked at."""
    found = [outcome.verdict for outcome in outcomes]
    said = [f"**{found.count(verdict)}** {text}" for verdict, text in SUMMARY.items() if verdict in found]
    return f"Of {len(found)} claims {_listed(said)}."


def disagreements(here: Mapping[str, Outcome], other: Mapping[str, Outcome], name: str) -> str:
    """On which claims another bundle's network comes to another verdict. name: of that bundle."""
    apart = [one.claim.statement.rstrip(".") for key, one in here.items() if disagree(one, other[key])]
    if not apart:
        return f"The network of *{name}* comes to the same wherever both were judged."
    return f"The network of *{name}* comes to another verdict on: {'; '.join(apart)}."


def disagree(one: Outcome, other: Outcome) -> bool:
    """Whether both were judged, and otherwise."""
    return None not in (one.verdict, other.verdict) and one.verdict != other.verdict


def badge(outcome: Outcome) -> str:
    """The verdict in a word or three."""
    if outcome.claim.figure_only and outcome.finding is not None:
        return HERE
    return outcome.verdict or NOT_COMPUTED.lower()


def effect(finding: Finding) -> str:
    """Effect, interval and n."""
    if finding.effect != finding.effect:  # nan
        return f"No figure, n\u00a0=\u00a0{finding.n:,}\u00a0{finding.whom}"
    said = f"**{finding.unit.said(finding.effect)}**"
    if finding.low == finding.low:  # not nan
        said += f", 95 % interval {between(finding, finding.unit)}"
    return f"{said}, n\u00a0=\u00a0{finding.n:,}\u00a0{finding.whom}"


def between(part: Part | Finding, unit: Unit) -> str:
    """An interval, of figures alone."""
    return f"{unit.figure(part.low)} to {unit.figure(part.high)}"


def what(finding: Finding) -> str:
    """What the effect is, and what else to know."""
    return _whole(" ".join([f"{finding.what[:1].upper()}{finding.what[1:]}.", *finding.notes]))


def change(finding: Finding) -> str:
    """What would change the verdict."""
    return _whole(f"**{CHANGE}.** {finding.change}")


def _whole(text: str) -> str:
    """A per cent sign does not begin a line."""
    return text.replace(" %", "\u00a0%")


def glance(outcomes: Iterable[Outcome]) -> str:
    """The statements alone, a line each."""
    return "\n".join(f"- {outcome.claim.statement.rstrip('.')}" for outcome in outcomes)


def parts(finding: Finding) -> list[str]:
    """The other figures that the verdict rests on, a line each."""
    return [
        f"{part.name}: {finding.unit.figure(part.effect)} ({between(part, finding.unit)}), n = {part.n:,}"
        for part in finding.parts
    ]


def correlations(finding: Finding, joints: Prefix) -> str:
    """What of the attributes a correlation was found with; empty without any."""
    if not finding.correlations:
        return ""
    (sits, r), (other, more) = finding.correlations
    names = [words_of(name, joints).axis for name in (sits, other)]
    return (
        f"Of what tells sitting from standing it goes most with {names[0]} (r {number(r, 2)}); of all else "
        f"with {names[1]} (r {number(more, 2)})."
    )


def missing(outcome: Outcome) -> str:
    """Why nothing was judged, with the commands that would."""
    said = [outcome.problem] if outcome.problem else []
    if outcome.commands:
        made = " and ".join(f"`{command}`" for command in outcome.commands)
        said.append(f"{made} {'make' if len(outcome.commands) > 1 else 'makes'} what is needed")
    return f"{NOT_COMPUTED}: {'; '.join(said)}."


def open_question(outcome: Outcome) -> str:
    """Why a claim that was looked at has no figure."""
    return f"It cannot be told: {outcome.problem}."


def figure(claim: Claim) -> str:
    """The thesis's own figure, and why it is not held against ours."""
    return f"{claim.figure}: {ELSEWHERE.format(OTHER_METRIC if claim.other_metric else '')}."


def whom(claim: Claim, bundle: Bundle) -> str:
    """People, network and studies."""
    said = (
        f"**On** {claim.of} ({bundles.network_name(bundle)})"
        if "bundle" in claim.of
        else f"**On** {claim.of}"
    )
    stored = "studies" if len(claim.studies) > 1 else "study"
    return f"{said}. **From** the stored {stored} {' and '.join(f'`{name}`' for name in claim.studies)}."


def not_stored(commands: Sequence[str]) -> str:
    """One line for all that is missing."""
    made = ", ".join(f"`{command}`" for command in commands)
    return f"Some claims wait for what is not stored here: {made}."


def texts(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Everything that the cards may say, for the words to be explained."""
    for outcome in outcomes:
        claim, finding = outcome.claim, outcome.finding
        yield from (claim.statement, claim.measured, claim.where, claim.figure, claim.of, outcome.problem)
        if finding is not None:
            yield from (finding.what, finding.change, *finding.notes, *parts(finding))


def thesis_options() -> dict[str, Thesis | None]:
    """What the filter offers."""
    return {BOTH: None, **{thesis.value: thesis for thesis in Thesis}}


def _listed(said: Sequence[str]) -> str:
    return ", ".join(said[:-1]) + f" and {said[-1]}" if len(said) > 1 else said[0]
