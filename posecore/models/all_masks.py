"""All sixteen masks of a picture at once: decoded as a tree, so that what masks share is computed once.

The coarsest level is decided first: two branches leave it, then four, eight, and sixteen at the finest.
Fifteen of the network's residuals and sixteen heads take the place of sixteen whole networks.
"""

from collections.abc import Sequence
from typing import Final, cast

import torch
from torch import Tensor

from posecore.models.hourglass import LEVELS, Hourglass, StackedHourglass
from posecore.models.layers import upsample

PAIR: Final = 2
"""Maps that pass the finest level together. Its features fill 4 MiB each: more of them at a time leave the
processor's cache, and everything is several times slower."""


def decode_tree(
    network: StackedHourglass,
    bottleneck: Tensor,
    skips: Sequence[Tensor],
    replacement: Sequence[Tensor] | None = None,
) -> Tensor:
    """Heatmaps (16, K, H, W) of one picture under every mask, in the order of posecore.ablation.ALL_MASKS.

    bottleneck: (1, B, H/16, W/16). skips: (1, C, H, W) to (1, C, H/8, W/8), finest first. replacement: what
    is added where a skip is cut, each of the same shape as its skip; None adds nothing. A skip that was not
    built adds nothing in any case.
    """
    hourglass = cast(Hourglass, network.hourglasses[-1])
    branches = hourglass.leave_bottleneck(bottleneck)
    for level in reversed(range(1, LEVELS)):
        branches = hourglass.up[level - 1](_both(hourglass, branches, level, skips, replacement))
    heatmaps: list[Tensor] = []
    for index in range(len(branches)):
        features = _both(hourglass, branches[index : index + 1], 0, skips, replacement)
        heatmaps += network.heads[-1](network.features[-1](features)).unsqueeze(1)
    # A branch of the finest level gives its map with the skip on and the map with it off.
    return torch.cat(heatmaps[0::PAIR] + heatmaps[1::PAIR])


def _both(
    hourglass: Hourglass,
    features: Tensor,
    level: int,
    skips: Sequence[Tensor],
    replacement: Sequence[Tensor] | None,
) -> Tensor:
    """(B, C, h, w) to (2 B, C, 2 h, 2 w): everything with the level's skip on, then with it off."""
    larger = upsample(features)
    cut = larger if replacement is None else hourglass.add_skip(larger, replacement[level], level)
    return torch.cat([hourglass.add_skip(larger, skips[level], level), cut])
