"""Whether a network was trained on the people of a bundle, as far as the manifest can tell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from posecore.bundle.manifest import Manifest

Exposure = Literal["trained on", "validated on", "new", "unknown"]


class Folder(NamedTuple):
    """A prepared data folder that was trained on. first: by its validation people the epoch was chosen."""

    name: str
    fingerprint: str
    first: bool = False


Run = Sequence[Folder] | None
"""The folders of a run that made weights; None where they are not recorded."""


def exposure(manifest: Manifest) -> Exposure:
    """What part the people of a bundle had in the training of its network, see `exposed`."""
    data = manifest.dataset
    if manifest.untrained:
        return "new"
    return exposed(data["name"], data["split"], data["fingerprint"], list(training_runs(manifest.training)))


def exposed(name: str, split: str, fingerprint: str, runs: Sequence[Run]) -> Exposure:
    """What part the people of a prepared data folder's split had in all the runs that made a network.

    trained on: they are training people of one of the runs. validated on: nothing was learned from them, but
    they chose the epoch whose weights were kept. new: neither. unknown: a run has no record, or it had a data
    set of this name with another fingerprint, which may be the same people prepared otherwise.
    """
    folders = [folder for run in runs if run is not None for folder in run]
    same = [folder for folder in folders if folder.fingerprint == fingerprint]
    if same and split == "train":
        return "trained on"
    alike = any(folder.name == name for folder in folders if folder.fingerprint != fingerprint)
    if not runs or None in runs or alike:
        return "unknown"
    return "validated on" if split == "val" and any(folder.first for folder in same) else "new"


def training_runs(training: Mapping[str, Any]) -> Iterator[Run]:
    """The folders of every run that made the weights, the last one first, as far back as there are records.

    training: as in a manifest. A run that put an autoencoder into the network is followed by that one's.
    """
    run: Any = training
    while True:
        folders = _folders(run)
        yield folders
        if folders is None or run.get("init") is None:
            return
        squeezing = run["init"].get("autoencoder")
        if squeezing is not None:
            yield _latents(squeezing)
        run = run["init"].get("run")


def _folders(run: Any) -> Run:
    try:
        # Runs from before there could be several name the one folder they had.
        parts = [run["data"]] if isinstance(run["data"], Mapping) else list(run["data"])
        return [
            Folder(str(part["name"]), str(part["fingerprint"]), place == 0)
            for place, part in enumerate(parts)
        ] or None
    except (KeyError, TypeError):
        return None


def _latents(squeezing: Mapping[str, Any]) -> Run:
    """Whose latents an autoencoder was trained on; of the data folder its record knows the name alone."""
    try:
        return [Folder(str(squeezing["run"]["bundle"]["data"]), "")]
    except (KeyError, TypeError):
        return None
