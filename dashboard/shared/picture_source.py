"""Where a page's picture comes from: a person of the bundle, a user's file, the camera, an example."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, links, photographs, predictions
from dashboard.shared.person_box import person_box
from dashboard.shared.person_search import person_search
from dashboard.shared.photographs import Photograph
from posecore.bundle import Bundle
from posecore.data.crops import SIZE, SquareCrop
from posecore.errors import PosecoreError
from posecore.imaging import MAX_BYTES, UPLOAD_WORDS
from posecore.samples import CROP_COLUMNS, read_points, read_visibility

PERSON, UPLOAD, CAMERA, EXAMPLE = SOURCES = (
    "a person of the bundle",
    "your own picture",
    "the camera",
    "an example",
)
NO_LIMIT: Final = 2**20
"""Megabytes."""

SHIPPED_EXAMPLE: Final = Path(__file__).parent / "example.webp"


@dataclass(frozen=True, eq=False)
class Subject:
    """Somebody in a picture. who: in words. crop: (256, 256, 3), None where it is not at hand.

    square: where the crop lies in the picture. sample_id: "" for a user's picture. annotated: (17, 2) crop
    pixels and visibility: (17,), where they are known. own: the user's, for nobody else's eyes.
    """

    who: str
    crop: NDArray[np.uint8] | None
    square: SquareCrop
    sample_id: str = ""
    photograph: Photograph | None = None
    annotated: NDArray[np.float32] | None = None
    visibility: NDArray[np.int8] | None = None
    own: bool = False


def choose_subject(bundle: Bundle, source_key: str, person_key: str, default: str) -> Subject | None:
    """Let the user choose somebody; None as long as there is no picture, or with a sentence for one that
    cannot be shown.

    The source and the person are in the URL under the two keys. default: the sample_id of the person who is
    shown first.
    """
    links.refuse_forged(source_key, " or ".join(SOURCES), SOURCES.__contains__)
    source = st.segmented_control(
        "Show",
        SOURCES,
        default=PERSON,
        required=True,
        key=source_key,
        bind="query-params",
    )
    if source == PERSON:
        return bundle_person(bundle, person_search(bundle, person_key, default))
    try:
        chosen = choose_picture(bundle, source, source_key)
    except PosecoreError as error:
        st.error(str(error))
        return None
    if chosen is None:
        with suppress(PosecoreError):  # Said with the first picture.
            predictions.get_ready(bundle)
        return None
    photograph, square = chosen
    own = source != EXAMPLE
    who = "the example" if source == EXAMPLE else "your picture"
    crop = square.cut(photograph.picture)
    return Subject(who, crop, square, photograph=photograph, own=own)


def choose_picture(bundle: Bundle, source: str, key: str) -> tuple[Photograph, SquareCrop] | None:
    """A file, the camera's picture or the example, and what of it is cut out; None as long as there is none.

    Raises PosecoreError, with a sentence for the page, for what is no picture, and for an empty square.
    """
    data = picture_bytes(bundle, source, key)
    if data is None:
        return None
    photograph = photographs.photograph(data)
    return photograph, person_box(bundle, photograph, key)


def bundle_person(bundle: Bundle, sample_id: str) -> Subject:
    """A person of the bundle, with the picture and the annotation as far as they are at hand."""
    table = bundle.samples.iloc[[bundle.row(sample_id)]]
    x, y, side = (float(table[name].iloc[0]) for name in CROP_COLUMNS)
    subject = Subject(
        f"{sample_id}, {bundle_people.score_of(bundle, sample_id)}",
        bundle_people.picture_of(bundle, sample_id),
        SquareCrop(x, y, side),
        sample_id,
    )
    if not bundle.manifest.dataset["annotations"]:
        return subject
    return replace(
        subject, annotated=read_points(table, "annotated")[0], visibility=read_visibility(table)[0]
    )


def picture_bytes(bundle: Bundle, source: str, key: str) -> bytes | None:
    """The file that the user uploaded or took, or the example's; None as long as there is none.

    Raises DataError for too large a file.
    """
    if source == EXAMPLE:
        return example(bundle)
    if source == CAMERA:
        name = f"_{key}_camera"
        st.caption("The camera is asked by your browser; the picture stays in this session's memory.")
        # Once a picture is taken, the answer is what one wants to see.
        taken = st.camera_input(
            "Take a picture", key=name, width=480 if not st.session_state.get(name) else 240
        )
        return None if taken is None else taken.getvalue()
    return _uploaded(f"_{key}_upload")


def _uploaded(key: str) -> bytes | None:
    # A file that the widget refuses by itself is a red tile without a reason, and leaves the one before it,
    # and its answer, in place. So it takes all kinds, which Pillow tells apart, and leaves their size to the
    # server (server.maxUploadSize); then what it says of sizes is not true, and not shown.
    hint = f".st-key-{key} [data-testid=stFileUploaderDropzoneInstructions]"
    st.html(f"<style>{hint} {{display: none}}</style>")
    most = f"{MAX_BYTES // 2**20} MB"
    file = st.file_uploader(
        f"A picture of at most {most}: {UPLOAD_WORDS}",
        key=key,
        max_upload_size=NO_LIMIT,
        help="It stays in this session's memory: it is not stored, and nobody else sees it.",
    )
    if file is None:
        st.caption(f"A file that turns red was not taken: it has more than {most}, or the connection failed.")
        return None
    return file.getvalue()


def example(bundle: Bundle) -> bytes:
    """A picture that may be shown to anybody: the bundle's first person's, else the project's own."""
    shipped = bundle.picture_path(bundle_people.best_person(bundle))
    return (SHIPPED_EXAMPLE if shipped is None else shipped).read_bytes()


def shown(subject: Subject) -> tuple[NDArray[np.uint8], float]:
    """The picture to draw on, and how many picture pixels its width is: the whole picture, else the crop.

    The crop's width is given in crop pixels.
    """
    if subject.photograph is not None:
        return subject.photograph.preview, float(subject.photograph.picture.width)
    assert subject.crop is not None
    return subject.crop, float(SIZE)


def points_on_shown(subject: Subject, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Crop points (17, 2) in pixels of what `shown` shows."""
    if subject.photograph is not None:
        return subject.square.points_to_picture(points)
    return np.asarray(points, np.float64)
