"""The latent map as people use it: pointing, filtering, recolouring, a lasso, keys, 124,040 people."""

import base64
import io
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from many_people import make_many_people
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from served import Served, serving

from dashboard.latent_map import pictures
from dashboard.latent_map import words as map_words
from dashboard.latent_map.colours import colour
from dashboard.shared import bundles
from dashboard.shared.area import inside, read_area
from posecore.bundle import Bundle
from posecore.components.pca import fit_components
from posecore.samples import read_visibility

PEOPLE, MANY = 60, 124_040
MARGIN = {"left": 58, "right": 12, "top": 10, "bottom": 44}
"""As in canvas_js/scales.js."""

PADDED = 0.05

PICTURE = """
async (image) => {
  const data = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
  return btoa(String.fromCharCode(...data));
}
"""

FRAMES = """
async (front, [kind, seconds]) => {
  const map = front.closest('.map'), box = front.getBoundingClientRect();
  const send = (type, x, y, more = {}) => {
    const Kind = type === 'wheel' ? WheelEvent : PointerEvent;
    const place = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    front.dispatchEvent(new Kind(type, { ...place, pointerId: 1, button: 0, cancelable: true, ...more }));
  };
  front.setPointerCapture = () => {};
  const began = performance.now(), before = Number(map.dataset.draws);
  let frames = 0;
  if (kind === 'pan') send('pointerdown', 0.5, 0.5);
  while (performance.now() - began < seconds * 1000) {
    frames++;
    const [sine, cosine] = [0.05 * Math.sin(frames / 10), 0.05 * Math.cos(frames / 10)];
    if (kind === 'pan') send('pointermove', 0.5 + sine, 0.5 + cosine);
    if (kind === 'zoom') send('wheel', 0.5, 0.5, { deltaY: frames % 50 < 25 ? 20 : -20 });
    if (kind === 'hover') send('pointermove', 0.1 + (frames * 0.037) % 0.8, 0.1 + (frames * 0.053) % 0.8);
    await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done, 0));
  }
  if (kind === 'pan') send('pointerup', 0.5, 0.5);
  return { frames: frames / seconds, draws: (Number(map.dataset.draws) - before) / seconds };
}
"""
"""Move for some seconds and count the frames that were shown, and how often all points were drawn."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A few people with pictures, and 124,040 without."""
    folder = tmp_path_factory.mktemp("map")
    (folder / "artifacts").mkdir()
    make_fake_bundle(folder / "artifacts" / "few", PEOPLE, annotations=True, pictures=True, seed=6)
    make_many_people(folder / "artifacts" / "many", MANY)
    with serving(folder / "artifacts", folder) as served:
        yield served


def open_map(page: Page, served: Served, **link: str) -> None:
    page.goto(f"{served.url}/latent-map?" + "&".join(f"{key}={value}" for key, value in link.items()))
    settle(page)


def settle(page: Page) -> None:
    """Until the map is drawn and nothing runs any more."""
    page.locator(".map[data-draws]").wait_for()
    running = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    for _ in range(2):
        page.wait_for_timeout(250)
        page.wait_for_selector(running, state="attached")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def places(page: Page, points: np.ndarray) -> np.ndarray:
    """(N, 2) pixels of the window where points (N, 2) are drawn as long as everybody is in sight."""
    front = page.locator("canvas.front")
    front.scroll_into_view_if_needed()
    box = front.bounding_box()
    assert box
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - PADDED * (high - low), high + PADDED * (high - low)
    share = (points - low) / (high - low)
    inner = box["width"] - MARGIN["left"] - MARGIN["right"], box["height"] - MARGIN["top"] - MARGIN["bottom"]
    x = box["x"] + MARGIN["left"] + share[:, 0] * inner[0]
    y = box["y"] + MARGIN["top"] + (1 - share[:, 1]) * inner[1]
    return np.stack([x, y], axis=1)


def alone(pixels: np.ndarray) -> np.ndarray:
    """Rows of people with nobody else within five pixels."""
    away = np.linalg.norm(pixels[:, None] - pixels[None], axis=2)
    np.fill_diagonal(away, np.inf)
    return np.flatnonzero(away.min(axis=1) > 5)


