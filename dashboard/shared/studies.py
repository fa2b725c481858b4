"""What pages know of a bundle's studies of skips, projection, components and causes. All of it is cached."""

from typing import TYPE_CHECKING, NamedTuple

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.bundle.manifest import MANIFEST
from posecore.errors import BundleError

if TYPE_CHECKING:
    from posecore.statistics import Estimate, Floats
    from posecore.studies.belonging.results import BelongingStudy
    from posecore.studies.causes.results import CauseStudy
    from posecore.studies.causes.summary import Matrix
    from posecore.studies.components.results import ComponentStudy
    from posecore.studies.probe.results import ProbeStudy
    from posecore.studies.projection.results import Projection
    from posecore.studies.saliency.results import SaliencyStudy
    from posecore.studies.saliency.summary import Checks
    from posecore.studies.skips.effects import LossGap
    from posecore.studies.skips.results import SkipStudy
    from posecore.studies.skips.summary import SkipSummary


def skip_study(bundle: Bundle) -> "SkipStudy":
    """The bundle's skip study, read once as long as its manifest stays. Raises BundleError."""
    return _skip_study(bundle, skip_study_created(bundle))


def skip_study_created(bundle: Bundle) -> str:
    """When the bundle's skip study was made; a key for what is derived from it. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return open_study(bundle, "skips").created


@cache.cached(4, "Reading the study …")
def _skip_study(bundle: Bundle, created: str) -> "SkipStudy":
    from posecore.studies.skips.results import load_skip_study

    return load_skip_study(bundle)


@cache.cached(12, "Drawing people anew …")
def skip_summary(bundle: Bundle, created: str, replacement: str) -> "SkipSummary":
    """The study's figures under a replacement. created: of the study, so that a new one is summed up anew."""
    from posecore.studies.skips.summary import summarise

    return summarise(skip_study(bundle), replacement)


@cache.cached(8, "Flipping signs …", copied=True)
def skip_claims(bundle: Bundle, created: str, found_only: bool) -> "dict[tuple[str, str], LossGap]":
    """The thesis's claim by replacement and mask: over the joints found with all skips, or all labelled."""
    from posecore.studies.skips.effects import claims

    study = skip_study(bundle)
    return dict(claims({name: study.hits_under(name) for name in study.replacements}, found_only))


@cache.cached(4, "Comparing replacements …", copied=True)
def skip_differences(bundle: Bundle, created: str) -> "dict[tuple[str, str], Estimate]":
    """What cutting a level alone costs more under one replacement than under another, for every two."""
    from posecore.studies.skips.summary import paired_differences

    names = skip_study(bundle).replacements
    return paired_differences({name: skip_summary(bundle, created, name).scores for name in names})


def probe_study(bundle: Bundle) -> "ProbeStudy":
    """The bundle's probe study, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _probe_study(bundle, open_study(bundle, "probe").created)


def probe_study_at_hand(bundle: Bundle) -> "ProbeStudy | None":
    """The same, None where none is usable."""
    from posecore.bundle.studies import study_folder

    if not (study_folder(bundle, "probe") / MANIFEST).is_file():
        return None
    try:
        return probe_study(bundle)
    except BundleError:
        return None


@cache.cached(4, "Reading the study …")
def _probe_study(bundle: Bundle, created: str) -> "ProbeStudy":
    from posecore.studies.probe.results import load_probe_study

    return load_probe_study(bundle)


def saliency_study(bundle: Bundle) -> "SaliencyStudy":
    """The bundle's saliency study, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _saliency_study(bundle, open_study(bundle, "saliency").created)


@cache.cached(4, "Reading the study …")
def _saliency_study(bundle: Bundle, created: str) -> "SaliencyStudy":
    from posecore.studies.saliency.results import load_saliency_study

    return load_saliency_study(bundle)


def saliency_checks(bundle: Bundle, mask: str) -> "Checks":
    """What it says of every method under one of its masks. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _saliency_checks(bundle, open_study(bundle, "saliency").created, mask)


@cache.cached(8, "Drawing people anew …")
def _saliency_checks(bundle: Bundle, created: str, mask: str) -> "Checks":
    from posecore.studies.saliency.summary import checks

    return checks(_saliency_study(bundle, created), mask)


def projection(bundle: Bundle) -> "Projection":
    """What scripts/project.py stored, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _projection(bundle, open_study(bundle, "projection").created)


