"""Everything that is kept between reruns; other modules keep things by `kept` only.

What is large and shared (bundles, networks, components) is a resource, handed out without a copy and never
changed; what is small is data. Keys are the bundle's path and hashes, never an array.
"""

import gc
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from posecore.ablation import parse_mask
from posecore.bundle import Bundle, list_bundles, open_bundle
from posecore.data.crops import SIZE
from posecore.errors import BundleError

if TYPE_CHECKING:
    import pandas as pd
    from PIL import Image

    from posecore.inference import Predictor
    from posecore.latent.component_results import ComponentStudy
    from posecore.latent.outliers import Placement, RealPeople
    from posecore.latent.pca import Components
    from posecore.latent.projection import Projection
    from posecore.skips.results import SkipStudy
    from posecore.skips.statistics import Claim, Estimate
    from posecore.skips.summary import Summary

Kept = TypeVar("Kept", bound=Callable[..., Any])

COMPONENTS: Final = 50
"""Components that pages offer of a bundle without a projection."""

MOST_FITTED: Final = 10_000
"""People that components are fitted on at most; everybody is projected."""

MOST_CORRELATED: Final = 5_000
"""People whose scores are shuffled at most while somebody waits."""

PREVIEW: Final = 640
"""Pixels along the longer side at which a user's picture is shown."""

NEAREST: Final = 8
"""People shown per cluster."""

_inference = threading.BoundedSemaphore(1)
"""One forward pass at a time: it takes all cores. No st.* inside, a stopped run would leave in the middle."""


def artifacts_folder() -> Path:
    """Where bundles lie: POSE_ARTIFACTS, else the project's artifacts folder."""
    return Path(os.environ.get("POSE_ARTIFACTS") or Path(__file__).resolve().parent.parent / "artifacts")


def images_folder() -> Path | None:
    """The prepared data folder named by POSE_IMAGES, if there is one."""
    path = os.environ.get("POSE_IMAGES")
    return Path(path) if path else None


def bundle_names() -> list[str]:
    """Names of the bundles there are, broken ones too."""
    return [path.name for path in list_bundles(artifacts_folder())]


