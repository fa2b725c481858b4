"""One nested order of all groups of a network, and which of them a threshold or a share keeps.

However few are kept, a smaller choice is part of a larger one. Widths are rounded to multiples of 8 before
anything is masked, so that a masked network and a really smaller one are the same function.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from posecore.compression.cost import parameters
from posecore.compression.groups import Side, places
from posecore.errors import ConfigError, DataError
from posecore.files import write_json
from posecore.models.checkpoint import weights_digest
from posecore.models.registry import PoseNetwork
from posecore.training.record import read_record

RANKING: Final = "ranking.json"
"""Its name in a run's folder."""

STEP: Final = 8
"""Widths are multiples of it: odd ones were measured three times slower."""

FLOOR: Final = 1 / 8
"""Of a width, the share that stays at least: a layer without channels would cut the network in two."""

Scale = Literal["layer", "none"]
"""How scores of different widths are compared: `layer` divides them by their width's mean, `none` takes them
as they are."""

SCALES: Final[tuple[str, ...]] = get_args(Scale)

Kept = Mapping[str, NDArray[np.int64]]
"""Per width, the channels that stay, ascending."""


@dataclass(frozen=True)
class Ranking:
    """weights: digest of the network that is ranked. scores, norms: per width (size,), what groups are
    ranked by, more is better, and their ||W_g||. Both are empty for `l1`, which ranks single weights.
    made: how, for the record: method's settings and the data term.
    """

    weights: str
    method: str
    scale: Scale = "layer"
    scores: Mapping[str, list[float]] = field(default_factory=dict)
    norms: Mapping[str, list[float]] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def groups(self) -> Side | None:
        """The side whose weights the groups are made of, where that matters to the method."""
        side: Side | None = self.made.get("groups")
        return side

    def relative(self) -> dict[str, NDArray[np.float64]]:
        """Scores that can be compared between widths, of which a threshold speaks."""
        found = {name: np.asarray(scores, np.float64) for name, scores in self.scores.items()}
        if self.scale == "none":
            return found
        return {name: scores / max(float(scores.mean()), 1e-300) for name, scores in found.items()}


def save_ranking(path: Path, ranking: Ranking) -> None:
    """Write it as JSON."""
    write_json(path, asdict(ranking))


def load_ranking(path: Path, network: PoseNetwork) -> Ranking:
    """The ranking of this network's groups.

    Raises DataError where the file is missing or not whole; ConfigError where it ranks other weights, or
    single ones, which no smaller network can be made of.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; make a ranking with scripts/compress.py")
    values = read_record(path)
    try:
        ranking = Ranking(**values)
        sound = ranking.scale in SCALES and all(
            np.isfinite(np.asarray(part, np.float64)).all()
            for part in (*ranking.scores.values(), *ranking.norms.values())
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: no ranking ({error}); make it anew with scripts/compress.py") from error
    if not sound:
        raise DataError(f"{path}: no ranking of finite scores; make it anew with scripts/compress.py")
    if ranking.weights != weights_digest(network):
        raise ConfigError(
            f"{path}: ranks other weights than these; name the checkpoint that lies beside it, which "
            "scripts/compress.py left"
        )
    if not ranking.scores:
        raise ConfigError(
            f"{path}: {ranking.method} ranks single weights, and no smaller network can be made without "
            "whole groups; compress with group-lasso or bayesian instead"
        )
    sizes = {width.name: width.size for width in network.structure().widths}
    if {name: len(scores) for name, scores in ranking.scores.items()} != sizes:
        raise DataError(f"{path}: its groups are not this network's; make it anew with scripts/compress.py")
    return ranking


def rounded(count: int, size: int) -> int:
    """The width next to `count` that a layer of `size` channels may get: a multiple of STEP, or all."""
    least = STEP * math.ceil(size * FLOOR / STEP)
    nearest = max(least, STEP * math.floor(count / STEP + 0.5))
    return size if nearest >= size or count == size else nearest


def kept_above(ranking: Ranking, threshold: float) -> Kept:
    """The groups whose relative score reaches the threshold, as many as rounding leaves of each width."""
    kept = {}
    for name, scores in ranking.relative().items():
        count = rounded(int((scores >= threshold).sum()), len(scores))
        # Of equal scores the first: any rule will do, as long as it is one.
        kept[name] = np.sort(np.argsort(-scores, kind="stable")[:count])
    return kept


def kept_share(ranking: Ranking, network: PoseNetwork, share: float) -> tuple[Kept, float]:
    """The groups of the largest network with at most this share of the parameters, and the threshold.

    Raises ConfigError for a share that is none, or smaller than the smallest network's.
    """
    if not 0 < share < 1:
        raise ConfigError(
            f"--keep {share}: expected a share of the parameters between 0 and 1, for example 0.3"
        )
    thresholds = np.unique(np.concatenate(list(ranking.relative().values())))
    thresholds = np.append(thresholds, np.nextafter(thresholds[-1], np.inf))
    wanted = share * parameters(network)
    low, high = 0, len(thresholds) - 1
    if (least := size_of(network, kept_above(ranking, float(thresholds[high])))) > wanted:
        raise ConfigError(
            f"--keep {share}: the smallest network has {least / parameters(network):.3f} of the parameters; "
            "ask for more"
        )
    while low < high:
        middle = (low + high) // 2
        fits = size_of(network, kept_above(ranking, float(thresholds[middle]))) <= wanted
        low, high = (low, middle) if fits else (middle + 1, high)
    return kept_above(ranking, float(thresholds[high])), float(thresholds[high])


def size_of(network: PoseNetwork, kept: Kept) -> int:
    """Parameters of the network with these channels only."""
    shapes = {name: list(weight.shape) for name, weight in network.named_parameters()}
    for name, dimension, width in places(network, network.structure()):
        if name in shapes:  # not the statistics of a batch normalisation
            shapes[name][dimension] = len(kept[width])
    return sum(map(math.prod, shapes.values()))
