"""What a network costs: parameters and multiplications."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
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


def stored_bytes(network: nn.Module) -> int:
    """Bytes of all its tensors, buffers too."""
    return sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values())


def interleaved(sides: Sequence[Callable[[], Any]], rounds: int) -> NDArray[np.float64]:
    """Seconds (rounds, sides) that each takes, in turn, so that what else the machine does meets all alike;
    one round more is run first to warm up."""
    seconds = np.zeros((rounds + 1, len(sides)))
    for row in seconds:
        for place, side in enumerate(sides):
            began = time.perf_counter()
            side()
            row[place] = time.perf_counter() - began
    return seconds[1:]