def scores_of(bundle: Bundle) -> np.ndarray:
    return fit_components(bundle.latents, 50).project(bundle.latents)


def check_hover(page: Page, bundle: Bundle, rows: np.ndarray, points: np.ndarray, kind: str, by: str) -> None:
    """Pointing at four of the people in `rows` shows each one's own id, class and picture."""
    coloured, pixels = colour(bundle, by, 2), places(page, points)
    ids = bundle.samples["sample_id"].to_numpy()
    for at in alone(pixels)[[0, 3, 5, -1]]:
        who = ids[rows[at]]
        page.mouse.move(*pixels[at].tolist())
        card = page.locator(f'.card[data-person="{who}"]')
        expect(card).to_be_visible()
        picture = card.locator(f'img[data-person="{who}"]')
        expect(picture).to_have_attribute("alt", f"{kind.capitalize()} of {who}")
        expect(card).to_contain_text(pictures.facts(bundle, coloured, who))
        got = Image.open(io.BytesIO(base64.b64decode(picture.evaluate(PICTURE)))).convert("RGB")
        tiles = [pictures.tile(bundle, other, kind, 192) for other in ids]
        differences = [np.abs(np.asarray(got, float) - tile).mean() for tile in tiles]
        assert ids[int(np.argmin(differences))] == who


def test_pointing_shows_the_picture_of_who_is_there_after_filtering_and_recolouring(
    page: Page, lived: Served
) -> None:
    bundle = lived.bundle
    scores, everybody = scores_of(bundle), np.arange(PEOPLE)
    open_map(page, lived, map_in_place="false")
    check_hover(page, bundle, everybody, scores[:, :2], "predicted heatmap", "PCK")

    page.get_by_text("all 17 joints labelled").click()
    complete = np.flatnonzero((read_visibility(bundle.samples) > 0).all(axis=1))
    assert 8 < len(complete) < PEOPLE
    expect(page.locator(f'.map[data-points="{len(complete)}"]')).to_be_visible()
    settle(page)
    check_hover(page, bundle, complete, scores[complete, :2], "predicted heatmap", "PCK")

    page.get_by_role("combobox", name="Colour").fill("wrists apart")
    page.get_by_role("option", name="wrists apart").click()
    page.get_by_text("picture", exact=True).click()
    source = bundles.source_line(bundle, len(complete))
    expect(page.get_by_text(map_words.source(source, "wrists apart"))).to_be_visible()
    settle(page)
    check_hover(page, bundle, complete, scores[complete, :2], "picture", "wrists apart")

    page.get_by_role("spinbutton", name="Across: component").fill("4")
    page.get_by_role("spinbutton", name="Across: component").press("Enter")
    expect(page).to_have_url(re.compile("map_x=4"))
    settle(page)
    check_hover(page, bundle, complete, scores[complete][:, [3, 1]], "picture", "wrists apart")


def lasso(page: Page, corners: list[tuple[float, float]]) -> None:
    """Draw around; corners as shares of the canvas."""
    page.get_by_role("button", name="Lasso", exact=True).click()
    front = page.locator("canvas.front")
    front.scroll_into_view_if_needed()
    box = front.bounding_box()
    assert box
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def gallery(page: Page) -> list[str]:
    return page.locator(".gallery button").evaluate_all("all => all.map(one => one.dataset.person)")


