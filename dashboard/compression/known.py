"""What the page knows: the study of compression, and the figures it gives of one data set. All is cached."""

from pathlib import Path
from typing import NamedTuple

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.bundle.manifest import MANIFEST, read_manifest
from posecore.bundle.studies import open_study
from posecore.errors import BundleError
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate
from posecore.studies.compression import summary
from posecore.studies.compression.facts import BAYESIAN, Point
from posecore.studies.compression.results import NAME, CompressionStudy, load_compression_study
from posecore.studies.compression.summary import Arm, Contest, Foretold, Group


class Figures(NamedTuple):
    """Of one data set, by its number in the study; see posecore.studies.compression.summary. pck: of every
    point. worst: groups by what they lose with the smallest fine-tuned Bayesian network, None without one."""

    data: int
    pck: list[Estimate]
    lost: list[tuple[Point, Comparison]]
    contests: list[Contest]
    beats: bool | None
    smallest: Arm | None
    worst: list[Group]


class Losses(NamedTuple):
    """What one arm loses of one data set."""

    joints: Estimate
    groups: list[Group]
    foretold: Foretold


def study(bundle: Bundle) -> CompressionStudy:
    """The bundle's study, read once as long as it stays. Raises BundleError."""
    return _study(bundle, open_study(bundle, NAME).created)


@cache.cached(2, "Reading the study …")
def _study(bundle: Bundle, created: str) -> CompressionStudy:
    return load_compression_study(bundle)


@cache.cached(8, "Drawing people again …")
def figures(bundle: Bundle, created: str, data: int) -> Figures:
    """The figures of a data set. created: of the study."""
    found = study(bundle)
    smallest = next((arm for arm in summary.arms(found) if arm.method == BAYESIAN), None)
    return Figures(
        data,
        summary.pck(found, data),
        summary.lost(found, data),
        summary.contests(found, data),
        summary.beats(found, data),
        smallest,
        [] if smallest is None else summary.groups(found, smallest, data),
    )


@cache.cached(16, "Drawing people again …")
def losses(bundle: Bundle, created: str, data: int, arm: str) -> Losses:
    """What an arm, by its name, loses. created: of the study."""
    found = study(bundle)
    one = next(each for each in summary.arms(found) if each.name == arm)
    return Losses(
        summary.by_joint(found, one, data),
        summary.groups(found, one, data),
        summary.foretold(found, one, data),
    )


def compressed_beside(bundle: Bundle) -> Bundle | None:
    """The first bundle beside this one whose network was made smaller, of the same people; None where there
    is none, or it is broken."""
    folder = cache.artifacts_folder()
    files = [folder / name / MANIFEST for name in cache.bundle_names() if name != bundle.path.name]
    beside = tuple((str(file.parent), file.stat().st_mtime_ns) for file in files if file.is_file())
    name = _compressed_beside(bundle, beside)
    try:
        return cache.load_bundle(name) if name else None
    except BundleError:
        return None


@cache.cached(8)
def _compressed_beside(bundle: Bundle, beside: tuple[tuple[str, int], ...]) -> str:
    """Its name, empty where there is none. beside: bundles and when they were written."""
    own = bundle.manifest.dataset
    for path, _ in beside:
        try:
            other = read_manifest(Path(path))
        except BundleError:
            continue
        same = (other.dataset["fingerprint"], other.dataset["split"]) == (own["fingerprint"], own["split"])
        if same and other.network_config.compressed:
            return Path(path).name
    return ""
