"""Groups of weights that a network loses together, and how large they are.

A group is one channel of one width (`posecore.models.structure`) with all its weights on one side of it: of
`channels`, the weights of all convolutions that read it; of `filters`, those of all that make it. Coupled
layers are thus never asked for different channels.

A convolution before a batch normalisation does not feel its own scale. So weights are always judged folded,
w g / sqrt(v + eps), with gain g and variance v of the normalisation directly behind it.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, cast, get_args

import torch
from torch import Tensor, nn

from posecore.models.structure import Structure, Width

Side = Literal["channels", "filters"]
SIDES: Final[tuple[str, ...]] = get_args(Side)

Convolution = nn.Conv2d | nn.ConvTranspose2d

SMALLEST_SCALE: Final = 1e-6
"""Of folding, below which a filter is as good as switched off; nothing is divided by less."""


def convolution(network: nn.Module, name: str) -> Convolution:
    """The convolution of that name."""
    return cast(Convolution, network.get_submodule(name))


def axis(module: Convolution, side: Side) -> int:
    """Along which axis of its weight a convolution's filters or channels lie."""
    transposed = isinstance(module, nn.ConvTranspose2d)
    return int((side == "channels") != transposed)


def layers(width: Width, side: Side) -> tuple[str, ...]:
    """The convolutions whose weights the groups of a width are made of."""
    return width.consumers if side == "channels" else width.producers


def places(network: nn.Module, structure: Structure) -> Iterator[tuple[str, int, str]]:
    """Where widths stand in the network's state: a tensor's name, which of its dimensions, and the width."""
    for width in structure.widths:
        for name in width.producers:
            module = convolution(network, name)
            yield f"{name}.weight", axis(module, "filters"), width.name
            if module.bias is not None:
                yield f"{name}.bias", 0, width.name
        for name in width.norms:
            for part in ("weight", "bias", "running_mean", "running_var"):
                yield f"{name}.{part}", 0, width.name
        for name in width.consumers:
            yield f"{name}.weight", axis(convolution(network, name), "channels"), width.name


def fold_scale(network: nn.Module, structure: Structure, name: str) -> Tensor | None:
    """What folding multiplies the weight of a convolution by, ready to be broadcast; None where nothing does.

    The gain takes part in gradients, the variance does not: it follows the weights by itself.
    """
    if name not in structure.followed:
        return None
    norm = cast(nn.BatchNorm2d, network.get_submodule(structure.followed[name]))
    scale = norm.weight / (cast(Tensor, norm.running_var) + norm.eps).sqrt()
    shape = [1, 1, 1, 1]
    shape[axis(convolution(network, name), "filters")] = -1
    return scale.reshape(shape)


def folded(network: nn.Module, structure: Structure, name: str) -> Tensor:
    """The folded weight of a convolution, of its weight's shape."""
    weight, scale = convolution(network, name).weight, fold_scale(network, structure, name)
    return weight if scale is None else weight * scale


def all_layers(structure: Structure, side: Side) -> tuple[str, ...]:
    """The convolutions that have groups, each once."""
    return tuple(dict.fromkeys(name for width in structure.widths for name in layers(width, side)))


def sums(
    network: nn.Module, structure: Structure, side: Side, values: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Per width, the sum (size,) over each group of values given per convolution, of its weight's shape."""
    found = {}
    for width in structure.widths:
        parts = [
            values[name].transpose(0, axis(convolution(network, name), side)).flatten(1).sum(dim=1)
            for name in layers(width, side)
        ]
        found[width.name] = torch.stack(parts).sum(dim=0)
    return found


def norms(network: nn.Module, structure: Structure, side: Side) -> dict[str, Tensor]:
    """Per width, the norm ||W_g|| (size,) of each group's folded weights; differentiable also at zero."""
    squares = {name: folded(network, structure, name).square() for name in all_layers(structure, side)}
    return {name: (total + 1e-16).sqrt() for name, total in sums(network, structure, side, squares).items()}


def spread(
    network: nn.Module, structure: Structure, side: Side, values: Mapping[str, Tensor], name: str
) -> Tensor:
    """Values given per group, per width (size,), as they hold for the weight of a convolution."""
    module = convolution(network, name)
    shape = [1, 1, 1, 1]
    shape[axis(module, side)] = -1
    owner = next(width for width in structure.widths if name in layers(width, side))
    return values[owner.name].reshape(shape)
