"""Where a bundle's network looks in one crop; what came out is kept."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache
from dashboard.shared.subject import Subject
from posecore.ablation import SkipMask, parse_mask
from posecore.bundle import Bundle
from posecore.saliency.methods import Look, Looker, Progress, Question


@cache.cached(2, "Loading the network …")
def looker(bundle: Bundle) -> Looker:
    """A float32 copy of the bundle's network that methods hang their hooks into; all others ask another."""
    return Looker(bundle.network())


def heatmap(bundle: Bundle, subject: Subject, joint: int, mask: SkipMask) -> NDArray[np.float32]:
    """(64, 64) of a joint of a subject with a crop, by that copy."""
    assert subject.crop is not None
    maps = (_heatmaps_of_own if subject.own else _heatmaps)(
        bundle, _digest(subject), mask.title, subject.crop
    )
    return maps[joint]


def look(bundle: Bundle, subject: Subject, method: str, question: Question, progress: Progress) -> Look:
    """What a cell of a subject with a crop depends on; progress: of what takes long. Raises ConfigError.

    What the user does meanwhile stops it.
    """
    assert subject.crop is not None
    kept = (_kept_of_own if subject.own else _kept)(bundle, _digest(subject), method, question)
    # Not in the cached function, which nothing may be drawn in.
    if not kept:
        asked = looker(bundle)
        kept.append(asked.look(method, asked.see(subject.crop), question, progress))
    return kept[0]


def _digest(subject: Subject) -> str:
    assert subject.crop is not None
    return hashlib.sha256(subject.crop.tobytes()).hexdigest()


@cache.cached(192)
def _kept(bundle: Bundle, digest: str, method: str, question: Question) -> list[Look]:
    return []


@cache.cached(24, own=True)
def _kept_of_own(bundle: Bundle, digest: str, method: str, question: Question) -> list[Look]:
    return []


@cache.cached(96)
def _heatmaps(bundle: Bundle, digest: str, mask: str, _crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _ask(bundle, mask, _crop)


@cache.cached(12, own=True)
def _heatmaps_of_own(bundle: Bundle, digest: str, mask: str, _crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _ask(bundle, mask, _crop)


def _ask(bundle: Bundle, mask: str, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    asked = looker(bundle)
    maps = asked.heatmaps(asked.see(crop), parse_mask(mask))
    maps.flags.writeable = False
    return maps
