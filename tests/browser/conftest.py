"""A dashboard served on a free port, and Debian's headless Chromium to look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bare_page import ADDRESS, ASK, Ask
from fake_bundle import make_fake_bundle
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from served import Served, serving

from dashboard.shared import canvas

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


@pytest.fixture
def bare(page: Page) -> Page:
    """An empty page that can import the modules, and components' whole scripts under script/."""

    def answer(route: Route) -> None:
        folder, _, name = route.request.url.removeprefix(ADDRESS).rpartition("/")
        if not name.endswith(".js"):
            route.fulfill(body="<!doctype html><title>bare</title>", content_type="text/html")
        elif folder == "script":
            route.fulfill(body=canvas.script(name), content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(path=canvas.FOLDER / name, content_type="text/javascript; charset=utf-8")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    return page


@pytest.fixture
def ask(bare: Page) -> Ask:
    """What the code returns; it finds what the named modules export in `m`, and the rest in `given`."""

    def ask(code: str, *names: str, **given: object) -> Any:
        return bare.evaluate(ASK, [code, names, given])

    return ask
