"""What pages know of a bundle's latents: components, attributes, walks and their studies, all of it kept."""

import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.errors import BundleError

if TYPE_CHECKING:
    import pandas as pd

    from posecore.components.outliers import Placement, RealPeople
    from posecore.components.pca import Components
    from posecore.studies.components.results import ComponentStudy
    from posecore.studies.projection.results import Projection
    from posecore.studies.skips.effects import Estimate

COMPONENTS: Final = 50
"""Components that pages offer of a bundle without a projection."""

MOST_FITTED: Final = 10_000
"""People that components are fitted on at most; everybody is projected."""

MOST_CORRELATED: Final = 5_000
"""People whose scores are shuffled at most while somebody waits."""


def projection(bundle: Bundle) -> "Projection":
    """What scripts/project.py stored, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _projection(bundle, open_study(bundle, "projection").created)


@cache.kept(2, "Reading the projection …")
def _projection(bundle: Bundle, created: str) -> "Projection":
    from posecore.studies.projection.results import load_projection

    return load_projection(bundle)


def components(bundle: Bundle) -> "tuple[Components, NDArray[np.float32]]":
    """The components and everybody's scores (N, d) along them, nan for people whose latents hold nan.

    Those that scripts/project.py stored; without them the first COMPONENTS are computed. Raises ConfigError
    where there are none.
    """
    return _components(bundle, projected(bundle))


def projected(bundle: Bundle) -> str:
    """When the projection was stored that `components` takes; empty where it takes none. A key."""
    from posecore.bundle.studies import open_study

    try:
        projection(bundle)
        return open_study(bundle, "projection").created
    except BundleError:
        return ""


@cache.kept(2, "Computing principal components …")
def _components(bundle: Bundle, projected: str) -> "tuple[Components, NDArray[np.float32]]":
    from posecore.components.pca import fit_components

    if projected:
        stored = projection(bundle)
        fitted, scores = stored.components(bundle.latents), stored.scores
    else:
        fitted = fit_components(bundle.latents[_drawn(len(bundle.latents), MOST_FITTED)], COMPONENTS)
        scores = fitted.project(bundle.latents)
    scores.flags.writeable = False
    return fitted, scores


def real_people(bundle: Bundle) -> "RealPeople":
    """What is usual among the people with scores. Raises ConfigError for fewer than two."""
    return _real_people(bundle, projected(bundle))


@cache.kept(2, "Comparing people …")
def _real_people(bundle: Bundle, projected: str) -> "RealPeople":
    from posecore.components.outliers import real_people as usual

    return usual(components(bundle)[1])


class Placed(NamedTuple):
    """A user's picture among the people. points: (17, 2) crop pixels and peaks: (17,), with all skips on.
    scores: (d,) along all components. placement: by some of them."""

    points: NDArray[np.float32]
    peaks: NDArray[np.float32]
    scores: NDArray[np.float32]
    placement: "Placement"


def placed(bundle: Bundle, crop: NDArray[np.uint8], judges: int, nearest: int) -> Placed:
    """A crop (256, 256, 3) among the people, by the first `judges` components; kept for this session.

    Raises PosecoreError.
    """
    digest = hashlib.sha256(crop.tobytes()).hexdigest()
    return _placed(bundle, projected(bundle), digest, judges, nearest, crop)


@cache.kept(4, "Placing …", own=True)
def _placed(
    bundle: Bundle, projected: str, digest: str, judges: int, nearest: int, _crop: NDArray[np.uint8]
) -> Placed:
    from posecore.ablation import ALL_ON
    from posecore.components.outliers import place
    from posecore.data.heatmaps import decode

    network = cache.predictor(bundle)
    with cache.inference:
        encoded = network.encode(_crop[None].copy())
        latent = network.latents(encoded, bundle.manifest.latent)[0]
        points, peaks = decode(network.decode(encoded, (ALL_ON,))[0])
    fitted, people = _judging(bundle, projected, judges)
    scores = components(bundle)[0].project(latent[None])[0]
    return Placed(points[0], peaks[0], scores, place(fitted, people, latent, nearest))


@cache.kept(2, "Comparing people …")
def _judging(bundle: Bundle, projected: str, judges: int) -> "tuple[Components, RealPeople]":
    """The first `judges` components, or all there are, and what is usual among people along them."""
    from posecore.components.outliers import real_people as usual

    fitted, scores = components(bundle)
    count = min(judges, scores.shape[1])
    return fitted.first(count), usual(scores[:, :count])


@cache.kept(2, "Measuring skeletons …")
def attributes(bundle: Bundle) -> "pd.DataFrame":
    """Everything else known of people, a row per sample_id; see posecore.attributes.descriptions."""
    import pandas as pd

    from posecore.attributes.descriptions import joints_of, truth_of
    from posecore.attributes.table import attributes_of

    samples = bundle.samples
    return pd.concat([attributes_of(samples), joints_of(samples), truth_of(samples)], axis=1)


def contrast(bundle: Bundle, people: "NDArray[Any]", selected: "NDArray[Any]") -> "pd.DataFrame":
    """What sets the sample_ids `selected` apart from all other `people`; see posecore.attributes.contrasts."""
    chosen = set(selected.tolist())
    digest = hashlib.sha256("|".join([*people.tolist(), "", *sorted(chosen)]).encode()).hexdigest()
    return _contrast(bundle, digest, people, chosen)


@cache.kept(16, "Comparing people …", copied=True)
def _contrast(bundle: Bundle, digest: str, _people: "NDArray[Any]", _selected: set[str]) -> "pd.DataFrame":
    from posecore.attributes.contrasts import contrast as compare

    return compare(attributes(bundle).loc[_people], _selected)


def meaning(bundle: Bundle, component: int) -> "pd.DataFrame":
    """How a component, from 0, goes with every attribute; see posecore.attributes.correlations.correlate."""
    return _meaning(bundle, projected(bundle), component)


@cache.kept(64, "Shuffling people …", copied=True)
def _meaning(bundle: Bundle, projected: str, component: int) -> "pd.DataFrame":
    from posecore.attributes.correlations import correlate

    rows = _drawn(len(bundle.latents), MOST_CORRELATED)
    ids = bundle.samples["sample_id"].to_numpy(str)[rows]
    return correlate(components(bundle)[1][rows, component], ids, attributes(bundle))


def stop_heatmaps(
    bundle: Bundle,
    component: int,
    steps: tuple[float, ...],
    start: str,
    skips: str,
    crop: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    """Heatmaps (S, 17, 64, 64) the decoder makes of a walk's stops; see posecore.components.walks.

    component: from 0. start: a sample_id, empty for the mean. skips: "mean" for the data set's, "own" for
    those of `crop`, the start's picture; anything else cuts them. Raises PosecoreError.
    """
    return _stop_heatmaps(bundle, projected(bundle), component, steps, start, skips, crop)


@cache.kept(12, "Asking the network …")
def _stop_heatmaps(
    bundle: Bundle,
    projected: str,
    component: int,
    steps: tuple[float, ...],
    start: str,
    skips: str,
    _crop: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    from posecore.components.walks import stop_latents
    from posecore.inference import decode_latents

    network = cache.predictor(bundle)
    origin = np.asarray(bundle.latents[bundle.row(start)]) if start else None
    latents = stop_latents(components(bundle)[0], component, steps, origin)
    with cache.inference:
        features = None
        if skips == "mean":
            features = network.features(bundle.skip_means())
        elif skips == "own" and _crop is not None:
            features = list(network.encode(_crop[None].copy()).skips)
        heatmaps = decode_latents(network, latents, features)
    heatmaps.flags.writeable = False
    return heatmaps


def component_study(bundle: Bundle) -> "ComponentStudy":
    """The bundle's component study, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _component_study(bundle, open_study(bundle, "components").created)


