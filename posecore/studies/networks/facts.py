"""What is known of a trained network, and which other network it may fairly be compared with.

Labels are the user's and mean nothing here: what a network is follows from how it is built and was trained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posecore.ablation import ALL_OFF, ALL_ON, parse_mask
from posecore.bundle.exposure import Exposure, Folder, exposed
from posecore.config import from_dict


@dataclass(frozen=True)
class Training:
    """One run of scripts/train.py, or as much of it as the next run began with.

    recipe: fingerprint of all its settings. planned: the epochs the preset has by itself. epochs: those that
    were run; of an earlier run those asked for. kept: those up to the weights that were kept or handed on.
    steps: of one epoch. data, fingerprints: of the folders trained on. autoencoder_epochs: how long the
    autoencoder that was put in at the start had been trained alone; None where none was. cut_skips: the
    probability with which a picture was shown with skips cut at random; 0 in records older than that.
    """

    preset: str
    recipe: str
    seed: int
    planned: int
    epochs: int
    kept: int
    steps: int
    data: tuple[str, ...]
    fingerprints: tuple[str, ...]
    autoencoder_epochs: int | None
    cut_skips: float = 0.0

    @property
    def means(self) -> tuple[Any, ...]:
        """What has to be equal for two trainings to be the same means spent."""
        return self.recipe, self.seed, self.epochs, self.steps, self.fingerprints


@dataclass(frozen=True)
class Network:
    """A trained network.

    skips: the mask that was built, see posecore.ablation. bottleneck: its channels. autoencoder: its numbers,
    0 for none. weights, began_with: fingerprints of its weights, and of those its last training began with.
    validated_on: the data on whose people the epoch was chosen. val_pck: after every epoch, of the last
    training also after those that followed the weights kept.
    """

    label: str
    seed: int
    channels: int
    stacks: int
    skips: str
    bottleneck: int
    autoencoder: int
    parameters: int
    weights: str
    began_with: str | None
    trainings: tuple[Training, ...]
    validated_on: str
    val_pck: tuple[float, ...]

    @property
    def name(self) -> str:
        """Label and seed, unique in a study."""
        return f"{self.label} · seed {self.seed}"

    @property
    def epochs(self) -> int:
        """Epochs its weights went through."""
        return sum(training.kept for training in self.trainings)

    @property
    def steps(self) -> int:
        """Steps its weights went through, of one batch each."""
        return sum(training.kept * training.steps for training in self.trainings)

    @property
    def has_skips(self) -> bool:
        """Whether any skip connection was built."""
        return parse_mask(self.skips) != ALL_OFF

    @property
    def met_cuts(self) -> bool:
        """Whether skips were cut at random in any of its trainings."""
        return any(training.cut_skips > 0 for training in self.trainings)

    @property
    def build(self) -> tuple[Any, ...]:
        """How it is built, whether it met cuts, and its seed."""
        built = self.channels, self.stacks, self.skips, self.bottleneck, self.autoencoder
        return *built, self.met_cuts, self.seed

    @property
    def is_basic(self) -> bool:
        """Whether it is the thesis's hourglass: one stack, nothing in the bottleneck, all skips, none
        of which was ever cut in training."""
        return self._differs() == ()

    @property
    def lacks_skips_only(self) -> bool:
        """Whether it is the basic one but for its skips, none of which was built."""
        return self._differs() == ("skips",) and not self.has_skips

    def _differs(self) -> tuple[str, ...]:
        changed = {
            "skips": parse_mask(self.skips) != ALL_ON,
            "stacks": self.stacks > 1,
            "bottleneck": self.bottleneck != self.channels,
            "autoencoder": self.autoencoder > 0,
            "cuts": self.met_cuts,
        }
        return tuple(name for name, is_changed in changed.items() if is_changed)


@dataclass(frozen=True)
class DataSet:
    """Whom networks were tried on: one split of a prepared data folder."""

    name: str
    split: str
    fingerprint: str
    people: int

    @property
    def title(self) -> str:
        """Name and split, unique in a study."""
        return f"{self.name}, {self.split}"

    def exposed_to(self, network: Network) -> Exposure:
        """What part these people had in the network's trainings, that of an autoencoder alone apart."""
        runs = [
            [
                Folder(name, fingerprint, place == 0)
                for place, (name, fingerprint) in enumerate(
                    zip(training.data, training.fingerprints, strict=True)
                )
            ]
            for training in network.trainings
        ]
        return exposed(self.name, self.split, self.fingerprint, runs)


def control_of(network: Network, networks: Sequence[Network]) -> Network | None:
    """The basic network of equal width that was given the same means; None where there is none.

    The same means: as many runs with the same recipes, seeds, epochs, steps and data, whether or not skips
    were cut. A basic network has no control.
    """
    if network.is_basic:
        return None
    means = [training.means for training in network.trainings]
    for other in networks:
        same = [training.means for training in other.trainings] == means
        if other.is_basic and other.channels == network.channels and same:
            return other
    return None


def beginning_of(network: Network, networks: Sequence[Network]) -> Network | None:
    """The network whose weights the last training began with; None where it is not among `networks`."""
    return next((other for other in networks if other.weights == network.began_with), None)


def longest(networks: Sequence[Network]) -> list[Network]:
    """Of networks that are built alike and share a seed those trained for the most steps, in their order."""
    most: dict[tuple[Any, ...], int] = {}
    for network in networks:
        most[network.build] = max(most.get(network.build, 0), network.steps)
    return [network for network in networks if network.steps == most[network.build]]


def network_from_json(values: Mapping[str, Any]) -> Network:
    """The network of what `asdict` and JSON made of it. Raises ConfigError for unknown or missing keys."""
    runs = tuple(
        from_dict(Training, {**run, "data": tuple(run["data"]), "fingerprints": tuple(run["fingerprints"])})
        for run in values["trainings"]
    )
    return from_dict(Network, {**values, "trainings": runs, "val_pck": tuple(values["val_pck"])})