def test_lasso_gallery_table_and_a_copied_link_hold_the_same_people(
    page: Page, lived: Served, browser: Browser
) -> None:
    bundle = lived.bundle
    open_map(page, lived)
    lasso(page, [(0.1, 0.05), (0.5, 0.1), (0.45, 0.6), (0.2, 0.9), (0.08, 0.5)])
    page.locator(".gallery button").first.wait_for()
    settle(page)
    address = re.search(r"map_area=([^&]+)", page.url)
    assert address
    area = read_area(address[1].replace("%2C", ",").replace("%3A", ":"))
    assert area is not None and len(area.corners) <= 60
    found = inside(area, scores_of(bundle)[:, :2].astype(np.float32))
    expected = bundle.samples["sample_id"][found].tolist()
    assert 3 < len(expected) <= 32
    assert gallery(page) == expected
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    table = pd.read_csv(download.value.path())
    assert table["sample_id"].tolist() == expected
    expect(page.get_by_text(map_words.selection(len(expected), PEOPLE))).to_be_visible()

    other = browser.new_context(viewport={"width": 800, "height": 1000}).new_page()
    other.goto(page.url)
    settle(other)
    other.locator(".gallery button").first.wait_for()
    assert gallery(other) == expected
    other.context.close()

    # Whom the legend hides is no longer selected; who is hidden stays so in the link.
    first = page.locator(".legend button").first
    first.click()
    expect(page).to_have_url(re.compile("map_hidden=0"))
    codes = colour(bundle, "PCK", 2).codes
    seen = [who for who in expected if codes[bundle.row(who)] != 0]
    expect(page.get_by_text(map_words.selection(len(seen), PEOPLE))).to_be_visible()
    expect(page.locator(".gallery button")).to_have_count(len(seen))
    assert gallery(page) == seen
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text(map_words.NOTHING_DRAWN)).to_be_visible()
    assert "map_area" not in page.url


def test_a_click_opens_the_person_and_ways_on(page: Page, lived: Served) -> None:
    bundle = lived.bundle
    open_map(page, lived, map_in_place="false")
    pixels = places(page, scores_of(bundle)[:, :2])
    at = alone(pixels)[2]
    who = bundle.samples["sample_id"].iloc[at]
    page.mouse.click(*pixels[at].tolist())
    expect(page).to_have_url(re.compile(f"map_person={who}"))
    expect(page.get_by_test_id("stImage").get_by_alt_text(f"Predicted heatmap of {who}")).to_be_visible()
    page.get_by_role("link", name="Walk from here").click()
    expect(page).to_have_url(re.compile(f"pc-walk.*walk_start={who}"))
    open_map(page, lived, map_person=who)
    page.get_by_role("link", name="Open in the Skip lab").click()
    expect(page).to_have_url(re.compile(f"skip-lab.*lab_person={who}"))


def test_pictures_lie_where_their_people_are_and_open_them(page: Page, lived: Served) -> None:
    bundle = lived.bundle
    open_map(page, lived, map_pictures="picture")
    map_ = page.locator(".map")
    expect(map_).not_to_have_attribute("data-pictured", "0")
    assert int(map_.get_attribute("data-pictured") or 0) == int(map_.get_attribute("data-shown") or -1)
    # The first person of the table is always shown: who comes first takes the place.
    pixels = places(page, scores_of(bundle)[:, :2])
    left, top = (pixels[0] - 20).tolist()
    seen = page.screenshot(clip={"x": left, "y": top, "width": 40, "height": 40})
    shown = np.asarray(Image.open(io.BytesIO(seen)).convert("RGB"), float)
    ids = bundle.samples["sample_id"].tolist()
    tiles = [pictures.tile(bundle, who, "picture", 50) for who in ids]
    differences = [np.abs(shown - tile[5:45, 5:45]).mean() for tile in tiles if tile is not None]
    assert int(np.argmin(differences)) == 0 and len(differences) == PEOPLE
    page.mouse.move(*(pixels[0] + 20).tolist())
    expect(page.locator(f'.card[data-person="{bundle.samples["sample_id"].iloc[0]}"]')).to_be_visible()


def test_keys_go_from_person_to_person(page: Page, lived: Served) -> None:
    open_map(page, lived, map_in_place="false")
    front = page.locator("canvas.front")
    assert "Arrow keys" in (front.get_attribute("aria-label") or "")
    front.focus()
    seen = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        seen.add(page.locator(".card").get_attribute("data-person"))
    who = page.locator(".card").get_attribute("data-person")
    assert len(seen) >= 3 and who in lived.bundle.rows
    expect(page.locator(".live")).to_contain_text(str(who))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"map_person={who}"))
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("map_view=1-2"))
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("map_view"))
    page.get_by_role("button", name="Select what is in sight").press("Enter")
    expect(page.get_by_text(map_words.selection(PEOPLE, PEOPLE))).to_be_visible()


