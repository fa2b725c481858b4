"""The file of a component study, and what it says: PCK against the number of components kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.errors import ConfigError
from posecore.files import atomic_file
from posecore.metrics.pck import scores
from posecore.statistics import Estimate, bootstrap

NAME: Final = "components"
FILE: Final = "results.npz"

SKIPS: Final[Mapping[str, str]] = {
    "off": "all skips cut: the decoder sees the latent alone",
    "on": "all skips on, with the person's own features",
    "mean": "all skips on, with the mean features of everybody in the bundle",
}
"""How the shortened latents are decoded, by name."""

WITHOUT_MEAN: Final = 2
"""Of SKIPS, how many the studies hold that were made before mean features were tried."""

WORTH: Final = 0.05
"""PCK that a latent has surely to add to everybody's mean in its place: where there is less to lose, that
little is lost says nothing of its components."""


@dataclass(frozen=True, eq=False)
class ComponentStudy:
    """A component study of N people, whom the components were not fitted on.

    sample_ids: (N,). counts: (V,) components kept of each latent, from 0, the mean alone; the last is D, the
    latent itself. hits: (3, N, V, K) int8 in the order of SKIPS, 2 of the first ones in older studies:
    1 found, 0 not, -1 not labelled or without a picture. explained: (2, V) share of the variance kept, of the
    people fitted on and of the N others. people: how many the components were fitted on. info: the settings.
    """

    sample_ids: NDArray[np.str_]
    counts: NDArray[np.int64]
    hits: NDArray[np.int8]
    explained: NDArray[np.float32]
    people: int
    info: Mapping[str, Any]

    @property
    def skips(self) -> tuple[str, ...]:
        """Which of SKIPS were tried."""
        return tuple(SKIPS)[: len(self.hits)]

    def scores(self, skips: str) -> NDArray[np.float64]:
        """(N, V) PCK of every person for every count; nan for who has no label, or no picture for "on".

        Raises ConfigError for skips that were not tried.
        """
        if skips not in self.skips:
            raise ConfigError(f"skips {skips!r:.40}: expected {' or '.join(self.skips)}")
        hits = self.hits[self.skips.index(skips)]
        return scores(np.where(hits < 0, np.nan, hits.astype(np.float64)))

    def curve(self, skips: str) -> Estimate:
        """PCK for every count, (V,), with 95 % intervals over people; n is 0 where nobody has a picture."""
        return bootstrap(self.scores(skips))

    def loss(self, skips: str) -> Estimate:
        """What is lost against the latent itself, (V,), person by person, with 95 % intervals."""
        found = self.scores(skips)
        return bootstrap(found[:, -1:] - found)

    def enough(self, skips: str, tolerance: float = 0.01) -> int | None:
        """The least count from which on surely less than `tolerance` PCK is lost: the interval's upper end.

        D where only the latent itself does. None where nobody was measured, or there is nothing to lose.
        """
        estimate = self.loss(skips)
        if not has_worth(estimate):
            return None
        loses = np.flatnonzero(estimate.high > tolerance)
        return int(self.counts[loses[-1] + 1 if len(loses) else 0])

    def knee(self, skips: str, share: float) -> int | None:
        """The least count from which on at least `share` of what the latent adds to everybody's mean is kept.

        By the means over people. None where the latent adds nothing, or nobody was measured.
        """
        found = self.curve(skips)
        gain = found.mean - found.mean[0]
        if not found.n.all() or gain[-1] <= 0:
            return None
        short = np.flatnonzero(gain < share * gain[-1])
        return int(self.counts[short[-1] + 1])


def has_worth(loss: Estimate) -> bool:
    """Whether a latent adds so much to everybody's mean, surely WORTH or more, that it can be lost.

    loss: (V,), of ComponentStudy.loss. False where nobody was measured.
    """
    return bool(loss.n.all() and loss.low[0] >= WORTH)


def save_component_study(
    folder: Path,
    sample_ids: NDArray[np.str_],
    counts: NDArray[np.int64],
    hits: NDArray[np.int8],
    explained: NDArray[np.float32],
    people: int,
) -> None:
    """Write the study's file to `folder`; arrays as in ComponentStudy."""
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, sample_ids=sample_ids, counts=counts, hits=hits, explained=explained, people=people
        )


def load_component_study(bundle: Bundle) -> ComponentStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        found = ComponentStudy(
            sample_ids=arrays["sample_ids"],
            counts=arrays["counts"].astype(np.int64),
            hits=arrays["hits"],
            explained=arrays["explained"],
            people=int(arrays["people"]),
            info=study.info,
        )
    people, variants = len(found.sample_ids), len(found.counts)
    fits = (
        people > 0
        and variants > 0
        and found.hits.shape[0] in (WITHOUT_MEAN, len(SKIPS))
        and found.hits.shape[1:] == (people, variants, len(bundle.keypoints))
        and found.explained.shape == (2, variants)
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a component study holds")
    return found
