"""The file of a cluster study: a sweep over K, and what helps to believe or doubt it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.clustering.controls import CONTROLS
from posecore.clustering.density import LEAST_PEOPLE, Density
from posecore.clustering.evidence import Evidence
from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.clustering.sweep import Sweep
from posecore.clustering.verdict import REQUIRED, ClusterVerdict, verdict
from posecore.files import atomic_file

NAME: Final = "clusters"
FILE: Final = "results.npz"
TEST: Final = ("ks", "valley", "low", "high", "parts", "draws")
"""Arrays of a density test."""


@dataclass(frozen=True, eq=False)
class ClusterStudy:
    """A sweep over N people of a bundle.

    sample_ids: (N,), the order of everything in `sweep`. left_out: who was not clustered, as their latents
    hold nan. gap, stability: None where they were not asked for. space: the name of what was clustered in.
    info: the settings. evidence: for a verdict, in DENSE components at most; None where not asked for, of too
    few people, or in a study from before there was any.
    """

    sample_ids: NDArray[np.str_]
    left_out: NDArray[np.str_]
    sweep: Sweep
    gap: Gap | None
    stability: Stability | None
    space: str
    info: Mapping[str, Any]
    evidence: Evidence | None = None

    @property
    def verdict(self) -> ClusterVerdict | None:
        """Whether clusters are groups; None without evidence, but of too few people for it."""
        if self.evidence is not None:
            return self.evidence.verdict
        return verdict(None, {}) if len(self.sample_ids) < LEAST_PEOPLE else None


def save_cluster_study(
    folder: Path,
    sample_ids: NDArray[np.str_],
    left_out: NDArray[np.str_],
    sweep: Sweep,
    gap: Gap | None,
    stability: Stability | None,
    evidence: Evidence | None = None,
) -> None:
    """Write the study's file to `folder`; arguments as in ClusterStudy."""
    arrays: dict[str, NDArray[Any]] = {
        "sample_ids": sample_ids,
        "left_out": left_out,
        "ks": sweep.ks,
        "labels": sweep.labels,
        "inertia": sweep.inertia,
        "silhouettes": sweep.silhouettes,
        "values": sweep.values,
    }
    if gap is not None:
        arrays |= {"gaps": gap.gaps, "gap_errors": gap.errors, "gap_people": np.array(gap.people)}
        arrays |= {"gap_draws": np.array(gap.draws), "gap_space": np.array(gap.space)}
    if stability is not None:
        arrays["stability"] = stability.ari
    if evidence is not None:
        arrays |= evidence_arrays(evidence)
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load_cluster_study(bundle: Bundle) -> ClusterStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        found = _from_arrays(arrays, study.info)
    people, labellings, numbers = len(found.sample_ids), len(found.sweep.ks), len(found.sweep.numbers)
    fits = (
        people > 0
        and labellings > 0
        and found.sweep.labels.shape == (labellings, people)
        and found.sweep.values.shape == (numbers, people)
        and found.sweep.inertia.shape == found.sweep.silhouettes.shape == (labellings,)
        and (found.stability is None or len(found.stability.ari) == numbers)
        and (found.gap is None or found.gap.gaps.shape == found.gap.errors.shape)
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a cluster study holds")
    return found


def _from_arrays(arrays: Mapping[str, NDArray[Any]], info: Mapping[str, Any]) -> ClusterStudy:
    sweep = Sweep(*(arrays[name] for name in ("ks", "labels", "inertia", "silhouettes", "values")))
    gap = stability = None
    if "gaps" in arrays:
        gap = Gap(
            np.arange(1, len(arrays["gaps"]) + 1),
            arrays["gaps"],
            arrays["gap_errors"],
            int(arrays["gap_draws"]),
            str(arrays["gap_space"]),
            int(arrays["gap_people"]),
        )
    if "stability" in arrays:
        stability = Stability(sweep.numbers, arrays["stability"])
    evidence = evidence_from(arrays) if "test_ks" in arrays else None
    return ClusterStudy(
        arrays["sample_ids"],
        arrays["left_out"],
        sweep,
        gap,
        stability,
        str(info["space"]),
        info,
        evidence,
    )


def evidence_arrays(evidence: Evidence) -> dict[str, NDArray[Any]]:
    """What `evidence_from` makes it of again."""
    test = evidence.density
    arrays: dict[str, NDArray[Any]] = {f"test_{name}": getattr(test, name) for name in TEST}
    arrays |= {"test_people": np.array(test.people), "test_space": np.array(evidence.space)}
    arrays["test_silhouettes"] = evidence.silhouettes
    for name, draws in evidence.controls.items():
        arrays |= {f"drawn_{name}": draws, f"valleys_{name}": evidence.valleys[name]}
    return arrays


def evidence_from(arrays: Mapping[str, NDArray[Any]]) -> Evidence:
    """Raises KeyError or ValueError where it is not what `evidence_arrays` gave."""
    test = Density(**{name: arrays[f"test_{name}"] for name in TEST}, people=int(arrays["test_people"]))
    names = [name for name in CONTROLS if f"drawn_{name}" in arrays]
    drawn, valleys = ({name: arrays[f"{of}_{name}"] for name in names} for of in ("drawn", "valleys"))
    numbers = test.ks.shape
    fits = (
        all(each.shape == numbers for each in (test.valley, test.low, test.high, arrays["test_silhouettes"]))
        and test.parts.shape == test.draws.shape[1:] == (2, *numbers)
        and all(each.shape[1:] == numbers for each in (*drawn.values(), *valleys.values()))
        and set(REQUIRED) <= set(names)
    )
    if not fits:
        raise ValueError("evidence of another shape")
    return Evidence(test, arrays["test_silhouettes"], drawn, valleys, str(arrays["test_space"]), test.people)
