"""A user's picture, read once and cached for this session only."""

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared.cache import cached

if TYPE_CHECKING:
    from PIL import Image

PREVIEW: Final = 640
"""Pixels along the longer side at which a user's picture is shown."""


class Photograph(NamedTuple):
    """A user's picture. digest: of its file. preview: the same, PREVIEW pixels wide or high at most."""

    digest: str
    picture: "Image.Image"
    preview: NDArray[np.uint8]


def photograph(data: bytes) -> Photograph:
    """A user's picture, upright RGB, cached for this session only. Raises DataError."""
    return _photograph(hashlib.sha256(data).hexdigest(), data)


@cached(2, "Reading the picture …", own=True)
def _photograph(digest: str, _data: bytes) -> Photograph:
    return read_photograph(digest, _data)


def read_photograph(digest: str, data: bytes) -> Photograph:
    """The same, cached nowhere."""
    from PIL import Image

    from posecore.imaging import open_upload

    picture = open_upload(data)
    scale = PREVIEW / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    preview = np.asarray(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
    return Photograph(digest, picture, preview)
