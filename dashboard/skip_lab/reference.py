"""What the study's charts show in grey: the same figures of networks that never learned. None, or nothing,
where the bundle has no control study or that did not try the replacement."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import untrained
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle
from posecore.statistics import Floats
from posecore.studies.control.results import OWN, ControlStudy
from posecore.studies.skips.effects import level_joint_loss, level_score_loss, shapley

ZERO: Final = "zero"
"""What replaces a cut skip where figures are stored joint by joint."""


def pck(bundle: Bundle, replacement: str, position: int) -> Floats | None:
    """(M, 2) PCK of M networks with all skips, and under the mask at `position`."""
    scores = _scores(bundle, replacement)
    return None if scores is None else scores[:, [ALL_ON.position, position]]


def effect(bundle: Bundle, replacement: str, lost: bool) -> Floats | None:
    """(M, 4) what cutting a level alone does to all joints: lost PCK, or pixels of the crop moved by those
    found on either side, nan where there are none."""
    study = _study(bundle, replacement)
    if study is None:
        return None
    if lost:
        return level_score_loss(_mean(study.skip_scores, study, replacement))
    return _mean(study.skip_moved, study, replacement)


def joint_loss(bundle: Bundle, replacement: str) -> Floats | None:
    """(M, 4, K) lost hits of every joint when a level alone is cut; stored of cuts to ZERO alone."""
    study = _study(bundle, replacement)
    if study is None or study.joint_shares is None or replacement != ZERO:
        return None
    return level_joint_loss(study.joint_shares[OWN + 1 :])


def shares(bundle: Bundle, replacement: str) -> Floats | None:
    """(M, 4) Shapley value of every level."""
    scores = _scores(bundle, replacement)
    return None if scores is None else shapley(scores)


def _scores(bundle: Bundle, replacement: str) -> Floats | None:
    """(M, 16) PCK under every mask."""
    study = _study(bundle, replacement)
    return None if study is None else _mean(study.skip_scores, study, replacement)


def _mean(values: NDArray[np.floating], study: ControlStudy, replacement: str) -> Floats:
    """(M, ...) means over people of values (1 + M, R, n, ...), without the bundle's own network; nan where
    nothing is known of anybody, as of joints that are all lost."""
    tried = study.replacements.tolist().index(replacement)
    known = np.ma.masked_invalid(values[OWN + 1 :, tried].astype(np.float64))
    return np.asarray(known.mean(axis=1).filled(np.nan))


def _study(bundle: Bundle, replacement: str) -> ControlStudy | None:
    study = untrained.reference(bundle)
    if study is None or replacement not in study.replacements.tolist():
        return None
    return study
