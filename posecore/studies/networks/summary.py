"""What a study of several networks says of one data set: scores, and differences person by person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from posecore.keypoints import KeypointSet, sized_set
from posecore.metrics.paired import Comparison, compare, with_score
from posecore.metrics.pck import Hits, scores
from posecore.studies.networks.facts import DataSet, Network, beginning_of, control_of, longest
from posecore.studies.networks.results import NetworksStudy


def parts_of(keypoints: KeypointSet) -> tuple[str, ...]:
    """What PCK is told of: all joints, and each group of them."""
    return "all joints", *keypoints.groups


SEEDS: Final = 3
"""Seeds from which on an interval over them is given."""


class SeedGain(NamedTuple):
    """A mean gain over so many seeds, with its 95 % interval."""

    mean: float
    low: float
    high: float
    seeds: int


def seed_gain(gains: Sequence[float]) -> SeedGain:
    """Student's t interval of gains, one per seed, of two seeds or more: what another seed may bring counts,
    people count as they are."""
    mean = float(np.mean(gains))
    half = float(np.std(gains, ddof=1) / np.sqrt(len(gains)) * student.ppf(0.975, len(gains) - 1))
    return SeedGain(mean, mean - half, mean + half, len(gains))


class Gains(NamedTuple):
    """Networks with what each is compared with. found: what it gains over that, estimates (G,) in order."""

    pairs: tuple[tuple[Network, Network], ...]
    found: Comparison


class SkipLoss(NamedTuple):
    """A network without skips beside a basic one that was given the same means; estimates (P,), see
    `parts_of`.

    cut: the basic one with all skips, the same cut at test time. trained: the basic one with all skips, the
    one trained without.
    """

    plain: Network
    without: Network
    cut: Comparison
    trained: Comparison


class StackGain(NamedTuple):
    """A network with several stacks: its first stack's heatmaps and the last one's.

    found: estimates (K + 1,), PCK of all joints, then the share of hits of each joint.
    """

    network: Network
    found: Comparison


@dataclass(frozen=True)
class NetworksSummary:
    """A study over the people of one data set; intervals are over these people, but for those over seeds.

    pck: (networks,) of the last stack, with the skips as built and with all skips cut at test time. fair:
    gains over the basic network that was given the same means. since: gains over the network that the last
    training began with, which was trained for fewer steps. skips, stacks: of the longest trained. All but
    pck are empty where the study has no such networks.
    """

    data: DataSet
    pck: Comparison
    fair: Gains
    since: Gains
    skips: tuple[SkipLoss, ...]
    stacks: tuple[StackGain, ...]

    def over_seeds(self) -> dict[str, SeedGain]:
        """What a network gains over its fair control, over seeds, by its label; of SEEDS or more of them."""
        means: dict[str, list[float]] = {}
        for (network, _), mean in zip(self.fair.pairs, self.fair.found.difference.mean, strict=True):
            means.setdefault(network.label, []).append(float(mean))
        return {label: seed_gain(values) for label, values in means.items() if len(values) >= SEEDS}


def summarise(study: NetworksStudy, data: DataSet) -> NetworksSummary:
    """All figures of a data set of the study."""
    networks = study.networks
    hits = {network: study.as_built(network, data) for network in networks}
    without = longest([network for network in networks if network.lacks_skips_only])
    lacking = _pairs(without, networks, control_of)
    stacked = longest([network for network in networks if network.stacks > 1])
    fair, since = (_pairs(networks, networks, find) for find in (control_of, beginning_of))
    whole, cut = (
        np.stack([scores(part) for part in parts], axis=1)
        for parts in (hits.values(), (study.cut(network, data) for network in networks))
    )
    blocks = [(whole, cut)]
    for pairs in (fair, since):
        ours, theirs = ([networks.index(pair[side]) for pair in pairs] for side in (0, 1))
        blocks.append((whole[:, theirs], whole[:, ours]))
    for network, plain in lacking:
        before = part_scores(hits[plain])
        blocks.append((before, part_scores(study.cut(plain, data))))
        blocks.append((before, part_scores(hits[network])))
    blocks.extend(
        (with_score(study.stack_hits(network, data, 1)), with_score(hits[network])) for network in stacked
    )
    pck, gained, since_gained, *rest = _compare_all(blocks)
    losses, stack_gains = rest[: 2 * len(lacking)], rest[2 * len(lacking) :]
    return NetworksSummary(
        data,
        pck,
        Gains(tuple(fair), gained),
        Gains(tuple(since), since_gained),
        tuple(
            SkipLoss(plain, network, *losses[2 * place : 2 * place + 2])
            for place, (network, plain) in enumerate(lacking)
        ),
        tuple(map(StackGain, stacked, stack_gains)),
    )


def part_scores(hits: Hits) -> NDArray[np.float64]:
    """(N, P) everybody's share of found joints, of hits (N, K), for each of `parts_of` their set."""
    groups = [list(joints) for joints in sized_set(hits.shape[1]).groups.values()]
    return np.stack([scores(hits), *(scores(hits[:, joints]) for joints in groups)], axis=1)


def _pairs(
    networks: Sequence[Network],
    among: Sequence[Network],
    find: Callable[[Network, Sequence[Network]], Network | None],
) -> list[tuple[Network, Network]]:
    """Those of `networks` for which `find` finds another, with that one."""
    return [(network, other) for network in networks if (other := find(network, among)) is not None]


def _compare_all(blocks: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> list[Comparison]:
    """`compare` of each block (N, M); all at once, as drawing people takes longer than adding them up."""
    one, other = (np.concatenate([block[side] for block in blocks], axis=1) for side in (0, 1))
    found = compare(one, other)
    ends = np.cumsum([block[0].shape[1] for block in blocks]).tolist()
    return [found.at(slice(start, end)) for start, end in zip([0, *ends], ends, strict=False)]
