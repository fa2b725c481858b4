"""What comes of a user's picture is kept for their session alone, and goes when it ends."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from PIL import Image
from streamlit.runtime.caching import (
    clear_session_data_cache,
    clear_session_resource_cache,
    get_data_cache_stats_provider,
    get_resource_cache_stats_provider,
)
from streamlit.runtime.scriptrunner import ScriptRunner

SOURCES = {"skip_lab": "lab_source", "latent_map": "map_source"}
"""Every page that takes a picture, and how its link asks for one."""


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    make_fake_bundle(folder / "people", 12, annotations=True, pictures=True, seed=3)
    return folder


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Names the session in which pages are opened from now on; AppTest opens all of them in one."""
    begin = ScriptRunner.__init__

    def enter(name: str) -> None:
        monkeypatch.setattr(
            ScriptRunner, "__init__", lambda self, session_id, **rest: begin(self, name, **rest)
        )

    return enter


def leave(name: str) -> None:
    """As the server does when a browser has gone."""
    clear_session_data_cache(name)
    clear_session_resource_cache(name)


def kept() -> dict[str, int]:
    """How much every cache holds over all sessions, by its function: entries, or bytes of copied ones."""
    providers = get_data_cache_stats_provider(), get_resource_cache_stats_provider()
    stats = [one for provider in providers for family in provider.get_stats().values() for one in family]
    found: dict[str, int] = {}
    for one in stats:
        found[one.cache_name] = found.get(one.cache_name, 0) + one.byte_length
    return found


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("page", SOURCES)
def test_what_comes_of_a_picture_is_kept_once_per_session_and_goes_with_it(
    page: str, artifacts: Path, enter: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload(session: str, colour: str) -> None:
        enter(session)
        app = open_page(monkeypatch, artifacts, page, **{SOURCES[page]: "your own picture"})
        app.file_uploader[0].upload("me.png", picture(colour))
        app.run()
        assert not app.exception and not app.error

    def added() -> dict[str, int]:
        now = kept()
        return {name: more for name in now if (more := now[name] - before.get(name, 0))}

    upload("somebody else", "green")  # What is everybody's is there from now on.
    leave("somebody else")
    before = kept()
    upload("first", "red")
    one = added()
    assert any("photograph" in name for name in one) and len(one) > 1  # the picture, and what is said of it
    upload("second", "red")
    assert added() == {name: 2 * more for name, more in one.items()}
    leave("first")
    assert added() == one
    leave("second")
    assert kept() == before
