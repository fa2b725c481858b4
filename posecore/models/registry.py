"""Networks by name. Another architecture is another row of MODELS."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

from torch import nn

from posecore.models.hourglass import HourglassConfig, StackedHourglass

PoseNetwork = StackedHourglass
"""What every network of MODELS is."""

Network = TypeVar("Network", bound=nn.Module)


class Model(NamedTuple, Generic[Network]):
    """A network's configuration class and what builds it."""

    config: type[Any]
    build: Callable[[Any], Network]


MODELS: Final[Mapping[str, Model[StackedHourglass]]] = {"hourglass": Model(HourglassConfig, StackedHourglass)}
