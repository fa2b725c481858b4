"""What a cluster study says of how many clusters there are, in sentences; nothing is drawn here."""

from typing import NamedTuple

import numpy as np

from posecore.studies.clusters.results import ClusterStudy


class Standing(NamedTuple):
    """At one K: the best mean silhouette of real people, and of people without structure. spread: how much
    the restarts of the latter differ."""

    k: int
    real: float
    nothing: float
    spread: float

    @property
    def stands_out(self) -> bool:
        """Whether real people are above by more than restarts of the others differ."""
        return self.real - self.nothing > self.spread


def standings(study: ClusterStudy) -> list[Standing]:
    """For every K of a study with controls; the control with the highest silhouette counts."""
    found = []
    for k in study.sweep.numbers.tolist():
        tried = study.sweep.ks == k
        best = max(study.controls.values(), key=lambda means: float(means[tried].max()))[tried]
        found.append(
            Standing(k, float(study.sweep.silhouettes[tried].max()), float(best.max()), float(np.ptp(best)))
        )
    return found


def named_by_silhouettes(study: ClusterStudy) -> Standing | None:
    """Where real people stand out most; None where they do nowhere, or there are no controls."""
    out = [one for one in standings(study) if one.stands_out] if study.controls else []
    return max(out, key=lambda one: one.real - one.nothing, default=None)


def _above(study: ClusterStudy, control: str, k: int) -> bool:
    """Whether real people are above one control by more than its restarts differ."""
    tried = study.sweep.ks == k
    means = study.controls.get(control)
    if means is None:
        return False
    real, nothing = float(study.sweep.silhouettes[tried].max()), means[tried]
    return real - float(nothing.max()) > float(np.ptp(nothing))


def sentences(study: ClusterStudy) -> list[str]:
    """What silhouettes, the gap statistic and the bootstrap say, and what it means where they disagree."""
    sweep = study.sweep
    top = int(sweep.ks[sweep.silhouettes.argmax()])
    said = [f"The mean silhouette is highest at **K = {top}**, with {sweep.silhouettes.max():.3f}."]
    if study.controls:
        out = named_by_silhouettes(study)
        at_top = next(one for one in standings(study) if one.k == top)
        said[0] += f" There people without any structure reach {at_top.nothing:.3f}."
        if out is None:
            said.append(
                "Beside people without structure it **stands out nowhere**: at no K is it above theirs by "
                "more than their restarts differ."
            )
        else:
            said.append(
                f"Beside people without structure it stands out most at **K = {out.k}**: {out.real:.3f} "
                f"against {out.nothing:.3f}, whose restarts differ by {out.spread:.3f}."
            )
        if not at_top.stands_out and _above(study, "gaussian", top):
            said.append(
                f"At K = {top} it is above a normal cloud's, but not above that of component scores shuffled "
                "one by one: groups there, if any, differ along single components."
            )
    if study.gap is not None:
        count = study.gap.count
        last = ", the largest K tried, so there may be more" if count == study.gap.ks[-1] else ""
        said.append(
            "The gap statistic names K = 1: **no cluster structure**."
            if count == 1
            else f"The gap statistic names **K = {count}**{last}."
        )
    if study.gap is not None and study.controls:
        said.append(_together(study, study.gap.count))
    return said


def _together(study: ClusterStudy, by_gap: int) -> str:
    out = named_by_silhouettes(study)
    if out is None and by_gap == 1:
        return "Both agree: **there is no cluster structure**; any K cuts one cloud into pieces."
    if out is None:
        return (
            "**They disagree**: these people lie closer together than people spread evenly over a box, as "
            "any cloud with a dense middle does, but are no more apart in groups than a cloud without "
            "structure; so do not take these clusters for separate groups."
        )
    if by_gap == 1:
        return (
            "**They disagree**: something beyond the spread of the single components is there, but more "
            "clusters do not make people surely tighter than an even spread is made; so take these clusters "
            "for regions of one cloud rather than for separate groups."
        )
    if by_gap == out.k:
        return f"Both name **K = {out.k}**."
    return (
        "**They disagree about how many**: the gap statistic asks up to which K people still get tighter "
        "faster than an even spread does, the silhouette at which K groups are most apart; both can be right "
        "where groups have no sharp borders or lie within each other, so believe a K only if its clusters "
        f"are found again{_found_again(study, (out.k, by_gap))}."
    )


def _found_again(study: ClusterStudy, ks: tuple[int, ...]) -> str:
    """How surely clusters of these K are found again among people drawn anew."""
    if study.stability is None:
        return ""
    means = dict(zip(study.stability.ks.tolist(), study.stability.mean.tolist(), strict=True))
    told = [f"{means[k]:.2f} at K = {k}" for k in ks if k in means]
    return f" (adjusted Rand index {', '.join(told)})" if told else ""
