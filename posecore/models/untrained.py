"""A network that never learned, to see how much of an explanation is there without any training.

Of a trained network's shape. Convolutions begin as He et al. 2015 draw them, those of the heads too, which
would otherwise say nothing, and a pose_resnet's going up; batch normalisation takes its means and variances
from the people the network is run over, so that no layer is dead or overflows. The rest is as it is drawn.
"""

import dataclasses
from collections.abc import Callable
from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from posecore.errors import ConfigError
from posecore.models.checkpoint import round_weights
from posecore.models.configs import HourglassConfig, PoseConfig
from posecore.models.hourglass import StackedHourglass
from posecore.models.layers import HeatmapHead
from posecore.models.pose_resnet import PoseResNet
from posecore.models.registry import PoseNetwork

PEOPLE: Final = 128
"""People that the statistics are taken of at most, spread evenly over all."""

BATCH: Final = 8
"""People at once: with statistics of their own, their layers all have to be held."""


def drawn(config: PoseConfig, seed: int) -> PoseNetwork:
    """A network of this shape with all its weights drawn by `seed`, before any picture was seen.

    Other random numbers of the process are left as they are.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: PoseNetwork
        if isinstance(config, HourglassConfig):
            network = hourglass = StackedHourglass(dataclasses.replace(config, initialisation="he"))
            silent: list[nn.Conv2d | nn.ConvTranspose2d] = [
                cast(HeatmapHead, head).last for head in hourglass.heads
            ]
        else:
            network = resnet = PoseResNet(config)
            layers = (*resnet.up, resnet.head)
            silent = [layer for layer in layers if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
        for layer in silent:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return network.requires_grad_(False).eval()


def untrained(
    config: PoseConfig, seed: int, people: int, picture: Callable[[int], NDArray[np.uint8]]
) -> PoseNetwork:
    """That network with batch-norm statistics of people, in evaluation mode, rounded as bundles store it.

    people: how many there are; picture: of one of them, from 0, (256, 256, 3) RGB. Every layer's mean and
    variance are averaged over batches that each pass with their own. The same seed and pictures give the same
    network. Raises ConfigError for fewer than two people.
    """
    if people < 2:
        raise ConfigError(f"an untrained network's statistics of {people} people: expected two or more")
    network = drawn(config, seed)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over the batches
    asked = np.unique(np.linspace(0, people - 1, min(people, PEOPLE)).round().astype(int))
    network.train()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # of the noise that an autoencoder adds in training
        for batch in np.array_split(asked, -(-len(asked) // BATCH)):
            pictures = torch.from_numpy(np.stack([picture(int(row)) for row in batch]))
            network(pictures.permute(0, 3, 1, 2).float() / 255)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return round_weights(network.eval())
