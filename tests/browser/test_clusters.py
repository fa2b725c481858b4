"""The page Clusters as people use it: move K, click the worst person, give a cluster a name."""

import re

import numpy as np
from playwright.sync_api import Page, expect
from served import Served

from dashboard.clusters import words
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import Question


def open_clusters(page: Page, served: Served, link: str = "") -> None:
    page.goto(f"{served.url}/clusters?{link}")
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def settled(page: Page) -> None:
    page.get_by_role("heading", name="Silhouette of every person").wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.wait_for_timeout(1000)


def test_moving_k_shows_as_many_clusters_and_goes_into_the_link(page: Page, served: Served) -> None:
    open_clusters(page, served)
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("clu_k=3"))
    found = cohort(served.bundle).answer(Question(3))
    page.get_by_text(words.described(served.bundle, found).replace("**", "")).wait_for()
    expect(page.get_by_test_id("stImage")).to_have_count(3)


def test_a_click_on_a_bar_shows_the_person(page: Page, served: Served) -> None:
    open_clusters(page, served)
    bars = page.locator(".barlayer .point path")
    expect(bars).to_have_count(len(served.bundle.samples))
    bars.last.scroll_into_view_if_needed()
    box = bars.last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("clu_person="))
    who = page.url.split("clu_person=")[1].split("&")[0]
    assert who in served.bundle.rows
    found = cohort(served.bundle).answer(Question())
    at = served.bundle.row(who)
    away = np.linalg.norm(np.asarray(served.bundle.latents[at], np.float32) - found.centroids, axis=1)
    nearest = {f"cluster {number + 1}": float(away[number]) for number in np.argsort(away)}
    own = f"cluster {found.numbers[at] + 1}"
    # Of two lines; a test of the page's text alone compares both.
    page.get_by_text(words.whereabouts(own, float(found.values[at]), nearest).split("\n")[1]).wait_for()
    expect(page.get_by_role("img", name=f"Predicted heatmaps and skeleton of {who}")).to_be_visible()


def test_a_name_is_in_the_link_and_on_the_figures(page: Page, served: Served) -> None:
    open_clusters(page, served)
    page.get_by_role("button", name="Names and note").click()
    field = page.get_by_label("Cluster 1", exact=True)
    field.fill("sitters")
    field.press("Enter")
    expect(page).to_have_url(re.compile("clu_name_1=sitters"))
    expect(page.get_by_text("1 · sitters").first).to_be_visible()
    # A link is all that another browser needs.
    open_clusters(page, served, page.url.split("?")[1])
    expect(page.get_by_text("1 · sitters").first).to_be_visible()
