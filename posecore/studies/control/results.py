"""The file of a control study: what every explanation says of the bundle's own network and of untrained ones.

M networks, the bundle's own first, then untrained ones of the seeds 0, 1, ...; all were run over the same N
people, in the same way. Figures only: no picture, no latent, no weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.components.belonging import MEASURES
from posecore.files import atomic_file
from posecore.studies.components.results import SKIPS

NAME: Final = "control"
FILE: Final = "results.npz"
OWN: Final = 0
"""The bundle's own network, along the first axis of everything."""

MODES: Final = tuple(SKIPS)
"""How shortened latents are decoded."""


@dataclass(frozen=True, eq=False)
class ControlStudy:
    """What was found, by explanation. Of everything but names and counts the first axis is the networks.

    networks: (M,) names. sample_ids: (N,). skip_people, curve_people: (n,), (t,) rows of those people on whom
    skips were cut, and curves tried.

    Skips: replacements: (R,). skip_scores: (M, R, n, 16) PCK under ALL_MASKS. skip_moved: (M, R, n, 4) crop
    pixels that a person's joints move, on average, when a level alone is cut; nan where all are lost.
    joint_shares: (M, 16, K) how often each joint is found under ALL_MASKS, cut made zero; nan of one that
    nobody shows.
    Clusters, of whole latents: ks: (L,) from 2. silhouettes: (M, L, S) mean silhouettes of S restarts each.
    gaps, gap_errors: (M, L + 1) for K from 1. stability: (M, L, B) adjusted Rand index of B resamples.
    labels: (M, L, N) everybody's cluster in the best restart of each K. told: (M, L, T) share of people whose
    cluster in it is told by each of posecore.clustering.confounds.SETS; nan where one holds a single person.
    valleys: (M, L) how far the density falls between clusters, as a share of the lower peak, nan where people
    are too few; verdict: (M,) a posecore.clustering.verdict.Kind; both along the first 50 components.
    Components: explained: (M, d) share of the variance along the first ones. needed: (M,) how many hold 95 %.
    above_chance: (M,) by parallel analysis. correlation, correlation_low, correlation_high: (M, c) the
    strongest rank correlation of each of the first c components with an attribute; best_attribute: (M, c)
    which; sure: (M, c) how many attributes surely go with it, of `tested`: (M, c).
    Walks from the mean along the first w components: steps: (S,) c. followed: (M, w) the quantity that goes
    with each most. follows: (M, w) rank correlation of that of the nearest person with c, positive where it
    changes as the component says, nan where it does not vary. farther_out: (M, w, S) which stops lie farther
    out than people do. nearest: (M, w, S) how far the nearest person is, in medians of that from a person to
    the nearest other one.
    Placement: nobody: (P,) kinds of pictures without people, as in posecore.synthetic.nobody. refused:
    (M, P, 3) by which measures each is refused, as in posecore.components.belonging.
    Component curve: counts: (V,) components kept, last the latent itself. curve_scores: (M, 3, t, V) PCK, in
    the order of MODES.
    Layers: layers: (F,) names, skips from the finest, the bottleneck last. cka, cka_low, cka_high:
    (M, M, F, F) of a layer of each of two networks.
    Probe of the latent: probe_errors: (M, N) squared error of the places read off, over a person's labelled
    joints; probe_spread: (N,) of the mean places; probe_scores: (M, N) PCK; probe_joints: (M, K) how often
    each joint is read off rightly.

    The last six are None of a study that was made before they were stored.
    """

    networks: NDArray[np.str_]
    sample_ids: NDArray[np.str_]
    replacements: NDArray[np.str_]
    skip_people: NDArray[np.int64]
    skip_scores: NDArray[np.float32]
    skip_moved: NDArray[np.float32]
    ks: NDArray[np.int64]
    silhouettes: NDArray[np.float32]
    gaps: NDArray[np.float32]
    gap_errors: NDArray[np.float32]
    stability: NDArray[np.float32]
    valleys: NDArray[np.float32]
    verdict: NDArray[np.str_]
    explained: NDArray[np.float32]
    needed: NDArray[np.int64]
    above_chance: NDArray[np.int64]
    correlation: NDArray[np.float32]
    correlation_low: NDArray[np.float32]
    correlation_high: NDArray[np.float32]
    best_attribute: NDArray[np.str_]
    sure: NDArray[np.int64]
    tested: NDArray[np.int64]
    steps: NDArray[np.float32]
    followed: NDArray[np.str_]
    follows: NDArray[np.float32]
    nobody: NDArray[np.str_]
    refused: NDArray[np.bool_]
    counts: NDArray[np.int64]
    curve_people: NDArray[np.int64]
    curve_scores: NDArray[np.float32]
    layers: NDArray[np.str_]
    cka: NDArray[np.float32]
    cka_low: NDArray[np.float32]
    cka_high: NDArray[np.float32]
    probe_errors: NDArray[np.float32]
    probe_spread: NDArray[np.float32]
    probe_scores: NDArray[np.float32]
    info: Mapping[str, Any]
    joint_shares: NDArray[np.float32] | None = None
    labels: NDArray[np.uint8] | None = None
    told: NDArray[np.float32] | None = None
    farther_out: NDArray[np.bool_] | None = None
    nearest: NDArray[np.float32] | None = None
    probe_joints: NDArray[np.float32] | None = None


