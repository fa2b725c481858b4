"""What the skip connections of a bundle's network carry, beside networks that never learned: figures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.shared import studies, untrained
from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.statistics import Estimate
from posecore.studies.reference import beyond
from posecore.verdict import Verdict, verdict_of


@dataclass(frozen=True)
class Carried:
    """Of PCK, by replacement where not said otherwise.

    on: with all skips. off: with all four cut. lost: the difference, over people. shapley: (4,) values.
    untrained_on: with all skips, of each network that never learned; untrained_lost: what those lose. Both
    are empty without a control study.
    """

    on: Estimate
    off: Mapping[str, float]
    lost: Mapping[str, Estimate]
    shapley: Mapping[str, Estimate]
    untrained_on: tuple[float, ...]
    untrained_lost: Mapping[str, tuple[float, ...]]

    @property
    def least(self) -> str:
        """The replacement under which least is lost, which drives the decoder off the least."""
        return min(self.lost, key=lambda name: float(self.lost[name].mean))

    @property
    def finds(self) -> Verdict:
        """Whether the network finds more joints than ones that never learned."""
        return verdict_of(beyond(float(self.on.low), float(self.on.high), self.untrained_on))

    @property
    def needs_skips(self) -> Verdict:
        """Whether more goes with all four skips, whatever is in their place, than in those."""
        lost = self.lost[self.least]
        return verdict_of(beyond(float(lost.low), float(lost.high), self.untrained_lost.get(self.least, ())))


def carried(bundle: Bundle) -> Carried | None:
    """None where there is no usable skip study, or nobody in it is labelled."""
    try:
        study = studies.skip_study(bundle)
        created = studies.skip_study_created(bundle)
    except BundleError:
        return None
    if not (study.hits >= 0).any():
        return None
    summaries = {name: studies.skip_summary(bundle, created, name) for name in study.replacements}
    on, off = (mask.position for mask in (ALL_ON, ALL_OFF))
    first = next(iter(summaries.values()))
    control = untrained.reference(bundle)
    theirs = {}
    if control is not None:
        names = [str(name) for name in control.replacements]
        theirs = {
            name: np.nanmean(control.skip_scores[1:, names.index(name)], axis=1)
            for name in summaries
            if name in names
        }
    return Carried(
        on=Estimate(*(values[on] for values in first.pck)),
        off={name: float(one.pck.mean[off]) for name, one in summaries.items()},
        lost={name: one.all_lost for name, one in summaries.items()},
        shapley={name: one.shapley for name, one in summaries.items()},
        untrained_on=tuple(next(iter(theirs.values()))[:, on].tolist()) if theirs else (),
        untrained_lost={name: tuple((pck[:, on] - pck[:, off]).tolist()) for name, pck in theirs.items()},
    )
