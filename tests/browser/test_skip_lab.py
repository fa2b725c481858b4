"""The Skip lab as people use it: files, boxes, switches, the table, copied links, many at once."""

import hashlib
import io
import re
import statistics
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from served import ROOT, Served, serving

from dashboard.shared import certainty, picture_words, subject, two_heatmaps
from dashboard.skip_lab import words
from posecore import drawing
from posecore.ablation import ALL_MASKS, LEVEL_NAMES, SkipMask
from posecore.imaging import UPLOAD_WORDS
from posecore.inference import Predictor

SKIPS = ("lab_64", "lab_32", "lab_16", "lab_8")

CLICK = """
(level) => new Promise((done, failed) => {
  const shown = () => [...document.querySelectorAll('[data-testid="stImage"] img')].find(
    image => image.alt.startsWith('Skeleton: ') && image.alt !== 'Skeleton: All four skips on');
  const before = shown().src, began = performance.now();
  document.querySelectorAll('[data-testid="stCheckbox"] input')[level].click();
  const look = () => {
    const now = shown(), passed = performance.now() - began;
    if (now && now.src !== before && now.complete && now.naturalWidth)
      requestAnimationFrame(() => done(performance.now() - began));
    else if (passed > 20000) failed('nothing new to see after 20 s');
    else setTimeout(look, 2);
  };
  look();
})
"""
"""Click a switch; resolves to the milliseconds until the new picture is there."""

UPLOAD = """
() => {
  window.waited = new Promise((done, failed) => addEventListener('change', () => {
    const began = performance.now();
    const look = () => {
      const shown = [...document.querySelectorAll('[data-testid="stImage"] img')].filter(
        image => image.alt.startsWith('Skeleton: ') && image.complete && image.naturalWidth);
      const passed = performance.now() - began;
      if (shown.length === 2) requestAnimationFrame(() => done(performance.now() - began));
      else if (passed > 20000) failed('nothing to see after 20 s');
      else setTimeout(look, 2);
    };
    look();
  }, {capture: true, once: true}));
}
"""
"""Lets `waited` become the milliseconds from choosing a file until both skeletons are there."""

DIGEST = """
async (image) => {
  const data = await (await fetch(image.src)).arrayBuffer();
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
"""

CHANGED = """
async (before) => {
  const image = [...document.querySelectorAll('[data-testid="stImage"] img')].find(
    image => image.alt.startsWith('Skeleton: ') && image.alt !== 'Skeleton: All four skips on');
  return image && await (DIGEST)(image) !== before;
}
""".replace("DIGEST", DIGEST)
"""Whether another result is there than the one of this digest."""


def open_lab(page: Page, served: Served, **link: str) -> None:
    page.goto(f"{served.url}/skip-lab?" + "&".join(f"{key}={value}" for key, value in link.items()))
    settle(page)


def settle(page: Page) -> None:
    """Until the page shows an answer and nothing runs any more."""
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    running = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    page.wait_for_selector(running, state="attached")
    page.wait_for_timeout(300)
    page.wait_for_selector(running, state="attached")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def result(page: Page):
    """The picture of the skeleton with skips cut."""
    return page.locator('img[alt^="Skeleton: "]:not([alt="Skeleton: All four skips on"])')


def cell(page: Page, column: int, row: int) -> str:
    return page.get_by_test_id(f"glide-cell-{column}-{row}").first.text_content() or ""


def title(mask: SkipMask) -> str:
    off = [name for name, on in zip(LEVEL_NAMES, mask, strict=True) if not on]
    return {0: "Nothing is cut", 4: "All four skips cut"}.get(len(off), f"Cut: {', '.join(off)}")


def scene() -> bytes:
    """A phone's picture of a figure on noise, larger than a megabyte."""
    pixels = np.random.default_rng(0).integers(90, 130, (900, 1200, 3)).astype(np.uint8)
    pixels[200:700, 500:640] = (200, 40, 40)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def photograph(size: tuple[int, int]) -> bytes:
    """A JPEG of so many pixels, as a phone would send it: the project's example, enlarged."""
    buffer = io.BytesIO()
    with Image.open(ROOT / "dashboard/shared/example.webp") as example:
        example.convert("RGB").resize(size).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def upload(page: Page, served: Served, name: str, data: bytes) -> None:
    page.goto(f"{served.url}/skip-lab?lab_source=your own picture")
    page.get_by_test_id("stFileUploaderDropzone").wait_for()
    choose(page, name, data)


