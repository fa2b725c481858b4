"""The files of a study of learned clusters, one per method: clusters of every K, and means to doubt them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.clustering.evidence import Evidence
from posecore.clustering.matching import compare
from posecore.clustering.stability import Stability
from posecore.clustering.sweep import Sweep
from posecore.clustering.verdict import ClusterVerdict, verdict
from posecore.files import atomic_file
from posecore.studies.clusters.results import evidence_arrays, evidence_from

NAME: Final = "learned"
ARRAYS: Final = ("sample_ids", "left_out", "ks", "labels", "values", "own_values", "draws")
OWN_OF: Final = "own_"
"""Begins the names of what controls reach in spaces learned of them."""


@dataclass(frozen=True, eq=False)
class LearnedStudy:
    """What a method learned of N people of a bundle with S seeds for every K.

    sample_ids: (N,). left_out: who was not clustered, as their latents hold nan. ks: (K,). labels: (S, K, N),
    the largest cluster first; some may have stayed empty. values: (S, K, N) silhouettes in whole latents;
    own_values: the same in the learned space. draws: (K, B) adjusted Rand index between the clusters of the
    first seed and those learned of B bootstrap draws of people. evidence: of the first seed's clusters,
    measured in some components of the latents; None of too few people. own_controls: by the names of controls
    (B, K) mean silhouettes in the spaces learned of these. info: the settings.
    """

    sample_ids: NDArray[np.str_]
    left_out: NDArray[np.str_]
    ks: NDArray[np.int64]
    labels: NDArray[np.uint8]
    values: NDArray[np.float16]
    own_values: NDArray[np.float16]
    draws: NDArray[np.float64]
    evidence: Evidence | None
    own_controls: Mapping[str, NDArray[np.float64]]
    info: Mapping[str, Any]

    @property
    def verdict(self) -> ClusterVerdict:
        """Whether clusters are groups."""
        return verdict(None, {}) if self.evidence is None else self.evidence.verdict

    @property
    def over_draws(self) -> Stability:
        """Whether the same clusters are learned of other people."""
        return Stability(self.ks, self.draws)

    @property
    def over_seeds(self) -> Stability | None:
        """Whether the same clusters are learned from other beginnings, every two seeds compared; None of a
        single one."""
        pairs = list(combinations(range(len(self.labels)), 2))
        if not pairs:
            return None
        ari = [
            [compare(self.labels[a, place], self.labels[b, place]).ari for a, b in pairs]
            for place in range(len(self.ks))
        ]
        return Stability(self.ks, np.array(ari))

    def sweep(self, own: bool) -> Sweep:
        """The same as a sweep whose restarts are seeds, with silhouettes in whole latents or in the learned
        space; inertia is not known."""
        values = self.own_values if own else self.values
        count, numbers, people = self.labels.shape
        means = values.astype(np.float64).mean(axis=2).T.ravel()
        labels = self.labels.transpose(1, 0, 2).reshape(count * numbers, people)
        best = values.astype(np.float64).mean(axis=2).argmax(axis=0)
        return Sweep(
            np.repeat(self.ks, count),
            labels,
            np.full(count * numbers, np.nan),
            means,
            values[best, np.arange(numbers)].astype(np.float32),
        )


def save_learned_study(folder: Path, method: str, study: LearnedStudy) -> None:
    """Write a method's file to `folder`."""
    arrays: dict[str, NDArray[Any]] = {name: getattr(study, name) for name in ARRAYS}
    if study.evidence is not None:
        arrays |= evidence_arrays(study.evidence)
    arrays |= {f"{OWN_OF}{name}": draws for name, draws in study.own_controls.items()}
    with atomic_file(folder / f"{method}.npz") as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load_learned_study(bundle: Bundle, method: str) -> LearnedStudy:
    """What the bundle's study says of a method. Raises BundleError, with the command that makes it, where it
    is not usable."""
    study, file = open_study(bundle, NAME), f"{method}.npz"
    if file not in study.files:
        raise broken_study(bundle, NAME, f"it says nothing of {method}")
    with study_arrays(bundle, study, file) as arrays:
        evidence = evidence_from(arrays) if "test_ks" in arrays else None
        names = evidence.controls if evidence is not None else ()
        found = LearnedStudy(
            **{name: arrays[name] for name in ARRAYS},
            evidence=evidence,
            own_controls={name: arrays[f"{OWN_OF}{name}"] for name in names},
            info=study.info,
        )
    people, numbers = len(found.sample_ids), len(found.ks)
    fits = (
        people > 0
        and numbers > 0
        and found.labels.ndim == 3
        and found.labels.shape[1:] == (numbers, people)
        and found.values.shape == found.own_values.shape == found.labels.shape
        and len(found.labels) > 0
        and found.draws.shape[0] == numbers
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
        and all(isinstance(found.info.get(name), str) for name in ("space", "learned in"))
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{file} does not hold what a study of learned clusters holds")
    return found
