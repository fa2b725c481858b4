"""Where a page's picture comes from: a person of the bundle, a user's file, the camera, an example."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts, components, loaders, state
from dashboard.loaders import Photograph
from dashboard.person_box import box_square, person_box
from dashboard.person_search import person_search
from posecore.bundle import Bundle
from posecore.data.crops import SIZE, SquareCrop
from posecore.errors import PosecoreError
from posecore.imaging import MAX_BYTES, UPLOAD_TYPES
from posecore.samples import CROP_COLUMNS, read_points, read_visibility

PERSON, UPLOAD, CAMERA, EXAMPLE = SOURCES = (
    "a person of the bundle", "your own picture", "the camera", "an example",
)  # fmt: skip
SHIPPED_EXAMPLE: Final = Path(__file__).parent / "example.webp"


@dataclass(frozen=True, eq=False)
class Subject:
    """Somebody in a picture. who: in words. crop: (256, 256, 3), None where it is not at hand.

    square: where the crop lies in the picture. sample_id: "" for a user's picture. annotated: (17, 2) crop
    pixels and visibility: (17,), where they are known. own: the user's, for nobody else's eyes. box_place:
    where the picture is to be drawn with its box.
    """

    who: str
    crop: NDArray[np.uint8] | None
    square: SquareCrop
    sample_id: str = ""
    photograph: Photograph | None = None
    annotated: NDArray[np.float32] | None = None
    visibility: NDArray[np.int8] | None = None
    own: bool = False
    box_place: DeltaGenerator | None = None


def choose_subject(bundle: Bundle, source_key: str, person_key: str) -> Subject | None:
    """Let the user choose somebody; None, with a sentence, as long as there is no picture.

    The source and the person are in the URL under the two keys. Raises PosecoreError for a bad picture.
    """
    state.refuse_forged(source_key, " or ".join(SOURCES), SOURCES.__contains__)
    source = st.segmented_control(
        "Show", SOURCES, default=PERSON, required=True, key=source_key, bind="query-params",
    )  # fmt: skip
    if source == PERSON:
        return bundle_person(bundle, person_search(bundle, person_key, components.best_person(bundle)))
    data = picture_bytes(bundle, source, source_key)
    if data is None:
        st.info("As soon as there is a picture, it is shown here.", icon=":material/image:")
        with suppress(PosecoreError):  # Said with the first picture.
            loaders.get_ready(bundle)
        return None
    own = source != EXAMPLE
    who = "the example" if source == EXAMPLE else "your picture"
    photograph = loaders.photograph(data)
    place, square = st.empty(), box_square(photograph, source_key)
    if square is None:
        with place.container():
            person_box(bundle, photograph, source_key)
        return None
    if st.session_state.get(seen := f"_{source_key}_seen") != photograph.digest:
        place.space(charts.BOX_HEIGHT)
        st.session_state[seen] = photograph.digest
    crop = square.cut(photograph.picture)
    return Subject(who, crop, square, photograph=photograph, own=own, box_place=place)


def draw_box(bundle: Bundle, subject: Subject, source_key: str) -> None:
    """Draw a user's picture with the box where `choose_subject` left room for it.

    To be called last: the box takes the browser half a second at first, and people wait for the answer.
    """
    if subject.photograph is not None and subject.box_place is not None:
        with subject.box_place.container():
            person_box(bundle, subject.photograph, source_key)


def bundle_person(bundle: Bundle, sample_id: str) -> Subject:
    """A person of the bundle, with the picture and the annotation as far as they are at hand."""
    table = bundle.samples.iloc[[bundle.row(sample_id)]]
    x, y, side = (float(table[name].iloc[0]) for name in CROP_COLUMNS)
    subject = Subject(
        f"{sample_id}, {components.score_of(bundle, sample_id)}",
        components.picture_of(bundle, sample_id),
        SquareCrop(x, y, side),
        sample_id,
    )
    if not bundle.manifest.dataset["annotations"]:
        return subject
    return replace(
        subject, annotated=read_points(table, "annotated")[0], visibility=read_visibility(table)[0]
    )


def picture_bytes(bundle: Bundle, source: str, key: str) -> bytes | None:
    """The file that the user uploaded or took, or the example's; None as long as there is none."""
    if source == EXAMPLE:
        return example(bundle)
    if source == CAMERA:
        st.caption("The camera is asked by your browser; the picture stays in this session's memory.")
        taken = st.camera_input("Take a picture", key=f"_{key}_camera", width=480)
        return None if taken is None else taken.getvalue()
    file = st.file_uploader(
        "JPEG, PNG, WebP or HEIC", list(UPLOAD_TYPES), key=f"_{key}_upload",
        max_upload_size=MAX_BYTES // 2**20,
        help="It stays in this session's memory: it is not stored, and nobody else sees it.",
    )  # fmt: skip
    return None if file is None else file.getvalue()


def example(bundle: Bundle) -> bytes:
    """A picture that may be shown to anybody: the bundle's first person's, else the project's own."""
    shipped = bundle.picture_path(components.best_person(bundle))
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
