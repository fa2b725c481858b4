"""States of chance: what a generator is about to give, kept so that it can be given again."""

from collections.abc import Mapping
from typing import Any

import numpy as np

State = Mapping[str, Any]


def state_of(rng: np.random.Generator) -> State:
    """What `rng` is about to give; it is left as it is."""
    return rng.bit_generator.state


def generator(state: State) -> np.random.Generator:
    """A generator that gives what the one whose state was kept gave next."""
    rng = np.random.default_rng(0)
    rng.bit_generator.state = dict(state)
    return rng
