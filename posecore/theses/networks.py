"""Criteria of claims on networks trained in other ways: every seed, on every data set of the networks
study."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.studies import study_command
from posecore.metrics.paired import compare
from posecore.metrics.pck import scores
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.networks.facts import DataSet, Network, beginning_of, control_of, longest
from posecore.studies.networks.results import NAME, NetworksStudy
from posecore.theses.finding import Finding, Part, Unit, tries, undecided
from posecore.theses.skips import PCK_MATTERS
from posecore.theses.stored import Stored
from posecore.verdict import Verdict, agreed

AS_WELL: Final = 0.01
"""PCK by which a network may be better or worse than one that does as well."""


def autoencoder_raises(studies: Stored) -> Finding:
    """PCK that the network with the autoencoder has beyond one that was given the same training without
    it."""
    study = studies.networks
    pairs = _with_control(studies, _squeezing(study))
    parts = [part for pair in pairs for part in _gains(study, *pair)]
    begun = [
        (network, before)
        for network, _ in pairs
        if (before := beginning_of(network, study.networks)) is not None
    ]
    since = [part for pair in begun for part in _gains(study, *pair)]
    notes = ["Held against a network without the autoencoder that was trained for as long."]
    if since:
        notes.append(
            f"Against the network it began with, which was trained for less, it gains {_range(since)}: what "
            "longer training brings is in there."
        )
    return tries(
        "PCK with the autoencoder less that without, after the same training",
        parts,
        PCK_MATTERS,
        Unit.POINTS,
        notes=tuple(notes),
    )


def second_stack_helps(studies: Stored) -> Finding:
    """PCK that a network with two stacks has beyond one with one stack that was given the same training."""
    study = studies.networks
    stacked = [network for network in longest(study.networks) if network.stacks > 1]
    pairs = _with_control(studies, stacked)
    parts = [part for pair in pairs for part in _gains(study, *pair)]
    first = [
        _part(
            _try(network, data),
            scores(study.stack_hits(network, data, 1)),
            scores(study.as_built(network, data)),
        )
        for network, _ in pairs
        for data in study.data
    ]
    note = f"Its last stack's heatmaps against its first's: {_range(first)}."
    return tries(
        "PCK with two stacks less that with one, after the same training",
        parts,
        PCK_MATTERS,
        Unit.POINTS,
        notes=(note,),
    )


def without_skips(studies: Stored) -> Finding:
    """PCK that a network trained without skips has beyond one trained with them whose skips are then cut."""
    study = studies.networks
    lacking = longest([network for network in study.networks if network.lacks_skips_only])
    pairs = _with_control(studies, lacking)
    parts = [
        _part(
            _try(network, data),
            scores(study.cut(control, data)),
            scores(study.as_built(network, data)),
        )
        for network, control in pairs
        for data in study.data
    ]
    whole = [part for pair in pairs for part in _gains(study, *pair)]
    note = f"Against the same network with its skips on: {_range(whole)}."
    return tries(
        "PCK of a network trained without skips less that of one whose skips are cut after training",
        parts,
        PCK_MATTERS,
        Unit.POINTS,
        notes=(note,),
    )


def narrow_as_well(studies: Stored) -> Finding:
    """A network with a narrow bottleneck does as well as the one with the autoencoder: within a point."""
    study = studies.networks
    pairs = [
        (narrow, squeezing)
        for narrow in study.networks
        if narrow.bottleneck < narrow.channels and not narrow.autoencoder and narrow.stacks == 1
        for squeezing in _squeezing(study)
        if [one.means for one in narrow.trainings] == [one.means for one in squeezing.trainings]
        and narrow.channels == squeezing.channels
    ]
    if not pairs:
        raise NotStudiedError(
            "no network with a narrow bottleneck was trained as the autoencoder's network was",
            "python scripts/train.py --data DIR --out RUN --bottleneck-channels 4",
            study_command(studies.bundle, NAME),
        )
    parts = [part for pair in pairs for part in _gains(study, *pair)]
    verdicts = [_as_well(part) for part in parts]
    verdict = agreed(verdicts)
    # The one nearest to changing the verdict.
    shown = (max if verdict is Verdict.HOLDS else min)(undecided(parts, verdicts), key=_apart)
    line = Unit.POINTS.said(AS_WELL)
    change = {
        Verdict.HOLDS: f"An interval that reaches beyond {line} either way leaves it open.",
        Verdict.DOES_NOT: f"An interval that reaches within {line} of no difference leaves it open.",
        Verdict.UNKNOWN: f"All {len(parts)} intervals would have to lie within {line} either way, or all "
        f"beyond: {verdicts.count(Verdict.HOLDS)} lie within, {verdicts.count(Verdict.DOES_NOT)} beyond, and "
        f"{verdicts.count(Verdict.UNKNOWN)} across. More people or longer training may bring that.",
    }[verdict]
    return Finding(
        verdict,
        f"PCK with a narrow bottleneck less that with the autoencoder: {shown.name}",
        Unit.POINTS,
        *shown[1:],
        change=change,
        parts=tuple(parts),
    )


def _apart(part: Part) -> float:
    """How far an interval reaches from no difference."""
    return max(abs(part.low), abs(part.high))


def _as_well(part: Part) -> Verdict:
    """Equivalence: the whole interval within AS_WELL either way, or none of it."""
    if part.low >= -AS_WELL and part.high <= AS_WELL:
        return Verdict.HOLDS
    return Verdict.DOES_NOT if part.low > AS_WELL or part.high < -AS_WELL else Verdict.UNKNOWN


def _squeezing(study: NetworksStudy) -> list[Network]:
    """The longest trained with an autoencoder in a single stack."""
    return [network for network in longest(study.networks) if network.autoencoder and network.stacks == 1]


def _with_control(studies: Stored, networks: Sequence[Network]) -> list[tuple[Network, Network]]:
    """Each with the basic network that was given the same training. Raises NotStudiedError where none has
    one."""
    pairs = [
        (network, control)
        for network in networks
        if (control := control_of(network, studies.networks.networks)) is not None
    ]
    if not pairs:
        raise NotStudiedError(
            "the networks study holds no such network beside a basic one that was given the same training",
            study_command(studies.bundle, NAME),
        )
    return pairs


def _gains(study: NetworksStudy, network: Network, other: Network) -> Iterator[Part]:
    """PCK that a network has beyond another, person by person, on every data set."""
    for data in study.data:
        yield _part(
            _try(network, data), scores(study.as_built(other, data)), scores(study.as_built(network, data))
        )


def _try(network: Network, data: DataSet) -> str:
    people = f"validation people of {data.name}" if data.split == "val" else data.name
    return f"{network.name}, {people}"


def _part(name: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> Part:
    """What `after` has beyond `before`, PCK (N,) of the same people."""
    return Part.of(name, compare(before[:, None], after[:, None]).at(0).difference)


def _range(parts: Sequence[Part]) -> str:
    """Of several gains, in words."""
    least, most = (Unit.POINTS.figure(edge(part.effect for part in parts)) for edge in (min, max))
    return f"{least} to {most} points of PCK, over {len(parts)} tries"
