"""What a bundle's network says of a picture under all masks, of a latent, of a walk's stops; cached."""

import hashlib
import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared.cache import cached
from dashboard.shared.latents import components, projected
from posecore.ablation import parse_mask
from posecore.bundle import Bundle
from posecore.data.crops import SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from posecore.inference import Predictor

inference = threading.BoundedSemaphore(1)
"""One forward pass at a time: it takes all cores. No st.* inside, a stopped run would leave in the middle."""


@cached(2, "Loading the network …")
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
    """Heatmaps (16, K, 64, 64) of a crop (256, 256, 3) under every mask, in the order of ALL_MASKS.

    donor: the crop of the person whose features stand in under "other", else None. own: the crop is of a
    user's picture, so what comes of it is cached for this session only.
    """
    digest = hashlib.sha256(crop.tobytes() + (b"" if donor is None else donor.tobytes())).hexdigest()
    cached = _all_masks_of_own if own else _all_masks
    return cached(bundle, digest, replacement, crop, donor)


@cached(24, "Asking the network …")
def _all_masks(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


@cached(4, "Asking the network …", own=True)
def _all_masks_of_own(
    bundle: Bundle, digest: str, replacement: str, _crop: NDArray[np.uint8], _donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    return _compute_masks(bundle, replacement, _crop, _donor)


def _compute_masks(
    bundle: Bundle, replacement: str, crop: NDArray[np.uint8], donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    network = predictor(bundle)
    with inference:
        stand_in = _features(bundle, network, replacement, donor)
        heatmaps = network.decode_all(network.encode(crop[None].copy()), stand_in)[:, 0]
    heatmaps.flags.writeable = False
    return heatmaps


def _features(
    bundle: Bundle, network: "Predictor", skips: str, picture: NDArray[np.uint8] | None
) -> "Sequence[Tensor] | None":
    """What skips say: "mean", that of the data set; else that of a picture; without one None, as zero."""
    if skips == "mean":
        return network.features(bundle.skip_means())
    # A copy: PyTorch warns of arrays that may not be written to, as Pillow's may not.
    return None if picture is None else network.encode(picture[None].copy()).skips


@cached(2)
def get_ready(bundle: Bundle) -> None:
    """Load the network and let it run once, while somebody still looks for a picture: both take seconds."""
    _compute_masks(bundle, "zero", np.zeros((SIZE, SIZE, 3), np.uint8), None)


def heatmaps_of(bundle: Bundle, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Heatmaps (K, 64, 64) of a crop with all skips on, cached nowhere."""
    network = predictor(bundle)
    with inference:
        return network.heatmaps(crop[None].copy())[0]


@cached(64, "Asking the network …", copied=True)
def latent_heatmaps(bundle: Bundle, sample_id: str) -> NDArray[np.float32]:
    """Heatmaps (K, 64, 64) the decoder makes of a person's stored latent, all skips cut; of the whole one
    where latents are averages. Raises BundleError where that is not stored."""
    network, latent = predictor(bundle), bundle.latents[bundle.row(sample_id)]
    if bundle.manifest.averaged:
        latent = bundle.whole_latent(sample_id)
    with inference:
        return network.decode_latents(np.asarray(latent)[None])[0]


def cut_heatmaps(
    bundle: Bundle, crop: NDArray[np.uint8], mask: str, replacement: str, donor: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    """Heatmaps (2, K, 64, 64) of a crop with all skips, and with those that are 0 in `mask` replaced.

    donor: the crop of the person whose features stand in under "other", else None.
    """
    digest = hashlib.sha256(crop.tobytes() + (b"" if donor is None else donor.tobytes())).hexdigest()
    return _cut_heatmaps(bundle, digest, mask, replacement, crop, donor)


@cached(256, "Asking the network …", copied=True)
def _cut_heatmaps(
    bundle: Bundle,
    digest: str,
    mask: str,
    replacement: str,
    _crop: NDArray[np.uint8],
    _donor: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    from posecore.ablation import ALL_ON

    network = predictor(bundle)
    masks = ALL_ON, parse_mask(mask)
    with inference:
        stand_in = _features(bundle, network, replacement, _donor)
        return network.decode_all(network.encode(_crop[None].copy()), stand_in, masks)[:, 0]


class Seen(NamedTuple):
    """What the network makes of a crop: heatmaps (M, 17, 64, 64) under M masks, and its latent (D,)."""

    heatmaps: NDArray[np.float32]
    latent: NDArray[np.float32]


def seen(
    bundle: Bundle, crop: NDArray[np.uint8], masks: tuple[str, ...], replacement: str, own: bool = False
) -> Seen:
    """What the network makes of a crop under these masks alone, "zero" or the "mean" in place of a cut skip.

    own: the crop is of a user's picture, so what comes of it is cached for this session only.
    """
    digest = hashlib.sha256(crop.tobytes()).hexdigest()
    cached = _seen_of_own if own else _seen
    return cached(bundle, digest, masks, replacement, crop)


@cached(192)
def _seen(
    bundle: Bundle, digest: str, masks: tuple[str, ...], replacement: str, _crop: NDArray[np.uint8]
) -> Seen:
    return _see(bundle, _crop, masks, replacement)


@cached(24, own=True)
def _seen_of_own(
    bundle: Bundle, digest: str, masks: tuple[str, ...], replacement: str, _crop: NDArray[np.uint8]
) -> Seen:
    return _see(bundle, _crop, masks, replacement)


def _see(bundle: Bundle, crop: NDArray[np.uint8], masks: tuple[str, ...], replacement: str) -> Seen:
    network = predictor(bundle)
    with inference:
        encoded = network.encode(crop[None].copy())
        stand_in = _features(bundle, network, replacement, None)
        heatmaps = network.decode_all(encoded, stand_in, [parse_mask(mask) for mask in masks])[:, 0]
        latent = network.latents(encoded, bundle.manifest.latent)[0]
    heatmaps.flags.writeable = latent.flags.writeable = False
    return Seen(heatmaps, latent)


def stop_heatmaps(
    bundle: Bundle,
    component: int,
    steps: tuple[float, ...],
    start: str,
    skips: str,
    crop: NDArray[np.uint8] | None,
) -> NDArray[np.float32]:
    """Heatmaps (S, K, 64, 64) the decoder makes of a walk's stops; see posecore.components.walks.

    component: from 0. start: a sample_id, empty for the mean. skips: "mean" for the data set's, "own" for
    those of `crop`, the start's picture; anything else cuts them. Raises PosecoreError.
    """
    return _stop_heatmaps(bundle, projected(bundle), component, steps, start, skips, crop)


@cached(12, "Asking the network …")
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
    from posecore.components.whole import around
    from posecore.inference import decode_latents

    network = predictor(bundle)
    origin = np.asarray(bundle.latents[bundle.row(start)]) if start else None
    latents = stop_latents(components(bundle)[0], component, steps, origin)
    if bundle.manifest.averaged:
        latents = around(latents, bundle.whole_latent(start))
    with inference:
        features = _features(bundle, network, skips, _crop if skips == "own" else None)
        heatmaps = decode_latents(network, latents, features)
    heatmaps.flags.writeable = False
    return heatmaps
