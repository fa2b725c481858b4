"""The whole map in a bare page: what hands and keys do there, and what the server would be told.

Its modules are mounted as files; as one script they are tried where a dashboard is served.
"""

import io
from typing import Any

import numpy as np
import pytest
from bare_page import SIZE, VIEW, pixels_of
from PIL import Image
from playwright.sync_api import Page

from dashboard.shared import canvas
from dashboard.shared.area import inside, read_area, read_view

MOUNT = """
async ([html, css, state, points]) => {
  const sized = '.map { width: 870px; } .map .stage { height: 654px; }';
  document.body.innerHTML = `<style>${css} ${sized}</style>${html}`;
  const bytes = (data) => new Uint8Array(data), parentElement = document.body;
  const canvas = await import('/canvas.js'), courier = await import('/courier.js');
  window.said = [];
  window.mount = (role, data) => {
    const setTriggerValue = (name, value) => window.said.push([role, name, value]);
    if (role === 'canvas') canvas.default({ data: bytes(data), parentElement, setTriggerValue });
    else courier.default({ data: bytes(data), setTriggerValue });
  };
  window.mount('canvas', state);
  window.mount('points', points);
}
"""

PLACES = np.array([[0, 20], [2, 20], [4, 20], [2, 24], [2, 12.0]])
NAMES = ["middle-left", "middle", "right", "upper", "lower"]


def state_packet(**other: object) -> list[int]:
    words = {"colouring": "PCK", "kindWords": "Skeleton", "words": "Map", "titles": ["across", "up"]}
    shown = {
        "plane": "1-2",
        "view": list(VIEW.values()),
        "area": [],
        "hidden": [],
        "person": "",
        "marked": [],
    }
    pictures = {"bundle": "b", "kind": "skeleton", "inPlace": False, "placed": None, "placedWords": ""}
    state: dict[str, object] = {"serial": "s"} | words | shown | pictures
    return list(canvas.packet(state | other))


def points_packet(serial: str = "s") -> list[int]:
    classes = [
        {"label": label, "colour": colour, "symbol": symbol}
        for label, colour, symbol in (("good", "#00ff00", "circle"), ("bad", "#ff0000", "x"))
    ]
    header = {"role": "points", "plane": "1-2", "ids": "\n".join(NAMES), "classes": classes, "serial": serial}
    x, y = np.ascontiguousarray(PLACES.T, np.float32)
    return list(canvas.packet(header, x=x, y=y, codes=np.array([0, 0, 0, 0, 1], np.uint8)))


@pytest.fixture
def mounted(bare: Page) -> Page:
    html, css = (canvas.FOLDER / name for name in ("canvas.html", "canvas.css"))
    bare.evaluate(MOUNT, [html.read_text(), css.read_text(), state_packet(), points_packet()])
    bare.locator(".map[data-draws]").wait_for()
    # What the couriers' other half would be: pictures, whose voice also tells the view.
    bare.evaluate(
        "(data) => window.mount('pictures', data)", list(canvas.packet({"role": "pictures", "serial": 0}))
    )
    return bare


def said(page: Page, wait: int = 120) -> list[list[Any]]:
    """What was told since the last time, questions for pictures apart."""
    page.wait_for_timeout(wait)
    return [row for row in page.evaluate("window.said.splice(0)") if row[1] != "wanted"]


