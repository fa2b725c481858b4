"""A cause study with planted movements."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder, write_study
from posecore.causes.table import CAUSES
from posecore.keypoints import K
from posecore.studies.causes import results as causes
from posecore.studies.causes.summary import placebo
from posecore.studies.causes.verdict import corrected_p


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
