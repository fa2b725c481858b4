"""The page Compare as people use it: switch a skip, open a person out of the gallery, draw on a map."""

import re
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fake_bundle import make_fake_bundle
from playwright.sync_api import Page, expect
from served import Served, serving

from dashboard.compare import words
from posecore.ablation import ALL_ON, parse_mask
from posecore.bundle import open_bundle
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.projection.study import ProjectionSettings, project

PEOPLE = 12
SKELETONS = ".st-key-cmp_joint"
"""The choice of a joint, which stands below both skeletons."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two bundles of the same people, compared: of the second, networks and people are the same."""
    folder = tmp_path_factory.mktemp("pair")
    one = make_fake_bundle(folder / "artifacts" / "one", PEOPLE, annotations=True, pictures=True)
    project(open_bundle(one), ProjectionSettings(draws=2))
    shutil.copytree(one, one.with_name("twin"))
    compare_bundles(open_bundle(one), open_bundle(one.with_name("twin")), None, PairSettings())
    with serving(folder / "artifacts", folder) as served:
        yield served


def open_tab(page: Page, served: Served, tab: str, wait_for: str, link: str = "") -> None:
    """wait_for: a selector of something that the tab shows."""
    page.goto(f"{served.url}/compare?cmp_tab={quote(tab)}&{link}")
    page.locator(wait_for).first.wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_page_opens_on_networks_trained_side_by_side(page: Page, pair: Served) -> None:
    page.goto(f"{pair.url}/compare")
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    # The study of networks is lacking here, which is said with the command that makes it.
    expect(page.get_by_text("networks_study.py")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_switch_cuts_in_both_and_goes_into_the_link(page: Page, pair: Served) -> None:
    open_tab(page, pair, "One person", SKELETONS)
    expect(page.get_by_text(words.skips(ALL_ON, ALL_ON))).to_have_count(2)
    page.get_by_test_id("stCheckbox").filter(has_text="32 × 32").locator("label").first.click()
    expect(page.get_by_text(words.skips(parse_mask("1011"), ALL_ON))).to_have_count(2)
    expect(page).to_have_url(re.compile("cmp_32=false"))
    expect(page.get_by_text("0 of 17")).to_be_visible()


def test_a_click_in_the_gallery_opens_the_person(page: Page, pair: Served) -> None:
    open_tab(page, pair, "Everybody", "button[data-person]")
    button = page.locator("button[data-person]").nth(3)
    who = button.get_attribute("data-person")
    button.click()
    page.locator(SKELETONS).first.wait_for()
    expect(page).to_have_url(re.compile(f"cmp_person={who}"))
    expect(page.get_by_role("textbox", name="Person (sample id)")).to_have_value(str(who))


def test_who_is_drawn_around_on_one_map_is_marked_on_the_other(page: Page, pair: Served) -> None:
    open_tab(page, pair, "Latents", ".st-key-compare_map_b")
    # Charts further down may be drawn before the maps are: each is found by its own name.
    plots = [page.locator(f".st-key-compare_map_{side} .js-plotly-plot") for side in "ab"]
    second = plots[1].locator(".nsewdrag")
    second.scroll_into_view_if_needed()
    box = second.bounding_box()
    assert box is not None
    # The right half: those on one side of the first component.
    left, top, wide, high = box["x"], box["y"], box["width"], box["height"]
    path = [(0.5, 0.01), (0.99, 0.01), (0.99, 0.99), (0.5, 0.99), (0.5, 0.02)]
    page.mouse.move(left + path[0][0] * wide, top + path[0][1] * high)
    page.mouse.down()
    for x, y in path[1:]:
        page.mouse.move(left + x * wide, top + y * high, steps=8)
    page.mouse.up()
    selected = page.get_by_text(re.compile(rf"^\d+ of {PEOPLE} people"))
    selected.wait_for()
    expect(page).to_have_url(re.compile("cmp_area_b="))
    said = selected.inner_text()
    assert 0 < int(said.split()[0]) < PEOPLE
    strong = "els => els.filter(el => Number(getComputedStyle(el).opacity) > 0.5).length"
    for plot in plots:
        points = plot.locator(".scatterlayer path.point")
        expect(points).to_have_count(PEOPLE)
        assert points.evaluate_all(strong) == int(said.split()[0])
