"""Everything that is kept between reruns, and nothing else caches.

What is large and shared (bundles, networks, components) is a resource, handed out without a copy and never
changed; what is small is data. Keys are the bundle's path and hashes, never an array.
"""

import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from posecore.ablation import parse_mask
from posecore.bundle import Bundle, list_bundles, open_bundle
from posecore.errors import BundleError

if TYPE_CHECKING:
    from PIL import Image

    from posecore.inference import Predictor
    from posecore.latent.clustering import Clustering
    from posecore.latent.pca import Components
    from posecore.latent.silhouette import Silhouette

COMPONENTS: Final = 50
"""Components that pages offer."""

MOST_FITTED: Final = 10_000
"""People that components are fitted on at most; everybody is projected."""

MOST_CLUSTERED: Final = 3_000
"""People that are clustered at most while somebody waits."""

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


@st.cache_resource(max_entries=2, show_spinner="Loading the network …", hash_funcs=_BY_CONTENT)
def predictor(bundle: Bundle) -> "Predictor":
    """The bundle's network, in the precision in which its stored heatmaps were computed."""
    from posecore.inference import Predictor

    return Predictor(bundle.network(), bundle.manifest.precision)


def crop_heatmaps(bundle: Bundle, crop: NDArray[np.uint8], mask: str) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) of a crop (256, 256, 3) with the skips that are 0 in `mask` cut."""
    return _crop_heatmaps(bundle, hashlib.sha256(crop.tobytes()).hexdigest(), mask, crop)


@st.cache_data(max_entries=64, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def _crop_heatmaps(bundle: Bundle, digest: str, mask: str, _crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    network = predictor(bundle)
    with _inference:
        # A copy: PyTorch warns of arrays that may not be written to, as Pillow's may not.
        return network.heatmaps(_crop[None].copy(), parse_mask(mask))[0]


@st.cache_data(max_entries=64, show_spinner="Asking the network …", hash_funcs=_BY_CONTENT)
def latent_heatmaps(bundle: Bundle, sample_id: str) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) the decoder makes of a person's stored latent, all skips cut."""
    network, latent = predictor(bundle), bundle.latents[bundle.row(sample_id)]
    with _inference:
        return network.decode_latents(np.asarray(latent)[None])[0]


def uploaded_picture(data: bytes) -> "Image.Image":
    """A user's picture, upright RGB, kept for this session only. Raises DataError."""
    return _uploaded_picture(hashlib.sha256(data).hexdigest(), data)


@st.cache_resource(max_entries=1, show_spinner="Reading the picture …", scope="session")
def _uploaded_picture(digest: str, _data: bytes) -> "Image.Image":
    from posecore.imaging import open_upload

    return open_upload(_data)


@st.cache_resource(max_entries=2, show_spinner="Computing principal components …", hash_funcs=_BY_CONTENT)
def components(bundle: Bundle) -> "tuple[Components, NDArray[np.float32]]":
    """The first components and everybody's scores (N, d) along them."""
    from posecore.latent.pca import fit_components

    fitted = fit_components(bundle.latents[_drawn(len(bundle.latents), MOST_FITTED)], COMPONENTS)
    scores = fitted.project(bundle.latents)
    scores.flags.writeable = False
    return fitted, scores


@dataclass(frozen=True, eq=False)
class Clustered:
    """People sorted into clusters. rows: (M,) of the table; all else refers to them, 0 .. M - 1.

    nearest: for every cluster up to NEAREST people nearest its centroid, nearest first.
    """

    rows: NDArray[np.int64]
    clustering: "Clustering"
    silhouette: "Silhouette"
    nearest: list[NDArray[np.int64]]


@st.cache_resource(max_entries=16, show_spinner="Clustering the latents …", hash_funcs=_BY_CONTENT)
def clustered(bundle: Bundle, k: int, restarts: int, seed: int) -> Clustered:
    """K-Means in the full latent space. Raises ConfigError for a `k` that cannot be."""
    from posecore.latent.clustering import cluster, nearest_to_centroids
    from posecore.latent.silhouette import silhouette

    rows = _drawn(len(bundle.latents), MOST_CLUSTERED)
    features = np.asarray(bundle.latents[rows], np.float32)
    clustering = cluster(features, "k-means", k, restarts, seed)
    return Clustered(
        rows,
        clustering,
        silhouette(features, clustering.labels),
        nearest_to_centroids(features, clustering, NEAREST),
    )


@st.cache_data(max_entries=4, show_spinner=False, hash_funcs=_BY_CONTENT)
def neighbour_distance(bundle: Bundle) -> float:
    """Median distance, in the space of the kept components, from a person to the nearest other one."""
    scores = components(bundle)[1]
    asked = _drawn(len(scores), 500)
    nearest = [np.partition(np.linalg.norm(scores - scores[row], axis=1), 1)[1] for row in asked]
    return float(np.median(nearest))


def _drawn(people: int, most: int) -> NDArray[np.int64]:
    """All rows, or `most` of them drawn without replacement, ascending, always the same."""
    if people <= most:
        return np.arange(people)
    return np.sort(np.random.default_rng(0).choice(people, most, replace=False))
