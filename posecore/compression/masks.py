"""Networks of full size in which some groups, or some single weights, say nothing."""

import copy
from typing import TypeVar

import torch
from torch import nn

from posecore.compression.groups import all_layers, axis, convolution, folded
from posecore.compression.ranking import Kept
from posecore.errors import ConfigError
from posecore.models.registry import PoseNetwork

Network = TypeVar("Network", bound=PoseNetwork)


@torch.no_grad()
def masked(network: Network, kept: Kept) -> Network:
    """A copy in which all other channels are zero wherever they go.

    Their filters and biases are zero, and so are gain and offset of every batch normalisation with an entry
    for them: without that, a zero filter would still let ReLU(offset - gain mean / sqrt(variance)) pass.
    """
    changed = copy.deepcopy(network)
    for width in network.structure().widths:
        gone = torch.ones(width.size, dtype=torch.bool)
        gone[torch.from_numpy(kept[width.name])] = False
        for name in width.producers:
            module = convolution(changed, name)
            module.weight.transpose(0, axis(module, "filters"))[gone] = 0
            if module.bias is not None:
                module.bias[gone] = 0
        for name in width.norms:
            norm = changed.get_submodule(name)
            assert isinstance(norm, nn.BatchNorm2d)
            norm.weight[gone] = 0
            norm.bias[gone] = 0
    return changed


@torch.no_grad()
def without_small_weights(network: Network, share: float) -> Network:
    """A copy that keeps this share of the single weights of all convolutions that have groups, those whose
    folded weights are largest relative to their layer's mean; the rest are zero.

    By their absolute size the convolution of a head, whose normalisation makes all its weights small, would
    go as a whole before any other. Raises ConfigError for a share that is none.
    """
    if not 0 < share < 1:
        raise ConfigError(f"a share of {share}: expected one between 0 and 1")
    changed, structure = copy.deepcopy(network), network.structure()
    names = list(dict.fromkeys((*all_layers(structure, "channels"), *all_layers(structure, "filters"))))
    sizes = {name: folded(network, structure, name).abs() for name in names}
    sizes = {name: size / size.mean().clamp(min=1e-30) for name, size in sizes.items()}
    every = torch.cat([size.flatten() for size in sizes.values()])
    least = every.kthvalue(max(1, round((1 - share) * len(every)))).values
    for name, size in sizes.items():
        convolution(changed, name).weight[size <= least] = 0
    return changed
