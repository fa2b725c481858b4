"""A dashboard served on a free port, and Debian's headless Chromium to look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from playwright.sync_api import Browser, Page, expect, sync_playwright
from served import Served, serving

# On a busy machine a first answer takes longer than Playwright's five seconds.
expect.set_options(timeout=30_000)


def chromium() -> str:
    """The browser's path."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None or not Path(found).is_file():
        pytest.fail(
            f"no browser at {found or '/usr/bin/chromium'}: `apt-get install chromium`, or name one with "
            "CHROMIUM=/path/to/chromium",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """POSE_ARTIFACTS is served where it is set, to measure a real network; else people who do not exist."""
    folder = tmp_path_factory.mktemp("served")
    artifacts = Path(os.environ.get("POSE_ARTIFACTS", folder / "artifacts"))
    if artifacts == folder / "artifacts":
        artifacts.mkdir()
        make_fake_bundle(artifacts / "fake", 12, annotations=True, pictures=True, seed=6)
    with serving(artifacts, folder) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()
