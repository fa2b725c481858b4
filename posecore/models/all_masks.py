"""All sixteen masks of a picture at once: decoded as a tree, so that what masks share is computed once.

The coarsest level is decided first: two branches leave it, then four, eight, and sixteen at the finest.
Fifteen of the network's residuals and sixteen heads take the place of sixteen whole networks.
"""

from collections.abc import Sequence
from typing import Final, cast

import torch
from torch import Tensor

from posecore.ablation import ALL_MASKS, SkipMask
from posecore.models.configs import LEVELS
from posecore.models.hourglass import Hourglass, StackedHourglass
from posecore.models.layers import upsample

Branch = tuple[bool, ...]
"""The levels decided so far, as the end of a mask: true where the skip is on."""

PAIR: Final = 2
"""Maps that pass the finest level together. Its features fill 4 MiB each: more of them at a time leave the
processor's cache, and everything is several times slower."""


def decode_tree(
    network: StackedHourglass,
    bottleneck: Tensor,
    skips: Sequence[Tensor],
    replacement: Sequence[Tensor] | None = None,
    masks: Sequence[SkipMask] = ALL_MASKS,
) -> Tensor:
    """Heatmaps (M, K, H, W) of one picture under M masks, in their order.

    bottleneck: (1, B, H/16, W/16). skips: (1, C, H, W) to (1, C, H/8, W/8), finest first. replacement: what
    is added where a skip is cut, each of the same shape as its skip; None adds nothing. A skip that was not
    built adds nothing in any case. Branches that no mask asks for are not computed.
    """
    hourglass = cast(Hourglass, network.hourglasses[-1])

    def grow(features: Tensor, names: list[Branch], level: int) -> tuple[Tensor, list[Branch]]:
        """(B, C, h, w) to (up to 2 B, C, 2 h, 2 w): with the level's skip on, then with it off."""
        asked, larger = {mask[level:] for mask in masks}, upsample(features)
        parts, grown = [], []
        for on, source in ((True, skips), (False, replacement)):
            rows = [row for row, name in enumerate(names) if (on, *name) in asked]
            if rows:
                part = larger if len(rows) == len(names) else larger[rows]
                parts.append(part if source is None else hourglass.add_skip(part, source[level], level))
                grown += [(on, *names[row]) for row in rows]
        # One part alone, as of a single mask, is not copied.
        return parts[0] if len(parts) == 1 else torch.cat(parts), grown

    branches, names = hourglass.leave_bottleneck(bottleneck), [Branch()]
    for level in reversed(range(1, LEVELS)):
        branches, names = grow(branches, names, level)
        branches = hourglass.up[level - 1](branches)
    heatmaps: dict[Branch, Tensor] = {}
    for index, name in enumerate(names):
        features, pair = grow(branches[index : index + 1], [name], 0)
        heatmaps |= zip(pair, network.heads[-1](network.features[-1](features)), strict=True)
    return torch.stack([heatmaps[mask] for mask in masks])
