"""Whom the Skip lab opens on, and with which skips cut: where something visibly moves and not all is lost."""

from typing import NamedTuple

import numpy as np

from dashboard.shared import bundle_people, cache, certainty, pictures, studies
from posecore.ablation import ALL_MASKS, ALL_OFF, SkipMask
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.studies.skips.certainty import Limit
from posecore.studies.skips.example import Example, telling_example


class Opening(NamedTuple):
    """person: a sample_id. picked: whether they were chosen for what they show."""

    person: str
    mask: SkipMask
    picked: bool


def opening(bundle: Bundle) -> Opening:
    """The example that the bundle's skip study gives; without one the best person, with all skips cut."""
    limits = tuple(certainty.limit(bundle, mask) for mask in ALL_MASKS)
    try:
        created = studies.skip_study_created(bundle)
        found = _example(bundle, created, limits, pictures.at_hand(bundle).tobytes())
    except BundleError:
        found = None
    if found is None:
        return Opening(bundle_people.best_person(bundle), ALL_OFF, False)
    return Opening(found.sample_id, found.mask, True)


@cache.cached(8)
def _example(bundle: Bundle, created: str, limits: tuple[Limit, ...], at_hand: bytes) -> Example | None:
    """created: of the study, a key. at_hand: whose picture is, one byte per person of the bundle."""
    study = studies.skip_study(bundle)
    rows = [bundle.row(name) for name in study.sample_ids.tolist()]
    return telling_example(study, limits, np.frombuffer(at_hand, np.bool_)[rows])
