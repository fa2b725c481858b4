"""A trained network at work: pictures in, heatmaps out, as fast as this machine can."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, SkipMask
from posecore.bundle.manifest import LatentSpace
from posecore.errors import ConfigError
from posecore.models.all_masks import PAIR, decode_tree
from posecore.models.configs import CELLS, LEVELS, HourglassConfig
from posecore.models.hourglass import Encoded, StackedHourglass
from posecore.models.registry import PoseNetwork

Precision = Literal["bf16", "fp32"]


def best_precision() -> Precision:
    """bf16 where this processor or graphics chip computes it natively, else fp32."""
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if torch.cpu._is_avx512_bf16_supported() else "fp32"


class Predictor:
    """A network in evaluation mode on the best device, with one precision.

    With bf16 the stem, two thirds of all the work, computes in bfloat16 and the hourglasses in float32: the
    arg-max cells then agree with float32 for 99 % of the joints. Keeps no state between calls. Pictures are
    (N, 256, 256, 3) uint8 RGB, heatmaps (N, K, 64, 64) float32, of the last stack unless said otherwise.
    """

    def __init__(self, network: PoseNetwork, precision: Literal["auto", "bf16", "fp32"] = "auto") -> None:
        if precision not in ("auto", "bf16", "fp32"):
            raise ConfigError(f"precision {precision!r}: expected auto, bf16 or fp32")
        self.precision: Precision = best_precision() if precision == "auto" else precision
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # channels_last is the layout in which the processor's fast convolutions need no reordering.
        self.network = network.to(self.device).to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def encode(self, pictures: NDArray[np.uint8], mask: SkipMask = ALL_ON) -> Encoded:
        """The network's inside for each picture; `mask` is for the stacks before the last one."""
        images = (
            torch.from_numpy(np.ascontiguousarray(pictures)).to(self.device).permute(0, 3, 1, 2).float() / 255
        )
        casting = torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")
        with torch.inference_mode():
            with casting:
                trunk = self.network.stem(images - self.network.mean_rgb)
            encoded: Encoded = self.network.encode_features(trunk.float(), self._mask(mask))
        return encoded

    def decode(self, encoded: Encoded, masks: Sequence[SkipMask]) -> NDArray[np.float32]:
        """Heatmaps (M, N, K, 64, 64) of the encoded pictures under each of M masks, in one batch."""
        people, count = len(encoded.bottleneck), len(masks)
        with torch.inference_mode():
            bottleneck = _repeat(encoded.bottleneck, count)
            skips = [_repeat(skip, count) for skip in encoded.skips]
            per_image = torch.tensor(masks, device=self.device).repeat_interleave(people, dim=0)
            heatmaps = self.network.decode(bottleneck, skips, per_image)
        return _numpy(heatmaps).reshape(count, people, *heatmaps.shape[1:])

    def decode_all(
        self,
        encoded: Encoded,
        replacement: Sequence[Tensor] | None = None,
        masks: Sequence[SkipMask] = ALL_MASKS,
    ) -> NDArray[np.float32]:
        """Heatmaps (M, N, K, 64, 64) of the encoded pictures under M masks, in their order.

        The same as `decode` gives, far faster; the skips of the last stack are cut. replacement: what takes
        the place of a cut skip, finest level first, each (N, C, H, W) or one for all (1, C, H, W): `features`
        of the data set's means, or the `skips` of other people's Encoded. None is zero.
        """
        people, network = len(encoded.bottleneck), self.network
        if not isinstance(network, StackedHourglass):  # it has no skips to cut
            return np.repeat(self.decode(encoded, masks[:1]), len(masks), axis=0)
        heatmaps: list[Tensor] = []
        with torch.inference_mode():
            if replacement is not None:
                shapes = zip(replacement, encoded.skips, strict=True)
                replacement = [other.to(self.device, skip.dtype).expand_as(skip) for other, skip in shapes]
            # One by one: large batches are slower here.
            for i in range(people):
                person = slice(i, i + 1)
                heatmaps.append(
                    decode_tree(
                        network,
                        encoded.bottleneck[person],
                        [skip[person] for skip in encoded.skips],
                        None if replacement is None else [other[person] for other in replacement],
                        masks,
                    )
                )
            return _numpy(torch.stack(heatmaps, dim=1))

    def features(self, arrays: Sequence[NDArray[np.floating]]) -> list[Tensor]:
        """Feature maps (C, H, W), such as Bundle.skip_means, as tensors (1, C, H, W) for `decode_all`."""
        return [
            torch.from_numpy(np.asarray(array, np.float32)[None])
            .to(self.device)
            .contiguous(memory_format=torch.channels_last)
            for array in arrays
        ]

    def heatmaps(self, pictures: NDArray[np.uint8], mask: SkipMask = ALL_ON) -> NDArray[np.float32]:
        """Heatmaps of pictures, with the skips that are off in `mask` cut in every stack."""
        encoded = self.encode(pictures, mask)
        with torch.inference_mode():
            return _numpy(self.network.decode(encoded.bottleneck, encoded.skips, self._mask(mask)))

    def stack_heatmaps(self, pictures: NDArray[np.uint8], mask: SkipMask = ALL_ON) -> NDArray[np.float32]:
        """Heatmaps (N, S, K, 64, 64) of every stack, first to last; skips cut as in `heatmaps`."""
        encoded = self.encode(pictures, mask)
        with torch.inference_mode():
            last = self.network.decode(encoded.bottleneck, encoded.skips, self._mask(mask))
            return _numpy(torch.cat([encoded.earlier_heatmaps, last.unsqueeze(1)], dim=1))

    def latents(self, encoded: Encoded, space: LatentSpace) -> NDArray[np.float32]:
        """The encoded pictures' latents (N, D) of a space: a bottleneck of more cells than CELLS x CELLS is
        averaged to so many.

        Raises ConfigError for the numbers of an autoencoder that the network does not have.
        """
        found = encoded.bottleneck
        with torch.inference_mode():
            if space == "autoencoder":
                found = self.network.squeeze(found)
            elif self.network.config.latent_numbers != self.network.config.bottleneck_numbers:
                found = functional.adaptive_avg_pool2d(found.float(), CELLS)
            return _numpy(found.flatten(1).float())

    def whole_latents(self, encoded: Encoded) -> NDArray[np.float32]:
        """The encoded pictures' bottlenecks (N, W) as the decoder takes them, not averaged."""
        return _numpy(encoded.bottleneck.flatten(1).float())

    def latent_tensor(self, latents: NDArray[np.floating]) -> Tensor:
        """Latents (N, D) of either space as the network's `decode` takes them; D tells which space it is.

        An average of several cells takes the place of each of them; of a larger bottleneck the decoder takes
        whole ones (N, W) too, see `whole_latents`. Raises ConfigError where D belongs to none of these.
        """
        config = self.network.config
        tensor = torch.from_numpy(np.array(latents, np.float32)).to(self.device)
        if config.autoencoder and tensor.shape[1:] == (config.autoencoder,):
            return tensor
        if tensor.shape[1:] == (config.bottleneck_numbers,):
            cells = config.bottleneck_cells
            return tensor.reshape(-1, config.bottleneck_width, cells, cells)
        if tensor.shape[1:] == (config.latent_numbers,):
            averages = tensor.reshape(-1, config.bottleneck_width, CELLS, CELLS)
            return functional.interpolate(averages, size=config.bottleneck_cells, mode="nearest")
        squeezed = f", or {config.autoencoder} of its autoencoder" if config.autoencoder else ""
        raise ConfigError(
            f"latents have shape {latents.shape}; this network's have {config.latent_numbers} numbers "
            f"each{squeezed}"
        )

    def decode_latents(self, latents: NDArray[np.floating]) -> NDArray[np.float32]:
        """What latents (N, D) of either space alone say: heatmaps with all skips off."""
        latent, config = self.latent_tensor(latents), self.network.config
        absent = [
            latent.new_zeros((1, config.channels, 8 * 2**level, 8 * 2**level))
            for level in reversed(range(LEVELS))
            if isinstance(config, HourglassConfig)
        ]
        with torch.inference_mode():
            return _numpy(self.network.decode(latent, absent, self._mask(ALL_OFF)))

    def _mask(self, mask: SkipMask) -> Tensor | None:
        return None if mask == ALL_ON else torch.tensor(mask, device=self.device)


