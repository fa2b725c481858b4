"""The autoencoder that the thesis puts into the bottleneck of its hourglass, to squeeze it to 50 numbers.

Shapes: N people, C channels of the bottleneck, D numbers.
"""

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from posecore.models.configs import CELLS, AutoencoderConfig

NOISE: Final = 0.1
"""Standard deviation of the training noise, as a share of the value it is added to."""


class Autoencoder(nn.Module):
    """Bottleneck to D numbers and back: (N, C, H, W) to (N, C, H, W).

    3x3 convolutions 256-192-128-64, linear 1024-50-1024, convolutions 64-128-192-256, for C = 256; narrower
    in proportion for a smaller C. A ReLU follows every convolution but the last, whose output takes the place
    of a residual's and so has both signs. While training, noise N(0, (0.1 x)^2) is added to every input x.
    Weights start Glorot normal, as the thesis's others do.

    The linear layers want 4 x 4 cells. A bottleneck of another size, as smaller pictures have, is averaged or
    repeated to 4 x 4, and what comes out is brought back to its size.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.channels * share // 4 for share in (4, 3, 2, 1)]
        flat = widths[-1] * CELLS**2
        self.down = _convolutions(widths)
        self.to_numbers = nn.Linear(flat, config.numbers)
        self.from_numbers = nn.Linear(config.numbers, flat)
        self.up = _convolutions(widths[::-1])[:-1]
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.xavier_normal_(module.weight)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def encode(self, bottleneck: Tensor) -> Tensor:
        """(N, C, H, W) to the numbers (N, D), without noise."""
        features = self.down(_resized(bottleneck, CELLS, CELLS))
        numbers: Tensor = self.to_numbers(features.flatten(1))
        return numbers

    def decode(self, numbers: Tensor) -> Tensor:
        """(N, D) to (N, C, 4, 4)."""
        features: Tensor = self.up(self.from_numbers(numbers).unflatten(1, (-1, CELLS, CELLS)))
        return features

    def forward(self, bottleneck: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape; with noise in training only."""
        height, width = bottleneck.shape[2:]
        if self.training:
            bottleneck = bottleneck + NOISE * bottleneck * torch.randn_like(bottleneck)
        return _resized(self.decode(self.encode(bottleneck)), height, width)


def _convolutions(widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def _resized(features: Tensor, height: int, width: int) -> Tensor:
    if features.shape[2:] == (height, width):
        return features
    return functional.adaptive_avg_pool2d(features, (height, width))