@cache.kept(4, "Reading the study …")
def _component_study(bundle: Bundle, created: str) -> "ComponentStudy":
    from posecore.studies.components.results import load_component_study

    return load_component_study(bundle)


class ComponentCurve(NamedTuple):
    """A component study under one choice of skips: see ComponentStudy's methods of these names."""

    curve: "Estimate"
    loss: "Estimate"
    enough: int | None


def component_curves(bundle: Bundle) -> "dict[str, ComponentCurve]":
    """What the component study says, with skips off and on. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _component_curves(bundle, open_study(bundle, "components").created)


@cache.kept(4, "Drawing people anew …", copied=True)
def _component_curves(bundle: Bundle, created: str) -> "dict[str, ComponentCurve]":
    from posecore.studies.components.results import SKIPS

    study = component_study(bundle)
    return {
        skips: ComponentCurve(study.curve(skips), study.loss(skips), study.enough(skips)) for skips in SKIPS
    }


def cluster_numbers(bundle: Bundle, k: int) -> NDArray[np.int64]:
    """(N,) everybody's cluster, from 0 to k - 1, as the Clusters page shows it first for this k; -1 where
    latents hold nan. Raises PosecoreError."""
    from dashboard.shared.clustering.answers import answer
    from dashboard.shared.clustering.questions import Question

    with st.spinner("Clustering …"):
        found = answer(bundle, Question(k))
    numbers = np.full(len(bundle.latents), -1)
    numbers[found.space.rows] = found.numbers
    return numbers


def _drawn(people: int, most: int) -> NDArray[np.int64]:
    """All rows, or `most` of them drawn without replacement, ascending, always the same."""
    if people <= most:
        return np.arange(people)
    return np.sort(np.random.default_rng(0).choice(people, most, replace=False))
