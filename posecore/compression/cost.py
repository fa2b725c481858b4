"""What a network costs: parameters and multiplications."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from posecore.data.crops import SIZE
from posecore.models.registry import PoseNetwork


def parameters(network: nn.Module) -> int:
    """Numbers that training moves."""
    return sum(weight.numel() for weight in network.parameters())


@torch.no_grad()
def multiplications(network: PoseNetwork) -> int:
    """Multiply-accumulates of one 256 x 256 picture; the network is in evaluation mode."""
    counter = FlopCounterMode(display=False)
    with counter:
        network(torch.zeros(1, 3, SIZE, SIZE))
    return int(counter.get_total_flops()) // 2
