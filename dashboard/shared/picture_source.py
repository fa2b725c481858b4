"""Where a page's picture comes from: a person of the bundle, a user's file, the camera, an example."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.shared import bundle_people, photographs, picture_words, predictions, subject, widgets
from dashboard.shared.person_box import person_box
from dashboard.shared.person_search import person_search
from dashboard.shared.photographs import Photograph
from dashboard.shared.subject import Subject
from posecore.bundle import Bundle
from posecore.data.crops import SquareCrop
from posecore.errors import PosecoreError

PERSON, UPLOAD, CAMERA, EXAMPLE = SOURCES = (
    "a person of the bundle",
    "your own picture",
    "the camera",
    "an example",
)
NO_LIMIT: Final = 2**20
"""Megabytes."""

SHIPPED_EXAMPLE: Final = Path(__file__).parent / "example.webp"


def choose_subject(bundle: Bundle, source_key: str, person_key: str, default: str) -> Subject | None:
    """Let the user choose somebody; None as long as there is no picture, or with a sentence for one that
    cannot be shown.

    The source and the person are in the URL under the two keys. default: the sample_id of the person who is
    shown first.
    """
    source = widgets.segments("Show", SOURCES, source_key)
    if source == PERSON:
        return subject.bundle_person(bundle, person_search(bundle, person_key, default))
    try:
        chosen = choose_picture(bundle, source, source_key)
    except PosecoreError as error:
        st.error(str(error))
        return None
    if chosen is None:
        with suppress(PosecoreError):  # Said with the first picture.
            predictions.get_ready(bundle)
        return None
    own = source != EXAMPLE
    return subject.in_photograph("your picture" if own else "the example", *chosen, own)


def choose_picture(bundle: Bundle, source: str, key: str) -> tuple[Photograph, SquareCrop] | None:
    """A file, the camera's picture or the example, and what of it is cut out; None as long as there is none.

    Raises PosecoreError, with a sentence for the page, for what is no picture, and for an empty square.
    """
    data = picture_bytes(bundle, source, key)
    if data is None:
        return None
    photograph = photographs.photograph(data)
    return photograph, person_box(bundle, photograph, key)


def picture_bytes(bundle: Bundle, source: str, key: str) -> bytes | None:
    """The file that the user uploaded or took, or the example's; None as long as there is none.

    Raises DataError for too large a file.
    """
    if source == EXAMPLE:
        return example(bundle)
    if source == CAMERA:
        name = f"_{key}_camera"
        st.caption(picture_words.CAMERA)
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
    file = st.file_uploader(
        picture_words.UPLOAD, key=key, max_upload_size=NO_LIMIT, help=picture_words.UPLOAD_HELP
    )
    if file is None:
        st.caption(picture_words.NOT_TAKEN)
        return None
    return file.getvalue()


def example(bundle: Bundle) -> bytes:
    """A picture that may be shown to anybody: the bundle's first person's, else the project's own."""
    shipped = bundle.picture_path(bundle_people.best_person(bundle))
    return (SHIPPED_EXAMPLE if shipped is None else shipped).read_bytes()
