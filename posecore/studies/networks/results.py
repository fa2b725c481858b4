"""The file of the study of several networks: which joints of which people each of them found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.config import from_dict
from posecore.files import atomic_file
from posecore.metrics.paired import counted
from posecore.metrics.pck import Hits
from posecore.studies.networks.facts import DataSet, Network, network_from_json

if TYPE_CHECKING:
    from posecore.inference import Precision  # with torch, which pages of this study need not wait for

NAME: Final = "networks"
FILE: Final = "results.npz"

StoredHits = NDArray[np.int8]
"""(V, N, K): 1 found, 0 not, -1 not labelled. Variants: every stack with the skips as built, first to last;
then, where any skip was built, the last stack with all of them cut in every stack, zero in their place."""


@dataclass(frozen=True, eq=False)
class NetworksStudy:
    """A study of several networks over the people of several data sets.

    sample_ids: per data set (N,). hits: per network, per data set. created: of the study, ISO 8601.
    precision: in which all networks ran. thesis_channels: how wide the thesis's network is.
    """

    networks: tuple[Network, ...]
    data: tuple[DataSet, ...]
    sample_ids: tuple[NDArray[np.str_], ...]
    hits: tuple[tuple[StoredHits, ...], ...]
    created: str
    precision: "Precision"
    thesis_channels: int

    def stack_hits(self, network: Network, data: DataSet, stack: int) -> Hits:
        """(N, K) hits of a stack's heatmaps, from 1, with the skips as built; nan where not labelled."""
        return counted(self._stored(network, data)[stack - 1])

    def as_built(self, network: Network, data: DataSet) -> Hits:
        """The same of the last stack."""
        return self.stack_hits(network, data, network.stacks)

    def cut(self, network: Network, data: DataSet) -> Hits:
        """The same with all skips cut at test time; as built where none was, as nothing can be cut then."""
        return counted(self._stored(network, data)[-1])

    def _stored(self, network: Network, data: DataSet) -> StoredHits:
        return self.hits[self.networks.index(network)][self.data.index(data)]


def variants(network: Network) -> int:
    """V of a network's StoredHits."""
    return network.stacks + int(network.has_skips)


def save_networks_study(
    folder: Path, sample_ids: Sequence[NDArray[np.str_]], hits: Sequence[Sequence[StoredHits]]
) -> None:
    """Write the study's file to `folder`; as in NetworksStudy."""
    people = {f"people_{d}": ids for d, ids in enumerate(sample_ids)}
    found = {f"hits_{n}_{d}": part for n, parts in enumerate(hits) for d, part in enumerate(parts)}
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **people, **found)  # type: ignore[arg-type]


def describe(networks: Sequence[Network], data: Sequence[DataSet]) -> dict[str, Any]:
    """What of a study goes into its manifest, as JSON."""
    return {"networks": [asdict(one) for one in networks], "data": [asdict(one) for one in data]}


def load_networks_study(bundle: Bundle) -> NetworksStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        networks = tuple(network_from_json(values) for values in study.info["networks"])
        data = tuple(from_dict(DataSet, values) for values in study.info["data"])
        found = NetworksStudy(
            networks=networks,
            data=data,
            sample_ids=tuple(arrays[f"people_{d}"] for d in range(len(data))),
            hits=tuple(
                tuple(arrays[f"hits_{n}_{d}"] for d in range(len(data))) for n in range(len(networks))
            ),
            created=study.created,
            precision=study.info["precision"],
            thesis_channels=study.info["thesis_channels"],
        )
    fits = (
        len(networks) > 0
        and len(data) > 0
        and len({one.name for one in networks}) == len(networks)
        and all(len(ids) == one.people > 0 for ids, one in zip(found.sample_ids, data, strict=True))
        and all(
            part.shape == (variants(network), one.people, len(bundle.keypoints))
            for network, parts in zip(networks, found.hits, strict=True)
            for one, part in zip(data, parts, strict=True)
        )
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a study of networks holds")
    return found
