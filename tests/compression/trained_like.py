"""Networks whose weights look trained: nothing in them is zero or one that training would have moved."""

import torch
from torch import nn

from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.pose_resnet import PoseResNet, PoseResNetConfig

NETWORKS = {
    "hourglass": lambda: StackedHourglass(HourglassConfig(channels=64, joints=5, initialisation="he")),
    "two stacks": lambda: StackedHourglass(
        HourglassConfig(channels=32, joints=5, stacks=2, skips="1011", bottleneck_channels=64)
    ),
    "pose_resnet 18": lambda: PoseResNet(PoseResNetConfig(joints=5, depth=18)),
}

LARGE = {"pose_resnet 50": lambda: PoseResNet(PoseResNetConfig(joints=5, depth=50))}
"""What takes seconds, for one test."""


def trained_like(name: str, seed: int = 0):
    """One of NETWORKS or LARGE in evaluation mode: heads are not zero, nor batch norm's means and offsets."""
    torch.manual_seed(seed)
    network = (NETWORKS | LARGE)[name]()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.2, 0.5)
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.5, 2)
        elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.2)
    return network.eval()
