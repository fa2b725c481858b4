"""What pages say of a user's own picture: taking one, and setting the box around the person."""

from collections.abc import Sequence
from typing import Final

from posecore.imaging import MAX_BYTES, UPLOAD_WORDS

MOST: Final = f"{MAX_BYTES // 2**20} MB"
UPLOAD: Final = f"A picture of at most {MOST}: {UPLOAD_WORDS}"
UPLOAD_HELP: Final = "It stays in this session's memory: it is not stored, and nobody else sees it."
NOT_TAKEN: Final = f"A file that turns red was not taken: it has more than {MOST}, or the connection failed."
CAMERA: Final = "The camera is asked by your browser; the picture stays in this session's memory."

BOX_LINE: Final = "Set the box around the person"
BOX: Final = (
    "**Draw a box around one person** on the picture, with the mouse or a finger. The network sees only the "
    "square around it, and looks for one person there: if there are several, the box decides who is meant."
)
FIT_HELP: Final = "Twice: find the joints, and draw the box around those the network is sure of"
NOT_FITTED: Final = "The network is not sure of enough joints to fit the box; draw it around the person."
BOX_OUTSIDE: Final = "The box lies outside the picture, so there is nothing to see; draw it on the picture."


def box_alt(size: tuple[int, int]) -> str:
    """size: the picture's width and height, likewise below."""
    return f"Your picture, {size[0]} × {size[1]} pixels, with the box around the person"


def box_units(size: tuple[int, int]) -> str:
    """What the box's numbers count."""
    return (
        f"In pixels of your picture, which has {size[0]} × {size[1]} of them. What lies outside it is black."
    )


def read_as(size: tuple[int, int], halved: bool, several: bool) -> Sequence[str]:
    """What was done to the file before it is shown, a sentence each. several: pictures in one file."""
    remarks = []
    if halved:
        remarks.append(f"The picture is large, so it was halved to {size[0]} × {size[1]} pixels.")
    if several:
        remarks.append("The file holds several pictures; this is the first of them.")
    return remarks
