"""A residual network with transposed convolutions behind it (Xiao et al., ECCV 2018, arXiv:1804.06208).

Shapes: N images, K joints, H x W the heatmap (a quarter of the image: 64 x 64 for 256 x 256). Its
bottleneck is what leaves the encoder: (N, C, H/8, W/8), 8 x 8 cells of a 256 x 256 image; a latent is that
averaged to 4 x 4. It has no skip connections from encoder to decoder, so masks of skips mean nothing to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

import torch
from torch import Tensor, nn
from torchvision.models import resnet18, resnet50
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from posecore.errors import ConfigError
from posecore.models.configs import LEVELS, UP_CHANNELS, UPSAMPLINGS, PoseResNetConfig
from posecore.models.hourglass import Encoded
from posecore.models.structure import Structure, Width

DEPTHS: Final = {18: resnet18, 50: resnet50}

MEAN_RGB: Final = (0.485, 0.456, 0.406)
STD_RGB: Final = (0.229, 0.224, 0.225)
"""Of ImageNet's pictures: the usual scale of such an encoder's input."""


class ResNetStem(nn.Module):
    """Image less its mean colour to features at a quarter of its resolution: (N, 3, 4H, 4W) to (N, C, H, W).

    The first convolution always computes in float32, as the hourglass's.
    """

    def __init__(self, encoder: ResNet) -> None:
        super().__init__()
        self.conv, self.norm, self.relu, self.pool = encoder.conv1, encoder.bn1, encoder.relu, encoder.maxpool
        self.std_rgb: Tensor
        self.register_buffer("std_rgb", torch.tensor(STD_RGB).view(1, 3, 1, 1), persistent=False)

    @property
    def fine(self) -> nn.Module:
        """The layers that compute at more than a quarter of the image's resolution."""
        return self

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, 4H, 4W), 0 to 1 less the mean colour, to (N, C, H, W)."""
        device = images.device.type
        with torch.autocast(device, enabled=False):
            features: Tensor = self.conv((images / self.std_rgb).float())
        if torch.is_autocast_enabled(device):
            features = features.to(torch.get_autocast_dtype(device))
        pooled: Tensor = self.pool(self.relu(self.norm(features)))
        return pooled


class PoseResNet(nn.Module):
    """Encoder, three 4x4 transposed convolutions with stride 2, and a 1x1 convolution to the heatmaps.

    Nothing is kept on the module between calls, so one network may serve many threads at once.
    """

    def __init__(self, config: PoseResNetConfig) -> None:
        super().__init__()
        self.config = config
        encoder = DEPTHS[config.depth](weights=None)
        self.stem = ResNetStem(encoder)
        self.layers = nn.Sequential(encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4)
        up: list[nn.Module] = []
        for index in range(UPSAMPLINGS):
            before = UP_CHANNELS if index else encoder.fc.in_features
            up += [
                nn.ConvTranspose2d(before, UP_CHANNELS, kernel_size=4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(UP_CHANNELS),
                nn.ReLU(inplace=True),
            ]
        self.up = nn.Sequential(*up)
        self.head = nn.Conv2d(UP_CHANNELS, config.joints, kernel_size=1)
        self.mean_rgb: Tensor
        self.register_buffer("mean_rgb", torch.tensor(MEAN_RGB).view(1, 3, 1, 1), persistent=False)
        if config.widths is not None:
            self._narrow(config.widths)
        for module in (*self.up, self.head):
            if isinstance(module, nn.ConvTranspose2d | nn.Conv2d):
                nn.init.normal_(module.weight, std=0.001)
        nn.init.zeros_(cast(Tensor, self.head.bias))

    def encode_features(self, trunk: Tensor, skip_mask: Tensor | None = None) -> Encoded:
        """The stem's features (N, C, H, W) to the encoder's last, and nothing that goes over skips."""
        features: Tensor = self.layers(trunk)
        height, width = trunk.shape[2:]
        earlier = trunk.new_empty((len(trunk), 0, self.config.joints, height, width), dtype=torch.float32)
        # As an hourglass gives where no skip was built: zeros.
        skips = (trunk.new_zeros(()).expand(len(trunk), 1, height >> n, width >> n) for n in range(LEVELS))
        return Encoded((features,), tuple(skips), earlier)

    def encode(self, images: Tensor, skip_mask: Tensor | None = None) -> Encoded:
        """Images (N, 3, 4H, 4W), RGB in [0, 1], to the encoder's last features."""
        return self.encode_features(self.stem(images - self.mean_rgb), skip_mask)

    def squeeze(self, bottleneck: Tensor) -> Tensor:
        """Raises ConfigError: there is no autoencoder."""
        raise ConfigError("a pose_resnet has no autoencoder; its latents are those of the bottleneck")

    def decode(self, latent: Tensor, skips: Sequence[Tensor] = (), skip_mask: Tensor | None = None) -> Tensor:
        """The encoder's last features (N, C, H/8, W/8) to heatmaps (N, K, H, W), float32."""
        features = self.up(latent)
        with torch.autocast(latent.device.type, enabled=False):
            heatmaps: Tensor = self.head(features.float())
        return heatmaps

    def forward(self, images: Tensor, skip_mask: Tensor | None = None) -> Tensor:
        """Images (N, 3, 4H, 4W), RGB in [0, 1], to heatmaps (N, 1, K, H, W), float32."""
        return self.decode(self.encode(images).bottleneck).unsqueeze(1)

    def structure(self) -> Structure:
        """The widths inside every block, those that the shortcuts of a stage share, and those going up."""
        widths: list[Width] = []
        followed = {"stem.conv": "stem.norm"}
        shared: tuple[list[str], list[str], list[str]] = (["stem.conv"], ["stem.norm"], [])
        name = "stem"

        def close() -> None:
            widths.append(Width(name, self._size(shared[0][0]), *map(tuple, shared)))

        for path, block in self.named_modules():
            if not isinstance(block, BasicBlock | Bottleneck):
                continue
            layers = [f"{path}.conv{i}" for i in range(1, 4 if isinstance(block, Bottleneck) else 3)]
            norms = [layer.replace("conv", "bn") for layer in layers]
            followed |= dict(zip(layers, norms, strict=True))
            shared[2].append(layers[0])
            if block.downsample is not None:
                shared[2].append(f"{path}.downsample.0")
                close()
                name = path.rsplit(".", 1)[0]
                shared = ([f"{path}.downsample.0"], [f"{path}.downsample.1"], [])
                followed[f"{path}.downsample.0"] = f"{path}.downsample.1"
            for i, part in zip(range(len(layers) - 1), ("first", "second"), strict=False):
                size = self._size(layers[i])
                widths.append(Width(f"{path}.{part}", size, (layers[i],), (norms[i],), (layers[i + 1],)))
            shared[0].append(layers[-1])
            shared[1].append(norms[-1])
        for index in range(UPSAMPLINGS):
            layer, norm = f"up.{3 * index}", f"up.{3 * index + 1}"
            followed[layer] = norm
            shared[2].append(layer)
            close()
            name, shared = layer, ([layer], [norm], [])
        shared[2].append("head")
        close()
        return Structure(tuple(widths), followed)

    def narrowed(self, sizes: Mapping[str, int]) -> PoseResNetConfig:
        """The configuration with these widths, by the names that `structure` gives them."""
        return replace(self.config, widths=tuple(sizes[width.name] for width in self.structure().widths))

    def _size(self, convolution: str) -> int:
        return int(cast(nn.Conv2d, self.get_submodule(convolution)).out_channels)

    def _narrow(self, sizes: Sequence[int]) -> None:
        """Give all layers other widths, and convolutions new weights as the encoder draws them."""
        for width, size in zip(self.structure().widths, sizes, strict=True):
            for name in width.producers:
                cast(nn.Conv2d, self.get_submodule(name)).out_channels = size
            for name in width.consumers:
                cast(nn.Conv2d, self.get_submodule(name)).in_channels = size
            for name in width.norms:
                path, _, last = name.rpartition(".")
                self.get_submodule(path).add_module(last, nn.BatchNorm2d(size))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                shape = (module.out_channels, module.in_channels)
                if isinstance(module, nn.ConvTranspose2d):
                    shape = shape[::-1]
                module.weight = nn.Parameter(module.weight.new_empty((*shape, *module.kernel_size)))
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
