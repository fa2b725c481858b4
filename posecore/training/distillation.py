"""Another network's heatmaps as a second target (Hinton et al. 2015, arXiv:1503.02531)."""

from pathlib import Path
from typing import Any, Final

import torch
from lightning_fabric import Fabric
from torch import Tensor

from posecore.errors import ConfigError
from posecore.models.checkpoint import load_checkpoint, weights_digest

SHARE: Final = 0.5
"""Of the loss that compares with the teacher; the rest compares with the annotation."""


class Teacher:
    """A trained network that sees the very pictures its pupil sees, always with all skips.

    record: for the run's record. Raises CheckpointError for weights that are not usable, ConfigError where
    they are of a network with another number of joints.
    """

    def __init__(self, checkpoint: Path, joints: int, fabric: Fabric) -> None:
        network = load_checkpoint(checkpoint)
        if network.config.joints != joints:
            raise ConfigError(
                f"--teacher {checkpoint}: finds {network.config.joints} joints, the network {joints}; "
                "name a teacher of the same joints"
            )
        self.record: dict[str, Any] = {"weights": weights_digest(network), "share": SHARE}
        self._network = network.to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._fabric = fabric

    @torch.no_grad()
    def heatmaps(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 3, 4H, 4W) in [0, 1] to targets (N, K, H, W): nowhere below zero, as targets are."""
        with self._fabric.autocast():
            found: Tensor = self._network(pictures)[:, -1]
        return found.float().clamp(min=0)
