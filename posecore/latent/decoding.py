"""What the decoder makes of latents nobody has, with skip features of one's choice."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from posecore.inference import Predictor
from posecore.skips.tree import PAIR


def decode_latents(
    predictor: Predictor, latents: NDArray[np.floating], skips: Sequence[Tensor] | None
) -> NDArray[np.float32]:
    """Heatmaps (N, K, 64, 64) of latents (N, D) of the last stack.

    skips: features (1, C, H, W) added for everyone, finest level first: a person's own (`encode(...).skips`),
    or the data set's mean (`predictor.features(bundle.skip_means())`). None adds nothing: the latent alone.
    """
    if skips is None:
        parts = [predictor.decode_latents(latents[i : i + PAIR]) for i in range(0, len(latents), PAIR)]
        return np.concatenate(parts)
    channels = predictor.network.config.channels
    heatmaps = []
    with torch.inference_mode():
        features = torch.from_numpy(np.array(latents, np.float32)).to(predictor.device)
        for start in range(0, len(features), PAIR):
            part = features[start : start + PAIR].reshape(-1, channels, 4, 4)
            same = [skip.to(predictor.device, part.dtype).expand(len(part), -1, -1, -1) for skip in skips]
            heatmaps.append(predictor.network.decode(part, same).cpu().numpy())
    return np.concatenate(heatmaps)
