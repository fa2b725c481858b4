"""A study of compression whose hits are made up, for tests of whatever reads it."""

from pathlib import Path

import cv2
import numpy as np

from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder, write_study
from posecore.compression.groups import norms
from posecore.compression.ranking import Ranking
from posecore.models.checkpoint import weights_digest
from posecore.studies.compression.facts import Point
from posecore.studies.compression.results import (
    NAME,
    SWEPT,
    CompressionStudy,
    Hessian,
    People,
    describe,
    load_compression_study,
    save_compression_study,
)
from posecore.studies.networks.facts import DataSet

PEOPLE = 120
SHOWN = (3, 5, 8)
DENSE_FINDS = 0.8
FINDS = {
    ("reference", "shipped", None): 0.78,
    ("reference", "untrained", None): 0.02,
    ("tuned", "dense", None): DENSE_FINDS,
    ("tuned", "bayesian", 0.25): 0.7,
    ("tuned", "bayesian", 0.5): 0.75,
    ("tuned", "magnitude", 0.25): 0.6,
    ("tuned", "magnitude", 0.5): 0.65,
    ("tuned", "random", 0.5): 0.5,
    ("tuned", "scratch", 0.25): 0.7,
    ("masked", "bayesian", 0.25): 0.1,
    ("masked", "bayesian", 0.5): 0.3,
    ("masked", "l1", 0.5): 0.6,
    ("live", "bayesian", 0.25): 0.15,
    ("live", "bayesian", 0.5): 0.35,
}
"""Share of joints found, by kind, method and share kept; who lies loses 0.3 more once compressed."""

SEEDS = {("tuned", "bayesian"): 2, ("tuned", "magnitude"): 2}


def points(finds=FINDS, seeds=SEEDS, late=(), alone=()):
    """late: methods whose networks had fewer steps. alone: shares with one seed of each."""
    found = []
    for kind, method, keep in finds:
        for seed in range(1 if keep in alone else seeds.get((kind, method), 1)):
            size = int(1e6 * (keep or 1))
            steps = None if kind == "reference" else 10 if method in late else 20
            strength = 1e-6 if method in ("bayesian", "l1") else None
            full = 1_000_000 if method == "l1" else size
            point = Point(
                kind,
                method,
                "hourglass",
                seed,
                strength,
                keep,
                steps,
                full,
                2 * full,
                4 * full,
                size,
                f"{kind}-{method}-{seed}-{keep}",
            )
            found.append(point)
    return sorted(found, key=lambda point: point.kind in SWEPT)


def plant_compression(
    path: Path,
    finds=FINDS,
    seeds=SEEDS,
    late=(),
    alone=(),
    people=PEOPLE,
    live=True,
    data=("rendered people",),
) -> CompressionStudy:
    """Put the study into the bundle at `path` and read it again. All points ask the same chance of a joint,
    so what a weaker one finds a stronger one finds, too, but for some joints of the second seed; the margin
    is smallest where the dense one just finds it."""
    bundle, every = open_bundle(path), points(finds, seeds, late, alone)
    joints = len(bundle.keypoints)
    network = bundle.network()
    names = [width.name for width in network.structure().widths]
    sizes = np.array([width.size for width in network.structure().widths])
    sets, folks = [], []
    for number, name in enumerate(data):
        rng = np.random.default_rng(number)
        hard, chance = rng.random((2, people, joints))
        labelled = rng.random((people, joints)) < 0.9
        labelled[:, 0] = True
        family = np.where(np.arange(people) % 3 == 0, "lying", "standing")
        swept = np.arange(0, people, 2)
        hits = []
        for point in every:
            share = np.full(people, finds[point.kind, point.method, point.keep])
            if point.keep is not None:
                share -= np.where(family == "lying", 0.3, 0)
            found = np.where(labelled, hard < share[:, None], -1).astype(np.int8)
            if point.seed:  # which loses some more, that the first one finds
                found[(found == 1) & (chance < 0.05)] = 0
            hits.append(found[swept] if point.kind in SWEPT else found)
        whole = sum(point.kind not in SWEPT for point in every)
        tiles = np.full((128, 128 * len(SHOWN), 3), 90, np.uint8)
        folks.append(
            People(
                np.array([f"val-{i}" for i in range(people)]),
                swept,
                tuple(hits),
                labelled,
                1 - hard,
                np.zeros((people, joints)),
                np.stack([np.arange(people, dtype=float), rng.random(people)], axis=1),
                family[:, None],
                np.array(SHOWN),
                cv2.imencode(".webp", tiles)[1].tobytes(),
                rng.integers(0, 64, (whole, len(SHOWN), joints, 2)).astype(np.uint8),
            )
        )
        sets.append(DataSet(name, "val", f"of {name}", people))
    ranking = None
    if live:
        scores = {
            name: (part / part.mean()).half().float().tolist()
            for name, part in norms(network, network.structure(), "channels").items()
        }
        made = {"groups": "channels", "seed": 0}
        ranking = Ranking(weights_digest(network), "bayesian", "none", scores, {}, made)
    folder = study_folder(bundle, NAME).with_name(f".{NAME}.partial")
    folder.mkdir(parents=True)
    milliseconds = np.array([[40 + 60 * (point.keep or 1), 100] for point in every])
    milliseconds[[point.method == "l1" for point in every]] = np.nan
    widths = np.stack([np.maximum(8, sizes * (point.keep or 1)).astype(int) for point in every])
    oks = np.full((len(every), len(sets)), 0.5)
    save_compression_study(folder, folks, milliseconds, widths, {"oks": oks, "pckh": oks}, ranking)
    hessians = [Hessian(0, 1e-6, 0.8, 0.9, {"0.25": 0.7, "0.5": 0.6})]
    told = {
        "widths": names,
        "attributes": ["size", "arm_spread"],
        "kinds": ["family"],
        "scores": ["oks", "pckh"],
    }
    info = describe(every, sets, hessians, ranking, told) | {
        "settings": {"rounds": 3},
        "heads": [{"stand-in": people}] * len(sets),
    }
    write_study(bundle, NAME, folder, info)
    return load_compression_study(open_bundle(path))
