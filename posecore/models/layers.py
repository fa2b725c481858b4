"""Building blocks of the hourglass (Newell et al., ECCV 2016, arXiv:1603.06937)."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from posecore.models.configs import Inner


class Residual(nn.Module):
    """Pre-activated bottleneck residual: 1x1 (C/2), 3x3 (C/2), 1x1 (C), added to the input.

    Batch normalisation and ReLU come before every convolution, the shortcut is the identity
    (Newell et al. 2016, fig. 4 left, with the normalisation of He et al. 2016, arXiv:1603.05027).
    inner: widths of the first two convolutions, where they are others than half.
    Maps (N, C, H, W) to (N, C, H, W).
    """

    def __init__(self, channels: int, inner: Inner | None = None) -> None:
        super().__init__()
        self.inner = first, second = inner or (channels // 2, channels // 2)
        self.body = nn.Sequential(
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, first, kernel_size=1),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            nn.Conv2d(first, second, kernel_size=3, padding=1),
            nn.BatchNorm2d(second),
            nn.ReLU(inplace=True),
            nn.Conv2d(second, channels, kernel_size=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        change: Tensor = self.body(features)
        return features + change


class NoSkip(nn.Module):
    """In the place of a skip that is not built: no parameters, and zeros of the features' shape."""

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return features.new_zeros(()).expand(features.shape)


class Stem(nn.Module):
    """Image to features at a quarter of its resolution: (N, 3, 4H, 4W) to (N, C, H, W).

    7x7/2 convolution, batch normalisation, ReLU, residual, 2x2 max pooling, two residuals, whose inner widths
    are taken from `inner`. The first
    convolution always computes in float32: rounding the pixels themselves moved more maxima than all the
    rounding after it.
    """

    def __init__(self, channels: int, inner: Iterator[Inner | None]) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, channels, kernel_size=7, stride=2, padding=3),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            Residual(channels, next(inner)),
            nn.MaxPool2d(2),
            Residual(channels, next(inner)),
            Residual(channels, next(inner)),
        )

    @property
    def fine(self) -> nn.Sequential:
        """The layers before the pooling, which compute at half of the image's resolution."""
        return nn.Sequential(*list(self.body)[:4])

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, 4H, 4W), 0 to 1 less the mean colour, to (N, C, H, W)."""
        device = images.device.type
        with torch.autocast(device, enabled=False):
            features: Tensor = self.body[0](images.float())
        if torch.is_autocast_enabled(device):
            features = features.to(torch.get_autocast_dtype(device))
        rest: Tensor = self.body[1:](features)
        return rest


class HeatmapHead(nn.Module):
    """Features (N, C, H, W) to heatmaps (N, K, H, W): 1x1 (K), batch normalisation, ReLU, 1x1 (K).

    Always computed in float32: a bfloat16 heatmap has so few steps that its maxima tie.
    """

    def __init__(self, channels: int, joints: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, joints, kernel_size=1),
            nn.BatchNorm2d(joints),
            nn.ReLU(inplace=True),
            nn.Conv2d(joints, joints, kernel_size=1),
        )

    @property
    def last(self) -> nn.Conv2d:
        """The last convolution, whose output the heatmaps are."""
        convolution = self.body[-1]
        assert isinstance(convolution, nn.Conv2d)
        return convolution

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H, W) float32."""
        with torch.autocast(features.device.type, enabled=False):
            heatmaps: Tensor = self.body(features.float())
        return heatmaps


def upsample(features: Tensor) -> Tensor:
    """Nearest-neighbour upsampling by two: (N, C, H, W) to (N, C, 2H, 2W)."""
    return functional.interpolate(features, scale_factor=2, mode="nearest")
