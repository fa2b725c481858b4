"""The page in the phone's browser, with networks made by `make phone`: what it finds, and what leaves."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from conftest import chromium
from counting import Door, counting
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import ROOT, Served, serving

from dashboard.serve import PHONE
from posecore.ablation import ALL_ON, SkipMask, parse_mask
from posecore.bundle import Bundle, open_bundle
from posecore.data.crops import SquareCrop
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.metrics.pck import PCK_RADIUS
from posecore.studies.skips.certainty import joint_limit
from scripts import phone_times

MADE = ROOT / "dashboard" / "static" / "phone" / "made"
UPRIGHT = {"width": 390, "height": 844}
LYING = {"width": 844, "height": 390}
MOST_BYTES = 12e6

LOOK = """
() => { window.looked = new Promise((done) =>
  document.getElementById('page').addEventListener('looked', ({ detail }) => done(detail), { once: true })); }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not (MADE / "networks.json").is_file():
        pytest.fail("no networks for the browser: run `make phone` first", pytrace=False)
    with serving(ROOT / "artifacts", tmp_path_factory.mktemp("site"), "dashboard/serve.py") as served:
        yield served


@pytest.fixture
def door(site: Served) -> Iterator[Door]:
    with counting(urlsplit(site.url).port or 0) as door:
        yield door


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(ROOT / "artifacts" / "demo")


@pytest.fixture(scope="module")
def predictor(bundle: Bundle) -> Predictor:
    return Predictor(bundle.network(), "fp32")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose owner reads German."""
    made = browser.new_context(viewport=UPRIGHT, locale="de-DE", has_touch=True, device_scale_factor=1)
    yield made
    made.close()


def opened(context: BrowserContext, url: str, link: str = "?threads=1") -> Page:
    """In one thread by itself: several wait for each other where other programs take the cores."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{url}{PHONE}{link}")
    expect(page.locator("#page")).to_have_attribute("data-state", "ready", timeout=120_000)
    # Somebody is looked at already, so that later answers are the ones that were asked for.
    expect(page.locator(".view figcaption").first).not_to_be_empty(timeout=120_000)
    return page


def look_at(page: Page, file: Path) -> list[dict[str, Any]]:
    """What the chosen networks find in a picture opened as a file."""
    page.evaluate(LOOK)
    page.set_input_files("#file", file)
    return page.evaluate("() => window.looked")


