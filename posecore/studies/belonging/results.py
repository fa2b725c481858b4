"""What the study of belonging holds, as one small .npz file in `studies/belonging/` of a bundle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.components.belonging import MEASURES, Rule
from posecore.files import write_arrays
from posecore.subsample import subsample

NAME: Final = "belonging"
FILE: Final = "results.npz"

PEOPLE: Final = "people"
"""Beside the kinds of pictures without anyone: people of the bundle, judged by a rule of others."""

POWER: Final = 0.95
"""Share of pictures without anyone that a rule has to refuse for what it lets pass to count as a person."""


class Share(NamedTuple):
    """How many of n, with an exact 95 % interval of the share (Clopper and Pearson 1934)."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def mean(self) -> float:
        """The share, 0 to 1."""
        return self.hits / self.n


def share(found: NDArray[np.bool_]) -> Share:
    """Of (n,) booleans, of which there must be one."""
    hits, n = int(found.sum()), len(found)
    interval = binomtest(hits, n).proportion_ci(method="exact")
    return Share(hits, n, float(interval.low), float(interval.high))


class BelongingStudy(NamedTuple):
    """rule: for pictures of one's own. components: how many it takes. refused: by kind of picture, people
    first, (n, 3) by which of MEASURES each was refused. judged: people whom the rule was set with. rows: of
    the table, among whom a picture's nearest person is sought, in order."""

    rule: Rule
    components: int
    refused: Mapping[str, NDArray[np.bool_]]
    judged: int
    rows: NDArray[np.int64]

    def refused_share(self, kind: str) -> Share:
        """How many of one kind are refused by any measure."""
        return share(np.any(self.refused[kind], axis=1))

    @property
    def nobody(self) -> list[str]:
        """The kinds of pictures without anyone."""
        return [kind for kind in self.refused if kind != PEOPLE]

    def people_share(self) -> Share:
        """How many people are refused by a rule that does not know them."""
        return self.refused_share(PEOPLE)

    def nobody_share(self) -> Share:
        """How many of all pictures without anyone are refused: those that are not affirmed."""
        without = [self.refused[kind] for kind in self.nobody]
        return share(np.any(np.concatenate(without), axis=1))

    @property
    def powerful(self) -> bool:
        """Whether enough of the pictures without anyone are refused, see POWER."""
        return self.nobody_share().mean >= POWER


def save_results(folder: Path, rule: Rule, components: int, refused: Mapping[str, NDArray[np.bool_]]) -> None:
    """Write the study's file to `folder`; as in BelongingStudy."""
    write_arrays(
        folder / FILE,
        usual=rule.usual.astype(np.float32),
        cutoff=rule.cutoff,
        components=components,
        kinds=np.array(list(refused)),
        counts=[len(found) for found in refused.values()],
        refused=np.concatenate(list(refused.values())),
    )


def load_belonging(bundle: Bundle) -> BelongingStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as found:
        ends = np.cumsum(found["counts"])[:-1]
        refused = dict(zip(found["kinds"].tolist(), np.split(found["refused"], ends), strict=True))
        rule = Rule(found["usual"].astype(np.float64), float(found["cutoff"]))
        rows = subsample(np.arange(bundle.manifest.people), study.info["people"], study.info["seed"])
        result = BelongingStudy(rule, int(found["components"]), refused, len(rule.usual), rows)
    shapes = {values.shape[1:] for values in (rule.usual, *refused.values())}
    if shapes != {(len(MEASURES),)} or PEOPLE not in refused or len(refused) < 2:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what is expected")
    return result
