"""Whether clusters are groups, beside networks that never learned: a study's figures in sentences."""

from collections import Counter
from typing import Final

import numpy as np

from dashboard.shared.numbers import number
from dashboard.shared.shown_here import Verdict
from posecore.clustering.density import LEAST_K
from posecore.clustering.evidence import Evidence
from posecore.clustering.verdict import REQUIRED, Kind
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import OWN, ControlStudy

CLAIM: Final = "the network has learned to sort people into groups"
NO_STUDY: Final = f"{CLAIM}, of which no stored study of clusters says enough"
NO_REFERENCE: Final = f"{CLAIM}, for which it is not known yet what one that never learned does"


def shown_here(
    study: ClusterStudy | None, control: ControlStudy | None, trained: bool, source: str
) -> tuple[str, Verdict]:
    """The claim with the figures that it is judged by, and whether it holds.

    study: None where no usable one is there. trained: whether the bundle's own network ever learned. source:
    how many people of which data, by which network.
    """
    if study is None or study.verdict is None:
        return NO_STUDY, Verdict.UNKNOWN
    if control is None:
        return NO_REFERENCE, Verdict.UNKNOWN
    kind, reason = study.verdict.kind, study.verdict.reason
    if kind == Kind.UNKNOWN or study.evidence is None:
        return f"{CLAIM} ({source}; {reason})", Verdict.UNKNOWN
    k = deciding(study.evidence)
    figures = f"{kind}, valley {_valley(study.evidence, k)}; {never_learned(control, k)}; {source}"
    return f"{CLAIM} ({figures})", Verdict.HOLDS if learned(study, control, trained) else Verdict.DOES_NOT


def finding(study: ClusterStudy, control: ControlStudy, trained: bool) -> str:
    """The verdict of a study that has one, and the untrained networks' beside it; arguments as above."""
    said = study.verdict
    assert said is not None
    evidence = study.evidence
    if said.kind == Kind.UNKNOWN or evidence is None:
        beside = _begun(never_learned(control, None))
        return f"**{_begun(Kind.UNKNOWN)}** whether these are groups: {said.reason}. {beside}."
    k = deciding(evidence)
    beside = _begun(never_learned(control, k))
    if said.kind == Kind.REGIONS:
        return (
            f"**{_begun(Kind.REGIONS)}**: clusters say where in it somebody is, not which kind they are; the "
            f"deepest valley that has to be crossed is still {_valley(evidence, k)}, at K = {k}, which has "
            f"the middle valley of K = {LEAST_K} to {evidence.density.ks[-1]}. {beside}."
        )
    standings = evidence.standings(k)
    limit = max(standings[name].limit for name in REQUIRED)
    more = " or more" if k == evidence.density.countable else ""
    but = "" if learned(study, control, trained) else ", but not learned ones"
    return (
        f"**{k} groups{more}{but}**: between them the density falls to {_valley(evidence, k)}, and their "
        f"silhouette {number(standings[REQUIRED[0]].real)} is above what people without groups reach "
        f"({number(limit)}). {beside}."
    )


def learned(study: ClusterStudy, control: ControlStudy, trained: bool) -> bool:
    """Whether there are groups, and none in a network that never learned."""
    found = study.verdict is not None and study.verdict.kind == Kind.GROUPS
    return found and trained and Kind.GROUPS not in control.verdict[OWN + 1 :].tolist()


def deciding(evidence: Evidence) -> int:
    """The K whose valley is told: of groups their number, of one cloud the middle one."""
    test = evidence.density
    return test.count if test.count > 1 else test.middle


def never_learned(control: ControlStudy, k: int | None) -> str:
    """The verdicts on untrained networks, and the valleys between their clusters at K = k."""
    kinds = control.verdict[OWN + 1 :].tolist()
    said = ", ".join(f"{kind} in {count} of {len(kinds)}" for kind, count in Counter(kinds).most_common())
    valleys = control.valleys[OWN + 1 :, control.ks == k] if k is not None else np.empty(0)
    known = valleys[np.isfinite(valleys)]
    if len(known):
        low, high = number(known.min(), 2), number(known.max(), 2)
        said += f", valley {low if low == high else f'{low} to {high}'}"
    return f"networks that never learned (n = {len(control.sample_ids):,}): {said}"


def _valley(evidence: Evidence, k: int) -> str:
    test = evidence.density
    valley, low, high = (number(of[test.ks == k][0], 2) for of in (test.valley, test.low, test.high))
    return f"{valley} of the lower peak (95 % interval {low} to {high})"


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]
