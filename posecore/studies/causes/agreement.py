"""Where what goes with a component, and what moves it, do not agree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from posecore.attributes.correlations import MODERATE, SURE
from posecore.causes.attributes import causes_of
from posecore.studies.causes.summary import Matrix
from posecore.studies.causes.verdict import Verdict


@dataclass(frozen=True)
class Correlated:
    """How an attribute goes with a component: rank correlation and corrected p."""

    r: float
    p: float

    @property
    def goes(self) -> bool:
        """Whether it surely goes with the component, and not weakly."""
        return abs(self.r) >= MODERATE and self.p < SURE


@dataclass(frozen=True)
class Disagreement:
    """attribute: the one of the cause that goes with the component most, with its r. cause: its key.

    moves: True where the cause moves a component that no attribute of it goes with; False where an attribute
    goes with the component, and none of its causes moves it.
    """

    attribute: str
    r: float
    cause: str
    moves: bool


def disagreements(correlated: Mapping[str, Correlated], found: Matrix, component: int) -> list[Disagreement]:
    """Of one component, from 0, the strongest correlation first. correlated: by attribute.

    An attribute with several causes is at odds with them where none moves the component, and none is unknown.
    """
    verdicts = {
        key: str(found.verdict[row, component])
        for row, key in enumerate(found.causes)
        if np.isfinite(found.absolute.mean[row, component])
    }
    order = sorted(correlated, key=lambda name: -abs(np.nan_to_num(correlated[name].r)))
    of_cause: dict[str, list[str]] = {}
    said: list[Disagreement] = []
    for name in order:
        causes = [key for key in causes_of(name) if key in verdicts]
        for key in causes:
            of_cause.setdefault(key, []).append(name)
        if causes and correlated[name].goes and all(verdicts[key] == Verdict.STILL for key in causes):
            said.append(Disagreement(name, correlated[name].r, causes[0], False))
    for key, names in of_cause.items():
        if verdicts[key] == Verdict.MOVES and not any(correlated[name].goes for name in names):
            said.append(Disagreement(names[0], correlated[names[0]].r, key, True))
    return said