def choose(page: Page, name: str, data: bytes) -> None:
    kind = {"name": name, "mimeType": "image/png", "buffer": data}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files=[kind])


def draw_box(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Drag over the picture; places as shares of its width and height."""
    picture = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert picture
    x, y = picture["x"], picture["y"]
    page.mouse.move(x + left * picture["width"], y + top * picture["height"])
    page.mouse.down()
    page.mouse.move(x + (left + right) / 2 * picture["width"], y + bottom * picture["height"], steps=3)
    page.mouse.move(x + right * picture["width"], y + bottom * picture["height"], steps=3)
    page.mouse.up()


def files(served: Served) -> set[Path]:
    """What lies in the server's temporary folder; reports that were asked for before do."""
    return {path for path in served.temporary.rglob("*") if path.is_file()}


def test_a_file_a_box_and_the_joint_table(page: Page, served: Served) -> None:
    before = files(served)
    upload(page, served, "secret-holiday.png", scene())
    settle(page)
    whole = result(page).evaluate(DIGEST)
    page.get_by_text(picture_words.BOX_LINE).click()
    page.locator(".js-plotly-plot .nsewdrag").first.wait_for()
    page.wait_for_timeout(500)
    draw_box(page, 0.4, 0.2, 0.55, 0.8)
    expect(page.get_by_alt_text(words.CROP_ALT)).to_be_visible()
    fields = [page.get_by_label(name, exact=True) for name in ("Left", "Top", "Width", "Height")]
    # 1,200 x 900 pixels: the box is 180 x 540 of them at (480, 180).
    expect(fields[0]).to_have_value(re.compile(r"^4(7\d|8\d)"))
    found = [float(field.input_value()) for field in fields]
    assert found == pytest.approx([480, 180, 180, 540], abs=6)
    settle(page)
    assert result(page).evaluate(DIGEST) != whole
    assert cell(page, 0, 0) == "nose" and cell(page, 0, 16) == "right ankle"
    assert float(cell(page, 1, 0)) >= 0 and -1 < float(cell(page, 3, 0)) < 2
    # The upload was spooled at most: nothing of it stays on the disk, and the log does not know its name.
    assert files(served) <= before
    assert "secret-holiday" not in served.log.read_text()


def test_a_refused_file_says_why_and_takes_the_answer_before_it_away(
    page: Page, served: Served, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.tif"
    with huge.open("wb") as file:
        file.truncate(60 * 2**20)
    upload(page, served, "good.png", scene())
    settle(page)
    choose(page, "words.png", b"these are words")
    refused = page.get_by_test_id("stAlert").filter(has_text=UPLOAD_WORDS)
    expect(refused).to_be_visible()
    expect(result(page)).to_have_count(0)
    choose(page, "good", scene())
    settle(page)
    expect(refused).to_have_count(0)
    # Too large for the server: the widget's tile says so.
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(huge)
    expect(page.get_by_text(picture_words.NOT_TAKEN)).to_be_visible()
    expect(result(page)).to_have_count(0)
    choose(page, "good.png", scene())
    settle(page)


def test_a_second_picture_finds_all_as_it_was(page: Page, served: Served) -> None:
    upload(page, served, "a.png", scene())
    settle(page)
    for level in (0, 2):
        page.evaluate(CLICK, level)
    page.get_by_text("mean", exact=True).click()
    # In sight first: an open list closes as the page scrolls.
    page.get_by_label("Heatmaps of").scroll_into_view_if_needed()
    settle(page)
    page.get_by_label("Heatmaps of").click()
    page.get_by_role("option", name="left wrist").click()
    settle(page)
    cut = title((True, False, True, False))
    for data in (photograph((900, 1200)), scene(), photograph((901, 1200))):
        before = result(page).evaluate(DIGEST)
        choose(page, "b.png", data)
        page.wait_for_function(CHANGED, arg=before)
        settle(page)
        checked = [page.locator(f'input[aria-label="{name}"]').is_checked() for name in LEVEL_NAMES]
        assert checked == [True, False, True, False]
        expect(page.get_by_role("radio", name="mean", exact=True)).to_be_checked()
        expect(result(page)).to_have_attribute("alt", words.skeleton_alt(cut))
        expect(page.locator('img[alt^="Hourglass"]')).to_have_attribute(
            "alt", re.compile(f"{cut.removeprefix('Cut')}$")
        )
        expect(page.get_by_alt_text(words.heatmaps_alt(cut, "left wrist"))).to_be_visible()
        asked = parse_qs(urlsplit(page.url).query)
        assert {key: value for key, (value,) in asked.items() if key != "lab_source"} == {
            "lab_64": "true",
            "lab_16": "true",
            "lab_replacement": "mean",
            "lab_joint": "left wrist",
        }


@pytest.mark.parametrize(("width", "height"), [(1440, 1000), (390, 844)])
def test_an_upload_s_switches_and_skeletons_are_in_sight_together(
    width: int, height: int, page: Page, served: Served
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    upload(page, served, "a.jpg", photograph((900, 1200)))
    settle(page)
    if width < 1000:
        page.locator('[data-testid="stCheckbox"]').first.scroll_into_view_if_needed()
        page.evaluate(
            "() => document.querySelector('[data-testid=\"stMain\"]').scrollBy(0, "
            "document.querySelector('[data-testid=\"stCheckbox\"]').getBoundingClientRect().top - 100)"
        )
    seen = [page.locator(f'input[aria-label="{name}"]').locator("xpath=..") for name in LEVEL_NAMES]
    seen += [page.locator('img[alt="Skeleton: All four skips on"]'), result(page)]
    for what in seen:
        box = what.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, box
    expect(page.locator(".js-plotly-plot")).to_have_count(0)


def test_every_switch_changes_the_picture_and_a_copied_link_restores_it(
    page: Page, served: Served, browser: Browser
) -> None:
    person = str(served.bundle.samples["sample_id"].iloc[3])
    open_lab(page, served, lab_person=person)
    seen = {result(page).evaluate(DIGEST)}
    for level, name in enumerate(LEVEL_NAMES):
        page.evaluate(CLICK, level)
        mask = SkipMask(index <= level for index in range(4))
        expect(result(page)).to_have_attribute("alt", f"Skeleton: {title(mask)}")
        expect(page.locator(f'input[aria-label="{name}"]')).to_be_checked()
        expect(page).to_have_url(re.compile(f"{SKIPS[level]}=true"))
        seen.add(result(page).evaluate(DIGEST))
    assert len(seen) == 5
    page.evaluate(CLICK, 1)
    page.get_by_label("Heatmaps of").click()
    page.get_by_role("option", name="left wrist").click()
    page.get_by_text("mean", exact=True).click()
    settle(page)
    expect(page).to_have_url(
        re.compile("lab_joint=left.wrist.*lab_replacement=mean|lab_replacement=mean.*lab_joint")
    )
    mine = result(page).evaluate(DIGEST)

    other = browser.new_context(viewport={"width": 800, "height": 1000}).new_page()
    other.goto(page.url)
    settle(other)
    checked = [other.locator(f'input[aria-label="{name}"]').is_checked() for name in LEVEL_NAMES]
    assert checked == [True, False, True, True]
    assert result(other).evaluate(DIGEST) == mine
    expect(other.locator('img[alt$=": left wrist"]').first).to_be_visible()
    assert cell(other, 1, 9) == cell(page, 1, 9)
    other.context.close()


def test_a_second_network_gets_the_same_cut_and_is_in_the_link(page: Page, tmp_path: Path) -> None:
    for seed, name in enumerate(("one", "other")):
        make_fake_bundle(tmp_path / "artifacts" / name, 6, annotations=True, pictures=True, seed=seed)
    with serving(tmp_path / "artifacts", tmp_path) as served:
        open_lab(page, served)
        settle(page)
        box = page.get_by_role("combobox", name="The same cut in another network")
        box.scroll_into_view_if_needed()
        page.wait_for_timeout(1000)  # a list that is opened while the page still moves closes again
        box.click()
        page.get_by_role("option", name="other", exact=True).click()
        second = page.locator('img[alt^="Skeleton, other: "]')
        expect(second).to_have_count(2)
        settle(page)
        before = second.last.evaluate(DIGEST)
        assert before != result(page).evaluate(DIGEST)
        page.evaluate(CLICK, 0)
        expect(second.last).to_have_attribute("alt", "Skeleton, other: Cut: 32 × 32, 16 × 16, 8 × 8")
        settle(page)
        mine = second.last.evaluate(DIGEST)
        assert mine != before
        expect(page).to_have_url(re.compile("lab_64=true.*lab_beside=other|lab_beside=other.*lab_64=true"))
        page.goto(page.url)
        settle(page)
        assert second.last.evaluate(DIGEST) == mine


def test_a_click_is_answered_at_once(page: Page, served: Served) -> None:
    open_lab(page, served)
    waits = []
    for click in range(24):
        waits.append(page.evaluate(CLICK, click % 4))
        page.wait_for_timeout(80)
    report("one user, click to new picture", waits)
    assert statistics.median(waits) <= 1000 and max(waits) <= 5000


def test_an_upload_is_shown_at_once(page: Page, served: Served) -> None:
    open_lab(page, served)
    waits = []
    for size in ((900, 1200), (901, 1200), (1500, 2000), (1501, 2000)):
        page.goto(f"{served.url}/skip-lab?lab_source=your own picture")
        page.get_by_text(words.NO_PICTURE_YET).wait_for()
        page.wait_for_timeout(1000)
        page.evaluate(UPLOAD)
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
            files=[{"name": "new.jpg", "mimeType": "image/jpeg", "buffer": photograph(size)}]
        )
        waits.append(page.evaluate("() => window.waited"))
    report("new upload to picture, one and three megapixels", waits)
    assert max(waits) <= 8000


def test_ten_at_once_get_the_answers_of_their_own_switches(browser: Browser, served: Served) -> None:
    person = str(served.bundle.samples["sample_id"].iloc[5])
    expected = answers(served, person)
    masks = [
        mask for mask in ALL_MASKS if expected[mask] not in [expected[m] for m in ALL_MASKS if m != mask]
    ]
    assert len(masks) >= 8
    users = []
    for number in range(10):
        page = browser.new_context(viewport={"width": 1000, "height": 800}).new_page()
        level, goal = number % 4, masks[number % len(masks)]
        start = tuple(not on if index == level else on for index, on in enumerate(goal))
        link = {key: str(on).lower() for key, on in zip(SKIPS, start, strict=True)}
        page.goto(
            f"{served.url}/skip-lab?lab_person={person}&" + "&".join(f"{k}={v}" for k, v in link.items())
        )
        users.append((page, level, goal))
    for page, _, _ in users:
        settle(page)
    for page, level, _ in users:
        page.evaluate(f"(level) => {{ window.waited = ({CLICK})(level); }}", level)
    waits = [page.evaluate("() => window.waited") for page, _, _ in users]
    for page, _, goal in users:
        expect(result(page)).to_have_attribute("alt", f"Skeleton: {title(goal)}")
        assert result(page).evaluate(DIGEST) == expected[goal], goal.title
        page.context.close()
    report("ten users at once, click to new picture", waits)
    assert max(waits) <= 10_000


def answers(served: Served, person: str) -> dict[SkipMask, str]:
    """The digest of the picture that each mask should show."""
    bundle = served.bundle
    with Image.open(bundle.path / f"pictures/{person}.webp") as picture:
        crop = np.asarray(picture.convert("RGB"))
    predictor = Predictor(bundle.network(), bundle.manifest.precision)
    maps = predictor.decode_all(predictor.encode(crop[None].copy()))[:, 0]
    somebody = subject.Subject("", crop, None, person)  # type: ignore[arg-type]
    before = two_heatmaps.from_heatmaps("", maps[0], certainty.limit(bundle))
    found = {}
    for mask, heatmaps in zip(ALL_MASKS, maps, strict=True):
        side = two_heatmaps.from_heatmaps("", heatmaps, certainty.limit(bundle, mask))
        picture = two_heatmaps.skeleton(two_heatmaps.Answer(somebody, before, side), side)
        found[mask] = hashlib.sha256(drawing.jpeg(picture)).hexdigest()
    return found


def report(what: str, waits: list[float]) -> None:
    low, high = np.percentile(waits, [50, 95])
    print(f"\n{what}: p50 {low:.0f} ms, p95 {high:.0f} ms, n = {len(waits)}")
