"""Latents that are averages of a larger bottleneck, made whole again for the decoder."""

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.models.configs import CELLS


def around(latents: NDArray[np.floating], whole: NDArray[np.floating]) -> NDArray[np.float32]:
    """(S, W): a whole latent (W,) moved so that its averages are each of the latents (S, D).

    Every cell moves as far as the average that it is part of; what lies within an average, stays. Raises
    ConfigError where W is not D times a square number.
    """
    side = round((whole.size / latents.shape[1]) ** 0.5)
    if whole.ndim != 1 or whole.size != latents.shape[1] * side**2:
        raise ConfigError(
            f"a whole latent has shape {whole.shape}; expected one of {latents.shape[1]} averages"
        )
    cells = np.asarray(whole, np.float32).reshape(-1, CELLS, side, CELLS, side)
    averages = np.asarray(latents, np.float32).reshape(len(latents), -1, CELLS, 1, CELLS, 1)
    moved = cells + (averages - cells.mean(axis=(2, 4), keepdims=True))
    return np.ascontiguousarray(moved.reshape(len(latents), -1))
