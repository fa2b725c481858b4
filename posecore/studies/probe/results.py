"""The file of a probe study: how well joints and attributes can be read off each part of a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.files import atomic_file

NAME: Final = "probe"
FILE: Final = "results.npz"

BOTTLENECK: Final = "bottleneck"
COMPONENTS: Final = "components-"
"""Begins the names of the bottleneck's first components, such as `components-50`."""
SKIPS: Final = ("skip-64", "skip-32", "skip-16", "skip-8")
"""The skip branches, finest first."""
UNTRAINED: Final = "untrained-"
"""Begins the names of untrained networks' bottlenecks; their seed follows."""
PICTURE: Final = "picture"
PERMUTED: Final = "permuted"


@dataclass(frozen=True, eq=False)
class ProbeStudy:
    """A probe of I inputs over N people, and A attributes.

    sample_ids: (N,). inputs: (I,) names; numbers: (I,) how many numbers each has. errors: (I, N) squared
    distances, in crop pixels, of the places read off from the labelled ones, summed over a person's labelled
    joints; spread: (N,) the same of the mean places of the people who taught. scores: (I, N) PCK of the
    places read off; mean_scores: (N,) of the mean places. All are nan for who has no labelled joint.
    joint_r2, joint_pck: (I, K, 3) mean, low and high; joint_n: (K,). attributes: (A,) names; attribute_r2:
    (I, A, 3); attribute_n: (A,). Intervals are over people, the readouts being as they are. info: settings.
    """

    sample_ids: NDArray[np.str_]
    inputs: NDArray[np.str_]
    numbers: NDArray[np.int64]
    errors: NDArray[np.float32]
    spread: NDArray[np.float32]
    scores: NDArray[np.float32]
    mean_scores: NDArray[np.float32]
    joint_r2: NDArray[np.float32]
    joint_pck: NDArray[np.float32]
    joint_n: NDArray[np.int64]
    attributes: NDArray[np.str_]
    attribute_r2: NDArray[np.float32]
    attribute_n: NDArray[np.int64]
    info: Mapping[str, Any]


def save_probe_study(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write the study's file to `folder`; arrays by the names of ProbeStudy, all but `info`."""
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load_probe_study(bundle: Bundle) -> ProbeStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        found = ProbeStudy(**arrays, info=study.info)
    joints = len(bundle.keypoints)
    people, inputs, attributes = len(found.sample_ids), len(found.inputs), len(found.attributes)
    fits = (
        people > 0
        and BOTTLENECK in found.inputs
        and found.errors.shape == found.scores.shape == (inputs, people)
        and found.spread.shape == found.mean_scores.shape == (people,)
        and found.joint_r2.shape == found.joint_pck.shape == (inputs, joints, 3)
        and found.attribute_r2.shape == (inputs, attributes, 3)
        and len(found.numbers) == inputs
        and len(found.joint_n) == joints
        and len(found.attribute_n) == attributes
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a probe study holds")
    return found