def load_bundle(name: str) -> Bundle:
    """The bundle with this name, opened once as long as its manifest stays. Raises BundleError."""
    path = artifacts_folder() / name
    try:
        fingerprint = hashlib.sha256((path / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"{path}: no manifest.json can be read there; expected one of {bundle_names()}"
        ) from error
    return _bundle(str(path), fingerprint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _bundle(path: str, fingerprint: str) -> Bundle:
    return open_bundle(Path(path))


def _bundle_key(bundle: Bundle) -> str:
    files = bundle.manifest.files
    hashes = (files[name]["sha256"] for name in ("latents.npy", "samples.parquet", "model.safetensors"))
    return "|".join((str(bundle.path), *hashes))


_BY_CONTENT: Final = {Bundle: _bundle_key}


def kept(max_entries: int, show_spinner: str | Literal[False] = False) -> "Callable[[Kept], Kept]":
    """Decorator for a function of a bundle and small values: what it returns is shared by all users, and
    never changed. Arguments whose names begin with _ are no part of the key."""
    return st.cache_resource(max_entries=max_entries, show_spinner=show_spinner, hash_funcs=_BY_CONTENT)


@st.cache_resource(max_entries=2, show_spinner="Loading the network …", hash_funcs=_BY_CONTENT)
def predictor(bundle: Bundle) -> "Predictor":
    """The bundle's network, in the precision in which its stored heatmaps were computed."""
    from posecore.inference import Predictor

    return Predictor(bundle.network(), bundle.manifest.precision)


def all_masks(
    bundle: Bundle,
    crop: NDArray[np.uint8],
    replacement: str = "zero",
    donor: NDArray[np.uint8] | None = None,
    own: bool = False,
) -> NDArray[np.float32]:
    """Heatmaps (16, 17, 64, 64) of a crop (256, 256, 3) under every mask, in the order of ALL_MASKS.

    donor: the crop of the person whose features stand in under "other", else None. own: the crop is of a
    user's picture, so what comes of it is kept for this session only.
    """
    digest = hashlib.sha256(crop.tobytes() + (b"" if donor is None else donor.tobytes())).hexdigest()
    kept = _all_masks_of_own if own else _all_masks
    return kept(bundle, digest, replacement, crop, donor)


@st.cache_resource(max_entries=24, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def _all_masks(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


@st.cache_resource(
    max_entries=4, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT, scope="session"
)
def _all_masks_of_own(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


def _compute_masks(
    bundle: Bundle, replacement: str, crop: NDArray[np.uint8], donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    network = predictor(bundle)
    with _inference:
        # Copies: PyTorch warns of arrays that may not be written to, as Pillow's may not.
        if replacement == "mean":
            stand_in = network.features(bundle.skip_means())
        else:
            stand_in = None if donor is None else network.encode(donor[None].copy()).skips
        heatmaps = network.decode_all(network.encode(crop[None].copy()), stand_in)[:, 0]
    heatmaps.flags.writeable = False
    return heatmaps


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=_BY_CONTENT)
def get_ready(bundle: Bundle) -> None:
    """Load the network and let it run once, while somebody still looks for a picture: both take seconds."""
    _compute_masks(bundle, "zero", np.zeros((SIZE, SIZE, 3), np.uint8), None)


def heatmaps_of(bundle: Bundle, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) of a crop with all skips on, kept nowhere."""
    network = predictor(bundle)
    with _inference:
        return network.heatmaps(crop[None].copy())[0]


@st.cache_data(max_entries=64, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def latent_heatmaps(bundle: Bundle, sample_id: str) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) the decoder makes of a person's stored latent, all skips cut."""
    network, latent = predictor(bundle), bundle.latents[bundle.row(sample_id)]
    with _inference:
        return network.decode_latents(np.asarray(latent)[None])[0]


class Photograph(NamedTuple):
    """A user's picture. digest: of its file. preview: the same, PREVIEW pixels wide or high at most."""

    digest: str
    picture: "Image.Image"
    preview: NDArray[np.uint8]


def photograph(data: bytes) -> Photograph:
    """A user's picture, upright RGB, kept for this session only. Raises DataError."""
    return _photograph(hashlib.sha256(data).hexdigest(), data)


@st.cache_resource(max_entries=2, show_spinner="Reading the picture …", scope="session")
def _photograph(digest: str, _data: bytes) -> Photograph:
    return read_photograph(digest, _data)


def read_photograph(digest: str, data: bytes) -> Photograph:
    """The same, kept nowhere."""
    from PIL import Image

    from posecore.imaging import open_upload

    picture = open_upload(data)
    scale = PREVIEW / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    preview = np.asarray(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
    return Photograph(digest, picture, preview)


def projection(bundle: Bundle) -> "Projection":
    """What scripts/project.py stored, read once as long as it stays. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _projection(bundle, open_study(bundle, "projection").created)


@st.cache_resource(max_entries=2, show_spinner="Reading the projection …", hash_funcs=_BY_CONTENT)
def _projection(bundle: Bundle, created: str) -> "Projection":
    from posecore.latent.projection import load_projection

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


@st.cache_resource(max_entries=2, show_spinner="Computing principal components …", hash_funcs=_BY_CONTENT)
def _components(bundle: Bundle, projected: str) -> "tuple[Components, NDArray[np.float32]]":
    from posecore.latent.pca import fit_components

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


@st.cache_resource(max_entries=2, show_spinner="Comparing people …", hash_funcs=_BY_CONTENT)
def _real_people(bundle: Bundle, projected: str) -> "RealPeople":
    from posecore.latent.outliers import real_people as usual

    return usual(components(bundle)[1])


class Placed(NamedTuple):
    """A user's picture among the people. scores: (d,) along all components. placement: by some of them."""

    scores: NDArray[np.float32]
    placement: "Placement"


def placed(bundle: Bundle, crop: NDArray[np.uint8], judges: int, nearest: int) -> Placed:
    """A crop (256, 256, 3) among the people, by the first `judges` components; kept for this session.

    Raises PosecoreError.
    """
    digest = hashlib.sha256(crop.tobytes()).hexdigest()
    return _placed(bundle, projected(bundle), digest, judges, nearest, crop)


@st.cache_resource(max_entries=4, show_spinner="Placing …", hash_funcs=_BY_CONTENT, scope="session")
def _placed(
    bundle: Bundle, projected: str, digest: str, judges: int, nearest: int, _crop: NDArray[np.uint8]
) -> Placed:
    from posecore.latent.outliers import place

    network = predictor(bundle)
    with _inference:
        latent = network.latents(network.encode(_crop[None].copy()), bundle.manifest.latent)[0]
    fitted, people = _judging(bundle, projected, judges)
    return Placed(components(bundle)[0].project(latent[None])[0], place(fitted, people, latent, nearest))


@st.cache_resource(max_entries=2, show_spinner="Comparing people …", hash_funcs=_BY_CONTENT)
def _judging(bundle: Bundle, projected: str, judges: int) -> "tuple[Components, RealPeople]":
    """The first `judges` components, or all there are, and what is usual among people along them."""
    from posecore.latent.outliers import real_people as usual

    fitted, scores = components(bundle)
    count = min(judges, scores.shape[1])
    return fitted.first(count), usual(scores[:, :count])


@st.cache_resource(max_entries=2, show_spinner="Measuring skeletons …", hash_funcs=_BY_CONTENT)
def attributes(bundle: Bundle) -> "pd.DataFrame":
    """Everything else known of people, a row per sample_id; see posecore.latent.descriptions."""
    import pandas as pd

    from posecore.latent.attributes import attributes_of
    from posecore.latent.descriptions import joints_of, truth_of

    samples = bundle.samples
    return pd.concat([attributes_of(samples), joints_of(samples), truth_of(samples)], axis=1)


def contrast(bundle: Bundle, people: "NDArray[Any]", selected: "NDArray[Any]") -> "pd.DataFrame":
    """What sets the sample_ids `selected` apart from all other `people`; see posecore.latent.contrasts."""
    chosen = set(selected.tolist())
    digest = hashlib.sha256("|".join([*people.tolist(), "", *sorted(chosen)]).encode()).hexdigest()
    return _contrast(bundle, digest, people, chosen)


@st.cache_data(max_entries=16, show_spinner="Comparing people …", hash_funcs=_BY_CONTENT)
def _contrast(bundle: Bundle, digest: str, _people: "NDArray[Any]", _selected: set[str]) -> "pd.DataFrame":
    from posecore.latent.contrasts import contrast as compare

    return compare(attributes(bundle).loc[_people], _selected)


def meaning(bundle: Bundle, component: int) -> "pd.DataFrame":
    """How a component, from 0, goes with every attribute; see posecore.latent.meaning.correlate."""
    return _meaning(bundle, projected(bundle), component)


@st.cache_data(max_entries=64, show_spinner="Shuffling people …", hash_funcs=_BY_CONTENT)
def _meaning(bundle: Bundle, projected: str, component: int) -> "pd.DataFrame":
    from posecore.latent.meaning import correlate

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
    """Heatmaps (S, 17, 64, 64) the decoder makes of a walk's stops; see posecore.latent.walks.

    component: from 0. start: a sample_id, empty for the mean. skips: "mean" for the data set's, "own" for
    those of `crop`, the start's picture; anything else cuts them. Raises PosecoreError.
    """
    return _stop_heatmaps(bundle, projected(bundle), component, steps, start, skips, crop)


@st.cache_resource(max_entries=12, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def _stop_heatmaps(
    bundle: Bundle,
    projected: str,
    component: int,
    steps: tuple[float, ...],
    start: str,
    skips: str,
    _crop: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    from posecore.latent.decoding import decode_latents
    from posecore.latent.walks import stop_latents

    network = predictor(bundle)
    origin = np.asarray(bundle.latents[bundle.row(start)]) if start else None
    latents = stop_latents(components(bundle)[0], component, steps, origin)
    with _inference:
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


@st.cache_resource(max_entries=4, show_spinner="Reading the study …", hash_funcs=_BY_CONTENT)
def _component_study(bundle: Bundle, created: str) -> "ComponentStudy":
    from posecore.latent.component_results import load_component_study

    return load_component_study(bundle)


def component_curves(bundle: Bundle) -> "dict[str, ComponentCurve]":
    """What the component study says, with skips off and on. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return _component_curves(bundle, open_study(bundle, "components").created)


@st.cache_data(max_entries=4, show_spinner="Drawing people anew …", hash_funcs=_BY_CONTENT)
def _component_curves(bundle: Bundle, created: str) -> "dict[str, ComponentCurve]":
    from posecore.latent.component_results import SKIPS

    study = component_study(bundle)
    return {
        skips: ComponentCurve(study.curve(skips), study.loss(skips), study.enough(skips)) for skips in SKIPS
    }


class ComponentCurve(NamedTuple):
    """A component study under one choice of skips: see ComponentStudy's methods of these names."""

    curve: "Estimate"
    loss: "Estimate"
    enough: int | None


def cluster_numbers(bundle: Bundle, k: int) -> NDArray[np.int64]:
    """(N,) everybody's cluster, from 0 to k - 1, as the Clusters page shows it first for this k; -1 where
    latents hold nan. Raises PosecoreError."""
    from dashboard.cluster_answers import answer
    from dashboard.cluster_questions import Question

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


def skip_study(bundle: Bundle) -> "SkipStudy":
    """The bundle's skip study, read once as long as its manifest stays. Raises BundleError."""
    return _skip_study(bundle, skip_study_created(bundle))


def skip_study_created(bundle: Bundle) -> str:
    """When the bundle's skip study was made; a key for what is derived from it. Raises BundleError."""
    from posecore.bundle.studies import open_study

    return open_study(bundle, "skips").created


@st.cache_resource(max_entries=4, show_spinner="Reading the study …", hash_funcs=_BY_CONTENT)
def _skip_study(bundle: Bundle, created: str) -> "SkipStudy":
    from posecore.skips.results import load_skip_study

    return load_skip_study(bundle)


@st.cache_resource(max_entries=12, show_spinner="Drawing people anew …", hash_funcs=_BY_CONTENT)
def skip_summary(bundle: Bundle, created: str, replacement: str) -> "Summary":
    """The study's figures under a replacement. created: of the study, so that a new one is summed up anew."""
    from posecore.skips.summary import summarise

    return summarise(skip_study(bundle), replacement)


@st.cache_data(max_entries=64, show_spinner="Flipping signs …", hash_funcs=_BY_CONTENT)
def skip_claims(bundle: Bundle, created: str, replacement: str, mask: str) -> "tuple[Claim, Claim]":
    """The thesis's claim under a mask: over the joints found with all skips, and over all labelled ones."""
    from posecore.skips.statistics import claim

    hits = skip_study(bundle).hits_under(replacement)
    return claim(hits, parse_mask(mask), found_only=True), claim(hits, parse_mask(mask), found_only=False)


@st.cache_data(max_entries=4, show_spinner="Comparing replacements …", hash_funcs=_BY_CONTENT)
def skip_differences(bundle: Bundle, created: str) -> "dict[tuple[str, str], Estimate]":
    """What cutting a level alone costs more under one replacement than under another, for every two."""
    from posecore.skips.summary import paired_differences

    names = skip_study(bundle).replacements
    return paired_differences({name: skip_summary(bundle, created, name).scores for name in names})


def cut_heatmaps(
    bundle: Bundle, crop: NDArray[np.uint8], mask: str, replacement: str, donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    """Heatmaps (2, 17, 64, 64) of a crop with all skips, and with those that are 0 in `mask` replaced.

    donor: the crop of the person whose features stand in under "other", else None.
    """
    digest = hashlib.sha256(crop.tobytes() + (b"" if donor is None else donor.tobytes())).hexdigest()
    return _cut_heatmaps(bundle, digest, mask, replacement, crop, donor)


@st.cache_data(max_entries=256, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def _cut_heatmaps(
    bundle: Bundle,
    digest: str,
    mask: str,
    replacement: str,
    _crop: NDArray[np.uint8],
    _donor: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    from posecore.ablation import ALL_MASKS, ALL_ON

    network = predictor(bundle)
    places = [ALL_MASKS.index(ALL_ON), ALL_MASKS.index(parse_mask(mask))]
    with _inference:
        if replacement == "mean":
            stand_in = network.features(bundle.skip_means())
        else:
            stand_in = None if _donor is None else list(network.encode(_donor[None].copy()).skips)
        return network.decode_all(network.encode(_crop[None].copy()), stand_in)[places, 0]


@st.cache_resource(max_entries=1, show_spinner=False)
def leave_modules_alone(count: int) -> None:
    """Take what exists now out of garbage collection, once for each number of imported modules.

    Streamlit collects garbage after every run, and looks each time through all that torch, plotly and others
    have brought along: some 190 ms for every click.
    """
    gc.collect()
    gc.freeze()
