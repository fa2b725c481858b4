"""The file of a claims study: figures that no other study holds, and that claims of the theses are judged by.

M networks, the bundle's own first, then untrained ones; n people whose pictures are at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.clustering.verdict import Kind
from posecore.files import atomic_file

NAME: Final = "claims"
FILE: Final = "results.npz"
OWN: Final = 0
"""The bundle's own network, along the first axis of `nearer`."""


@dataclass(frozen=True, eq=False)
class Groups:
    """What the density test and the controls say of some people in their first components.

    kind: of posecore.clustering.verdict. count: groups, 1 for one cloud; low, high: its 95 % interval.
    valley, valley_low, valley_high: at K = 2, the density between both clusters as a share of the lower peak.
    people: how many. Of fewer people than the test needs kind cannot be told, and all figures but people are
    nan."""

    kind: Kind
    count: float
    low: float
    high: float
    valley: float
    valley_low: float
    valley_high: float
    people: int


@dataclass(frozen=True, eq=False)
class Squeezed:
    """A network with the autoencoder and one without that was given the same training.

    components: (2,) that hold 95 % of the variance; of the autoencoder's numbers, then of the other's
    bottleneck. groups: of both. people: how many.
    """

    components: NDArray[np.int64]
    groups: tuple[Groups, Groups]
    people: int


@dataclass(frozen=True, eq=False)
class ClaimsStudy:
    """neighbour_ids: (n,). nearer: (M, n) by which share of what any two people differ in pose somebody
    differs less from the people nearest in a network's latents; 0 as much as from anybody, 1 not at all.

    sized_ids: (s,); sizes: (s,) longer side of the box around a person's labelled joints, in crop pixels;
    pck, oks: (s,) how well each is found, with a radius that is the same for all, and by one that grows with
    the person. Empty where nobody published how far annotators spread.

    complete_ids: (c,) people of whom every joint is labelled; complete_labels: (c,) their cluster in the best
    labelling into two, of them alone; complete_silhouette: its mean silhouette, nan of too few people.
    subset_silhouettes: (D,) the same of as many people drawn from everybody. complete_scores: (c,) along the
    first component of them alone; None of a study that was made before it was stored.

    largest: what the larger of everybody's two clusters is made of. squeezed: None without such networks.
    """

    neighbour_ids: NDArray[np.str_]
    nearer: NDArray[np.float32]
    sized_ids: NDArray[np.str_]
    sizes: NDArray[np.float32]
    pck: NDArray[np.float32]
    oks: NDArray[np.float32]
    complete_ids: NDArray[np.str_]
    complete_labels: NDArray[np.int8]
    complete_silhouette: float
    subset_silhouettes: NDArray[np.float64]
    largest: Groups
    squeezed: Squeezed | None
    info: Mapping[str, Any]
    complete_scores: NDArray[np.float32] | None = None


ARRAYS: Final = (
    "neighbour_ids",
    "nearer",
    "sized_ids",
    "sizes",
    "pck",
    "oks",
    "complete_ids",
    "complete_labels",
    "complete_silhouette",
    "subset_silhouettes",
)
"""Of a ClaimsStudy, those that are stored by their own names, as SCORES is."""

SCORES: Final = "complete_scores"

GROUPS: Final = tuple(field.name for field in fields(Groups) if field.name != "kind")


def unknown_groups(people: int) -> Groups:
    """Of too few people to tell."""
    nan = float("nan")
    return Groups(Kind.UNKNOWN, nan, nan, nan, nan, nan, nan, people)


def groups_arrays(prefix: str, groups: Groups) -> dict[str, NDArray[Any]]:
    """Groups as arrays whose names begin with `prefix`."""
    figures = np.array([float(getattr(groups, name)) for name in GROUPS])
    return {f"{prefix}_kind": np.array(groups.kind.value), f"{prefix}_figures": figures}


def groups_from(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Groups:
    """What `groups_arrays` stored. Raises KeyError or ValueError where it is not that."""
    kind = Kind(str(arrays[f"{prefix}_kind"]))
    figures = dict(zip(GROUPS, arrays[f"{prefix}_figures"].tolist(), strict=True))
    return Groups(kind, **figures | {"people": int(figures["people"])})


def save_claims_study(folder: Path, largest: Groups, squeezed: Squeezed | None, **arrays: Any) -> None:
    """Write the study's file to `folder`; arrays by the names of ARRAYS and SCORES."""
    stored = {name: np.asarray(arrays[name]) for name in (*ARRAYS, SCORES)}
    stored |= groups_arrays("largest", largest)
    if squeezed is not None:
        stored["squeezed_components"] = squeezed.components
        stored["squeezed_people"] = np.array(squeezed.people)
        for side, groups in zip(SIDES, squeezed.groups, strict=True):
            stored |= groups_arrays(side, groups)
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **stored)  # type: ignore[arg-type]


SIDES: Final = ("with", "without")
"""The two networks of a Squeezed, as their groups' arrays are called."""


def load_claims_study(bundle: Bundle) -> ClaimsStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        own: dict[str, Any] = {name: arrays[name] for name in ARRAYS}
        own["complete_silhouette"] = float(arrays["complete_silhouette"])
        own[SCORES] = arrays.get(SCORES)
        squeezed = _squeezed_from(arrays) if "squeezed_components" in arrays else None
        found = ClaimsStudy(**own, largest=groups_from("largest", arrays), squeezed=squeezed, info=study.info)
    sized, complete = len(found.sized_ids), len(found.complete_ids)
    named = {*found.neighbour_ids.tolist(), *found.sized_ids.tolist(), *found.complete_ids.tolist()}
    fits = (
        found.nearer.ndim == 2
        and len(found.nearer) > OWN
        and found.nearer.shape[1] == len(found.neighbour_ids) > 0
        and found.sizes.shape == found.pck.shape == found.oks.shape == (sized,)
        and found.complete_labels.shape == (complete,)
        and (found.complete_scores is None or found.complete_scores.shape == (complete,))
        and found.subset_silhouettes.ndim == 1
        and (found.squeezed is None or found.squeezed.components.shape == (2,))
        and named <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a claims study holds")
    return found


def _squeezed_from(arrays: Mapping[str, NDArray[Any]]) -> Squeezed:
    groups = tuple(groups_from(side, arrays) for side in SIDES)
    return Squeezed(
        arrays["squeezed_components"].astype(np.int64),
        (groups[0], groups[1]),
        int(arrays["squeezed_people"]),
    )
