"""The file of a comparison of two bundles: where both networks find everybody's joints, how alike their
layers are, and what a linear readout finds in their latents."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import LEVEL_NAMES
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays, subject
from posecore.data.heatmaps import STRIDE, where_found
from posecore.files import atomic_file
from posecore.similarity.cka import Products

KIND: Final = "compare"
FILE: Final = "results.npz"
BOTTLENECK: Final = "bottleneck"
AUTOENCODER: Final = "autoencoder"


@dataclass(frozen=True, eq=False)
class PairStudy:
    """N people seen by two networks, all skips on that each has.

    sample_ids: (N,). cells: (2, N, K, 2) uint8 heatmap cells, column then row, of one and the other. peaks:
    (2, N, K). hits: (2, N, K) int8, 1 found, 0 not, -1 not labelled. layers: of how many people batch by
    batch, see posecore.similarity.cka. readout: (3, N, K) int8, what posecore.studies.pair.readout.read_off
    gives; all -1 in a study made before there was a readout. names: of the layers of both, in order. info:
    the settings.
    """

    sample_ids: NDArray[np.str_]
    cells: NDArray[np.uint8]
    peaks: NDArray[np.float32]
    hits: NDArray[np.int8]
    layers: Products
    readout: NDArray[np.int8]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    info: Mapping[str, Any]

    @property
    def points(self) -> NDArray[np.float32]:
        """(2, N, K, 2) crop pixels, x then y; nan of an empty heatmap."""
        return where_found((self.cells + np.float32(0.5)) * STRIDE, self.peaks)


def study_name(other: Bundle) -> str:
    """What a comparison with a bundle is called among the studies of another."""
    return f"{KIND}-{other.path.resolve().name}"


def layer_names(bundle: Bundle) -> tuple[str, ...]:
    """The layers of a bundle's network that are compared, of its last stack, those not built among them."""
    squeezed = (AUTOENCODER,) if bundle.manifest.network_config.autoencoder else ()
    return (*LEVEL_NAMES, BOTTLENECK, *squeezed)


def described(other: Bundle) -> dict[str, str]:
    """What a study keeps of the other bundle: of another one than that it says nothing."""
    weights, people = subject(other)
    return {"name": other.manifest.name, "weights": weights, "people": people}


def save_pair_study(
    folder: Path,
    sample_ids: NDArray[np.str_],
    cells: NDArray[np.uint8],
    peaks: NDArray[np.float32],
    hits: NDArray[np.int8],
    layers: Products,
    readout: NDArray[np.int8],
) -> None:
    """Write the study's file to `folder`; arrays as in PairStudy. Peaks are kept as float16."""
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            sample_ids=sample_ids,
            cells=cells,
            peaks=peaks.astype(np.float16),
            hits=hits,
            cross=layers.cross,
            one=layers.one,
            other=layers.other,
            readout=readout,
        )


def load_pair_study(one: Bundle, other: Bundle) -> PairStudy:
    """The comparison of `one` with `other`. Raises BundleError, with the command that makes it, where none is
    usable or it is of another bundle of that name."""
    name = study_name(other)
    study = open_study(one, name)
    if study.info.get("other") != described(other):
        raise broken_study(one, name, f"speaks of other weights or people than {other.path} holds now")
    with study_arrays(one, study, FILE) as arrays:
        found = PairStudy(
            sample_ids=arrays["sample_ids"],
            cells=arrays["cells"],
            peaks=arrays["peaks"].astype(np.float32),
            hits=arrays["hits"],
            layers=Products(arrays["cross"], arrays["one"], arrays["other"]),
            readout=arrays.get("readout", np.full((3, *arrays["hits"].shape[1:]), -1, np.int8)),
            names=(layer_names(one), layer_names(other)),
            info=study.info,
        )
    shape, layers = (2, len(found.sample_ids), len(one.keypoints)), found.layers
    batches = len(layers.cross)
    counts = tuple(map(len, found.names))
    fits = (
        len(found.sample_ids) > 0
        and found.cells.shape == (*shape, 2)
        and found.peaks.shape == found.hits.shape == shape
        and found.readout.shape == (3, *shape[1:])
        and layers.cross.shape == (batches, *counts)
        and (layers.one.shape, layers.other.shape) == tuple((batches, count) for count in counts)
        and set(found.sample_ids.tolist()) <= set(one.rows) & set(other.rows)
    )
    if not fits:
        raise broken_study(one, name, f"{FILE} does not hold what a comparison holds")
    return found
