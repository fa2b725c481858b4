"""From a network whose groups are chosen to a really smaller one, of the same function as the masked one."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from posecore.compression.cost import multiplications, parameters
from posecore.compression.groups import places
from posecore.compression.ranking import Kept, kept_above, kept_share, load_ranking
from posecore.errors import ConfigError
from posecore.files import write_json
from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.registry import PoseNetwork, build
from posecore.training.record import ENGINEERED


@torch.no_grad()
def engineered(network: PoseNetwork, kept: Kept) -> PoseNetwork:
    """A network with the kept channels only, in evaluation mode; its widths stand in its configuration.

    Raises ConfigError where the kept widths make no network.
    """
    weights: dict[str, Tensor] = dict(network.state_dict())
    for name, dimension, width in places(network, network.structure()):
        rows = torch.from_numpy(kept[width]).to(weights[name].device)
        weights[name] = weights[name].index_select(dimension, rows)
    smaller = build(network.narrowed({name: len(rows) for name, rows in kept.items()}))
    smaller.load_state_dict(weights)
    return smaller.eval().requires_grad_(False)


def engineer(
    checkpoint: Path, ranking: Path, out: Path, *, keep: float | None = None, threshold: float | None = None
) -> dict[str, Any]:
    """Write the smaller network of what a ranking keeps to the file `out`, and what it is made of beside it.

    keep: share of the parameters at most; threshold: relative score of a group at least; one of the two.
    Returns what is written beside it: digests of weights, method, threshold, widths, parameters and
    multiplications of both. Raises what loading raises, ConfigError for a share or a threshold that is none.
    """
    if out.suffix == ENGINEERED:
        raise ConfigError(f"--out {out}: what it is made of goes there; give weights another ending")
    network = load_checkpoint(checkpoint)
    order = load_ranking(ranking, network)
    if keep is not None:
        kept, threshold = kept_share(order, network, keep)
    elif threshold is None or not 0 < threshold < float("inf"):
        raise ConfigError(f"--threshold {threshold}: expected a number above 0")
    else:
        kept = kept_above(order, threshold)
    smaller = engineered(network, kept)
    made: dict[str, Any] = {
        "weights": weights_digest(smaller),
        "of": order.weights,
        "method": order.method,
        "scale": order.scale,
        "made": dict(order.made),
        "keep": keep,
        "threshold": threshold,
        "widths": {name: len(rows) for name, rows in kept.items()},
        "dense": _costs(network),
        "engineered": _costs(smaller),
    }
    save_checkpoint(out, smaller)
    write_json(out.with_suffix(ENGINEERED), made)
    return made


def _costs(network: PoseNetwork) -> dict[str, int]:
    return {"parameters": parameters(network), "multiplications": multiplications(network)}
