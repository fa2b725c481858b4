"""The stacked hourglass, taken apart where people want to look inside.

Shapes: N images, S stacks, K joints, C channels, B of them in the bottleneck (as many, unless it is
configured narrower), H x W the heatmap (a quarter of the image: 64 x 64 for 256 x 256). Skip
connections are listed from the finest level to the coarsest: 64, 32, 16 and 8 cells wide for a
256 x 256 image.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from posecore.ablation import parse_mask
from posecore.errors import ConfigError
from posecore.models.autoencoder import Autoencoder
from posecore.models.configs import LEVELS, AutoencoderConfig, HourglassConfig, Inner
from posecore.models.layers import HeatmapHead, NoSkip, Residual, Stem, upsample
from posecore.models.structure import Structure, Width


class Encoded(NamedTuple):
    """What the last stack's encoder made of N images.

    bottlenecks: output of every bottleneck residual, each (N, B, H/16, W/16).
    skips: output of every skip branch, finest level first, (N, C, H, W) to (N, C, H/8, W/8); zeros where
    none was built.
    earlier_heatmaps: (N, S - 1, K, H, W), what the stacks before the last one predicted.
    """

    bottlenecks: tuple[Tensor, ...]
    skips: tuple[Tensor, ...]
    earlier_heatmaps: Tensor

    @property
    def bottleneck(self) -> Tensor:
        """Output of the last bottleneck residual, (N, B, H/16, W/16): the latent of the thesis."""
        return self.bottlenecks[-1]


class Hourglass(nn.Module):
    """One hourglass: four times down, a bottleneck, four times up, a skip connection per level.

    As in the thesis's code, a residual follows the first three upsamplings (after the skip is
    added), none the last: the stack's own residual comes next.
    """

    def __init__(self, config: HourglassConfig, inner: Iterator[Inner | None], autoencoder: int = 0) -> None:
        super().__init__()
        channels, width = config.channels, config.bottleneck_width
        self.skip = nn.ModuleList(
            Residual(channels, next(inner)) if built else NoSkip() for built in parse_mask(config.skips)
        )
        self.down = nn.ModuleList(Residual(channels, next(inner)) for _ in range(LEVELS))
        # Nothing that is not asked for is built; nn.Identity hands on what it is given.
        same = not config.bottleneck_apart
        self.narrow = nn.Identity() if same else nn.Conv2d(channels, width, kernel_size=1)
        self.bottleneck = nn.ModuleList(
            Residual(width, next(inner)) for _ in range(config.bottleneck_residuals)
        )
        self.autoencoder: nn.Module = nn.Identity()
        if autoencoder:
            self.autoencoder = Autoencoder(AutoencoderConfig(width, autoencoder))
        self.widen = nn.Identity() if same else nn.Conv2d(width, channels, kernel_size=1)
        self.up = nn.ModuleList(Residual(channels, next(inner)) for _ in range(LEVELS - 1))

    def encode(self, features: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Features (N, C, H, W) to the bottleneck residuals' outputs and the skips' outputs."""
        skips: list[Tensor] = []
        for skip, down in zip(self.skip, self.down, strict=True):
            skips.append(skip(features))
            features = down(functional.max_pool2d(features, 2))
        features = self.narrow(features)
        bottlenecks: list[Tensor] = []
        for residual in self.bottleneck:
            features = residual(features)
            bottlenecks.append(features)
        return tuple(bottlenecks), tuple(skips)

    def leave_bottleneck(self, latent: Tensor) -> Tensor:
        """What goes up, (N, C, H/16, W/16), of a bottleneck (N, B, H/16, W/16) or an autoencoder's (N, D)."""
        if latent.dim() == 2 and isinstance(self.autoencoder, Autoencoder):
            bottleneck = self.autoencoder.decode(latent)
        else:
            bottleneck = self.autoencoder(latent)
        features: Tensor = self.widen(bottleneck)
        return features

    def add_skip(self, features: Tensor, skip: Tensor, level: int, skip_mask: Tensor | None = None) -> Tensor:
        """Features with what comes over a skip, or as they are where that skip was not built."""
        if isinstance(self.skip[level], NoSkip):
            return features
        return features + _gate(skip, skip_mask, level)

    def decode(self, latent: Tensor, skips: Sequence[Tensor], skip_mask: Tensor | None) -> Tensor:
        """Bottleneck, or an autoencoder's numbers, and skips to features (N, C, H, W).

        skip_mask: (4,) or (N, 4), finest level first; a skip counts where it is true.
        """
        features = self.leave_bottleneck(latent)
        for level in reversed(range(LEVELS)):
            features = self.add_skip(upsample(features), skips[level], level, skip_mask)
            if level > 0:
                features = self.up[level - 1](features)
        return features


