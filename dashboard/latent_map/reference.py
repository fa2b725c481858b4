"""The map beside networks that never learned: what it shows, and how much of theirs a plane holds."""

import hashlib
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.latent_map import words
from dashboard.shared import cache, shown_here, untrained
from posecore.bundle import Bundle

if TYPE_CHECKING:
    from posecore.statistics import Estimate
    from posecore.studies.control.results import ControlStudy
    from posecore.studies.control.summary import Reach

READ_OFF: Final = "probe of the latent, R²"
"""Of posecore.studies.control.summary.FIGURES."""


def draw_shown(bundle: Bundle) -> None:
    """The sentence at the top; without a control study the command that makes one, and no verdict."""
    if (found := read_off(bundle)) is None:
        st.caption(untrained.missing(bundle))
    else:
        shown_here.draw(*words.shown(*found))


def read_off(bundle: Bundle) -> "tuple[Reach, Estimate] | None":
    """What words.shown speaks of; None without a control study."""
    study = untrained.reference(bundle)
    if study is None:
        return None
    digest = hashlib.sha256(study.probe_errors.tobytes()).hexdigest()
    return _read_off(digest, study)


@cache.cached(4, "Drawing people again …", copied=True)
def _read_off(digest: str, _study: "ControlStudy") -> "tuple[Reach, Estimate]":
    from posecore.studies.control.summary import learned_r2, reach

    return reach(_study, READ_OFF), learned_r2(_study)


def plane_shares(bundle: Bundle, plane: str) -> tuple[float, ...]:
    """Share of the variance that the plane, as Plane.name has it, holds of each network that never learned;
    nothing where that is not known."""
    if "-" not in plane:
        return ()
    return untrained.plane_shares(bundle, [int(component) - 1 for component in plane.split("-")])
