"""The rows of a check: which sentence each stands for, what is measured, and from where on it holds.

Limits were set before the check was first run on a bundle, and are not tuned. They say what is worth a
sentence: 0.05 PCK is one joint in twenty; 0.02 is a small R², 0.26 a large one, 0.1 a small r (Cohen 1988,
chapters 9 and 3). The whole interval has to be beyond.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from posecore.bundle.reader import Bundle
from posecore.errors import BundleError, DataError
from posecore.studies.causes.verdict import STILL_WITHIN
from posecore.studies.checks import measures
from posecore.studies.checks.loaded import Loaded, NotStudiedError
from posecore.studies.checks.measures import Measured


@dataclass(frozen=True)
class Row:
    """page: where `sentence`, which the row stands for, is printed. limit: holds where the whole interval is
    above it, or below it where `above` is False. withdrawn: what the page says instead of a sentence that did
    not hold; such a row is held whatever it measures."""

    name: str
    page: str
    sentence: str
    measure: Callable[[Loaded], Measured]
    limit: float
    above: bool = True
    withdrawn: str = ""


@dataclass(frozen=True)
class Outcome:
    """measured: None where a study is missing or has too little, and `problem` says which and what to do.
    studied: False where nothing of it is studied, and so nothing printed."""

    row: Row
    measured: Measured | None
    problem: str = ""
    studied: bool = True

    @property
    def holds(self) -> bool:
        """Whether the whole interval is on the right side of the limit."""
        if self.measured is None:
            return False
        if self.row.above:
            return bool(self.measured.low > self.row.limit)
        return bool(self.measured.high < self.row.limit)

    @property
    def held(self) -> bool:
        """Whether it holds, or is not claimed: not any more, as it was measured, or not of this bundle."""
        return self.holds or not self.studied or bool(self.row.withdrawn and self.measured is not None)


_NO_NAME: Final = (
    "the page names no cause, and says that it cannot be told whether what goes with it is beyond chance"
)
_NOT_ITS_OWN: Final = (
    "the page says that it cannot be told: components of networks that never learned move about as far"
)

ROWS: Final = (
    Row(
        "skips: cutting all loses PCK",
        "Skip lab",
        "The network needs its skips to find joints",
        measures.pck_lost,
        0.05,
    ),
    Row(
        "skips: largest Shapley value",
        "Skip lab",
        "What the level carries that carries most: its Shapley value",
        measures.largest_shapley,
        # All four sum to what cutting all loses: a quarter of that limit, if it is spread evenly.
        0.05 / 4,
    ),
    Row(
        "probe: bottleneck R²",
        "Skip lab",
        "Where people lie follows where their joints are, as training taught the network",
        measures.probe_r2,
        0.26,
    ),
    Row(
        "probe: bottleneck PCK",
        "Skip lab",
        "Training taught the bottleneck where joints are",
        measures.probe_pck,
        0.05,
    ),
    Row(
        "probe: bottleneck over finest skip",
        "Skip lab",
        "The bottleneck holds the coarse pose, the skips precision",
        measures.bottleneck_over_finest_skip,
        0.02,
    ),
    Row(
        "probe: other people's bottlenecks",
        "Skip lab",
        "From somebody else's bottleneck nothing can be read",
        measures.permuted_r2,
        # More than a small R² would be leakage between folds. Worse than the mean is no knowledge either.
        0.02,
        above=False,
    ),
    Row(
        "components: strongest |r|, mean of 10",
        "PC walk",
        "Components go with something known of people",
        measures.mean_correlation,
        0.1,
    ),
    *(
        Row(
            f"components: component {number} has a named cause",
            "PC walk",
            f"Component {number} goes with something known of people, and has its name",
            partial(measures.component_correlation, number=number),
            # A name needs to be beyond untrained networks' by an interval, however little.
            0.0,
            withdrawn=_NO_NAME if number == 3 else "",
        )
        for number in (1, 2, 3)
    ),
    Row(
        "walk: the nearest person follows",
        "PC walk",
        "Along a walk people change as the component says",
        measures.walk_follows,
        0.1,
        withdrawn="the page says what a component goes with, not that whoever is passed on a walk changes so",
    ),
    Row(
        "curve: gain by the latent, mean skips",
        "PC walk",
        "The pose needs the latent: everybody's mean in its place, mean skips",
        partial(measures.latent_gain, mode="mean"),
        0.05,
    ),
    Row(
        "curve: gain by the latent, skips on",
        "PC walk",
        "The pose needs the latent: everybody's mean in its place, skips on",
        partial(measures.latent_gain, mode="on"),
        0.05,
    ),
    Row(
        "causes: another grain",
        "Causes",
        "Another grain moves nothing, so that what a cause moves is not the draw of the picture",
        measures.placebo_moves,
        # Standard deviations of people: who moves less does not move, as the page says.
        STILL_WITHIN,
        above=False,
        withdrawn="the page says how far another grain moves people, and holds all movements against that",
    ),
    Row(
        "causes: turning the body",
        "Causes",
        "The network's latent moves as the body turns",
        measures.turning_moves,
        STILL_WITHIN,
        withdrawn="the page says how far, beside components of networks that never learned, which turn, too",
    ),
    *(
        Row(
            f"causes: component {number} moves by its name",
            "PC walk",
            f"Changing what component {number} is named for moves it",
            partial(measures.named_cause_moves, number=number),
            # Beyond every component of untrained networks, however little, as for its name.
            0.0,
            withdrawn=_NOT_ITS_OWN if number == 1 else "",
        )
        for number in (1, 2)
    ),
    Row(
        "clusters: groups off the verdict's",
        "Clusters",
        "The verdict: groups, or regions of one cloud",
        measures.groups_counted,
        # Whole numbers: less than a half is none.
        0.5,
        above=False,
    ),
    Row(
        "clusters: pose tells them at K = 2",
        "Clusters",
        "It is not only size, place and joints: the pose tells clusters",
        measures.pose_tells,
        0.05,
    ),
    Row(
        "belonging: people refused",
        "Latent map",
        "People like the bundle's are rarely refused",
        measures.people_refused,
        # Cut-offs aim at 5 %; 2 % more for the interval of a thousand people.
        0.07,
        above=False,
    ),
    Row(
        "belonging: nobody in it refused",
        "Latent map",
        "Pictures without people are not affirmed",
        measures.nobody_refused,
        0.95,
        withdrawn="the page gives shares with intervals, and promises none",
    ),
    Row(
        "layers: bottleneck unlike untrained ones",
        "Compare",
        "Bottlenecks alike are so by more than pictures and shape",
        measures.bottleneck_unlike,
        # Of 0 to 1; rounding, and the draw of people, move CKA by hundredths.
        0.2,
    ),
)
"""All rows, in the order of the table."""


def check(bundle: Bundle, rows: Sequence[Row] = ROWS) -> list[Outcome]:
    """Every row measured on the stored studies of a bundle; a row without its study does not hold."""
    studies = Loaded(bundle)
    return [_outcome(row, studies) for row in rows]


def _outcome(row: Row, studies: Loaded) -> Outcome:
    try:
        return Outcome(row, row.measure(studies))
    except NotStudiedError as error:
        return Outcome(row, None, str(error), studied=False)
    except (BundleError, DataError) as error:
        return Outcome(row, None, str(error))
