"""What every test of a page needs."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_pictures_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSE_IMAGES", raising=False)


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """Streamlit leaves the page behind as `__main__`, which worker processes of later tests would import."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
