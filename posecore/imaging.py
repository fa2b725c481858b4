"""Anybody's picture to upright RGB of bounded size. Uploads are hostile until proven otherwise."""

import io
import struct
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from posecore.errors import DataError

UPLOAD_FORMATS: Final = ("JPEG", "PNG", "WEBP")
MAX_BYTES: Final = 20 * 2**20
MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 20_000

_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for files that are not the pictures they claim to be."""


def open_upload(data: bytes) -> Image.Image:
    """RGB picture of an uploaded JPEG, PNG or WebP file, turned upright; the first frame of an animation.

    Size is checked from the header, before anything is decoded. Raises DataError with one sentence
    for people: too many bytes or pixels, no picture, a broken one.
    """
    if len(data) > MAX_BYTES:
        raise DataError(
            f"The file has {len(data) / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are taken."
        )
    try:
        with warnings.catch_warnings():
            # Pillow's own, higher limits: it warns of what is refused below, and raises above twice that.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=UPLOAD_FORMATS)
    except Image.DecompressionBombError as error:
        raise DataError(
            f"The picture has too many pixels; at most {MAX_PIXELS // 10**6} million are taken."
        ) from error
    except _BROKEN as error:
        raise DataError("The file is not a JPEG, PNG or WebP picture; please choose another.") from error
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise DataError(
            f"The picture has {width} × {height} pixels; at most {MAX_PIXELS // 10**6} million "
            f"and {MAX_SIDE:,} along one side are taken."
        )
    try:
        return to_rgb(ImageOps.exif_transpose(image))
    except _BROKEN as error:
        raise DataError("The picture is damaged or cut off; please choose another.") from error


def open_dataset_picture(path: Path, width: int, height: int) -> Image.Image:
    """RGB picture of a data set, in the orientation that its annotations' width and height give.

    It is not turned by its EXIF entry: the keypoints were annotated on the picture as stored. Raises
    DataError where the file is missing, no picture, broken, or of another size.
    """
    try:
        with Image.open(path) as image:
            if image.size != (width, height):
                raise DataError(
                    f"{path}: {image.width} x {image.height} pixels, annotated as {width} x {height}"
                )
            return to_rgb(image)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except _BROKEN as error:
        raise DataError(f"{path}: not a readable picture") from error


def to_rgb(image: Image.Image) -> Image.Image:
    """Any Pillow mode to RGB: what is transparent becomes white, 16 bits become 8."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return Image.fromarray(
            (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        ).convert("RGB")
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        layers = image.convert("RGBA")
        ground = Image.new("RGB", layers.size, "white")
        ground.paste(layers, mask=layers.getchannel("A"))
        return ground
    return image.convert("RGB")
