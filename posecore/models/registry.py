"""Networks by name. Another architecture is another row of MODELS."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

from torch import nn

from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.pose_resnet import PoseResNet, PoseResNetConfig

PoseNetwork = StackedHourglass | PoseResNet
"""What every network of MODELS is. They share `stem`, `encode_features`, `decode`, `forward`, `structure` and
`narrowed`, and of their configuration `joints`, `stacks`, `skips` and what speaks of the bottleneck."""

PoseConfig = HourglassConfig | PoseResNetConfig

Network = TypeVar("Network", bound=nn.Module)


class Model(NamedTuple, Generic[Network]):
    """A network's configuration class and what builds it."""

    config: type[Any]
    build: Callable[[Any], Network]


MODELS: Final[Mapping[str, Model[PoseNetwork]]] = {
    "hourglass": Model(HourglassConfig, StackedHourglass),
    "pose_resnet": Model(PoseResNetConfig, PoseResNet),
}


def name_of(config: PoseConfig) -> str:
    """The name of the network that a configuration is of."""
    return next(name for name, model in MODELS.items() if isinstance(config, model.config))


def build(config: PoseConfig) -> PoseNetwork:
    """A network of this configuration, with new weights."""
    return MODELS[name_of(config)].build(config)
