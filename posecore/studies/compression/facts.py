"""What is known of a network of the study, read from the records that its runs left; nothing of it is typed.

A compressed network went through two trainings: one that its ranking came of, then fine-tuning. Steps of both
are counted, so that a control can be seen to have been trained for as long.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from posecore.compression.ranking import RANKING, Ranking, load_ranking
from posecore.errors import CheckpointError, DataError
from posecore.models.checkpoint import load_checkpoint, weights_digest
from posecore.models.configs import PoseResNetConfig, name_of
from posecore.models.registry import PoseNetwork
from posecore.studies.networks.runs import steps_of_epoch
from posecore.training.record import LAST, RUN, read_record, read_run

SHIPPED, UNTRAINED, DENSE, SCRATCH = "shipped", "untrained", "dense", "scratch"
BAYESIAN, MAGNITUDE, RANDOM, LASSO, L1 = "bayesian", "magnitude", "random", "group-lasso", "l1"
METHODS: Final = (BAYESIAN, MAGNITUDE, LASSO, RANDOM, L1)
"""What groups, or single weights, can be ranked by."""

TUNED, MASKED, LIVE, REFERENCE = "tuned", "masked", "live", "reference"
"""Kinds of points: trained on after engineering, and the dense and scratch controls of these; only masked, or
engineered and not trained on, which is the same function; the shipped network under a ranking, which pages
mask live; and the networks that others are held against."""


@dataclass(frozen=True)
class Point:
    """A network of the study.

    network: as `named` calls it. seed: of the run that made it. strength: of its penalty. keep: the share of
    parameters that was asked for, of `l1` of single weights; None for a dense one. steps: of all trainings
    since the network that compression began with; None where nothing was trained. parameters,
    multiplications, bytes: of the network as it has to be stored and run; left: parameters that are not
    zero. weights: digest, of a masked network that of the dense one. cut_skips, teacher: of its last run,
    the probability with which skips were cut, and whose heatmaps were a second target, by their weights.
    """

    kind: str
    method: str
    network: str
    seed: int
    strength: float | None
    keep: float | None
    steps: int | None
    parameters: int
    multiplications: int
    bytes: int
    left: int
    weights: str
    cut_skips: float = 0.0
    teacher: str | None = None

    @property
    def name(self) -> str:
        """Unique in a study."""
        strength = "" if self.strength is None else f" {self.strength:g}"
        keep = "" if self.keep is None else f", {self.keep:.3g} kept"
        return f"{self.kind}: {self.method}{strength}, {self.network}, seed {self.seed}{keep}"

    @property
    def arm(self) -> tuple[str, str, str, float | None]:
        """What seeds share."""
        return self.kind, self.method, self.network, self.keep


class Ranked(NamedTuple):
    """A run of compress.py: its network, its ranking (without groups for `l1`), seed, and steps trained."""

    folder: Path
    network: PoseNetwork
    ranking: Ranking
    seed: int
    steps: int


class Trained(NamedTuple):
    """A run of train.py of the study. method: the one its groups were ranked by, or DENSE or SCRATCH. of:
    digest of what it descends from, a ranking's network, or for SCRATCH that of the network whose shape it
    has. weights: it began with, of SCRATCH those with the first ones. steps: of the runs whose records are
    there. cut_skips, teacher: see Point."""

    folder: Path
    network: PoseNetwork
    method: str
    strength: float | None
    keep: float | None
    seed: int
    of: str | None
    began_with: str
    steps: int
    cut_skips: float
    teacher: str | None


def named(network: PoseNetwork) -> str:
    """What a kind of network is called: networks of one name are compared with each other."""
    config = network.config
    depth = f" {config.depth}" if isinstance(config, PoseResNetConfig) else ""
    return f"{name_of(config)}{depth}"


def read_ranked(folder: Path) -> Ranked:
    """What scripts/compress.py left in a folder.

    Raises CheckpointError, DataError and ConfigError where weights, ranking or record are not usable.
    """
    network = load_checkpoint(folder / LAST)
    path = folder / RANKING
    values = read_record(path) if path.is_file() else {}
    if values.get("method") == L1:
        if values.get("weights") != weights_digest(network):
            raise DataError(f"{path}: ranks other weights than those beside it; compress anew")
        ranking = Ranking(values["weights"], L1, made=values.get("made", {}))
    else:
        ranking = load_ranking(path, network)
    record = read_record(folder / RUN) if (folder / RUN).is_file() else _ranked_as_it_was(path, ranking)
    try:
        seed, steps = int(record["seed"]), steps_of_epoch(record) * int(record["epochs"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder}: its record lacks {error}; compress anew") from error
    if ranking.method == RANDOM:
        seed = int(ranking.made["seed"])
    return Ranked(folder, network, ranking, seed, steps)


def _ranked_as_it_was(path: Path, ranking: Ranking) -> Mapping[str, Any]:
    """The record of the run whose weights were ranked without training them on."""
    run = (ranking.made.get("init") or {}).get("run")
    if run is None:
        raise DataError(
            f"{path}: does not say for how long its network was trained; rank it anew with "
            "scripts/compress.py --init, of a folder of train.py"
        )
    found: Mapping[str, Any] = run
    return found


def origins(ranked: Sequence[Ranked]) -> set[str]:
    """Digests of the networks that compression began with."""
    found = {one.ranking.made.get("began_with") for one in ranked}
    return {digest for digest in found if isinstance(digest, str)}


def read_trained(folder: Path, begun: Collection[str]) -> Trained:
    """What scripts/train.py left in a folder, of the weights after its last epoch.

    begun: digests of networks that compression began with; what trained these is not counted. Raises
    CheckpointError where the weights, DataError where the record is not usable.
    """
    network = load_checkpoint(folder / LAST)
    run = read_run(folder / LAST)
    if run is None:
        raise DataError(f"{folder}: no {RUN} beside the weights; expected a folder of train.py")
    try:
        record: Mapping[str, Any] = run.record
        seed, steps, began_with = int(record["seed"]), 0, ""
        cut_skips = float(record.get("cut_skips", 0.0))
        teacher = record["teacher"]["weights"] if record.get("teacher") is not None else None
        method, strength, keep, of = DENSE, None, None, None
        while weights_digest(network) not in begun:
            steps += steps_of_epoch(record) * int(record["epochs"])
            init = record["init"]
            began_with = init["weights"] if init is not None else began_with
            if record.get("shape") is not None:
                method, of = SCRATCH, record["shape"]
                break
            if init is None:
                break
            if (made := init.get("engineered")) is not None:
                method, keep, of = made["method"], made["keep"], made["of"]
                strength = made["made"].get("strength")
                break
            if init["run"] is None or began_with in begun:
                break
            record = init["run"]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder}: its record is not as train.py writes it ({error}); train anew") from error
    if method == DENSE and network.config.compressed:
        raise DataError(
            f"{folder}: a compressed network whose record does not say how it was made; train it on with "
            "--init and the file that engineer.py wrote, with its .json beside it"
        )
    return Trained(folder, network, method, strength, keep, seed, of, began_with, steps, cut_skips, teacher)


def joined(trained: Sequence[Trained], ranked: Sequence[Ranked]) -> list[Trained]:
    """The same with the steps that came before engineering, and the share of a network of the same shape.

    Raises DataError where the ranking, or the network of that shape, is not among those given.
    """
    by_digest = {one.ranking.weights: one for one in ranked}
    shapes = {one.began_with: one for one in trained if one.method not in (DENSE, SCRATCH)}
    found = []
    for one in trained:
        if one.method == SCRATCH:
            if one.of not in shapes:
                raise DataError(
                    f"{one.folder}: has the shape of a network that is not among --tuned; name that one's "
                    "run, too"
                )
            found.append(one._replace(keep=shapes[one.of].keep))
        elif one.method == DENSE:
            found.append(one)
        elif one.of in by_digest:
            found.append(one._replace(steps=one.steps + by_digest[one.of].steps))
        else:
            raise DataError(
                f"{one.folder}: its ranking is not among --ranking, so nobody knows for how long it was "
                "trained; name that run, too"
            )
    return found


def check_joints(network: PoseNetwork, joints: int, where: Path) -> None:
    """Raise CheckpointError where a network has other joints than the bundle's."""
    if network.config.joints != joints:
        raise CheckpointError(
            f"{where}: a network of {network.config.joints} joints; expected {joints}, as the bundle's has"
        )


def control_place(points: Sequence[Point]) -> int:
    """The dense control that was trained on, of the shipped network's kind; without one, the shipped one."""
    kind = points[0].network
    dense = [p for p, one in enumerate(points) if (one.kind, one.method) == (TUNED, DENSE)]
    return next((p for p in dense if points[p].network == kind), 0)


def under_trained(point: Point, points: Sequence[Point]) -> bool:
    """Whether a network had fewer steps than the longest trained one that it is held against: for a control
    those that were compressed, for these the dense control."""
    if point.kind != TUNED or point.steps is None:
        return False
    controls = (DENSE, SCRATCH)
    against = [
        one.steps or 0
        for one in points
        if one.kind == TUNED
        and one.network == point.network
        and (one.method == DENSE if point.method not in controls else one.method not in controls)
    ]
    return point.steps < max(against, default=0)
