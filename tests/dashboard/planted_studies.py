"""Studies with planted figures, of what pages hold a network against."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_OFF
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder, write_study
from posecore.causes.table import CAUSES
from posecore.components.belonging import MEASURES
from posecore.keypoints import K
from posecore.saliency.faithful import STEPS
from posecore.studies.causes import results as causes
from posecore.studies.causes.summary import placebo
from posecore.studies.causes.verdict import corrected_p
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


def plant_causes(
    path: Path,
    moved: Mapping[str, Sequence[float]],
    untrained: float = 0.05,
    apart: float = 0.01,
) -> causes.CauseStudy:
    """A cause study in which every person moves so far along every component, by cause; the others move by
    `apart`, to and fro, as all do around what they are given. One untrained network moves by `untrained`.
    Every joint is right as made, every other one is not as changed; half the people change their cluster."""
    bundle = open_bundle(path)
    ids = bundle.samples["sample_id"].to_numpy(str)
    keys = list(CAUSES)
    n, c, d, cuts, ks = len(ids), len(keys), len(next(iter(moved.values()))), len(causes.CUTS), 2
    far = apart * np.where(np.arange(n) % 2, 1.0, -1.0)[None, :, None, None, None] * np.ones((1, n, c, 2, d))
    for key, along in moved.items():
        far[0, :, keys.index(key)] += np.array(along)
    changes = (c, causes.STRENGTHS)
    changed = np.ones((n, *changes, K), np.int8)
    changed[..., 2::2] = 0
    half = np.repeat((np.arange(n) % 2)[:, None, None, None], c, 1).repeat(2, 2).repeat(ks, 3).astype(np.int8)
    folder = study_folder(bundle, causes.NAME).with_name(".partial")
    folder.mkdir(parents=True)
    causes.save_cause_study(
        folder,
        sample_ids=ids,
        spaces=np.array(["bottleneck"]),
        causes=np.array(keys),
        strengths=np.array([cause.strengths for cause in CAUSES.values()], np.float64),
        closer=np.arange(n),
        refused=np.zeros((n, *changes), np.bool_),
        moved=far.astype(np.float32),
        untrained=np.full((1, 1, n, *changes, d), untrained, np.float32),
        p=np.stack([corrected_p(one[:, :, 1], placebo(np.array(keys), one)) for one in far]),
        right=np.ones((n, K), np.int8),
        right_changed=changed,
        peaks=np.ones((n, K), np.float32),
        peaks_changed=np.full((n, *changes, K), 0.75, np.float32),
        cuts=np.array(list(causes.CUTS)),
        cut_right=np.ones((n, cuts, K), np.int8),
        cut_right_changed=np.zeros((n, *changes, cuts, K), np.int8),
        cut_peaks=np.ones((n, cuts, K), np.float32),
        cut_peaks_changed=np.full((n, *changes, cuts, K), 0.5, np.float32),
        ks=np.array([2, 4]),
        clusters=np.zeros((n, ks), np.int8),
        clusters_changed=half,
        untrained_clusters=np.zeros((1, n, ks), np.int8),
        untrained_clusters_changed=np.zeros((1, n, *changes, ks), np.int8),
    )
    write_study(bundle, causes.NAME, folder, {})
    return causes.load_cause_study(open_bundle(path))


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
