"""Decodes one AVIF file, from standard input to standard output, in bounded memory; see posecore.imaging.

A script of its own that needs Pillow only. Writes a line, mode, width and height, and the pixels.
"""

import io
import resource
import sys
from contextlib import suppress
from typing import Final

from PIL import AvifImagePlugin, Image, ImageOps

MEMORY: Final = 512 * 2**20
"""Bytes of address space: a picture of 25 million pixels takes four fifths of it."""

ROWS: Final = 256
"""Written at once, so that the picture is not there twice."""


def main() -> None:
    """Decode what comes in."""
    # Where the system knows no such limit, the child's end is all there is.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Each thread would take address space of its own.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("AVIF",))
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    sys.stdout.buffer.write(f"{image.mode} {image.width} {image.height}\n".encode())
    for top in range(0, image.height, ROWS):
        rows = image.crop((0, top, image.width, min(top + ROWS, image.height)))
        sys.stdout.buffer.write(rows.tobytes())


if __name__ == "__main__":
    main()