def test_a_rerun_leaves_the_view_and_the_page_where_they_are(page: Page, lived: Served) -> None:
    open_map(page, lived)
    page.locator("canvas.front").hover()
    page.mouse.wheel(0, -400)
    expect(page).to_have_url(re.compile("map_view"))
    settle(page)
    before, top = page.url, page.locator(".map").bounding_box()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("map_person"))
    settle(page)
    view = re.search("map_view=[^&]+", before)
    assert view and view[0] in page.url
    assert page.locator(".map").bounding_box() == top


MAGENTA = """
(front) => {
  const { data } = front.getContext('2d').getImageData(0, 0, front.width, front.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) count += data[i] > 200 && data[i + 1] < 60 && data[i + 2] > 200;
  return count;
}
"""
"""How many pixels above the points are of that colour."""


@pytest.mark.parametrize(("width", "height"), [(1440, 1000), (390, 844)])
def test_a_picture_of_one_s_own_is_seen_at_its_star(
    width: int, height: int, page: Page, lived: Served
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_map(page, lived, map_source="your own picture")
    front = page.locator("canvas.front")
    assert front.evaluate(MAGENTA) == 0
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), (255, 0, 255)).save(buffer, "PNG")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        files=[{"name": "me", "mimeType": "", "buffer": buffer.getvalue()}]
    )
    beside = page.locator('img[alt^="The crop that is placed"]')
    expect(beside).to_be_visible()
    settle(page)
    assert front.evaluate(MAGENTA) > 4000
    if width > 1000:
        box = beside.bounding_box()
        assert box and box["y"] + box["height"] <= height
    # Taken away, it is gone from the map, too.
    page.get_by_test_id("stFileUploader").get_by_role("button", name="Remove").first.click()
    expect(beside).to_have_count(0)
    settle(page)
    assert front.evaluate(MAGENTA) == 0


def test_124040_people_are_drawn_at_once_and_move_fluently(page: Page, lived: Served) -> None:
    open_map(page, lived, bundle="many")
    waits = []
    for _ in range(3):
        began = time.monotonic()
        page.goto(f"{lived.url}/latent-map?bundle=many")
        page.locator(f'.map[data-points="{MANY}"][data-draws]').wait_for()
        waits.append(time.monotonic() - began)
    print(f"\n{MANY:,} people, link to first draw: median {statistics.median(waits):.2f} s of {len(waits)}")
    assert statistics.median(waits) <= 3
    settle(page)
    front = page.locator("canvas.front")
    shown = int(page.locator(".map").get_attribute("data-shown") or 0)
    for kind in ("pan", "zoom", "hover"):
        rates = front.evaluate(FRAMES, [kind, 3])
        print(f"{kind}: {rates['frames']:.0f} frames a second, {rates['draws']:.0f} draws of all points")
        assert rates["frames"] >= 10 and (kind == "hover" or rates["draws"] >= 10)
        page.wait_for_timeout(300)
    # Nearer, more people have room for their picture.
    scores = scores_of(open_many(lived))
    middle = places_of_densest(page, scores)
    page.get_by_role("button", name="Everybody").click()
    page.mouse.move(*middle.tolist())
    for _ in range(8):
        page.mouse.wheel(0, -200)
    page.wait_for_timeout(1500)
    nearer = int(page.locator(".map").get_attribute("data-shown") or 0)
    print(f"{shown} pictures of everybody, {nearer} from near")
    assert nearer > shown > 0


def open_many(served: Served) -> Bundle:
    from posecore.bundle import open_bundle

    return open_bundle(Path(served.bundle.path).with_name("many"))


def places_of_densest(page: Page, scores: np.ndarray) -> np.ndarray:
    """The pixel of somebody in the midst of one of the two groups."""
    points = scores[:, :2]
    group = points[points[:, 0] > 0]
    at = int(np.linalg.norm(points - group.mean(axis=0), axis=1).argmin())
    return places(page, points)[at]
