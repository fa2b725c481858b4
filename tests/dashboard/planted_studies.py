"""Studies with planted figures, of what pages hold a network against."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_OFF
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder, write_study
from posecore.components.belonging import MEASURES
from posecore.keypoints import K
from posecore.saliency.faithful import STEPS
from posecore.studies.control import results as control
from posecore.studies.probe import results as probe
from posecore.studies.saliency import results as saliency


def plant_control(
    path: Path,
    untrained: Sequence[tuple[float, float]],
    moved: float = 5.0,
    silhouettes: Sequence[float] | None = None,
    **more: NDArray[np.generic],
) -> None:
    """A control study of networks that never learned, each with this PCK with all skips and with all cut;
    whatever is cut alone costs nothing and moves joints by so many pixels. The own network finds nothing.
    silhouettes: of every network's clusters with K = 2, the own's first; None for zeros. more: what a study
    may hold beside."""
    bundle = open_bundle(path)
    ids = bundle.samples["sample_id"].to_numpy(str)
    m, n = 1 + len(untrained), len(ids)
    scores = np.zeros((m, 3, n, 16), np.float32)
    for network, (on, off) in enumerate(untrained, 1):
        scores[network] = on
        scores[network, ..., ALL_OFF.position] = off
    one = np.zeros((m, 1), np.float32)
    two = np.zeros((m, 1, 1), np.float32)
    names = np.full((m, 1), "height")
    counts = np.zeros(m, np.int64)
    folder = study_folder(bundle, control.NAME).with_name(".partial")
    folder.mkdir(parents=True)
    control.save_control_study(
        folder,
        networks=np.array(["own", *(f"untrained-{seed}" for seed in range(m - 1))]),
        sample_ids=ids,
        replacements=np.array(["zero", "mean", "other"]),
        skip_people=np.arange(n),
        skip_scores=scores,
        skip_moved=np.full((m, 3, n, 4), moved, np.float32),
        ks=np.array([2]),
        silhouettes=two if silhouettes is None else np.array(silhouettes, np.float32)[:, None, None],
        stability=two,
        **dict.fromkeys(("gaps", "gap_errors"), np.zeros((m, 2), np.float32)),
        valleys=one,
        verdict=np.full(m, "regions"),
        explained=one,
        **dict.fromkeys(("needed", "above_chance"), counts),
        **dict.fromkeys(("correlation", "correlation_low", "correlation_high", "follows"), one),
        **dict.fromkeys(("best_attribute", "followed"), names),
        **dict.fromkeys(("sure", "tested"), one.astype(np.int64)),
        steps=np.zeros(1, np.float32),
        farther_out=two.astype(bool),
        nobody=np.array(["noise"]),
        refused=np.zeros((m, 1, len(MEASURES)), bool),
        counts=np.array([0]),
        curve_people=np.arange(n),
        curve_scores=np.zeros((m, len(control.MODES), n, 1), np.float32),
        layers=np.array(["bottleneck"]),
        **dict.fromkeys(("cka", "cka_low", "cka_high"), np.zeros((m, m, 1, 1), np.float32)),
        **dict.fromkeys(("probe_errors", "probe_scores"), np.zeros((m, n), np.float32)),
        probe_spread=np.ones(n, np.float32),
        **more,
    )
    write_study(bundle, control.NAME, folder, {})


def plant_probe(
    path: Path, r2: dict[str, float], noise: float = 0.0, facing: dict[str, float] | None = None
) -> probe.ProbeStudy:
    """A probe study whose parts are read off with these R², which people differ in by `noise`. facing: R² of
    the view off each part, with intervals of 0.05 to either side; None where it was not read."""
    bundle = open_bundle(path)
    ids = bundle.samples["sample_id"].to_numpy(str)
    people, inputs = len(ids), len(r2)
    apart = np.random.default_rng(0).normal(size=(inputs, people))
    apart -= apart.mean(axis=1, keepdims=True)
    errors: NDArray[np.float64] = 1 - np.array(list(r2.values()))[:, None] + noise * apart
    view = np.zeros((inputs, 1, 3))
    if facing is not None:
        view = np.pad(view, ((0, 0), (0, 1), (0, 0)))
        view[:, 1] = np.array([facing[name] for name in r2])[:, None] + [0, -0.05, 0.05]
    folder = study_folder(bundle, probe.NAME).with_name(".partial")
    folder.mkdir(parents=True)
    probe.save_probe_study(
        folder,
        sample_ids=ids,
        inputs=np.array(list(r2)),
        numbers=np.full(inputs, 64),
        errors=errors.astype(np.float32),
        spread=np.ones(people, np.float32),
        scores=np.clip(1 - errors, 0, 1).astype(np.float32) / 2,
        mean_scores=np.zeros(people, np.float32),
        **dict.fromkeys(("joint_r2", "joint_pck"), np.zeros((inputs, K, 3), np.float32)),
        joint_n=np.full(K, people),
        attributes=np.array(["height"] if facing is None else ["height", "facing"]),
        attribute_r2=view.astype(np.float32),
        attribute_n=np.full(view.shape[1], people),
    )
    write_study(bundle, probe.NAME, folder, {"folds": 5})
    return probe.load_probe_study(open_bundle(path))


def plant_saliency(
    path: Path,
    similar: Mapping[str, tuple[float, float]],
    sooner: float = 0.2,
    masks: Sequence[str] = ("1111", "0011"),
) -> saliency.SaliencyStudy:
    """A saliency study of methods whose maps have these rank correlations with an untrained network's and
    with random last levels', give or take 0.02. Along all curves so much less of the peak is left, and more
    is there, than at random. Of the maps 60 % lie on the person, 20 % on the limb, nothing is in front."""
    bundle = open_bundle(path)
    ids = bundle.samples["sample_id"].to_numpy(str)
    n, m, r, t = len(ids), len(masks), len(similar), STEPS + 1
    falling, inner = np.linspace(1, 0, t), np.ones(t)
    inner[[0, -1]] = 0
    apart = 0.02 * np.where(np.arange(n) % 2, 1.0, -1.0)[:, None, None, None]
    curve = np.ones((n, m, r, 1))
    folder = study_folder(bundle, saliency.NAME).with_name(".partial")
    folder.mkdir(parents=True)
    arrays = {
        "peaks": np.ones((n, m)),
        "missed": np.full((n, m), 0.1),
        "deletion": curve * (falling - (sooner + apart) * inner / 0.9),
        "insertion": curve * (falling[::-1] + (sooner + apart) * inner / 0.9),
        "random_deletion": np.ones((n, m, 1)) * falling,
        "random_insertion": np.ones((n, m, 1)) * falling[::-1],
        "shares": np.tile([0.6, 0.2, np.nan], (n, m, r, 1)),
        "areas": np.tile([0.15, 0.02, np.nan], (n, 1)),
        "similar": np.array(list(similar.values())) + apart * np.ones((n, m, r, 1)),
    }
    saliency.save_saliency_study(
        folder,
        sample_ids=ids,
        joints=np.zeros(n, np.int64),
        masks=np.array(masks),
        methods=np.array(list(similar)),
        **{name: each.astype(np.float32) for name, each in arrays.items()},
    )
    write_study(bundle, saliency.NAME, folder, {})
    return saliency.load_saliency_study(open_bundle(path))
