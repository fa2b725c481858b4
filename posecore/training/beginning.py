"""What a training run begins with: a new network, or one that was trained before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from posecore.config import from_dict
from posecore.errors import ConfigError
from posecore.models.checkpoint import load_autoencoder, load_checkpoint, weights_digest
from posecore.models.configs import HourglassConfig
from posecore.models.extend import with_autoencoder
from posecore.models.hourglass import StackedHourglass
from posecore.models.registry import MODELS, PoseNetwork, build
from posecore.training.presets import Preset
from posecore.training.record import ENGINEERED, RUN, found_or_left_out, read_record, read_run


class Beginning:
    """Weights to train on, and the run that made them as far as it lies beside them.

    autoencoder: weights of one to put into the network's bottleneck, made by train_autoencoder.py.

    network: trainable. history: its epochs up to the one that was kept. record: for the next run's record.
    What lies beside weights and is not whole is left out and told of; the weights are enough. Raises
    CheckpointError for weights that are not usable, ConfigError where the two do not fit together.
    """

    def __init__(self, checkpoint: Path, autoencoder: Path | None = None) -> None:
        self.network: PoseNetwork = load_checkpoint(checkpoint)
        made = found_or_left_out(read_run, checkpoint)
        self.history = [] if made is None else made.history[: made.kept + 1]
        self.record: dict[str, Any] = {
            "weights": weights_digest(self.network),
            "run": None if made is None else made.record,
        }
        if (of := checkpoint.with_suffix(ENGINEERED)).is_file():
            self.record["engineered"] = found_or_left_out(read_record, of)
        if autoencoder is not None:
            squeezing, run = load_autoencoder(autoencoder), autoencoder.parent / RUN
            if not isinstance(self.network, StackedHourglass):
                raise ConfigError(f"--autoencoder {autoencoder}: only an hourglass takes one; leave it out")
            self.network = with_autoencoder(self.network, squeezing)
            self.record["autoencoder"] = {
                "weights": weights_digest(squeezing),
                "run": found_or_left_out(read_record, run) if run.is_file() else None,
            }
        self.network.requires_grad_(True)


def first_network(
    before: Beginning | None,
    model: str,
    preset: Preset,
    mean_rgb: Sequence[float],
    built: Mapping[str, Any],
) -> PoseNetwork:
    """The network before the first step: that of `before`, or a new one.

    model: name of a new one. built: what is asked for of its configuration. Raises ConfigError where that is
    impossible, or is not how the network of `before` is built.
    """
    if before is None:
        described = {"initialisation": preset.initialisation, "mean_rgb": mean_rgb}
        return MODELS[model].build(
            from_dict(MODELS[model].config, {**(described if model == "hourglass" else {}), **built})
        )
    _check_built("--init", before.network, built)
    return before.network


def redrawn(checkpoint: Path, preset: Preset, built: Mapping[str, Any]) -> PoseNetwork:
    """A network built as that of a checkpoint is, its weights drawn anew. Raises as `first_network` does."""
    network = load_checkpoint(checkpoint)
    _check_built("--shape", network, built)
    config = network.config
    if isinstance(config, HourglassConfig):
        config = replace(config, initialisation=preset.initialisation)
    return build(config)


def _check_built(option: str, network: PoseNetwork, built: Mapping[str, Any]) -> None:
    for name, value in built.items():
        if (own := getattr(network.config, name, None)) != value:
            raise ConfigError(
                f"--{name.replace('_', '-')} {value}: the network of {option} has {own} and is trained as it "
                "is built; leave the option out"
            )