def by_pytorch(
    predictor: Predictor, bundle: Bundle, picture: NDArray[np.uint8], mask: SkipMask = ALL_ON
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Points (17, 2) in pixels of the square, and which are sure."""
    points, peaks = decode(predictor.heatmaps(picture[None], mask))
    return points[0], joint_limit(bundle, mask, "zero").sure(peaks[0])


def some_people(bundle: Bundle, count: int) -> list[Path]:
    paths = [path for name in bundle.samples["sample_id"] if (path := bundle.picture_path(name))]
    return paths[:: len(paths) // count][:count]


def rgb(path: Path) -> NDArray[np.uint8]:
    return np.array(Image.open(path).convert("RGB"))


def test_it_finds_what_pytorch_finds(
    context: BrowserContext, site: Served, bundle: Bundle, predictor: Predictor
) -> None:
    page = opened(context, site.url)
    near = []
    for path in some_people(bundle, 50):
        (found,) = look_at(page, path)
        assert found["network"]["name"] == "demo" and found["square"] == {"x": 0, "y": 0, "side": 256}
        points, sure = by_pytorch(predictor, bundle, rgb(path))
        near += (np.linalg.norm(np.array(found["points"]) - points, axis=1) < PCK_RADIUS)[sure].tolist()
    print(f"of {len(near)} joints that PyTorch is sure of, {np.mean(near):.4f} lie near")
    assert len(near) > 300 and np.mean(near) >= 0.95


def test_a_picture_that_is_no_square_is_squared_and_never_squashed(
    context: BrowserContext, site: Served, bundle: Bundle, predictor: Predictor, tmp_path: Path
) -> None:
    page = opened(context, site.url)
    near = []
    for number, path in enumerate(some_people(bundle, 10)):
        picture = Image.open(path).convert("RGB")
        size = (300, 600) if number % 2 else (700, 310)
        wide = Image.new("RGB", size, (90, 110, 100))
        wide.paste(picture, ((size[0] - 256) // 2, (size[1] - 256) // 2))
        wide.save(tmp_path / f"{number}.png")
        (found,) = look_at(page, tmp_path / f"{number}.png")
        square = SquareCrop(**found["square"])
        assert square.side == max(size)
        points, sure = by_pytorch(predictor, bundle, square.cut(wide))
        there = square.points_to_picture(points)
        radius = PCK_RADIUS * square.side / 256
        near += (np.linalg.norm(np.array(found["points"]) - there, axis=1) < radius)[sure].tolist()
    assert len(near) > 30 and np.mean(near) >= 0.95


def test_a_switch_changes_them_as_pytorch_says(
    context: BrowserContext, site: Served, bundle: Bundle, predictor: Predictor
) -> None:
    paths, mask = some_people(bundle, 12), parse_mask("0111")
    page = opened(context, site.url)
    before = [look_at(page, path)[0] for path in paths]
    page.evaluate(LOOK)
    page.locator("#skips button").first.click()
    page.evaluate("() => window.looked")
    expect(page.locator("#skips button").first).to_have_attribute("aria-pressed", "false")
    assert page.url.endswith("?threads=1#skips=0111")
    same, moved = [], 0
    for path, first in zip(paths, before, strict=True):
        (found,) = look_at(page, path)
        points, _ = by_pytorch(predictor, bundle, rgb(path), mask)
        full, _ = by_pytorch(predictor, bundle, rgb(path))
        ours = np.array(found["points"])
        # Moved by the switch there as here, to a cell's width.
        same += np.isclose(ours - np.array(first["points"]), points - full, atol=4.01).all(axis=1).tolist()
        moved += int((points != full).any(axis=1).sum())
    assert moved > 20 and np.mean(same) >= 0.95


def test_nothing_leaves_while_pictures_are_looked_at(
    context: BrowserContext, door: Door, bundle: Bundle
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = opened(context, door.url)
    expect(page.locator("#people button")).not_to_have_count(0)
    # Some seconds after it has opened a page, a browser asks whether its service worker is the newest one.
    before = 0
    while len(door.asked) > before:
        before = len(door.asked)
        page.wait_for_timeout(4000)
    expect(page.locator("#private")).to_be_visible()
    expect(page.locator("#private")).not_to_be_empty()
    assert all(url.startswith((door.url, "blob:")) for url in asked), asked
    asked.clear()
    assert door.asked
    door.asked.clear()
    for path in some_people(bundle, 3):
        look_at(page, path)
    page.evaluate(LOOK)
    page.locator("#people button").nth(1).click()
    page.evaluate("() => window.looked")
    for number in (0, 2):
        page.evaluate(LOOK)
        page.locator("#skips button").nth(number).click()
        page.evaluate("() => window.looked")
    page.wait_for_timeout(1000)
    assert not [url for url in asked if not url.startswith("blob:")]
    assert not door.asked


def test_it_opens_without_a_network_the_second_time(
    context: BrowserContext, bundle: Bundle, tmp_path: Path
) -> None:
    path = some_people(bundle, 1)[0]
    with (
        serving(ROOT / "artifacts", tmp_path, "dashboard/serve.py") as served,
        counting(urlsplit(served.url).port or 0) as door,
    ):
        page = opened(context, door.url)
        (before,) = look_at(page, path)
        page.close()
    page = opened(context, door.url, "index.html")  # Nobody answers there any more.
    (after,) = look_at(page, path)
    assert after["points"] == before["points"]
    assert page.evaluate("() => crossOriginIsolated")


def test_it_opens_without_headers_with_one_thread(
    context: BrowserContext, bundle: Bundle, tmp_path: Path
) -> None:
    with serving(ROOT / "artifacts", tmp_path) as served:
        page = opened(context, served.url, "index.html")
        assert not page.evaluate("() => crossOriginIsolated")
        (found,) = look_at(page, some_people(bundle, 1)[0])
        assert sum(found["sure"]) >= 4
        expect(page.locator("#about")).to_contain_text("one thread")


def test_the_small_network_is_small(context: BrowserContext, door: Door, bundle: Bundle) -> None:
    small = min(
        (row for row in json.loads((MADE / "networks.json").read_text())["networks"] if row["offered"]),
        key=lambda row: row["bytes"],
    )
    began = time.monotonic()
    page = opened(context, door.url, f"?threads=1#network={small['name']}")
    (found,) = look_at(page, some_people(bundle, 1)[0])
    took = time.monotonic() - began
    assert found["network"]["name"] == small["name"]
    print(f"{small['name']}: {door.received / 1e6:.1f} MB, {took:.1f} s from first open to first skeleton")
    assert 1e6 < door.received <= MOST_BYTES


def test_two_networks_look_at_one_picture(context: BrowserContext, site: Served, bundle: Bundle) -> None:
    names = [
        row["name"] for row in json.loads((MADE / "networks.json").read_text())["networks"] if row["offered"]
    ]
    page = opened(context, site.url, f"?threads=1#beside={names[1]}")
    found = look_at(page, some_people(bundle, 1)[0])
    assert [each["network"]["name"] for each in found] == names[:2]
    assert found[0]["square"] == found[1]["square"]
    expect(page.locator(".view")).to_have_count(2)
    assert all(view.is_visible() for view in page.locator(".view").all())


def test_two_pages_at_once(context: BrowserContext, site: Served, bundle: Bundle) -> None:
    first, second = opened(context, site.url), opened(context, site.url)
    paths = some_people(bundle, 2)
    for page in (first, second):
        page.evaluate(LOOK)
    first.set_input_files("#file", paths[0])
    second.set_input_files("#file", paths[1])
    one, two = (page.evaluate("() => window.looked")[0] for page in (first, second))
    assert one["points"] != two["points"]
    assert look_at(first, paths[1])[0]["points"] == two["points"]


def test_the_camera_is_followed(
    browser: Browser, site: Served, bundle: Bundle, predictor: Predictor, tmp_path: Path
) -> None:
    """A still frame of a person who stands to the left."""
    path = some_people(bundle, 50)[7]
    still = np.full((480, 640, 3), 120, np.uint8)
    still[100:356, 192:448] = rgb(path)
    planes = cv2.cvtColor(still, cv2.COLOR_RGB2YUV_I420)
    film = tmp_path / "still.y4m"
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + planes.tobytes()) * 10)
    arguments = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream"]
    arguments += ["--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with browser.browser_type.launch(executable_path=chromium(), args=arguments) as filming:
        context = filming.new_context(viewport=UPRIGHT, permissions=["camera"])
        page = opened(context, site.url)
        page.evaluate(
            "() => { window.all = []; document.getElementById('page').addEventListener('looked', "
            "({ detail }) => window.all.push(detail[0])); }"
        )
        page.locator("#camera").click()
        page.wait_for_function("() => window.all.length >= 8")
        expect(page.locator("#rate")).to_contain_text("frames a second")
        page.locator("#camera").click()
        seen = page.evaluate("() => window.all")
    assert seen[0]["square"] == {"x": 80, "y": 0, "side": 480}
    last = seen[-1]
    square = SquareCrop(**last["square"])
    assert last["square"] != seen[0]["square"]
    points, sure = by_pytorch(predictor, bundle, square.cut(Image.fromarray(still)))
    there = square.points_to_picture(points)
    away = np.linalg.norm(np.array(last["points"]) - there, axis=1)[sure]
    assert sure.sum() >= 4 and np.mean(away < PCK_RADIUS * square.side / 256) >= 0.9


def test_without_a_camera_a_picture_opens_all_the_same(
    context: BrowserContext, site: Served, bundle: Bundle
) -> None:
    page = opened(context, site.url)
    page.locator("#camera").click()
    expect(page.locator("#message")).to_contain_text("can be opened all the same")
    (found,) = look_at(page, some_people(bundle, 1)[0])
    assert len(found["points"]) == 17


def test_a_file_that_is_no_picture_gets_a_sentence(
    context: BrowserContext, site: Served, bundle: Bundle, tmp_path: Path
) -> None:
    page = opened(context, site.url)
    (tmp_path / "notes.png").write_text("no picture")
    page.set_input_files("#file", tmp_path / "notes.png")
    expect(page.locator("#message")).to_contain_text("not a picture")
    assert look_at(page, some_people(bundle, 1)[0])


@pytest.mark.parametrize(
    ("missing", "state", "said"),
    [
        ("networks.json", "nothing", "make phone"),
        ("ort.wasm.min.mjs", "failed", "WebAssembly"),
        ("ort-wasm-simd-threaded.wasm", "failed", "WebAssembly"),
    ],
)
def test_what_is_missing_is_said(browser: Browser, site: Served, missing: str, state: str, said: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.route(f"**/{missing}", lambda route: route.fulfill(status=404, body="none"))
    page.goto(f"{site.url}{PHONE}")
    expect(page.locator("#page")).to_have_attribute("data-state", state, timeout=60_000)
    expect(page.locator("#message")).to_contain_text(said)
    context.close()


@pytest.mark.parametrize("size", [UPRIGHT, LYING], ids=["upright", "lying"])
def test_it_fits_a_phone_and_a_thumb(
    size: dict[str, int], context: BrowserContext, site: Served, bundle: Bundle
) -> None:
    page = opened(context, site.url)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    look_at(page, some_people(bundle, 1)[0])
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= size["width"]
    for control in page.locator("button:visible, select:visible, label.button, label.check:visible").all():
        box = control.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44, control.inner_text()
        in_row = control.evaluate("(element) => Boolean(element.closest('#people'))")
        assert in_row or (box["x"] >= 0 and box["x"] + box["width"] <= size["width"])
    canvas = page.locator(".view canvas").first.bounding_box()
    assert canvas and canvas["height"] <= size["height"] and canvas["width"] > 150


def test_this_phone_is_measured_and_multiplications_tell_the_time(
    context: BrowserContext, site: Served, tmp_path: Path
) -> None:
    """A network takes at most its share of the dense one's multiplications, and a tenth more."""
    page = opened(context, site.url)
    page.locator("#measure").click()
    expect(page.locator("#save")).to_be_visible(timeout=900_000)
    with page.expect_download() as saving:
        page.locator("#save").click()
    file = tmp_path / "phone-times.json"
    saving.value.save_as(file)
    assert phone_times.main([str(file)]) == 0
    rows = {row["name"]: row for row in json.loads(file.read_text())["networks"]}
    assert all(len(row["milliseconds"]) == 30 for row in rows.values())
    dense = rows.pop("demo")
    for name, row in rows.items():
        ratio = np.median(row["milliseconds"]) / np.median(dense["milliseconds"])
        print(
            f"{name}: {ratio:.2f} of the dense network's time, {row['macs'] / dense['macs']:.2f} of its MACs"
        )
        assert ratio <= row["macs"] / dense["macs"] + 0.1
    expect(page.locator("#chart svg")).to_be_visible()


def test_headers_are_the_phone_page_s_alone(context: BrowserContext, site: Served) -> None:
    for path, own in ((PHONE, True), (f"{PHONE}worker.js", True), ("/", False), ("/_stcore/health", False)):
        answer = context.request.get(f"{site.url}{path}")
        assert answer.ok
        assert ("cross-origin-embedder-policy" in answer.headers) is own, path
    (runtime,) = MADE.glob("onnxruntime-web-*")
    wasm = f"made/{runtime.name}/ort-wasm-simd-threaded.wasm"
    for name, kind in ((wasm, "application/wasm"), ("worker.js", "javascript")):
        assert kind in context.request.get(f"{site.url}{PHONE}{name}").headers["content-type"]
