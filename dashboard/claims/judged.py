"""The claims as judged on a bundle's stored studies, once as long as these stay."""

from collections.abc import Mapping

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.bundle.manifest import MANIFEST
from posecore.bundle.studies import FOLDER
from posecore.studies.claims.results import NAME
from posecore.theses.judging import Outcome, judge


def outcomes(bundle: Bundle) -> Mapping[str, Outcome]:
    """By the claims' keys, in the order of the table."""
    own = (bundle.path / FOLDER).glob(f"*/{MANIFEST}")
    # Two networks are held against each other by the claims studies of both.
    beside = bundle.path.parent.glob(f"*/{FOLDER}/{NAME}/{MANIFEST}")
    stamps = [(str(path), path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted({*own, *beside})]
    return _outcomes(bundle, tuple(stamps))


@cache.cached(4, "Judging the claims …")
def _outcomes(bundle: Bundle, stamps: tuple[tuple[str, int, int], ...]) -> Mapping[str, Outcome]:
    """stamps: of the studies, so that a new one is judged anew."""
    return {outcome.claim.key: outcome for outcome in judge(bundle)}
