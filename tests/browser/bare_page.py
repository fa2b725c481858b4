"""A plane as the map's modules draw it in a bare page, and questions to them there."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

ADDRESS: Final = "http://modules.test/"
VIEW: Final = {"left": -2, "right": 6, "bottom": 10, "top": 30}
SIZE: Final = 870, 654
"""At which 800 x 600 pixels are left for points: 58 to 858 across, 10 to 610 down."""

ASK: Final = """
async ([code, names, given]) => {
  const all = await Promise.all(names.map((name) => import(`/${name}`)));
  const Code = (async () => {}).constructor;
  return new Code('m', 'given', code)(Object.assign({}, ...all), given);
}
"""

Ask = Callable[..., Any]


def pixels_of(places: np.ndarray) -> np.ndarray:
    """(N, 2) where (N, 2) places of VIEW are drawn at SIZE."""
    return np.stack([58 + (places[:, 0] + 2) * 100, 10 + (30 - places[:, 1]) * 30], axis=1)
