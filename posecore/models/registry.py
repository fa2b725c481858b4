"""Networks by name. Another architecture is another row of MODELS, and of configs.CONFIGS."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

from torch import nn

from posecore.models.configs import CONFIGS, PoseConfig, name_of
from posecore.models.hourglass import StackedHourglass
from posecore.models.pose_resnet import PoseResNet

PoseNetwork = StackedHourglass | PoseResNet
"""What every network of MODELS is. They share `stem`, `encode_features`, `decode`, `forward`, `structure` and
`narrowed`, and of their configuration `joints`, `stacks`, `skips` and what speaks of the bottleneck."""

Network = TypeVar("Network", bound=nn.Module)


class Model(NamedTuple, Generic[Network]):
    """A network's configuration class and what builds it."""

    config: type[Any]
    build: Callable[[Any], Network]


MODELS: Final[Mapping[str, Model[PoseNetwork]]] = {
    "hourglass": Model(CONFIGS["hourglass"], StackedHourglass),
    "pose_resnet": Model(CONFIGS["pose_resnet"], PoseResNet),
}


def build(config: PoseConfig) -> PoseNetwork:
    """A network of this configuration, with new weights."""
    return MODELS[name_of(config)].build(config)
