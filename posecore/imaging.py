"""Anybody's picture to upright RGB of bounded size. Uploads are hostile until proven otherwise."""

import io
import struct
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps, features
from pillow_heif import register_heif_opener

from posecore.errors import DataError

UPLOAD_FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP", "TIFF") + (
    ("AVIF",) if features.check("avif") else ()
)
"""Told apart by what is in the file, whatever its name is. Pillow reads none of them by another program."""

UPLOAD_WORDS: Final = (
    "JPEG, PNG, WebP, HEIC, " + ("AVIF, " if "AVIF" in UPLOAD_FORMATS else "") + "GIF, BMP or TIFF"
)

MAX_BYTES: Final = 20 * 2**20
MAX_SIDE: Final = 20_000
MAX_PIXELS: Final = 25_000_000
"""Taken at most, as all of them have to be decoded."""

MAX_PIXELS_JPEG: Final = 50_000_000
"""Taken at most of a JPEG file that is not progressive: it is decoded at half its size."""

MAX_PIXELS_DATASET: Final = 178_000_000
"""Taken at most of a data set's picture; Pillow itself refuses from 179 million on."""

KEPT_PIXELS: Final = MAX_PIXELS_JPEG // 4
"""A picture with more is halved along both sides: nothing is lost for a crop of 256 pixels."""

SMALL_TILE: Final = 2**20
"""Pixels that a tile of a TIFF file may have although its picture is smaller."""

_TILE_WIDTH, _TILE_LENGTH = 322, 323
"""TIFF's entries."""

AVIF_SECONDS: Final = 20
"""After which a picture that is decoded apart is given up."""

_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow and libheif raise for files that are not the pictures they claim to be."""

# Thumbnails, depth and other images beside the picture are not even looked at.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)


def open_upload(data: bytes) -> Image.Image:
    """RGB picture of an uploaded file of UPLOAD_FORMATS, upright; the first of several pages or frames.

    Size is checked from the header, before anything is decoded. `info` of the picture holds `several`,
    whether other pages or frames follow, and `reduced`, 2 where a large picture was halved, else 1.
    Raises DataError with one sentence for people: too many bytes or pixels, no picture, a broken one.
    """
    if len(data) > MAX_BYTES:
        raise DataError(
            f"The file has {len(data) / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are taken."
        )
    try:
        with warnings.catch_warnings():
            # Of broken files, and of its own, higher limits: what is refused below has a sentence.
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=UPLOAD_FORMATS)
    except Image.DecompressionBombError as error:
        raise DataError(
            f"The picture has too many pixels; at most {MAX_PIXELS // 10**6} million are taken."
        ) from error
    except _BROKEN as error:
        raise DataError(
            f"The file is not a {UPLOAD_WORDS} picture, or it is damaged; please choose another."
        ) from error
    width, height = image.size
    plain_jpeg = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    most = MAX_PIXELS_JPEG if plain_jpeg else MAX_PIXELS
    if width * height > most or max(width, height) > MAX_SIDE:
        raise DataError(
            f"The picture has {width} × {height} pixels; at most {most // 10**6} million "
            f"and {MAX_SIDE:,} along one side are taken."
        )
    try:
        return _decode(image, data)
    except _BROKEN as error:
        raise DataError("The picture is damaged or cut off; please choose another.") from error


def _decode(image: Image.Image, data: bytes) -> Image.Image:
    """The opened picture of a checked size, upright, RGB, and halved if it is large. data: its file."""
    # A phone's MPO file holds a picture and its depth or preview, which do not follow one another. Frames are
    # not counted: there may be millions.
    several = image.format != "MPO" and bool(getattr(image, "is_animated", False))
    if image.format == "TIFF":
        _check_tiles(image)
    if image.format == "AVIF":
        image = _decoded_apart(data)
    width, height = image.size
    reduced = 2 if width * height > KEPT_PIXELS else 1
    if reduced > 1:
        # JPEG can be decoded at half its size; other formats ignore this.
        image.draft(None, (-(-width // reduced), -(-height // reduced)))
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    # Converting copies even what is RGB already.
    plain = image.mode == "RGB" and "transparency" not in image.info
    picture = image if plain else to_rgb(image)
    if picture.width * picture.height > KEPT_PIXELS:
        picture = picture.reduce(reduced)
    picture.info = {"several": several, "reduced": reduced}
    return picture


def _check_tiles(image: Image.Image) -> None:
    """A whole tile is decoded for a corner of it. Raises ValueError for one far larger than its picture."""
    entries = image.tag_v2  # type: ignore[attr-defined]
    width, length = (int(entries.get(entry, 1)) for entry in (_TILE_WIDTH, _TILE_LENGTH))
    if width * length > max(image.width * image.height, SMALL_TILE):
        raise ValueError(f"a tile of {width} x {length} in a picture of {image.width} x {image.height}")


def _decoded_apart(data: bytes) -> Image.Image:
    """An AVIF picture, upright. What is in such a file may be far larger than its header says, and nothing
    tells before it is decoded; so a process decodes it whose memory is bounded. Raises OSError."""
    child = Path(__file__).with_name("avif_apart.py")
    try:
        # -P: what lies beside the child is not what it imports.
        done = subprocess.run(
            [sys.executable, "-P", child], input=data, capture_output=True, timeout=AVIF_SECONDS, check=True
        )
    except subprocess.SubprocessError as error:
        raise OSError(f"not decoded: {error}") from error
    head, _, pixels = done.stdout.partition(b"\n")
    mode, width, height = head.decode().split()
    return Image.frombytes(mode, (int(width), int(height)), pixels)


def open_dataset_picture(path: Path, width: int, height: int) -> Image.Image:
    """RGB picture of a data set, in the orientation that its annotations' width and height give.

    It is not turned by its EXIF entry: the keypoints were annotated on the picture as stored. Raises
    DataError where the file is missing, no picture, broken, of another size, or larger than what is taken.
    """
    taken = (
        f"at most {MAX_PIXELS_DATASET // 10**6} million are taken; scale it down, and its keypoints with it"
    )
    if width * height > MAX_PIXELS_DATASET:
        raise DataError(f"{path}: {width} x {height} pixels; {taken}")
    try:
        with warnings.catch_warnings():
            # Pillow warns of what it takes, too.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(path)
        with opened as image:
            if image.size != (width, height):
                raise DataError(
                    f"{path}: {image.width} x {image.height} pixels, annotated as {width} x {height}"
                )
            return to_rgb(image)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except Image.DecompressionBombError as error:
        raise DataError(f"{path}: far more pixels than {width} x {height}, as annotated; {taken}") from error
    except _BROKEN as error:
        raise DataError(f"{path}: not a readable picture") from error


def dataset_picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a data set's picture as stored, from its header; None where it is no readable
    one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return image.size
    except _BROKEN:
        return None


def to_rgb(image: Image.Image) -> Image.Image:
    """Any Pillow mode to RGB: what is transparent becomes white, 16 bits become 8.

    Floats are taken as shares of white where none is above 1, else as 8 bits.
    """
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        white = 255 if values.max() <= 1 else 1
        return Image.fromarray((values * white).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        return Image.fromarray(
            (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        ).convert("RGB")
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        layers = image if image.mode == "RGBA" else image.convert("RGBA")
        ground = Image.new("RGB", layers.size, "white")
        ground.paste(layers, mask=layers.getchannel("A"))
        return ground
    return image.convert("RGB")
