"""The file of a cause study: where a network takes people of whom one thing was changed.

N people, C causes with two strengths each, d components, L latent spaces (the bundle's own first, an
autoencoder's or the bottleneck's as the other), M untrained networks, V ways to cut skips.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_OFF, LEVEL_NAMES, SkipMask
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.files import atomic_file

NAME: Final = "causes"
FILE: Final = "results.npz"
MOST: Final = 20
"""Components looked at."""

STRENGTHS: Final = 2
"""Of every cause, the weaker first."""

STEPS: Final = 256
"""Into which a heatmap's 0 to 1 is cut where heights of peaks are stored."""

CUTS: Final[Mapping[str, SkipMask]] = {
    **{f"without {name}": SkipMask.all_but(level) for level, name in enumerate(LEVEL_NAMES)},
    "mean skips": ALL_OFF,
}
"""Ways to cut skips: each one alone, and all of them with everybody's mean in their place."""


@dataclass(frozen=True, eq=False)
class CauseStudy:
    """sample_ids: (N,). spaces: (L,) names. causes: (C,) keys of posecore.causes. strengths: (C, 2) values.

    closer: (n,) rows of the people on whom untrained networks and cuts were tried. refused: (N, C, 2) of whom
    the change could not be made; nan, or -1, stands for them everywhere.

    moved: (L, N, C, 2, d) how far a person's score on every component moves, in standard deviations of
    people. untrained: (M, L, n, C, 2, d) the same of networks that never learned, along their own components.
    p: (L, C, d) that the stronger change moves people no more than another grain does, corrected for all.

    right: (N, 17) hits as made, right_changed: (N, C, 2, 17) as changed, -1 where not labelled. peaks,
    peaks_changed: heights. cuts: (V,) names of CUTS; cut_right: (n, V, 17), cut_right_changed:
    (n, C, 2, V, 17), cut_peaks, cut_peaks_changed.

    ks: (q,) numbers of clusters. clusters: (N, q) whose centroid is nearest, as made; clusters_changed:
    (N, C, 2, q). untrained_clusters: (M, n, q), untrained_clusters_changed: (M, n, C, 2, q). In the first
    space.
    """

    sample_ids: NDArray[np.str_]
    spaces: NDArray[np.str_]
    causes: NDArray[np.str_]
    strengths: NDArray[np.float64]
    closer: NDArray[np.int64]
    refused: NDArray[np.bool_]
    moved: NDArray[np.float32]
    untrained: NDArray[np.float32]
    p: NDArray[np.float64]
    right: NDArray[np.int8]
    right_changed: NDArray[np.int8]
    peaks: NDArray[np.float32]
    peaks_changed: NDArray[np.float32]
    cuts: NDArray[np.str_]
    cut_right: NDArray[np.int8]
    cut_right_changed: NDArray[np.int8]
    cut_peaks: NDArray[np.float32]
    cut_peaks_changed: NDArray[np.float32]
    ks: NDArray[np.int64]
    clusters: NDArray[np.int8]
    clusters_changed: NDArray[np.int8]
    untrained_clusters: NDArray[np.int8]
    untrained_clusters_changed: NDArray[np.int8]
    info: Mapping[str, Any]


def save_cause_study(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write the study's file to `folder`; arrays by the names of CauseStudy, all but `info`."""
    kept = {name: _stored(name, each) for name, each in arrays.items()}
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **kept)  # type: ignore[arg-type]


def _stored(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Movements need no more than three digits, and heights than two: what is rounded packs better."""
    if values.dtype != np.float32:
        return values
    return (np.rint(values * STEPS) / STEPS if "peaks" in name else values).astype(np.float16)


def load_cause_study(bundle: Bundle) -> CauseStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        wide: dict[str, NDArray[Any]] = {
            name: each.astype(np.float32) if each.dtype == np.float16 else each
            for name, each in arrays.items()
        }
        found = CauseStudy(**wide, info=study.info)
    people, closer, causes = len(found.sample_ids), len(found.closer), len(found.causes)
    spaces, networks, d = len(found.spaces), len(found.untrained), found.moved.shape[-1]
    joints = len(bundle.keypoints)
    changes, cuts, ks = (causes, STRENGTHS), len(found.cuts), len(found.ks)
    shapes: dict[str, tuple[int, ...]] = {
        "strengths": changes,
        "refused": (people, *changes),
        "moved": (spaces, people, *changes, d),
        "untrained": (networks, spaces, closer, *changes, d),
        "p": (spaces, causes, d),
        **dict.fromkeys(("right", "peaks"), (people, joints)),
        **dict.fromkeys(("right_changed", "peaks_changed"), (people, *changes, joints)),
        **dict.fromkeys(("cut_right", "cut_peaks"), (closer, cuts, joints)),
        **dict.fromkeys(("cut_right_changed", "cut_peaks_changed"), (closer, *changes, cuts, joints)),
        "clusters": (people, ks),
        "clusters_changed": (people, *changes, ks),
        "untrained_clusters": (networks, closer, ks),
        "untrained_clusters_changed": (networks, closer, *changes, ks),
    }
    fits = (
        people > 0
        and spaces > 0
        and all(getattr(found, name).shape == shape for name, shape in shapes.items())
        and found.closer.max(initial=0) < people
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a cause study holds")
    return found
