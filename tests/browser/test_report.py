"""The report in a browser: it asks nobody for anything, all is drawn, and it fits on paper."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from playwright.sync_api import Browser, Page, Request, expect
from served import Served

from dashboard.overview import report_words
from dashboard.report.making import make_report
from posecore.bundle import open_bundle
from posecore.studies.phone.results import Timed, write_phone_study
from posecore.studies.skips.study import SkipSettings, run_study

SHEET = 680
"""CSS pixels between the margins of a sheet of A4."""

FIGURES = 4
"""Of a bundle with a skip study: of that, the training, the map, and what goes with the first component."""

BROWSER = "Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP4A.250105.002) AppleWebKit/537.36 Chrome/131 " * 2
"""As long as phones call theirs."""

WIDER = """width => [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest("svg, script"))
  .map(one => one.tagName + "." + one.className)"""

CUT = """() => [...document.querySelectorAll(".chart")].filter(one => {
  const [own, drawn] = [one.getBoundingClientRect(), one.querySelector(".main-svg").getBoundingClientRect()];
  const texts = [...one.querySelectorAll("svg text")].map(text => text.getBoundingClientRect());
  return drawn.width > own.width + 1 || drawn.height > own.height + 1
    || texts.some(text => text.right > own.right + 2 || text.left < own.left - 2)
    || texts.some(text => text.bottom > own.bottom + 2);
}).map(one => one.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    path = make_fake_bundle(folder / "bundle", 40, annotations=True, pictures=True)
    run_study(open_bundle(path), None, SkipSettings(("zero", "mean"), limit=6))
    times = np.arange(1.0, 32)
    write_phone_study(
        open_bundle(path), [Timed("mine.json", BROWSER, 2, path.name, "float32", "ab", 8, 8, times)]
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("POSE_ARTIFACTS", "")
        make_report(path, None, folder / "report.html", lambda *_: None)
    return folder / "report.html"


def opened(page: Page, report: Path) -> list[str]:
    """Open it and wait until all is drawn; what it asked for besides itself, and what went wrong in it."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url != report.as_uri():
            asked.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.on("console", lambda message: asked.append(message.text) if message.type == "error" else None)
    page.goto(report.as_uri())
    expect(page.locator(".chart[data-drawn] .main-svg").first).to_be_visible()
    expect(page.locator(".chart[data-drawn]")).to_have_count(page.locator(".chart").count())
    return asked


@pytest.mark.parametrize("width", [1440, 800, 390])
def test_it_asks_nobody_and_draws_every_figure(width: int, page: Page, report: Path) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    asked = opened(page, report)
    assert asked == []
    assert page.locator(".chart[data-drawn] .main-svg").count() >= FIGURES == page.locator(".chart").count()
    assert page.locator(".chart[data-drawn] .trace").count() >= FIGURES
    assert page.evaluate(WIDER, width) == [] and page.evaluate(CUT) == []


def test_a_window_made_narrower_draws_them_anew(page: Page, report: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    asked = opened(page, report)
    page.set_viewport_size({"width": 420, "height": 900})
    svg = page.locator(".chart .main-svg").last
    page.wait_for_function("one => one.getBoundingClientRect().width < 400", arg=svg.element_handle())
    assert asked == [] and page.evaluate(CUT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_ground_is_light(scheme: str, page: Page, report: Path) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page, report)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_it_prints_on_a4_and_cuts_nothing(page: Page, report: Path, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, report)
    printed = page.pdf(prefer_css_page_size=True)
    pages = printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ")
    assert pages > 1 and printed.count(b"/MediaBox [0 0 594.95996 841.91998]") == pages
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1009})
    assert page.evaluate(WIDER, SHEET) == [] and page.evaluate(CUT) == []
    # None is higher than a sheet, so none has to be cut in two.
    heights = page.evaluate("[...document.querySelectorAll('.chart')].map(one => one.clientHeight)")
    assert len(heights) == FIGURES and max(heights) < 1009


def test_the_overview_gives_it_to_who_asked(browser: Browser, served: Served, tmp_path: Path) -> None:
    mine, other = browser.new_context(accept_downloads=True), browser.new_context()
    page, beside = mine.new_page(), other.new_page()
    page.goto(served.url)
    page.get_by_role("button", name=report_words.MAKE).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    beside.goto(served.url)
    beside.get_by_role("button", name=report_words.MAKE).click()
    expect(beside.get_by_text(report_words.BUSY)).to_be_visible()
    expect(page.get_by_role("button", name=report_words.TAKE)).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        page.get_by_role("button", name=report_words.TAKE).click()
    assert download.value.suggested_filename == f"{served.bundle.path.name}-report.html"
    download.value.save_as(tmp_path / "report.html")
    assert opened(page, tmp_path / "report.html") == []
    expect(page.get_by_role("heading", level=1)).to_have_text(served.bundle.manifest.name)
    beside.reload()
    expect(beside.get_by_role("button", name=report_words.MAKE)).to_be_visible()
    expect(beside.get_by_role("button", name=report_words.TAKE)).to_have_count(0)
    mine.close()
    other.close()
