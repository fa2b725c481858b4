"""The networks that are held against each other, each made only when it is asked."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from posecore.compression.cost import multiplications, parameters, stored_bytes
from posecore.compression.engineering import engineered
from posecore.compression.masks import without_small_weights
from posecore.compression.ranking import Kept, Ranking, kept_share
from posecore.data.dataset import CropDataset
from posecore.errors import ConfigError
from posecore.models.checkpoint import weights_digest
from posecore.models.registry import PoseNetwork
from posecore.models.untrained import untrained
from posecore.studies.compression.facts import (
    BAYESIAN,
    L1,
    REFERENCE,
    TUNED,
    UNTRAINED,
    Point,
    Ranked,
    Trained,
    named,
)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A point, what makes its network, and what is known where that is never made."""

    point: Point
    make: Callable[[], PoseNetwork]
    widths: Mapping[str, int]
    key: str


def _sizes(network: PoseNetwork) -> dict[str, int]:
    return {width.name: width.size for width in network.structure().widths}


def _point(
    kind: str,
    method: str,
    network: PoseNetwork,
    seed: int = 0,
    strength: float | None = None,
    keep: float | None = None,
    steps: int | None = None,
    weights: str = "",
) -> Point:
    return Point(
        kind,
        method,
        named(network),
        seed,
        strength,
        keep,
        steps,
        parameters(network),
        multiplications(network),
        stored_bytes(network),
        sum(int(weight.count_nonzero()) for weight in network.parameters()),
        weights or weights_digest(network),
    )


def reference(method: str, network: PoseNetwork) -> Candidate:
    """A network whole, that compressed ones are held against. method: SHIPPED or UNTRAINED."""
    point = _point(REFERENCE, method, network)
    return Candidate(point, lambda: network, _sizes(network), point.weights)


def never_learned(dense: PoseNetwork, people: CropDataset, fingerprint: str) -> Candidate:
    """A network of the shape of `dense` that never learned; the statistics of its normalisation are taken on
    `people`, whose `fingerprint` it is known by."""
    one = reference(UNTRAINED, untrained(dense.config, 0, len(people), people.picture))
    return replace(one, key=f"{one.key} {fingerprint}")


def tuned_network(one: Trained) -> Candidate:
    """A network that was trained on after it was engineered, or beside those."""
    network = one.network
    point = _point(TUNED, one.method, network, one.seed, one.strength, one.keep, one.steps)
    point = replace(point, cut_skips=one.cut_skips, teacher=one.teacher)
    return Candidate(point, lambda: network, _sizes(network), point.weights)


def swept_networks(
    network: PoseNetwork,
    ranking: Ranking,
    kind: str,
    seed: int,
    steps: int | None,
    shares: Sequence[float],
) -> list[Candidate]:
    """A network per share that the ranking can keep."""
    digest = weights_digest(network)
    strength = ranking.made.get("strength")
    found = []
    for share in shares:
        if ranking.method == L1:
            made: Callable[[], PoseNetwork] = _small_weights(network, share)
            widths: Mapping[str, int] = _sizes(network)
            key = f"{digest} {L1} {share}"
        else:
            try:
                kept, _ = kept_share(ranking, network, share)
            except ConfigError:  # smaller than the smallest that rounding leaves
                continue
            made, widths = _smaller(network, kept), {name: len(rows) for name, rows in kept.items()}
            key = hashlib.sha256(b"".join(kept[name].tobytes() for name in sorted(kept))).hexdigest()
            key = f"{digest} {key}"
        point = _point(kind, ranking.method, made(), seed, strength, share, steps, digest)
        found.append(Candidate(point, made, widths, key))
    return found


def _smaller(network: PoseNetwork, kept: Kept) -> Callable[[], PoseNetwork]:
    return lambda: engineered(network, kept)


def _small_weights(network: PoseNetwork, share: float) -> Callable[[], PoseNetwork]:
    return lambda: without_small_weights(network, share)


def fits_live(one: Ranked, dense: PoseNetwork) -> bool:
    """Whether a Bayesian ranking began with the bundle's network, whose channels it then speaks of, too."""
    return one.ranking.method == BAYESIAN and one.ranking.made.get("began_with") == weights_digest(dense)


def rounded(one: Ranked, weights: str) -> Ranking:
    """The ranking as it is stored, relative scores in half precision, of the bundle's network."""
    ranking = one.ranking
    scores = {
        name: part.astype(np.float16).astype(np.float64).tolist() for name, part in ranking.relative().items()
    }
    made = {"groups": ranking.groups, "strength": ranking.made.get("strength"), "of": ranking.weights}
    return Ranking(weights, ranking.method, "none", scores, {}, made | {"seed": one.seed})
