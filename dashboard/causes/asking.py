"""A person as made and with one thing changed, and what the network says of both; cached."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.causes import words
from dashboard.shared import cache, certainty, latents, predictions
from dashboard.shared.skip_switches import Cut
from dashboard.shared.subject import Subject
from dashboard.shared.two_heatmaps import Side, from_heatmaps
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle
from posecore.causes.cause import Cause, Labelled
from posecore.causes.change import change_person, change_picture, is_rendered, recall
from posecore.causes.table import CAUSES
from posecore.data.heatmaps import decode, where_found
from posecore.errors import PosecoreError
from posecore.keypoints import COCO17
from posecore.synthetic.drawn import Drawn

AS_MADE: Final = "turn"
"""Any cause: its neutral value gives a person as made."""


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody who is changed. given: as made. rendered: whether they can be made again, so that more than
    the picture can be changed. reason: why not, where they should."""

    subject: Subject
    given: Labelled
    rendered: bool
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Said:
    """What the network says of a crop: with all skips, under the cut, and where its latent lies along the
    components, (d,), in standard deviations of people."""

    whole: Side
    cut: Side
    scores: NDArray[np.float64]


def open_person(bundle: Bundle, subject: Subject) -> Person | None:
    """The subject as made; None where there is no picture and none can be made. Raises PosecoreError."""
    reason = ""
    rendered = bool(subject.sample_id) and is_rendered(bundle.samples.iloc[bundle.row(subject.sample_id)])
    if rendered and bundle.keypoints != COCO17:
        reason = words.other_joints(bundle.keypoints.title)
    elif rendered:
        try:
            made = _rendered(bundle, subject.sample_id, AS_MADE, CAUSES[AS_MADE].neutral)
            return Person(subject, made, True)
        except PosecoreError as error:
            reason = str(error)
    if subject.crop is None:
        return None
    return Person(subject, _pictured(bundle, subject), False, reason)


def change(bundle: Bundle, person: Person, cause: Cause, value: float, joint: int) -> Labelled:
    """The person with one thing changed. joint: which one, where one is meant. Raises PosecoreError."""
    if cause.kind == "image":
        return change_picture(person.given, cause, value, joint)
    return _rendered(bundle, person.subject.sample_id, cause.key, value)


def ask(bundle: Bundle, person: Person, given: Labelled, cut: Cut) -> Said:
    """What the network says of a crop of the person. Raises PosecoreError."""
    built = bundle.manifest.built_skips
    mask = cut.mask & built
    masks = (ALL_ON.title,) if mask == built else (ALL_ON.title, mask.title)
    seen = predictions.seen(bundle, given.crop, masks, cut.replacement, person.subject.own)
    return Said(
        from_heatmaps("with all skips", seen.heatmaps[0], certainty.limit(bundle)),
        from_heatmaps(cut.title(built), seen.heatmaps[-1], certainty.limit(bundle, mask, cut.replacement)),
        in_deviations(bundle, seen.latent),
    )


def in_deviations(bundle: Bundle, latent: NDArray[np.floating]) -> NDArray[np.float64]:
    """(d,) where a latent (D,) lies along the components, in standard deviations of people."""
    fitted, _ = latents.components(bundle)
    return np.asarray(fitted.project(latent[None])[0] / np.sqrt(fitted.variances), np.float64)


@cache.cached(12)
def _drawn(bundle: Bundle, person: str) -> Drawn:
    return recall(bundle.samples.iloc[bundle.row(person)])


@cache.cached(128)
def _rendered(bundle: Bundle, person: str, cause: str, value: float) -> Labelled:
    return change_person(_drawn(bundle, person), CAUSES[cause], value)


def _pictured(bundle: Bundle, subject: Subject) -> Labelled:
    """A picture with its annotation; where nothing is labelled, with the joints that the network finds."""
    assert subject.crop is not None
    seen = predictions.seen(bundle, subject.crop, (ALL_ON.title,), "zero", subject.own)
    points, peaks = decode(seen.heatmaps)
    places = where_found(points[0], peaks[0]).astype(np.float64)
    if subject.annotated is None or subject.visibility is None:
        return Labelled(subject.crop, places, np.zeros(len(places), np.int64))
    labelled = (subject.visibility > 0)[:, None]
    return Labelled(
        subject.crop,
        np.where(labelled, subject.annotated, places).astype(np.float64),
        subject.visibility.astype(np.int64),
    )