def pointed(page: Page) -> str | None:
    return page.locator(".card").get_attribute("data-person")


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A pixel of the canvas as one of the window."""
    box = page.locator("canvas.front").bounding_box()
    assert box and (box["width"], box["height"]) == SIZE
    return box["x"] + x, box["y"] + y


def test_keys_go_to_people_and_move_the_view(mounted: Page) -> None:
    mounted.locator("canvas.front").focus()
    keys, seen = mounted.keyboard, []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"):
        keys.press(key)
        seen.append(pointed(mounted))
    assert seen == ["middle", "right", "middle", "upper", "middle", "lower", "lower"]
    assert mounted.locator(".live").text_content() == "lower, PCK: bad"
    keys.press("Enter")
    assert said(mounted) == [["canvas", "picked", "lower"]]
    # With Shift, the view 80 pixels to the right and up: 0.8 and 80 / 30.
    keys.press("Shift+ArrowRight")
    keys.press("Shift+ArrowUp")
    assert pointed(mounted) == ""
    assert said(mounted, 800) == [["pictures", "view", "1-2:-1.2,6.8,12.667,32.667"]]
    keys.press("+")
    (told,) = said(mounted, 800)
    view = read_view(told[2])
    assert view is not None
    assert view.sides[1] - view.sides[0] == pytest.approx(8 * 0.7, abs=0.01)
    assert view.sides[3] - view.sides[2] == pytest.approx(20 * 0.7, abs=0.01)
    keys.press("0")
    keys.press("Escape")
    assert said(mounted, 800) == [["canvas", "area", ""], ["pictures", "view", ""]]


def test_an_arrow_key_takes_the_view_to_whom_it_means(mounted: Page) -> None:
    mounted.locator("canvas.front").focus()
    mounted.keyboard.press("ArrowRight")
    for _ in range(4):
        mounted.keyboard.press("Shift+ArrowLeft")
    # From nobody to who is nearest to the middle, then to one who is out of sight: 4 + 3.2 is beyond 6.
    mounted.keyboard.press("ArrowRight")
    before = pointed(mounted)
    mounted.keyboard.press("ArrowRight")
    if before == "middle-left":
        mounted.keyboard.press("ArrowRight")
    assert pointed(mounted) == "right"
    (told,) = said(mounted, 800)
    view = read_view(told[2])
    assert view is not None
    left, right, bottom, top = view.sides
    # The middle of the canvas, which is not quite that of the frame.
    assert left + (435 - 58) / 100 == pytest.approx(4, abs=0.01) and right - left == pytest.approx(
        8, abs=0.01
    )
    assert top - (327 - 10) / 30 == pytest.approx(20, abs=0.01) and top - bottom == pytest.approx(
        20, abs=0.01
    )


def test_a_click_picks_and_a_hidden_class_is_not_there(mounted: Page) -> None:
    lower = at(mounted, *pixels_of(PLACES)[4])
    mounted.mouse.click(lower[0] + 5, lower[1] - 5)
    assert said(mounted) == [["canvas", "picked", "lower"]]
    mounted.mouse.click(lower[0] + 15, lower[1])
    assert said(mounted) == []
    row = mounted.locator(".legend button").nth(1)
    assert row.text_content() == "bad (1)"
    row.click()
    assert row.get_attribute("aria-pressed") == "false"
    assert said(mounted) == [["canvas", "hidden", [1]]]
    mounted.mouse.click(*lower)
    mounted.mouse.move(lower[0] + 1, lower[1])
    assert said(mounted) == [] and not pointed(mounted)
    row.click()
    assert said(mounted) == [["canvas", "hidden", []]]


def test_a_box_and_a_line_enclose_and_the_draft_waits_for_the_server(mounted: Page) -> None:
    mouse, pixels = mounted.mouse, pixels_of(PLACES)
    draw: dict[str, list[tuple[float, float]]] = {
        # Around the left and the middle one; and around the right, the upper and the middle one.
        "Box": [(pixels[0, 0] - 20, pixels[0, 1] - 20), (pixels[1, 0] + 20, pixels[1, 1] + 20)],
        "Lasso": [(pixels[1, 0] - 20, 330), (pixels[1, 0] - 20, 150), (500, 150), (700, 330)],
    }
    for tool, expected in (("Box", [0, 1]), ("Lasso", [1, 2, 3])):
        mounted.get_by_role("button", name=tool).click()
        mouse.move(*at(mounted, *draw[tool][0]))
        mouse.down()
        for corner in draw[tool][1:]:
            mouse.move(*at(mounted, *corner), steps=6)
        mouse.up()
        (told,) = said(mounted)
        area = read_area(told[2])
        assert told[:2] == ["canvas", "area"] and area is not None
        assert np.flatnonzero(inside(area, PLACES)).tolist() == expected
    mounted.get_by_role("button", name="Select what is in sight").click()
    (told,) = said(mounted)
    assert read_area(told[2]) is not None
    assert sorted(map(tuple, read_area(told[2]).corners.tolist())) == [(-2, 10), (-2, 30), (6, 10), (6, 30)]


def test_nothing_is_done_before_points_and_state_belong_together(mounted: Page) -> None:
    """The state is of other points, which have not come yet."""
    mounted.evaluate("(data) => window.mount('canvas', data)", state_packet(serial="t", plane="1-3"))
    errors: list[str] = []
    mounted.on("pageerror", lambda error: errors.append(str(error)))
    mounted.mouse.click(*at(mounted, *pixels_of(PLACES)[1]))
    mounted.mouse.wheel(0, -200)
    for name in ("Nearer", "Everybody", "Select what is in sight"):
        mounted.get_by_role("button", name=name).click()
    assert said(mounted, 800) == []
    mounted.evaluate("(data) => window.mount('points', data)", points_packet("t"))
    mounted.mouse.click(*at(mounted, *pixels_of(PLACES)[1]))
    assert said(mounted) == [["canvas", "picked", "middle"]]
    assert errors == []


def pictures_packet(question: dict[str, Any]) -> list[int]:
    """The answer to a question for pictures."""
    buffer = io.BytesIO()
    Image.new("RGB", (512, 64)).save(buffer, "JPEG")
    header = {"role": "pictures", "serial": question["serial"], "ids": question["ids"], "missing": []}
    header |= {"tile": 64, "columns": 8, "facts": question["ids"], "kindWords": question["kind"].capitalize()}
    return list(canvas.packet(header, sheet=buffer.getvalue()))


def wanted(page: Page) -> list[dict[str, Any]]:
    """Questions for pictures since the last time."""
    page.wait_for_timeout(200)
    return [value for _, name, value in page.evaluate("window.said.splice(0)") if name == "wanted"]


def test_a_late_picture_is_not_taken_for_one_of_the_kind_chosen_since(mounted: Page) -> None:
    mounted.evaluate("(data) => window.mount('canvas', data)", state_packet(inPlace=True))
    (question,) = wanted(mounted)
    assert (question["kind"], question["size"], len(question["ids"])) == ("skeleton", "small", 5)
    mounted.evaluate("(data) => window.mount('canvas', data)", state_packet(inPlace=True, kind="picture"))
    mounted.evaluate("(data) => window.mount('pictures', data)", pictures_packet(question))
    (question,) = wanted(mounted)
    assert question["kind"] == "picture"
    assert mounted.locator(".map").get_attribute("data-pictured") == "0"
    mounted.evaluate("(data) => window.mount('pictures', data)", pictures_packet(question))
    mounted.locator('.map[data-pictured="5"]').wait_for()
    # And those of before are still known.
    mounted.evaluate("(data) => window.mount('canvas', data)", state_packet(inPlace=True))
    assert wanted(mounted) == []
    assert mounted.locator(".map").get_attribute("data-pictured") == "5"


def test_who_is_stayed_at_is_shown_large_and_a_picture_is_meant_before_a_point(mounted: Page) -> None:
    mounted.evaluate("(data) => window.mount('canvas', data)", state_packet(inPlace=True))
    (question,) = wanted(mounted)
    mounted.evaluate("(data) => window.mount('pictures', data)", pictures_packet(question))
    mounted.locator('.map[data-pictured="5"]').wait_for()
    # A corner of the picture, farther from its point than a point is ever meant.
    x, y = at(mounted, *pixels_of(PLACES)[1] + 22)
    mounted.mouse.move(x, y)
    assert pointed(mounted) == "middle"
    (question,) = wanted(mounted)
    assert (question["size"], question["ids"]) == ("large", ["middle"])
    mounted.evaluate("(data) => window.mount('pictures', data)", pictures_packet(question))
    mounted.locator('.card img[data-person="middle"]').wait_for()
    assert mounted.locator(".card img").get_attribute("alt") == "Skeleton of middle"
    mounted.mouse.move(x + 10, y)
    assert not pointed(mounted)
