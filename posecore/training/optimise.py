"""How a preset's weights are moved, and how fast."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ConstantLR, OneCycleLR, ReduceLROnPlateau

from posecore.training.presets import Preset

Schedule = OneCycleLR | ReduceLROnPlateau | ConstantLR


def make_optimiser(preset: Preset, network: nn.Module) -> torch.optim.Optimizer:
    """The preset's optimiser of everything in the network that is not frozen."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if preset.optimiser == "rmsprop":
        return torch.optim.RMSprop(trained, lr=preset.learning_rate, alpha=0.99)
    if preset.optimiser == "sgd":
        return torch.optim.SGD(trained, lr=preset.learning_rate)
    return torch.optim.AdamW(trained, lr=preset.learning_rate)


def make_schedule(preset: Preset, optimiser: torch.optim.Optimizer, steps: int) -> Schedule:
    """The preset's learning rates; `steps` of the optimiser there are in all."""
    if preset.schedule == "constant":
        return ConstantLR(optimiser, factor=1.0)
    if preset.schedule == "drop-once":
        # `min_lr` makes it once: the first drop arrives there. Patience counts the epochs before the fifth.
        return ReduceLROnPlateau(
            optimiser, mode="max", factor=0.2, patience=4, threshold=0, min_lr=preset.learning_rate * 0.2
        )
    # A warm-up that ends with the very first step, as a twentieth of twenty does, divides by nothing.
    share = 0.05 if steps != 20 else 0.1
    return OneCycleLR(
        optimiser, preset.learning_rate, total_steps=steps, pct_start=share, anneal_strategy="linear"
    )