def save_control_study(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write the study's file to `folder`; arrays by the names of ControlStudy, all but `info`."""
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load_control_study(bundle: Bundle) -> ControlStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    names = {field.name for field in fields(ControlStudy)} - {"info"}
    with study_arrays(bundle, study, FILE) as arrays:
        found = ControlStudy(**{name: arrays[name] for name in names & set(arrays)}, info=study.info)
    people, networks = len(found.sample_ids), len(found.networks)
    ks, components, walked = len(found.ks), found.correlation.shape[1:], found.follows.shape[1:]
    shapes: dict[str, tuple[int, ...]] = {
        "skip_scores": (networks, len(found.replacements), len(found.skip_people), 16),
        "skip_moved": (networks, len(found.replacements), len(found.skip_people), 4),
        "joint_shares": (networks, len(ALL_MASKS), len(bundle.keypoints)),
        "labels": (networks, ks, people),
        "gaps": (networks, ks + 1),
        "gap_errors": (networks, ks + 1),
        "valleys": (networks, ks),
        "verdict": (networks,),
        "needed": (networks,),
        "above_chance": (networks,),
        **dict.fromkeys(("correlation_low", "correlation_high"), (networks, *components)),
        **dict.fromkeys(("best_attribute", "sure", "tested"), (networks, *components)),
        "followed": (networks, *walked),
        **dict.fromkeys(("farther_out", "nearest"), (networks, *walked, len(found.steps))),
        "refused": (networks, len(found.nobody), len(MEASURES)),
        "curve_scores": (networks, len(MODES), len(found.curve_people), len(found.counts)),
        **{name: 2 * (networks,) + 2 * (len(found.layers),) for name in ("cka", "cka_low", "cka_high")},
        "probe_errors": (networks, people),
        "probe_scores": (networks, people),
        "probe_joints": (networks, len(bundle.keypoints)),
        "probe_spread": (people,),
    }
    stored = {name: values for name in shapes if (values := getattr(found, name)) is not None}
    fits = (
        people > 0
        and networks > 0
        and all(values.shape == shapes[name] for name, values in stored.items())
        and found.silhouettes.shape[:2] == found.stability.shape[:2] == (networks, ks)
        and len(found.explained) == len(found.follows) == networks
        and (found.told is None or found.told.shape[:2] == (networks, ks))
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a control study holds")
    if networks == OWN + 1:
        raise broken_study(bundle, NAME, f"{FILE} holds no untrained network to compare with")
    return found
