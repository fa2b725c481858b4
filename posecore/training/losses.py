"""The loss between predicted and target heatmaps."""

from torch import Tensor


def heatmap_loss(predicted: Tensor, target: Tensor, counted: Tensor) -> Tensor:
    """Mean squared error over the counted maps, summed over the stacks (intermediate supervision).

    predicted: (N, S, K, H, W); target: (N, K, H, W); counted: (N, K), true where a joint's map takes
    part. Counting every joint takes an unlabelled one as an all-zero map (the thesis); counting the
    labelled ones leaves it out. A batch in which nothing counts has loss 0.
    """
    error = (predicted - target.unsqueeze(1)).square().mean(dim=(-2, -1))  # (N, S, K)
    weight = counted.to(error.dtype).unsqueeze(1)
    per_stack = (error * weight).sum(dim=(0, 2)) / weight.sum().clamp(min=1)
    return per_stack.sum()
