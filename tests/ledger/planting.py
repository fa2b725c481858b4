"""A small bundle of rendered people that claims can be made of."""

from pathlib import Path
from typing import Any

from fake_bundle import make_fake_bundle

PEOPLE = 24


def make_claimed_bundle(folder: Path, **how: Any) -> Path:
    """Its people are said to be rendered, in two families."""
    truth = {"seed": 15, "family": ["standing", "sitting"] * (PEOPLE // 2)}
    return make_fake_bundle(folder, PEOPLE, annotations=True, truth=truth, **how)
