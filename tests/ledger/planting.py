"""A small bundle of rendered people that claims can be made of."""

from pathlib import Path
from typing import Any

from fake_bundle import make_fake_bundle
from planted_causes import plant_causes

PEOPLE = 24


UNTRAINED = 0.25
"""Standard deviations by which every cause moves an untrained network."""


def make_claimed_bundle(folder: Path, **how: Any) -> Path:
    """Its people are said to be rendered, in two families; its cause study knows untrained networks."""
    truth = {"seed": 15, "family": ["standing", "sitting"] * (PEOPLE // 2)}
    made = make_fake_bundle(folder, PEOPLE, annotations=True, truth=truth, **how)
    plant_causes(made, {"turn": [1.0, 0.0]}, untrained=UNTRAINED)
    return made
