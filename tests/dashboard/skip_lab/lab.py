"""The Skip lab as tests open and use it."""

import io
from pathlib import Path

import numpy as np
import pytest
from opening import open_page
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.shared import links
from posecore.ablation import SkipMask
from posecore.bundle import Bundle
from posecore.studies.skips.certainty import Limit

PEOPLE = 16
ALWAYS = Limit(0.0, True, "")
"""Every joint with a place is sure."""


def open_lab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "skip_lab", **link)


def open_own(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    """As somebody who wants to see a picture of their own."""
    return open_lab(monkeypatch, artifacts, lab_source="your own picture", **link)


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    app.run()
    assert not app.exception, app.exception
    return app


def alts(app: AppTest, start: str = "") -> list[str]:
    """Texts of the pictures, those that begin like this."""
    every = [picture.alt for images in app.image for picture in images.proto.imgs]
    return [alt for alt in every if alt.startswith(start)]


def answered(app: AppTest) -> bool:
    """Whether pictures of an answer are there."""
    return bool(alts(app, "Skeleton"))


def warned(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.warning, *app.error))


def switched(app: AppTest) -> str:
    return SkipMask(app.toggle(key=key).value for key in links.LAB_SKIPS).title


def crop_of(bundle: Bundle, sample_id: str) -> np.ndarray:
    return np.asarray(Image.open(bundle.path / f"pictures/{sample_id}.webp").convert("RGB"))