def _numpy(heatmaps: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = heatmaps.cpu().numpy()
    return array


def _repeat(features: Tensor, count: int) -> Tensor:
    return features.repeat(count, 1, 1, 1).contiguous(memory_format=torch.channels_last)


def use_threads(count: int | None = None) -> None:
    """Let PyTorch use `count` processor cores; without a count, all of them, as it does by itself."""
    if count is not None:
        torch.set_num_threads(count)


def decode_latents(
    predictor: Predictor, latents: NDArray[np.floating], skips: Sequence[Tensor] | None
) -> NDArray[np.float32]:
    """Heatmaps (N, K, 64, 64) of latents (N, D) of the last stack, its bottleneck's or its autoencoder's.

    skips: features (1, C, H, W) added for everyone, finest level first: a person's own (`encode(...).skips`),
    or the data set's mean (`predictor.features(bundle.skip_means())`). None adds nothing: the latent alone.
    """
    if skips is None:
        parts = [predictor.decode_latents(latents[i : i + PAIR]) for i in range(0, len(latents), PAIR)]
        return np.concatenate(parts)
    heatmaps = []
    with torch.inference_mode():
        for start in range(0, len(latents), PAIR):
            part = predictor.latent_tensor(latents[start : start + PAIR])
            same = [skip.to(predictor.device, part.dtype).expand(len(part), -1, -1, -1) for skip in skips]
            heatmaps.append(predictor.network.decode(part, same).cpu().numpy())
    return np.concatenate(heatmaps)
