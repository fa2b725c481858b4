"""What the page says of the cause study: causes by components, joints and clusters."""

from typing import TYPE_CHECKING, Final

import numpy as np

from dashboard.shared.causal_words import changed
from dashboard.shared.numbers import number, points
from dashboard.shared.shown_here import Verdict
from posecore.causes.cause import Cause
from posecore.causes.table import CAUSES
from posecore.statistics import Estimate
from posecore.studies.causes.results import CauseStudy
from posecore.studies.causes.summary import STRONGER, Matrix
from posecore.studies.causes.verdict import STILL_WITHIN, Movement

if TYPE_CHECKING:
    from dashboard.shared.studies import CauseScores

TITLE: Final = "What it does to everybody"
INTRODUCTION: Final = (
    "Every cause, at the stronger of two strengths, on many people: which components of the latents move "
    "with it. **Click a cell** to see its cause on the person above. Read it across, one cause with all "
    "components, or down, one component with all causes."
)
AXIS: Final = "mean movement, either way, standard deviations of people"
MATRIX_TABLE: Final = "Causes by components as a table"
SCORES_TABLE: Final = "What every cause does to PCK and to clusters, as a table"
PEAKS_TABLE: Final = "What this cause does to the peaks of every joint, as a table"
MADE_OF_NOBODY: Final = "could not be made of anybody in the study."
"""After the name of a cause."""
NAMED: Final = 6
"""Of a list in a sentence, so many are named."""
MIDDLE_K: Final = 4
"""Of the numbers of clusters, the one that a sentence speaks of."""


def no_study(command: str) -> str:
    """Where there is no study: one line, with the command that makes it."""
    return (
        f"Not known yet: what changing one thing does to many people. `{command}` finds it out; until then "
        "nothing here is a verdict."
    )


def not_studied(cause: Cause) -> tuple[str, Verdict]:
    """For the top of the page, without a study."""
    return f"the latents move with one thing, {cause.name} (no study of causes tells)", Verdict.UNKNOWN


def shown(found: Matrix, cause: Cause) -> tuple[str, Verdict]:
    """Whether a cause moves any component, for the top of the page: the one it moves farthest."""
    if cause.key not in found.causes or not found.people[found.causes.index(cause.key)]:
        return not_studied(cause)
    row = found.causes.index(cause.key)
    verdict, far = found.verdict[row], found.absolute.mean[row]
    moves = verdict == Movement.MOVES
    k = int(np.argmax(np.where(moves, far, -1) if moves.any() else far))
    text = (
        f"{changed(cause.key, found.strengths[row])} moves component {k + 1} ({_figures(found, row, k)}, "
        f"n = {found.people[row]:,} people; another grain moves it by {number(float(found.floor[k]), 2)})"
    )
    if moves.any():
        return text, Verdict.HOLDS
    return text, Verdict.DOES_NOT if (verdict == Movement.STILL).all() else Verdict.UNKNOWN


def across(found: Matrix, cause: Cause) -> str:
    """What one cause does to every component."""
    if cause.key not in found.causes:
        return f"**{_capital(cause.name)}** is not in the study."
    row = found.causes.index(cause.key)
    name = f"**{_capital(changed(cause.key, found.strengths[row]))}**"
    if not found.people[row]:
        return f"{name} {MADE_OF_NOBODY}"
    far, verdict = found.absolute.mean[row], found.verdict[row]
    moves, still = (
        [k for k in np.argsort(-far, kind="stable").tolist() if verdict[k] == one]
        for one in (Movement.MOVES, Movement.STILL)
    )
    said = [f"component {k + 1} ({_movement(found, row, k)})" for k in moves]
    left = len(far) - len(moves) - len(still)
    return (
        f"{name} (n = {found.people[row]:,} people) **moves** {_listed(said) or 'no component surely'}"
        + (
            f". It does **not** move component {_listed([str(k + 1) for k in sorted(still)], 20)}"
            if still
            else ""
        )
        + (f". Of {left} {'component' if left == 1 else 'components'} it cannot be told" if left else "")
        + "."
    )


