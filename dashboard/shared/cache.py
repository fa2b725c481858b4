"""Bundles, networks and pictures, kept between reruns; other modules keep things by `kept` only.

What is large and shared (bundles, networks, components) is a resource, handed out without a copy and never
changed; what is small is data. Keys are the bundle's path and hashes, never an array.
"""

import gc
import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared.background import worker
from posecore.ablation import parse_mask
from posecore.bundle import Bundle, check_latents, list_bundles, open_bundle
from posecore.bundle.manifest import LATENTS, SAMPLES, SKIP_MEANS, WEIGHTS
from posecore.bundle.studies import FOLDER, study_problems
from posecore.data.crops import SIZE
from posecore.data.prepared import INFO, open_prepared
from posecore.errors import BundleError, DataError

if TYPE_CHECKING:
    from PIL import Image

    from posecore.inference import Predictor

Kept = TypeVar("Kept", bound=Callable[..., Any])

PREVIEW: Final = 640
"""Pixels along the longer side at which a user's picture is shown."""

CHECKED_AT_ONCE: Final = 2**26
"""Bytes of latents up to which people wait until these are seen to be as they were written: a fifth of a
second for 64 MiB."""

NEAREST: Final = 8
"""People shown per cluster."""

inference = threading.BoundedSemaphore(1)
"""One forward pass at a time: it takes all cores. No st.* inside, a stopped run would leave in the middle."""


def artifacts_folder() -> Path:
    """Where bundles lie: POSE_ARTIFACTS, else the project's artifacts folder."""
    return Path(os.environ.get("POSE_ARTIFACTS") or Path(__file__).resolve().parents[2] / "artifacts")


def named_images() -> Path | None:
    """The prepared data folder that POSE_IMAGES names, None where it is not set. Raises DataError for another
    folder."""
    named = os.environ.get("POSE_IMAGES")
    if not named:
        return None
    folder = Path(named).absolute()
    file = folder / INFO
    _check_prepared(str(folder), file.stat().st_mtime_ns if file.is_file() else 0)
    return folder


def images_folder() -> Path | None:
    """The same, None for another folder, too, of which pictures.warn_of_folder has told."""
    try:
        return named_images()
    except DataError:
        return None


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
    bundle = open_bundle(Path(path), trust_latents=True)
    if bundle.latents.nbytes <= CHECKED_AT_ONCE:
        check_latents(bundle)
    return bundle


def _bundle_key(bundle: Bundle) -> str:
    files = bundle.manifest.files
    hashes = (files[name]["sha256"] for name in (LATENTS, SAMPLES, WEIGHTS, SKIP_MEANS))
    return "|".join((str(bundle.path), *hashes))


_BY_CONTENT: Final = {Bundle: _bundle_key}


def kept(
    max_entries: int, show_spinner: str | Literal[False] = False, *, copied: bool = False, own: bool = False
) -> "Callable[[Kept], Kept]":
    """Decorator for a function of a bundle and small values: what it returns is shared by all users, and
    never changed. Arguments whose names begin with _ are no part of the key.

    copied: everybody gets a copy, of what is small. own: nobody but this session gets it.
    """
    cache = st.cache_data if copied else st.cache_resource
    scope: Literal["session", "global"] = "session" if own else "global"
    return cache(max_entries=max_entries, show_spinner=show_spinner, hash_funcs=_BY_CONTENT, scope=scope)


def latents_problem(bundle: Bundle) -> str | None:
    """What is wrong with the bytes of large latents, found in the background; None as long as nothing is."""
    if bundle.latents.nbytes <= CHECKED_AT_ONCE:
        return None
    check = _latents_check(bundle)
    return check.result() if check.done() else None


@kept(4)
def _latents_check(bundle: Bundle) -> "Future[str | None]":
    def look() -> str | None:
        try:
            check_latents(bundle)
        except BundleError as error:
            return str(error)
        return None

    return worker.submit(look)


def study_faults(bundle: Bundle) -> list[str]:
    """What is wrong with the studies that are there, one line each; looked at again when one is replaced."""
    manifests = sorted((bundle.path / FOLDER).glob("*/manifest.json"))
    return _study_faults(bundle, tuple((path.parent.name, path.stat().st_mtime_ns) for path in manifests))


@kept(4)
def _study_faults(bundle: Bundle, manifests: tuple[tuple[str, int], ...]) -> list[str]:
    return study_problems(bundle)


@kept(4)
def _check_prepared(folder: str, made: int) -> None:
    """Raise DataError where no prepared data lies in `folder`. made: when; a key."""
    open_prepared(Path(folder))


@kept(2, "Loading the network …")
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


@kept(24, "Asking the network …")
def _all_masks(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


@kept(4, "Asking the network …", own=True)
def _all_masks_of_own(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


def _compute_masks(
    bundle: Bundle, replacement: str, crop: NDArray[np.uint8], donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    network = predictor(bundle)
    with inference:
        # Copies: PyTorch warns of arrays that may not be written to, as Pillow's may not.
        if replacement == "mean":
            stand_in = network.features(bundle.skip_means())
        else:
            stand_in = None if donor is None else network.encode(donor[None].copy()).skips
        heatmaps = network.decode_all(network.encode(crop[None].copy()), stand_in)[:, 0]
    heatmaps.flags.writeable = False
    return heatmaps


@kept(2)
def get_ready(bundle: Bundle) -> None:
    """Load the network and let it run once, while somebody still looks for a picture: both take seconds."""
    _compute_masks(bundle, "zero", np.zeros((SIZE, SIZE, 3), np.uint8), None)


def heatmaps_of(bundle: Bundle, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) of a crop with all skips on, kept nowhere."""
    network = predictor(bundle)
    with inference:
        return network.heatmaps(crop[None].copy())[0]


@kept(64, "Asking the network …", copied=True)
def latent_heatmaps(bundle: Bundle, sample_id: str) -> NDArray[np.float32]:
    """Heatmaps (17, 64, 64) the decoder makes of a person's stored latent, all skips cut."""
    network, latent = predictor(bundle), bundle.latents[bundle.row(sample_id)]
    with inference:
        return network.decode_latents(np.asarray(latent)[None])[0]


class Photograph(NamedTuple):
    """A user's picture. digest: of its file. preview: the same, PREVIEW pixels wide or high at most."""

    digest: str
    picture: "Image.Image"
    preview: NDArray[np.uint8]


def photograph(data: bytes) -> Photograph:
    """A user's picture, upright RGB, kept for this session only. Raises DataError."""
    return _photograph(hashlib.sha256(data).hexdigest(), data)


@kept(2, "Reading the picture …", own=True)
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


def cut_heatmaps(
    bundle: Bundle, crop: NDArray[np.uint8], mask: str, replacement: str, donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    """Heatmaps (2, 17, 64, 64) of a crop with all skips, and with those that are 0 in `mask` replaced.

    donor: the crop of the person whose features stand in under "other", else None.
    """
    digest = hashlib.sha256(crop.tobytes() + (b"" if donor is None else donor.tobytes())).hexdigest()
    return _cut_heatmaps(bundle, digest, mask, replacement, crop, donor)


@kept(256, "Asking the network …", copied=True)
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
    with inference:
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
