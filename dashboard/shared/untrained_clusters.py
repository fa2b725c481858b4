"""What sets clusters of networks that never learned apart, beside what sets people apart here."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache, latents, untrained
from posecore.bundle import Bundle

if TYPE_CHECKING:
    import pandas as pd

    from posecore.studies.control.apart import Apart
    from posecore.studies.control.results import ControlStudy


def apart(bundle: Bundle, k: int) -> "Apart | None":
    """Of K = k clusters each; see posecore.studies.control.apart.untrained_apart. None where not known."""
    study = untrained.reference(bundle)
    if study is None or study.labels is None:
        return None
    return _apart(bundle, hashlib.sha256(study.labels.tobytes()).hexdigest(), k, study)


@cache.cached(32, "Comparing people …")
def _apart(bundle: Bundle, digest: str, k: int, _study: "ControlStudy") -> "Apart | None":
    from posecore.studies.control.apart import untrained_apart

    return untrained_apart(_study, k, latents.known_of_people(bundle))


def reach(beside: "Apart | None", side: str, attributes: Sequence[str]) -> NDArray[np.float64]:
    """(A,) farthest, lowest or highest of these attributes; nan where not known."""
    if beside is None:
        return np.full(len(attributes), np.nan)
    return beside.reach[side].reindex(list(attributes)).to_numpy(np.float64)


def absent(bundle: Bundle, what: str) -> str:
    """Where `apart` knows nothing: one sentence. Empty without a control study, of which the page tells
    once. what: see untrained.unknown."""
    study = untrained.reference(bundle)
    if study is None:
        return ""
    return untrained.outdated(bundle) if study.labels is None else untrained.unknown(what)


def tabled(found: "pd.DataFrame", table: "pd.DataFrame", beside: "Apart | None") -> "pd.DataFrame":
    """The table of differences `found`, with what untrained networks' clusters reach."""
    return (
        table
        if beside is None
        else table.assign(**{untrained.AT_MOST: reach(beside, "farthest", found.index.tolist())})
    )


def differ(found: "pd.DataFrame", beside: "Apart") -> str:
    """Below differences, with what is grey there."""
    from posecore.studies.control.apart import farther

    sure = int(((found["low"] > 0) | (found["high"] < 0)).sum())
    beyond = int((farther(found, beside) & np.isfinite(found["effect"].to_numpy(np.float64))).sum())
    if not sure:
        said = "No interval leaves out 0."
    else:
        said = f"{beyond} of {sure} intervals without 0 lie wholly beyond that"
        said += "; of the others it cannot be told that training made them." if beyond < sure else "."
    return f"In grey: how far {_clusters(beside)} differ in the same, the farthest of them. {said}"


def shares(beside: "Apart", word: str) -> str:
    """Below shares of joints by cluster. word: labelled or found."""
    return (
        f"In grey: from the lowest to the highest share {word} among {_clusters(beside)}; where marks lie "
        "within it, no training is needed for that."
    )


def called(beside: "Apart") -> str:
    """Below the words for clusters."""
    if not beside.called:
        return f"By the same rule no word fits more than half of any of {_clusters(beside)}."
    listed = ", ".join(f"{word} ({count})" for word, count in beside.called.items())
    return (
        f"By the same rule, of {_clusters(beside)} so many are mostly: {listed}. That such a word fits is by "
        "itself no evidence that training made the cluster."
    )


def _clusters(beside: "Apart") -> str:
    networks = "a network" if beside.networks == 1 else f"{beside.networks} networks"
    return (
        f"{beside.clusters} clusters of {networks} that never learned (K-Means in whole latents, "
        f"K = {beside.k} each, n = {beside.people:,} people)"
    )
