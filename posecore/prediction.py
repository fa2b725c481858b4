"""Where a network finds the joints of a data set's people, with skips cut or not, of any of its stacks."""

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.errors import ConfigError
from posecore.inference import Predictor

BATCH = 8
"""People encoded at once."""


def predict(
    predictor: Predictor, crops: CropDataset, masks: tuple[SkipMask, ...], stack: int | None = None
) -> dict[SkipMask, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Points (N, K, 2) in crop pixels and peaks (N, K) under each mask; a picture is encoded once.

    With more than one stack every mask needs its own pass, as it holds for the earlier stacks too. stack:
    whose heatmaps to take, from 1; None for the last one's. Raises ConfigError where there is no such stack.
    """
    stacks = predictor.network.config.stacks
    stack = stacks if stack is None else stack
    if not 1 <= stack <= stacks:
        raise ConfigError(f"stack {stack}: expected 1 to {stacks}, the network's stacks")
    found: dict[SkipMask, list[tuple[NDArray[np.float32], NDArray[np.float32]]]] = {
        mask: [] for mask in masks
    }
    for start in tqdm(range(0, len(crops), BATCH), desc=f"{len(crops)} people", mininterval=1):
        pictures = np.stack([crops.picture(i) for i in range(start, min(start + BATCH, len(crops)))])
        if stacks == 1:
            for mask, heatmaps in zip(
                masks, predictor.decode(predictor.encode(pictures), masks), strict=True
            ):
                found[mask].append(decode(heatmaps))
        else:
            for mask in masks:
                found[mask].append(decode(predictor.stack_heatmaps(pictures, mask)[:, stack - 1]))
    return {
        mask: (np.concatenate([p for p, _ in parts]), np.concatenate([h for _, h in parts]))
        for mask, parts in found.items()
    }


def figures_name(data: str, split: str, mask: SkipMask, stack: int | None = None) -> str:
    """What scores are called in a bundle's manifest. stack: from 1, None for the last one."""
    cut = {ALL_ON: "", ALL_OFF: ", all skips cut"}.get(mask, f", skips {mask.title}")
    return f"{data} {split}{cut}" + (f", stack {stack}" if stack else "")