class StackedHourglass(nn.Module):
    """S hourglasses end to end, each predicting heatmaps (Newell et al. 2016, thesis figure 10).

    Nothing is kept on the module between calls, so one network may serve many threads at once.
    """

    def __init__(self, config: HourglassConfig) -> None:
        super().__init__()
        self.config = config
        channels, stacks = config.channels, config.stacks
        # Taken one by one, as residuals are built.
        inner: Iterator[Inner | None] = repeat(None) if config.inner is None else iter(config.inner)
        self.stem = Stem(channels, inner)
        # Typed views of the module lists: PyTorch's own give back a Module without its methods.
        last = stacks - 1
        self._stacks = [
            Hourglass(config, inner, config.autoencoder if stack == last else 0) for stack in range(stacks)
        ]
        self._heads = [HeatmapHead(channels, config.joints) for _ in range(stacks)]
        self.hourglasses = nn.ModuleList(self._stacks)
        self.features = nn.ModuleList(Residual(channels, next(inner)) for _ in range(stacks))
        self.heads = nn.ModuleList(self._heads)
        # What a stack hands on to the next one; the last one hands nothing on.
        self.merge_features = nn.ModuleList(nn.Conv2d(channels, channels, 1) for _ in range(stacks - 1))
        self.merge_heatmaps = nn.ModuleList(nn.Conv2d(config.joints, channels, 1) for _ in range(stacks - 1))
        self.mean_rgb: Tensor
        self.register_buffer("mean_rgb", torch.tensor(config.mean_rgb).view(1, 3, 1, 1), persistent=False)
        self._initialise(config.initialisation)

    def encode(self, images: Tensor, skip_mask: Tensor | None = None) -> Encoded:
        """Images (N, 3, 4H, 4W), RGB in [0, 1], to the last stack's bottleneck and skips.

        skip_mask: (4,) or (N, 4), finest level first, for the stacks before the last one.
        """
        return self.encode_features(self.stem(images - self.mean_rgb), skip_mask)

    def encode_features(self, trunk: Tensor, skip_mask: Tensor | None = None) -> Encoded:
        """The same from the stem's features (N, C, H, W) on."""
        earlier: list[Tensor] = []
        for stack in range(self.config.stacks - 1):
            bottlenecks, skips = self._stacks[stack].encode(trunk)
            features, heatmaps = self._finish(stack, bottlenecks[-1], skips, skip_mask)
            earlier.append(heatmaps)
            trunk = trunk + self.merge_features[stack](features) + self.merge_heatmaps[stack](heatmaps)
        bottlenecks, skips = self._stacks[-1].encode(trunk)
        if earlier:
            earlier_heatmaps = torch.stack(earlier, dim=1)
        else:
            height, width = trunk.shape[2:]
            earlier_heatmaps = trunk.new_empty(
                (len(trunk), 0, self.config.joints, height, width), dtype=torch.float32
            )
        return Encoded(bottlenecks, skips, earlier_heatmaps)

    def squeeze(self, bottleneck: Tensor) -> Tensor:
        """The last stack's bottleneck (N, B, H/16, W/16) to its autoencoder's numbers (N, D), without noise.

        Raises ConfigError where the network has no autoencoder.
        """
        autoencoder = self._stacks[-1].autoencoder
        if not isinstance(autoencoder, Autoencoder):
            raise ConfigError(
                "the network has no autoencoder; put one in with `python scripts/train.py --init FILE "
                "--autoencoder FILE`"
            )
        return autoencoder.encode(bottleneck)

    def decode(self, latent: Tensor, skips: Sequence[Tensor], skip_mask: Tensor | None = None) -> Tensor:
        """The last stack's bottleneck and skips to its heatmaps (N, K, H, W), float32.

        latent: `Encoded.bottleneck`, which passes the autoencoder where there is one, or that one's numbers
        (N, D), which pass its right half.
        skip_mask: (4,) or (N, 4), finest level first; a skip that is off counts as zero. To put
        something else in its place, put it into `skips`.
        """
        return self._finish(self.config.stacks - 1, latent, skips, skip_mask)[1]

    def forward(self, images: Tensor, skip_mask: Tensor | None = None) -> Tensor:
        """Images (N, 3, 4H, 4W), RGB in [0, 1], to every stack's heatmaps (N, S, K, H, W), float32."""
        encoded = self.encode(images, skip_mask)
        last = self.decode(encoded.bottleneck, encoded.skips, skip_mask)
        return torch.cat([encoded.earlier_heatmaps, last.unsqueeze(1)], dim=1)

    def structure(self) -> Structure:
        """The widths: the trunk's, which every shortcut shares, and two inside every residual.

        A bottleneck of another width has a trunk of its own. Raises ConfigError for a network with an
        autoencoder, whose widths follow from the bottleneck's.
        """
        if self.config.autoencoder:
            raise ConfigError(
                "a network with an autoencoder has no free widths; name the one it was put into"
            )
        trunk = _Trunk(["stem.body.0"], ["stem.body.1"], [])
        bottleneck = trunk
        if self.config.bottleneck_apart:
            bottleneck = _Trunk([], [], [])
            for stack in range(self.config.stacks):
                bottleneck.takes_from(trunk, f"hourglasses.{stack}.narrow")
                trunk.takes_from(bottleneck, f"hourglasses.{stack}.widen")
        widths: list[Width] = []
        followed = {"stem.body.0": "stem.body.1"}
        for name, residual in self._residuals():
            own, body = bottleneck if ".bottleneck." in name else trunk, f"{name}.body"
            own.consumers.append(f"{body}.2")
            own.norms.append(f"{body}.0")
            own.producers.append(f"{body}.8")
            first, second = residual.inner
            widths += [
                Width(f"{name}.first", first, (f"{body}.2",), (f"{body}.3",), (f"{body}.5",)),
                Width(f"{name}.second", second, (f"{body}.5",), (f"{body}.6",), (f"{body}.8",)),
            ]
            followed |= {f"{body}.2": f"{body}.3", f"{body}.5": f"{body}.6"}
        for stack in range(self.config.stacks):
            trunk.consumers.append(f"heads.{stack}.body.0")
            followed[f"heads.{stack}.body.0"] = f"heads.{stack}.body.1"
        for stack in range(self.config.stacks - 1):
            trunk.takes_from(trunk, f"merge_features.{stack}")
            trunk.producers.append(f"merge_heatmaps.{stack}")
        if bottleneck is not trunk:
            widths.insert(0, bottleneck.width(BOTTLENECK, self.config.bottleneck_width))
        widths.insert(0, trunk.width(TRUNK, self.config.channels))
        return Structure(tuple(widths), followed)

    def narrowed(self, sizes: Mapping[str, int]) -> HourglassConfig:
        """The configuration with these widths, by the names that `structure` gives them."""
        inner = tuple((sizes[f"{name}.first"], sizes[f"{name}.second"]) for name, _ in self._residuals())
        return replace(
            self.config, channels=sizes[TRUNK], bottleneck_channels=sizes.get(BOTTLENECK), inner=inner
        )

    def _residuals(self) -> list[tuple[str, Residual]]:
        return [(name, module) for name, module in self.named_modules() if isinstance(module, Residual)]

    def _finish(
        self, stack: int, latent: Tensor, skips: Sequence[Tensor], skip_mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        features = self.features[stack](self._stacks[stack].decode(latent, skips, skip_mask))
        return features, self.heads[stack](features)

    def _initialise(self, scheme: Literal["glorot", "he"]) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if scheme == "glorot":
                    nn.init.xavier_normal_(module.weight)
                else:
                    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if scheme == "he":
            for head in self._heads:
                nn.init.zeros_(head.last.weight)


TRUNK, BOTTLENECK = "trunk", "bottleneck"
"""Names of the widths that are not a residual's own."""


class _Trunk(NamedTuple):
    """Layers that share a width, as far as they are known."""

    producers: list[str]
    norms: list[str]
    consumers: list[str]

    def takes_from(self, other: "_Trunk", convolution: str) -> None:
        """Note a convolution from the other's channels to these."""
        other.consumers.append(convolution)
        self.producers.append(convolution)

    def width(self, name: str, size: int) -> Width:
        """What was noted, as a width of that name and so many channels."""
        return Width(name, size, tuple(self.producers), tuple(self.norms), tuple(self.consumers))


def _gate(skip: Tensor, skip_mask: Tensor | None, level: int) -> Tensor:
    if skip_mask is None:
        return skip
    return skip * skip_mask[..., level].to(skip.dtype).reshape(-1, 1, 1, 1)
