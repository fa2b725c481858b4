"""What the decoder makes of latents nobody has, with skip features of one's choice."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from posecore.inference import Predictor
from posecore.models.all_masks import PAIR


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
