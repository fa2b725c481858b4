"""Heatmaps of a person under a mask of groups, asked of a copy of the bundle's network; cached."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dashboard.compression import known
from dashboard.shared import cache, predictions
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle

if TYPE_CHECKING:
    from posecore.inference import Predictor


@cache.cached(2, "Masking the network …")
def _masked(bundle: Bundle, created: str, share: float) -> "Predictor":
    """A copy of the network in which only the groups that the study's ranking keeps say anything."""
    from posecore.compression.masks import masked
    from posecore.compression.ranking import kept_share
    from posecore.inference import Predictor

    ranking, network = known.study(bundle).live, bundle.network()
    assert ranking is not None
    kept, _ = kept_share(ranking, network, share)
    return Predictor(masked(network, kept), bundle.manifest.precision)


def masked_heatmaps(
    bundle: Bundle, created: str, share: float, crop: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Heatmaps (K, 64, 64) of a crop (256, 256, 3), with this share of the parameters kept.

    created: of the study, whose ranking must be there. Raises ConfigError for a share it cannot keep.
    """
    return _heatmaps(bundle, created, share, hashlib.sha256(crop.tobytes()).hexdigest(), crop)


@cache.cached(64, "Asking the network …", copied=True)
def _heatmaps(
    bundle: Bundle, created: str, share: float, digest: str, _crop: NDArray[np.uint8]
) -> NDArray[np.float32]:
    network = _masked(bundle, created, share)
    with predictions.inference:
        return network.heatmaps(_crop[None].copy())[0]


def whole_heatmaps(bundle: Bundle, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same of a bundle's network as it is."""
    found: NDArray[np.float32] = predictions.cut_heatmaps(bundle, crop, ALL_ON.title, "zero", None)[0]
    return found
