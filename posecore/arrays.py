"""Stored float16 latents as the float32 that the analyses compute in."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError

BLOCK: Final = 1024
"""People converted at once, so that reading a memory map never needs a second large copy."""


def blocks(latents: NDArray[np.floating], size: int = BLOCK) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Latents (N, D) as float32 in pieces of `size` people, each with the row it starts at."""
    for start in range(0, len(latents), size):
        yield start, np.asarray(latents[start : start + size], np.float32)


def as_float32(latents: NDArray[np.floating]) -> NDArray[np.float32]:
    """A float32 copy of latents (N, D). Raises ConfigError for another shape or nan."""
    if latents.ndim != 2 or latents.size == 0:
        raise ConfigError(f"latents have shape {latents.shape}; expected (people, numbers per latent)")
    copy = np.empty(latents.shape, np.float32)
    for start, block in blocks(latents):
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            raise ConfigError(
                f"the latent in row {start + int(finite.argmin())} holds nan or infinity; "
                "make the bundle anew with `python scripts/extract_latents.py`, or leave that person out"
            )
        copy[start : start + len(block)] = block
    return copy
