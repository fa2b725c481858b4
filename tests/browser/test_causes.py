"""Causes as people use it, on the network that ships: the slider answers at once, keys work, links hold."""

import re
import statistics
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from served import ROOT, Served, serving

RENDERED, PICTURE = "turn of the body", "picture rotated"

WATCH = """
() => {
  const shown = () => [...document.querySelectorAll('[data-testid="stImage"] img')].find(
    image => image.alt.startsWith('Predicted skeleton, as changed'));
  const before = shown().src;
  window.waited = new Promise((done, failed) => addEventListener('keydown', () => {
    const began = performance.now();
    const look = () => {
      const now = shown(), passed = performance.now() - began;
      if (now && now.src !== before && now.complete && now.naturalWidth)
        requestAnimationFrame(() => done(performance.now() - began));
      else if (passed > 20000) failed('nothing new to see after 20 s');
      else setTimeout(look, 2);
    };
    look();
  }, {capture: true, once: true}));
}
"""
"""Lets `waited` become the milliseconds from a key until the new picture is there."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The bundles that ship: their people were rendered, and their network is a real one."""
    with serving(ROOT / "artifacts", tmp_path_factory.mktemp("served")) as served:
        yield served


def open_causes(page: Page, served: Served, **link: str) -> None:
    page.goto(f"{served.url}/causes?" + "&".join(f"{key}={value}" for key, value in link.items()))
    settle(page)


def slider(page: Page) -> Locator:
    return page.get_by_test_id("stSlider").locator("input")


def move(page: Page) -> float:
    """Move the slider by a key; the milliseconds until the new picture is there."""
    slider(page).focus()
    page.evaluate(WATCH)
    page.keyboard.press("ArrowRight")
    return float(page.evaluate("() => window.waited"))


def settle(page: Page) -> None:
    """Until the page shows an answer and nothing runs any more."""
    expect(page.locator('img[alt^="Predicted skeleton, as changed"]').first).to_be_visible()
    running = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    for _ in range(2):
        page.wait_for_selector(running, state="attached")
        page.wait_for_timeout(300)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize(("cause", "limit"), [(RENDERED, 400), (PICTURE, 150)])
def test_the_slider_is_answered_at_once(cause: str, limit: int, page: Page, shipped: Served) -> None:
    """limit: milliseconds that two idle cores keep to, in the middle; reported, as a test may have less."""
    open_causes(page, shipped, cause=cause)
    page.wait_for_timeout(3000)
    waits = []
    for _ in range(10):
        waits.append(move(page))
        page.wait_for_timeout(80)
    low, high = np.percentile(waits, [50, 95])
    print(f"\n{cause}, slider to new picture: p50 {low:.0f} ms (at most {limit}), p95 {high:.0f} ms, n = 10")
    assert statistics.median(waits) <= 2000


def test_a_move_draws_the_pictures_anew_and_not_the_switches_beside_them(page: Page, shipped: Served) -> None:
    drawn: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: drawn.append(frame)))
    open_causes(page, shipped, cause=PICTURE)
    switches, pictures = b"Only one, all but one", b"Predicted skeleton, as changed"

    def holds(text: bytes) -> bool:
        return any(text in frame for frame in drawn if isinstance(frame, bytes))

    assert holds(switches) and holds(pictures)
    drawn.clear()
    move(page)
    settle(page)
    assert holds(pictures) and not holds(switches)


def test_a_value_and_a_cut_are_in_the_link_and_come_back(page: Page, shipped: Served) -> None:
    open_causes(page, shipped)
    move(page)
    expect(page).to_have_url(re.compile("cause_by_turn=65"))
    page.get_by_text("16 × 16", exact=True).first.click()
    cut = page.locator('img[alt^="Predicted skeleton, as changed: Cut: 16 × 16"]')
    expect(cut).to_be_visible()
    expect(page).to_have_url(re.compile("cause_16=false"))
    settle(page)
    page.goto(page.url)
    settle(page)
    expect(cut).to_be_visible()
    expect(slider(page)).to_have_value("65")


def test_another_cause_brings_its_own_values_and_the_way_plays(page: Page, shipped: Served) -> None:
    open_causes(page, shipped)
    stop = page.locator("output")
    expect(stop).to_have_text(re.compile("degrees"))
    box = page.get_by_role("combobox", name="What is changed")
    box.fill("mirrored")
    page.get_by_role("option", name="mirrored picture", exact=True).click()
    expect(stop).to_have_text("mirrored")
    settle(page)
    expect(page).to_have_url(re.compile("cause=mirrored"))
    expect(page.get_by_test_id("stSlider")).to_have_count(0)
    before = stop.text_content()
    page.get_by_role("button", name="Play").click()
    expect(stop).not_to_have_text(before or "")
    page.get_by_role("button", name="Pause").click()


def test_it_fits_a_window_of_800_pixels(page: Page, shipped: Served) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    open_causes(page, shipped)
    wide = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=\"stMain\"]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert wide <= 0
