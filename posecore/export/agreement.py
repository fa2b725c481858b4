"""Whether an exported graph answers as its network does."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.data.heatmaps import decode
from posecore.errors import CheckpointError
from posecore.export.graph import Engine, inputs
from posecore.models.registry import PoseNetwork

MASKS = (ALL_ON, SkipMask.all_but(0), ALL_OFF)
"""Tried at the check: with a mask that the graph ignored, or took in another order, it would not agree."""

TOLERANCE = 1e-3
"""Largest difference of a heatmap's value that rounding may leave; peaks are around 0.1 to 1."""


class Agreement(NamedTuple):
    """people: pictures looked at, under every mask of MASKS. largest_difference: of any value of a heatmap.
    same_cells: share of joints whose strongest cell is the same."""

    people: int
    largest_difference: float
    same_cells: float


def compare_engines(network: PoseNetwork, engine: Engine, pictures: NDArray[np.uint8]) -> Agreement:
    """Hold the graph's answers on pictures against PyTorch's in float32.

    Raises CheckpointError where they differ by more than rounding.
    """
    largest, same = 0.0, []
    for mask in MASKS:
        switches = torch.tensor(mask)
        for picture in pictures:
            image = torch.from_numpy(inputs(picture)["picture"])
            with torch.inference_mode():
                expected = network(image, switches)[:, -1].numpy()
            found = engine.heatmaps(picture[None], mask)
            largest = max(largest, float(np.abs(found - expected).max()))
            same.append(np.all(decode(found)[0] == decode(expected)[0], axis=-1))
    agreement = Agreement(len(pictures), largest, float(np.mean(same)))
    if not largest <= TOLERANCE:
        raise CheckpointError(
            f"the exported graph differs from PyTorch by up to {largest:.3g} (at most {TOLERANCE} is "
            "rounding); use the versions of torch and onnx that pyproject.toml names"
        )
    return agreement
