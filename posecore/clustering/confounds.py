"""Whether clusters are told by something else than pose: by size, or by which joints are labelled."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from posecore.attributes.descriptions import FOUND
from posecore.attributes.table import ATTRIBUTES
from posecore.attributes.traits import SIDE
from posecore.subsample import subsample
from posecore.threads import one_blas_thread

MOST: Final = 5_000
"""People a check is made of at most."""
FOLDS: Final = 5
SIZE: Final = ("size", "height", "width", "share_of_crop", SIDE)
PLACE: Final = ("middle_x", "middle_y", "off_centre")
COUNTS: Final = ("labelled_joints", "cut_off")
POSE: Final = tuple(name for name in ATTRIBUTES if name not in (*SIZE, *PLACE, *COUNTS))


SETS: Final = (
    "person size",
    "place in the crop",
    "which joints are labelled",
    "size, place and joints together",
    "pose",
)
"""Sets of columns that may tell clusters."""


def columns_of(table: pd.DataFrame) -> dict[str, list[str]]:
    """Those of each of SETS that a table has: not every set of keypoints has all."""
    joints = (*(name for name in table.columns if str(name).endswith(FOUND)), *COUNTS)
    every = SIZE, PLACE, joints, (*SIZE, *PLACE, *joints), POSE
    return {name: [one for one in columns if one in table] for name, columns in zip(SETS, every, strict=True)}


class Accuracy(NamedTuple):
    """right: share of people whose cluster is told, each cluster counting alike; low, high: its 95 %
    interval. n: people. chance: what guessing gives."""

    right: float
    low: float
    high: float
    n: int
    chance: float


def told_by(table: pd.DataFrame, numbers: NDArray[np.integer]) -> dict[str, Accuracy]:
    """How well each of SETS tells the cluster, 0 or more, of the people of `table` (N rows)
    by logistic regression, each fifth judged by what was learned of the others; empty where a cluster has
    one person.

    Unknown values count as the mean. Intervals: binomial per cluster, people taken as they are.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = subsample(np.flatnonzero(numbers >= 0), MOST)
    numbers = numbers[rows]
    names, sizes = np.unique(numbers, return_counts=True)
    if len(names) < 2 or sizes.min() < 2:
        return {}
    folds = StratifiedKFold(min(FOLDS, int(sizes.min())), shuffle=True, random_state=0)
    found = {}
    for name, columns in columns_of(table).items():
        values = table.iloc[rows][columns].to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(values)
        counts = known.sum(axis=0)
        means = np.where(known, values, 0).sum(axis=0) / np.maximum(counts, 1)
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=300))
        with one_blas_thread():
            guessed = cross_val_predict(model, np.where(known, values, means), numbers, cv=folds)
        recalls = np.array([(guessed[numbers == number] == number).mean() for number in names])
        # Shrunk a little towards one half, so that a cluster of which all are right has an interval too.
        shrunk = (recalls * sizes + 2) / (sizes + 4)
        reach = norm.ppf(0.975) * np.sqrt((shrunk * (1 - shrunk) / (sizes + 4)).sum()) / len(names)
        right = float(recalls.mean())
        found[name] = Accuracy(
            right, max(0.0, right - reach), min(1.0, right + reach), len(rows), 1 / len(names)
        )
    return found
