"""The loss between predicted and target heatmaps."""

from typing import Final

from torch import Tensor
from torch.nn import functional

SHARPNESS: Final = 20.0
"""What a heatmap, with values from 0 to 1, is multiplied by before a softmax over its cells."""


def heatmap_loss(predicted: Tensor, target: Tensor, counted: Tensor, place: float = 0.0) -> Tensor:
    """Mean squared error over the counted maps, summed over the stacks (intermediate supervision).

    predicted: (N, S, K, H, W); target: (N, K, H, W); counted: (N, K), true where a joint's map takes
    part. Counting every joint takes an unlabelled one as an all-zero map (the thesis); counting the
    labelled ones leaves it out. A batch in which nothing counts has loss 0.

    place: weight of a second term, the cross-entropy between the target, as a distribution over the cells,
    and the softmax of the predicted map. The squared error lets a network answer a doubtful joint with an
    empty map, whose maximum is anywhere; this term asks for the likeliest place all the same. It is for
    maps with a target that is not empty.
    """
    error = (predicted - target.unsqueeze(1)).square().mean(dim=(-2, -1))  # (N, S, K)
    if place:
        cells = target.flatten(-2)  # (N, K, H * W)
        there = cells.sum(dim=-1, keepdim=True)
        shares = (cells / there.clamp(min=1e-6)).unsqueeze(1)
        logarithms = functional.log_softmax(SHARPNESS * predicted.flatten(-2).float(), dim=-1)
        error = error - place * (shares * logarithms).sum(dim=-1)
    weight = counted.to(error.dtype).unsqueeze(1)
    per_stack = (error * weight).sum(dim=(0, 2)) / weight.sum().clamp(min=1)
    return per_stack.sum()
