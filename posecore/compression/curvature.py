"""How sharply the data term rises with each weight: the diagonal of its Gauss-Newton matrix.

By random signs: of a vector v with E[v v'] = A, the second derivative of the data term by the heatmaps, the
gradient g of v . heatmaps has E[g^2] = diag(J' A J), whatever the pictures of a batch are. One backward pass
serves a whole batch.
"""

from collections.abc import Iterable
from typing import Final

import torch
from torch import Tensor, nn

from posecore.compression.groups import SMALLEST_SCALE, Side, all_layers, convolution, fold_scale
from posecore.models.structure import Structure
from posecore.training.losses import SHARPNESS

DRAWS: Final = 32


def curvature(
    network: nn.Module,
    structure: Structure,
    side: Side,
    batches: Iterable[tuple[Tensor, Tensor, Tensor | None]],
    place: float,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Per convolution the second derivative of the data term by its folded weights, of the weight's shape.

    batches: one draw each, of pictures (N, 3, 4H, 4W) in [0, 1], which maps count (N, K), and skip masks
    (N, 4) or None. place: the weight of the data term's second part, see `heatmap_loss`. The network is
    looked at in evaluation mode, as folding needs it, and left in the mode it was in.
    """
    names = all_layers(structure, side)
    weights = [convolution(network, name).weight for name in names]
    needed = [weight.requires_grad for weight in weights]
    for weight in weights:
        weight.requires_grad_(True)
    total = [torch.zeros_like(weight) for weight in weights]
    training, draws = network.training, 0
    network.eval()
    for pictures, counted, skip_mask in batches:
        heatmaps = network(pictures, skip_mask)
        signs = output_signs(heatmaps.detach(), counted, place, generator)
        for sum_, gradient in zip(total, torch.autograd.grad((heatmaps * signs).sum(), weights), strict=True):
            sum_ += gradient.square()
        draws += 1
    network.train(training)
    for weight, need in zip(weights, needed, strict=True):
        weight.requires_grad_(need)
    found = {}
    for name, sum_ in zip(names, total, strict=True):
        scale = fold_scale(network, structure, name)
        mean = sum_ / max(1, draws)
        # By the chain rule: the raw weight's derivative is the folded one's times the scale.
        found[name] = (
            mean if scale is None else mean / scale.detach().abs().clamp(min=SMALLEST_SCALE).square()
        )
    return found


def output_signs(heatmaps: Tensor, counted: Tensor, place: float, generator: torch.Generator) -> Tensor:
    """A random vector v of the heatmaps' shape (N, S, K, H, W), whose E[v v'] is the second derivative of
    `heatmap_loss` by them.

    Per counted map of n in all: 2 / (n H W) on the diagonal of the squared error; of the cross-entropy
    place S^2 (diag p - p p') / n, with p the softmax of S = SHARPNESS times the map.
    """
    maps = counted.sum().clamp(min=1)
    signs = _signs(heatmaps, generator) * (2 / (maps * heatmaps[0, 0, 0].numel())).sqrt()
    if place:
        shares = torch.softmax(SHARPNESS * heatmaps.flatten(-2).float(), dim=-1)
        drawn = shares.sqrt() * _signs(shares, generator)
        drawn = drawn - shares * drawn.sum(dim=-1, keepdim=True)
        signs = signs + SHARPNESS * (place / maps).sqrt() * drawn.view_as(heatmaps)
    return signs * counted[:, None, :, None, None].to(signs.dtype)


def _signs(like: Tensor, generator: torch.Generator) -> Tensor:
    drawn = torch.randint(0, 2, like.shape, generator=generator, device=generator.device)
    return (2 * drawn - 1).to(like.device, torch.float32)
