"""Chance of what a change adds to what was drawn."""

import numpy as np

from posecore.data.coco import SPLITS
from posecore.synthetic.drawn import Drawn


def chance_of(drawn: Drawn, cause: int, choice: int) -> np.random.Generator:
    """Chance of its own for what a change adds: the same person gets the same, whatever was asked before."""
    return np.random.default_rng([drawn.seed, SPLITS.index(drawn.split), drawn.index, 3, cause, choice])
