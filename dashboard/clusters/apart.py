"""What sets clusters apart, and what tells them: kept for all users of a bundle."""

import hashlib

import pandas as pd

from dashboard.clusters import check
from dashboard.clusters.check import Told
from dashboard.clusters.words import described
from dashboard.shared import cache
from dashboard.shared.clustering.questions import Answer
from posecore.attributes.contrasts import contrast as compare
from posecore.bundle import Bundle


def contrast(bundle: Bundle, found: Answer, number: int) -> pd.DataFrame:
    """What sets a cluster apart from everybody else who was clustered; see posecore.attributes.contrasts."""
    return _contrast(bundle, _digest(found), number, found)


def told_by(bundle: Bundle, found: Answer) -> dict[str, Told]:
    """How well size, joints and pose tell the clusters; see dashboard.clusters.check.told_by."""
    return _told_by(bundle, _digest(found), found)


@cache.kept(64, "Comparing people …")
def _contrast(bundle: Bundle, digest: str, number: int, _found: Answer) -> pd.DataFrame:
    ids = bundle.samples["sample_id"].to_numpy(str)[_found.space.rows]
    return compare(described(bundle).loc[ids], ids[_found.members(number)].tolist())


@cache.kept(32, "Checking size and joints …")
def _told_by(bundle: Bundle, digest: str, _found: Answer) -> dict[str, Told]:
    ids = bundle.samples["sample_id"].to_numpy(str)[_found.space.rows]
    return check.told_by(described(bundle).loc[ids], _found.numbers)


def _digest(found: Answer) -> str:
    """Who is in which cluster. A key."""
    return hashlib.sha256(found.space.rows.tobytes() + found.numbers.tobytes()).hexdigest()