@cache.cached(2, "Reading the projection …")
def _projection(bundle: Bundle, created: str) -> "Projection":
    from posecore.studies.projection.results import load_projection

    return load_projection(bundle)


def component_study(bundle: Bundle) -> "ComponentStudy":
    """The bundle's component study, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _component_study(bundle, open_study(bundle, "components").created)


@cache.cached(4, "Reading the study …")
def _component_study(bundle: Bundle, created: str) -> "ComponentStudy":
    from posecore.studies.components.results import load_component_study

    return load_component_study(bundle)


def belonging(bundle: Bundle) -> "BelongingStudy":
    """The bundle's study of belonging, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _belonging(bundle, open_study(bundle, "belonging").created)


@cache.cached(4, "Reading the study …")
def _belonging(bundle: Bundle, created: str) -> "BelongingStudy":
    from posecore.studies.belonging.results import load_belonging

    return load_belonging(bundle)


class ComponentCurve(NamedTuple):
    """A component study under one choice of skips: see ComponentStudy's methods of these names."""

    curve: "Estimate"
    loss: "Estimate"
    enough: int | None


def component_curves(bundle: Bundle) -> "dict[str, ComponentCurve]":
    """What the component study says, for every choice of skips. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _component_curves(bundle, open_study(bundle, "components").created)


@cache.cached(4, "Drawing people anew …", copied=True)
def _component_curves(bundle: Bundle, created: str) -> "dict[str, ComponentCurve]":
    study = component_study(bundle)
    return {
        skips: ComponentCurve(study.curve(skips), study.loss(skips), study.enough(skips))
        for skips in study.skips
    }


def cause_study(bundle: Bundle) -> "CauseStudy | None":
    """The bundle's cause study, read once as long as it stays; None where none is usable."""
    created = _cause_study_created(bundle)
    return _cause_study(bundle, created) if created else None


def _cause_study_created(bundle: Bundle) -> str:
    """When it was made, a key for what is derived from it; empty where none is usable."""
    from posecore.bundle.studies import open_study, study_folder

    if not (study_folder(bundle, "causes") / MANIFEST).is_file():
        return ""
    try:
        created = open_study(bundle, "causes").created
        _cause_study(bundle, created)
    except BundleError:
        return ""
    return created


def cause_matrix(bundle: Bundle, space: int = 0) -> "Matrix | None":
    """Causes by components of one of the study's spaces; None where no study is usable."""
    created = _cause_study_created(bundle)
    return _cause_matrix(bundle, created, space) if created else None


@cache.cached(4, "Reading the study …")
def _cause_study(bundle: Bundle, created: str) -> "CauseStudy":
    from posecore.studies.causes.results import load_cause_study

    return load_cause_study(bundle)


@cache.cached(8, "Drawing people anew …")
def _cause_matrix(bundle: Bundle, created: str, space: int) -> "Matrix":
    from posecore.studies.causes.summary import matrix

    return matrix(_cause_study(bundle, created), space)


class CauseScores(NamedTuple):
    """What every cause does to joints and clusters; see the functions of these names in
    posecore.studies.causes.summary."""

    pck: "Estimate"
    cut_pck: "Estimate"
    peak: "Estimate"
    cut_peak: "Estimate"
    cluster: "Estimate"
    untrained_cluster: "Floats"


def cause_scores(bundle: Bundle) -> CauseScores | None:
    """The same of the bundle's study; None where none is usable."""
    created = _cause_study_created(bundle)
    return _cause_scores(bundle, created) if created else None


@cache.cached(4, "Drawing people anew …")
def _cause_scores(bundle: Bundle, created: str) -> CauseScores:
    from posecore.studies.causes import summary

    study = _cause_study(bundle, created)
    return CauseScores(
        summary.pck_change(study),
        summary.cut_pck_change(study),
        summary.peak_change(study),
        summary.cut_peak_change(study),
        summary.cluster_change(study),
        summary.untrained_cluster_change(study),
    )
