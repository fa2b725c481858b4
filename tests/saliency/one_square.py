"""A network of known making: how high its heatmaps are depends on the red of one square alone."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from posecore.models.hourglass import Encoded, HourglassConfig

SQUARE = (slice(64, 128), slice(128, 192))
"""Rows and columns of the crop; one cell of the bottleneck."""
CELL = (20, 40)
"""Row and column of both joints' peaks, which lie in the square."""


class _Levels(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.skip = nn.ModuleList(nn.AvgPool2d(2**level) for level in range(4))
        self.bottleneck = nn.ModuleList([nn.AvgPool2d(16)])


class OneSquare(nn.Module):
    """As much of a StackedHourglass as is asked for. Its trunk is the picture's colours, a cell each."""

    def __init__(self) -> None:
        super().__init__()
        self.config = HourglassConfig(joints=2, channels=4, bottleneck_residuals=1)
        self.stem = nn.Sequential(nn.AvgPool2d(4), nn.ReLU(inplace=True))
        self.hourglasses = nn.ModuleList([_Levels()])
        self.mean_rgb = nn.Buffer(torch.zeros(1, 3, 1, 1))
        blob = torch.zeros(64, 64)
        blob[CELL[0] - 1 : CELL[0] + 2, CELL[1] - 1 : CELL[1] + 2] = 0.5
        blob[CELL] = 1
        self.blob = nn.Buffer(blob)

    def encode_features(self, trunk: Tensor, skip_mask: Tensor | None = None) -> Encoded:
        own = self.hourglasses[0]
        skips = tuple(skip(trunk) for skip in own.skip)
        return Encoded((own.bottleneck[0](trunk),), skips, trunk.new_empty((len(trunk), 0, 2, 64, 64)))

    def decode(self, latent: Tensor, skips: tuple[Tensor, ...], skip_mask: Tensor | None = None) -> Tensor:
        mask = torch.ones(4) if skip_mask is None else skip_mask
        height = _red(latent)
        for level, skip in enumerate(skips):
            height = height + _red(skip) * mask[..., level].reshape(-1)
        return (height / 5)[:, None, None, None] * self.blob.expand(2, -1, -1)


def _red(features: Tensor) -> Tensor:
    """(N,) mean red in the square."""
    wide = functional.interpolate(features, (256, 256))
    return wide[:, 0, SQUARE[0], SQUARE[1]].mean(dim=(1, 2))


def picture() -> NDArray[np.uint8]:
    """A red square where the network looks, and one of the other colours where it does not."""
    drawn = np.zeros((256, 256, 3), np.uint8)
    drawn[SQUARE][..., 0] = 200
    drawn[192:256, 0:64, 1:] = 250
    return drawn
