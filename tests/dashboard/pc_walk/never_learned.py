"""Control studies planted beside a bundle: what two networks that never learned reach, written by hand."""

from dataclasses import MISSING, fields
from typing import Any

import numpy as np
import pytest

from posecore.studies.control.results import ControlStudy

WEAK = 0.2
"""The strongest correlation of the two networks, unless a test says otherwise."""


def control(**changes: Any) -> ControlStudy:
    """Of what PC walk shows; all else is empty."""
    strongest = np.array([[0.9, 0.5], [-WEAK, 0.1], [0.15, np.nan]], np.float32)
    empty = {field.name: np.empty(0) for field in fields(ControlStudy) if field.default is MISSING}
    planted = {
        "networks": np.array(["own", "untrained-0", "untrained-1"]),
        "correlation": strongest,
        "correlation_low": strongest - np.float32(0.05),
        "correlation_high": strongest + np.float32(0.05),
        "best_attribute": np.full((3, 2), "knee_drop"),
        "explained": np.array([[0.6, 0.3], [0.5, 0.3], [0.4, 0.3]], np.float32),
        "needed": np.array([3, 40, 44]),
        "above_chance": np.array([3, 9, 11]),
        "counts": np.array([0, 1, 2, 128]),
        "curve_people": np.arange(2),
        "curve_scores": np.stack(
            [np.full((3, 2, 4), 0.5), *2 * [np.tile([0.01, 0.01, 0.02, 0.0], (3, 2, 1))]]
        ),
        "info": {},
    }
    return ControlStudy(**(empty | planted | changes))


def plant(monkeypatch: pytest.MonkeyPatch, study: ControlStudy | None = None) -> ControlStudy:
    """Pages find this study beside every bundle."""
    found = control() if study is None else study
    monkeypatch.setattr("dashboard.shared.untrained.reference", lambda bundle: found)
    return found
