"""What the page knows: the study of compression, and the figures it gives of one data set. All is cached."""

from functools import partial
from typing import NamedTuple

from dashboard.shared import cache, studies
from posecore.bundle import Bundle, Manifest
from posecore.bundle.studies import open_study
from posecore.errors import BundleError
from posecore.metrics.paired import Comparison, paired
from posecore.statistics import Estimate
from posecore.studies.compression import summary
from posecore.studies.compression.facts import Point
from posecore.studies.compression.results import NAME, CompressionStudy, load_compression_study
from posecore.studies.compression.summary import Arm, Contest, Foretold, Group
from posecore.studies.pair.results import load_pair_study, study_name
from posecore.studies.skips import summary as summary_of_skips
from posecore.studies.skips.summary import Leaning


class Figures(NamedTuple):
    """Of one data set, by its number in the study; see posecore.studies.compression.summary.

    pck: of every point. spoken_of: the networks that the page speaks of first. worst: groups by what these
    lose. behind: of the contests that the question is judged by, groups by what the Bayesian networks find
    less than the others.
    """

    data: int
    pck: list[Estimate]
    lost: list[tuple[Point, Comparison]]
    contests: list[Contest]
    beats: bool | None
    spoken_of: Arm | None
    worst: list[Group]
    behind: list[tuple[Contest, list[Group]]]


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
    spoken_of = summary.spoken_of(found)
    contests = summary.contests(found, data)
    return Figures(
        data,
        summary.pck(found, data),
        summary.lost(found, data),
        contests,
        summary.beats(found, data),
        spoken_of,
        [] if spoken_of is None else summary.groups(found, spoken_of, data),
        [(one, summary.behind(found, one, data)) for one in contests if summary.judged(one)],
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


def leaning(bundle: Bundle, other: Bundle) -> Leaning | None:
    """What skips are worth to both networks, with nothing in place of a cut one; None where nobody is in the
    skip studies of both. Raises BundleError where one has none."""
    return _leaning(bundle, other, tuple(studies.skip_study_created(one) for one in (bundle, other)))


@cache.cached(4, "Drawing people again …")
def _leaning(bundle: Bundle, other: Bundle, created: tuple[str, ...]) -> Leaning | None:
    return summary_of_skips.leaning(studies.skip_study(bundle), studies.skip_study(other), "zero")


def read_off(bundle: Bundle, other: Bundle) -> Comparison | None:
    """PCK of what a linear readout finds in the bottlenecks of both, of the same people, shape (); None where
    scripts/compare.py has not read it off."""
    try:
        return _read_off(bundle, other, open_study(bundle, study_name(other)).created)
    except BundleError:
        return None


@cache.cached(4, "Drawing people again …")
def _read_off(bundle: Bundle, other: Bundle, created: str) -> Comparison | None:
    ours, theirs, _ = load_pair_study(bundle, other).readout
    return paired(ours, theirs).overall if (ours >= 0).any() else None


def compressed_beside(bundle: Bundle) -> Bundle | None:
    """The first bundle beside this one whose network was made smaller, of the same people; None where there
    is none, or it is broken."""
    return cache.neighbour(bundle, partial(_made_smaller, bundle.manifest))


def _made_smaller(own: Manifest, other: Manifest) -> bool:
    """Whether the other's network was made smaller, and is of the same people."""
    same = all(own.dataset[name] == other.dataset[name] for name in ("fingerprint", "split"))
    return same and other.network_config.compressed