def down(found: Matrix, component: int) -> str:
    """What one component, from 0, moves with."""
    far, verdict = found.absolute.mean[:, component], found.verdict[:, component]
    order = np.argsort(-np.nan_to_num(far, nan=-1), kind="stable").tolist()
    moves, still = (
        [row for row in order if verdict[row] == one and np.isfinite(far[row])]
        for one in (Movement.MOVES, Movement.STILL)
    )
    said = [
        f"{changed(found.causes[row], found.strengths[row])} ({_movement(found, row, component)})"
        for row in moves
    ]
    left = int(np.isfinite(far).sum()) - len(moves) - len(still)
    return (
        f"**Component {component + 1} moves** with {_listed(said) or 'no cause surely'}"
        + (
            f". It does **not** move with {_listed([CAUSES[found.causes[row]].name for row in still])}"
            if still
            else ""
        )
        + (f". Of {left} {'cause' if left == 1 else 'causes'} it cannot be told" if left else "")
        + "."
    )


def how(found: Matrix, networks: int) -> str:
    """How the verdicts are reached."""
    return (
        "Movement: in standard deviations of people along the component, changed minus as made. *Moves*: "
        "surely farther than the same people move when nothing but the grain is another (p corrected for the "
        "whole matrix by Holm), and with its whole interval beyond every component of "
        f"{networks} networks that never learned. *Does not*: the intervals lie within ±{STILL_WITHIN:g}. "
        "Else it *cannot be told*. Triangles: all surely one way; diamonds: people go both ways, or which "
        "way is not sure."
    )


def joints_and_clusters(study: CauseStudy, found: "CauseScores", row: int) -> str:
    """What the stronger change of one cause does to PCK and to clusters."""
    cuts, ks = study.cuts.tolist(), study.ks.tolist()
    name = changed(str(study.causes[row]), float(study.strengths[row, STRONGER]))
    said = [f"{_points(found.pck, (row, STRONGER))} points with all skips"]
    said += [
        f"{_points(found.cut_pck, (row, STRONGER, place))} "
        f"{cut if cut.startswith('without') else f'with {cut}'}"
        for place, cut in enumerate(cuts)
    ]
    place = ks.index(MIDDLE_K) if MIDDLE_K in ks else 0
    share = float(found.cluster.mean[row, STRONGER, place])
    theirs = found.untrained_cluster[:, row, STRONGER, place]
    beside = (
        f" (in networks that never learned {float(theirs.min()):.0%} to {float(theirs.max()):.0%})"
        if len(theirs) and np.isfinite(theirs).all()
        else ""
    )
    in_another = f"{share:.0%}" if np.isfinite(share) else "–"
    return (
        f"**Joints and clusters**: with {name}, PCK changes by {', by '.join(said)}. Of {ks[place]} clusters "
        f"{in_another} of people are then in another one{beside}."
    )


def matrix_alt(found: Matrix) -> str:
    """The matrix in words."""
    moves = int((found.verdict == Movement.MOVES).sum())
    c, d = found.verdict.shape
    return f"{c} causes by {d} components: in {moves} of {c * d} cells the component moves"


def across_alt(cause: Cause, components: int) -> str:
    """Of the chart of one cause."""
    return (
        f"How far {cause.name} moves each of {components} components, with intervals and untrained networks"
    )


def down_alt(component: int, causes: int) -> str:
    """Of the chart of one component, from 1."""
    return (
        f"How far each of {causes} causes moves component {component}, with intervals and untrained networks"
    )


def _figures(found: Matrix, row: int, k: int) -> str:
    """How far, either way, and what untrained networks reach."""
    far = found.absolute
    mean, low, high = (number(float(part[row, k]), 2) for part in far[:3])
    return (
        f"by {mean} standard deviations of people, either way, 95 % interval {low} to {high}; components of "
        f"networks that never learned by {number(float(found.untrained[:, row].max()), 2)} at most"
    )


def _movement(found: Matrix, row: int, k: int) -> str:
    """How far and which way, with its interval."""
    way, far = int(found.direction[row, k]), found.absolute
    estimate = found.signed if way else far
    mean, low, high = (number(float(part[row, k]), 2, sign=bool(way)) for part in estimate[:3])
    both = "" if way else " either way"
    return f"{mean}{both}, {low} to {high}"


def _points(estimate: Estimate, place: tuple[int, ...]) -> str:
    mean, low, high = (points(float(part[place]), sign=True) for part in estimate[:3])
    return f"{mean} ({low} to {high})"


def _listed(said: list[str], most: int = NAMED) -> str:
    more = f" and {len(said) - most} more" if len(said) > most else ""
    return ", ".join(said[:most]) + more


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
