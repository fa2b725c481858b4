"""What changing an attribute does, beside what it goes with: words that pages share."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from dashboard.shared.attribute_words import words_of
from dashboard.shared.numbers import number, significant
from posecore.causes.attributes import causes_of
from posecore.causes.cause import Cause
from posecore.causes.table import CAUSES
from posecore.samples import Prefix
from posecore.studies.causes.agreement import Disagreement
from posecore.studies.causes.summary import Matrix
from posecore.studies.causes.verdict import Movement

COLUMN: Final = "what changing it does"
HOW: Final = (
    "The last column of the table: what the cause study of this bundle finds when the attribute is changed "
    "and everything else held; see the page Causes. A correlation says what goes along, a cause what moves."
)
HOW_CLUSTERS: Final = (
    "The last column of the table: how many people change their cluster, of as many K-Means clusters in the "
    "cause study, when the attribute is changed and everything else held; see the page Causes."
)
ALONG_UNMOVED: Final = "**Goes along without being moved**"
MOVED_UNNAMED: Final = "**Moved by what its correlations do not name**"
"""Where correlation and cause do not agree."""
SHORT: Final = {Movement.MOVES: "moves", Movement.STILL: "does not", Movement.UNKNOWN: "cannot be told"}


def value_of(cause: Cause, value: float) -> str:
    """A value with its unit: '+60 degrees', 'long sleeves and trousers'."""
    if cause.choices:
        return cause.choices[int(value)]
    said = significant(value)
    plus = "+" if cause.low < 0 < value else ""
    return f"{plus}{said}{f' {cause.unit}' if cause.unit else ''}"


class ClusterCauses(NamedTuple):
    """What the study says of so many clusters, k: by cause a verdict, the value, the share of people who
    change their cluster, and the most in networks that never learned."""

    k: int
    verdicts: Mapping[str, Movement]
    strengths: Mapping[str, float]
    shares: Mapping[str, float]
    untrained: Mapping[str, float]

    def name(self, key: str) -> str:
        """The cause with its value."""
        return changed(key, self.strengths[key])

    def said(self, key: str) -> str:
        """How many people change their cluster."""
        theirs = self.untrained[key]
        return f"{self.shares[key]:.0%} of people change their cluster, untrained at most {theirs:.0%}"


def changed(key: str, strength: float) -> str:
    """A cause with its value: 'turn of the body, +60 degrees'."""
    return f"{CAUSES[key].name}, {value_of(CAUSES[key], strength)}"


def what_changing_does(found: Matrix, attribute: str, component: int) -> str:
    """Of an attribute and a component, from 0; empty where no cause of the study changes the attribute."""
    return "; ".join(
        _cell(found, found.causes.index(key), component)
        for key in causes_of(attribute)
        if key in found.causes
    )


def disagree(one: Disagreement, found: Matrix, component: int, joints: Prefix) -> str:
    """Where correlation and cause do not agree, of a component from 0."""
    row = found.causes.index(one.cause)
    name, r = words_of(one.attribute, joints).axis, number(one.much, 2, sign=True)
    change = changed(one.cause, found.strengths[row])
    far = number(float(found.absolute.mean[row, component]), 2)
    if one.moves:
        return (
            f"{MOVED_UNNAMED}: {change} moves component {component + 1} by "
            f"{far} standard deviations of people, either way, though {name} goes with it weakly at most "
            f"(rank correlation {r})."
        )
    return (
        f"{ALONG_UNMOVED}: {name} goes with component {component + 1} (rank correlation "
        f"{r}), though changing it does not move the component ({change}: {far} standard deviations of "
        "people)."
    )


def clusters_changed(found: ClusterCauses, attribute: str) -> str:
    """Of an attribute, how many people change their cluster; empty where no cause of the study changes it."""
    return "; ".join(
        f"{found.name(key)}: {SHORT[found.verdicts[key]]} ({found.said(key)})"
        for key in causes_of(attribute)
        if key in found.verdicts
    )


def clusters_disagree(one: Disagreement, found: ClusterCauses, cluster: str, joints: Prefix) -> str:
    """Where what sets a cluster apart, and what moves people to another one, do not agree."""
    name, much = words_of(one.attribute, joints).axis, number(one.much, 2, sign=True)
    if one.moves:
        return (
            "**Moves people between clusters, but does not set this one apart**: with "
            f"{found.name(one.cause)} {found.said(one.cause)}, though by {name} {cluster} differs little "
            f"({much})."
        )
    return (
        f"**Sets apart without moving anybody**: {cluster} differs by {name} ({much}), though with "
        f"{found.name(one.cause)} {found.said(one.cause)}."
    )


def _cell(found: Matrix, row: int, component: int) -> str:
    verdict = Movement(str(found.verdict[row, component]))
    way = int(found.direction[row, component])
    estimate = found.signed if way else found.absolute
    by = number(float(estimate.mean[row, component]), 2, sign=bool(way)) + ("" if way else " either way")
    return f"{changed(found.causes[row], found.strengths[row])}: {SHORT[verdict]} ({by})"
