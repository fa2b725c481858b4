"""The PC walk's player as people use it: to and fro by itself, held, moved by hand, without the server."""

import re

from playwright.sync_api import Page, expect
from served import Served


def open_walk(page: Page, served: Served, **link: str) -> list[int]:
    """Open the page; the list grows by every message that the browser sends to the server."""
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame or ""))))
    page.goto(f"{served.url}/pc-walk?" + "&".join(f"{key}={value}" for key, value in link.items()))
    page.locator(".st-key-walk_distance").wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    return sent


def test_a_walk_plays_to_and_fro_and_asks_the_server_for_nothing(page: Page, served: Served) -> None:
    sent = open_walk(page, served, walk_steps="3", walk_range="2")
    before, stop = len(sent), page.locator("output")
    expect(stop).to_have_text("c = 0.00")
    page.get_by_role("button", name="Play").click()
    for expected in ("c = +2.00", "c = 0.00", "c = −2.00", "c = 0.00", "c = +2.00"):
        expect(stop).to_have_text(expected)
        shown = page.locator("section img.shown")
        expect(shown.first).to_have_attribute("alt", re.compile(re.escape(expected) + "$"))
        assert shown.count() == page.locator("section figure").count()
    page.get_by_role("button", name="Pause").click()
    held = stop.inner_text()
    page.wait_for_timeout(1600)
    assert stop.inner_text() == held and len(sent) == before


def test_the_slider_moves_the_walk_and_another_component_keeps_the_place(page: Page, served: Served) -> None:
    open_walk(page, served, walk_steps="5", walk_range="2")
    slider = page.get_by_role("slider", name="Stop of the walk")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("output")).to_have_text("c = −1.00")
    said = page.locator("p.words").inner_text()
    assert said
    page.get_by_label("Component", exact=True).fill("3")
    page.get_by_label("Component", exact=True).press("Enter")
    expect(page.locator("p.words")).not_to_have_text(said)
    expect(page.locator("output")).to_have_text("c = −1.00")
    expect(page).to_have_url(re.compile("walk_component=3"))
