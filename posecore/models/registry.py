"""Networks by name. Another architecture is another row of MODELS."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from posecore.models.hourglass import HourglassConfig, StackedHourglass


class Model(NamedTuple):
    """A network's configuration class and what builds it."""

    config: type[Any]
    build: Callable[[Any], StackedHourglass]


MODELS: Final[Mapping[str, Model]] = {"hourglass": Model(HourglassConfig, StackedHourglass)}
