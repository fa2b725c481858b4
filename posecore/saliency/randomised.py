"""The check of Adebayo et al. 2018: a map that stays the same with random weights says nothing of them."""

import copy
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import nn

from posecore.models.checkpoint import round_weights
from posecore.models.pose_resnet import PoseResNet
from posecore.models.registry import PoseNetwork
from posecore.models.untrained import drawn
from posecore.saliency.faithful import by_squares

UNTRAINED, LAST_LEVELS = RANDOMISED = ("untrained", "last levels")
"""What is made random: everything, or all that comes after the bottleneck."""


def last_levels_randomised(network: PoseNetwork, seed: int, pictures: NDArray[np.uint8]) -> PoseNetwork:
    """A copy whose last way up and head are drawn by `seed`, as posecore.models.untrained draws them.

    pictures: (N, 256, 256, 3), two or more, of which those layers' batch-norm statistics are taken. In
    evaluation mode, rounded as bundles store weights.
    """
    mixed, other = copy.deepcopy(network).requires_grad_(False).eval(), drawn(network.config, seed)
    norms = []
    for name in _late(network):
        own = mixed.get_submodule(name)
        own.load_state_dict(other.get_submodule(name).state_dict())
        norms += [module for module in own.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over the batches
        norm.train()
    with torch.no_grad():
        for batch in np.array_split(pictures, max(1, len(pictures) // _BATCH)):
            mixed(torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return round_weights(mixed.eval())


_BATCH: Final = 8


def _late(network: PoseNetwork) -> tuple[str, ...]:
    """Names of the modules between the bottleneck and the last heatmaps."""
    if isinstance(network, PoseResNet):
        return "up", "head"
    last = network.config.stacks - 1
    return f"hourglasses.{last}.up", f"features.{last}", f"heads.{last}"


def similarity(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Rank correlation of two maps (256, 256) over squares; nan where either is the same everywhere."""
    first, second = by_squares(one).ravel(), by_squares(other).ravel()
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)
