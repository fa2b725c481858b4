"""The file of a saliency study: the checks of maps of where a network looks, one joint of every person.

N people, M masks, R methods, T steps of a curve with its beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_ON, SkipMask, parse_mask
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.files import atomic_file
from posecore.saliency.faithful import STEPS
from posecore.saliency.methods import METHODS
from posecore.saliency.randomised import RANDOMISED
from posecore.saliency.regions import REGIONS

NAME: Final = "saliency"
FILE: Final = "results.npz"
MASKS: Final[tuple[SkipMask, ...]] = (ALL_ON, parse_mask("0011"))
"""With all skips, and without the fine ones."""


@dataclass(frozen=True, eq=False)
class SaliencyStudy:
    """sample_ids: (N,). joints: (N,) whose peak was asked about. masks: (M,) titles. methods: (R,) keys of
    posecore.saliency.methods; nan stands wherever one was not tried, or nothing passes where it is taken.

    peaks: (N, M) heights of the cells. missed: (N, M) how far integrated gradients are from complete.
    deletion, insertion: (N, M, R, T) heights of the cell as squares go, and come; random_deletion,
    random_insertion: (N, M, T) in an order that was drawn. shares: (N, M, R, 3) of what a map has above zero,
    in REGIONS, areas: (N, 3) of the crop; nan of who was not rendered, and of what is not there.
    similar: (N, M, R, 2) rank correlation with the same network's map after RANDOMISED.
    """

    sample_ids: NDArray[np.str_]
    joints: NDArray[np.int64]
    masks: NDArray[np.str_]
    methods: NDArray[np.str_]
    peaks: NDArray[np.float32]
    missed: NDArray[np.float32]
    deletion: NDArray[np.float32]
    insertion: NDArray[np.float32]
    random_deletion: NDArray[np.float32]
    random_insertion: NDArray[np.float32]
    shares: NDArray[np.float32]
    areas: NDArray[np.float32]
    similar: NDArray[np.float32]
    info: Mapping[str, Any]


def save_saliency_study(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write the study's file to `folder`; arrays by the names of SaliencyStudy, all but `info`."""
    # Heights, shares and correlations need no more than three digits.
    kept = {
        name: each.astype(np.float16) if each.dtype == np.float32 else each for name, each in arrays.items()
    }
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **kept)  # type: ignore[arg-type]


def load_saliency_study(bundle: Bundle) -> SaliencyStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        wide: dict[str, NDArray[Any]] = {
            name: each.astype(np.float32) if each.dtype == np.float16 else each
            for name, each in arrays.items()
        }
        found = SaliencyStudy(**wide, info=study.info)
        people, masks, methods = len(found.sample_ids), len(found.masks), len(found.methods)
        each = (people, masks, methods)
        shapes: dict[str, tuple[int, ...]] = {
            "joints": (people,),
            **dict.fromkeys(("peaks", "missed"), (people, masks)),
            **dict.fromkeys(("deletion", "insertion"), (*each, STEPS + 1)),
            **dict.fromkeys(("random_deletion", "random_insertion"), (people, masks, STEPS + 1)),
            "shares": (*each, len(REGIONS)),
            "areas": (people, len(REGIONS)),
            "similar": (*each, len(RANDOMISED)),
        }
        fits = (
            people > 0
            and masks > 0
            and all(getattr(found, name).shape == shape for name, shape in shapes.items())
            and set(found.methods.tolist()) <= set(METHODS)
            and set(found.sample_ids.tolist()) <= set(bundle.rows)
        )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a saliency study holds")
    return found
