"""How often the verdict on clusters is right: people of known making, judged one seed after the other.

What is done is kept in the file, so that a stopped run goes on; a run with other settings begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.stats import binomtest
from tqdm import tqdm

from posecore.clustering.clouds import KINDS
from posecore.clustering.evidence import judge
from posecore.clustering.space import latent_space
from posecore.clustering.verdict import REQUIRED, ClusterVerdict, Kind
from posecore.errors import ConfigError
from posecore.files import write_json
from posecore.unfinished import read_json

SAVED_EVERY: Final = 5
"""Verdicts between two points from which a stopped run goes on."""


@dataclass(frozen=True)
class VerdictSettings:
    """people, components: of every cloud. most: largest K. draws: of each control. restarts: of sweeps."""

    people: int = 1000
    components: int = 50
    most: int = 10
    draws: int = 6
    restarts: int = 10


class Rate(NamedTuple):
    """times of n verdicts, as a share with its 95 % interval (Clopper and Pearson 1934)."""

    times: int
    n: int
    share: float
    low: float
    high: float


class Rates(NamedTuple):
    """Of one kind of people. groups: how many it has, 1 for a cloud. found: called groups. right: called so
    many groups as there are; of a cloud, regions of one cloud. unknown: cannot be told."""

    groups: int
    found: Rate
    right: Rate
    unknown: Rate


def judged(kind: str, seed: int, settings: VerdictSettings) -> ClusterVerdict:
    """The verdict on people of a kind drawn with a seed. Raises ConfigError for an unknown kind."""
    if kind not in KINDS:
        raise ConfigError(f"kind {kind!r:.40}: expected one of {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    people = KINDS[kind][1](rng, settings.people, settings.components)
    space = latent_space(people.astype(np.float32))
    return judge(space, REQUIRED, settings.most, settings.draws, settings.restarts, seed)


def run_verdict_study(
    path: Path, kinds: Sequence[str], seeds: Sequence[int], settings: VerdictSettings, quiet: bool = False
) -> dict[str, Rates]:
    """Judge every seed of every kind that the JSON file `path` does not hold yet, and write it. Rates are of
    all that it holds, by kind. Raises ConfigError for an unknown kind."""
    saved = read_json(path)
    kept = isinstance(saved, dict) and saved.get("settings") == asdict(settings)
    verdicts: dict[str, dict[str, Any]] = saved["verdicts"] if kept else {}
    todo = [(kind, seed) for seed in seeds for kind in kinds if str(seed) not in verdicts.get(kind, {})]
    for done, (kind, seed) in enumerate(tqdm(todo, "verdicts", disable=quiet, mininterval=5), 1):
        found = judged(kind, seed, settings)
        verdicts.setdefault(kind, {})[str(seed)] = asdict(found) | {"reason": found.reason.name}
        if done % SAVED_EVERY == 0 or done == len(todo):
            write_json(path, _summed_up(verdicts, settings))
    return {kind: rates(kind, of_kind) for kind, of_kind in verdicts.items()}


def rates(kind: str, verdicts: Mapping[str, Mapping[str, Any]]) -> Rates:
    """The rates of a kind, from its verdicts by seed."""
    groups, every = KINDS[kind][0], list(verdicts.values())
    found = sum(one["kind"] == Kind.GROUPS for one in every)
    if groups > 1:
        right = sum(one["groups"] == groups for one in every)
    else:
        right = sum(one["kind"] == Kind.REGIONS for one in every)
    unknown = sum(one["kind"] == Kind.UNKNOWN for one in every)
    return Rates(groups, *(_rate(count, len(every)) for count in (found, right, unknown)))


def _rate(count: int, n: int) -> Rate:
    interval = binomtest(count, n).proportion_ci(0.95)
    return Rate(count, n, count / n, float(interval.low), float(interval.high))


def _summed_up(verdicts: Mapping[str, Mapping[str, Any]], settings: VerdictSettings) -> dict[str, Any]:
    summary = {kind: rates(kind, of_kind) for kind, of_kind in verdicts.items()}
    words = {
        kind: {"groups": one.groups}
        | {name: getattr(one, name)._asdict() for name in ("found", "right", "unknown")}
        for kind, one in summary.items()
    }
    return {"settings": asdict(settings), "rates": words, "verdicts": verdicts}
