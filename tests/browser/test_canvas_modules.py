"""The map's modules one by one in a bare page: scales, views, picks, areas, points, packets, pictures."""

import io
from typing import Any

import numpy as np
import pytest
from bare_page import SIZE, VIEW, Ask, pixels_of
from PIL import Image

from dashboard.shared import canvas
from dashboard.shared.area import inside, read_area, read_view


def people(places: np.ndarray, codes: np.ndarray | None = None) -> dict[str, Any]:
    """Points as the modules keep them, of (N, 2) places."""
    codes = np.zeros(len(places), int) if codes is None else codes
    x, y = places.astype(np.float32).T
    return {"x": x.tolist(), "y": y.tolist(), "codes": codes.tolist()}


def test_every_module_stands_alone_and_a_component_is_one_module(ask: Ask) -> None:
    """An import of what is not exported, or two modules that name things alike, would be refused here."""
    for path in sorted(canvas.FOLDER.glob("*.js")):
        assert ask("return Object.keys(m).length", path.name) > 0, path.name
    for entry in ("canvas.js", "courier.js", "gallery.js"):
        assert ask("return Object.entries(m).map(([k, v]) => k + ' ' + typeof v)", f"script/{entry}") == [
            "default function"
        ]


# Scales


def test_places_become_pixels_and_the_same_places_again(ask: Ask) -> None:
    found = ask(
        """
        const scale = m.scaleOf(given.view, ...given.size);
        return {
          x: given.x.map(scale.x), y: given.y.map(scale.y), frame: scale.frame,
          back: [given.x.map((v) => scale.toX(scale.x(v))), given.y.map((v) => scale.toY(scale.y(v)))],
        };""",
        "scales.js",
        view=VIEW,
        size=SIZE,
        x=[-2, 0, 6, 7.25],
        y=[10, 15, 30, 8.5],
    )
    assert found["x"] == pytest.approx([58, 258, 858, 983])
    assert found["y"] == pytest.approx([610, 460, 10, 655])
    assert found["frame"] == {"left": 58, "right": 858, "top": 10, "bottom": 610}
    assert np.array(found["back"]) == pytest.approx(np.array([[-2, 0, 6, 7.25], [10, 15, 30, 8.5]]))


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [
        (-1, 1, 4, ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
        (-250, 250, 9, ["−200", "−100", "0", "100", "200"]),
        (990, 1010, 5, ["990", "995", "1000", "1005", "1010"]),
        (0.0301, 0.0349, 5, ["0.031", "0.032", "0.033", "0.034"]),
    ],
)
def test_ticks_are_round_and_within(
    low: float, high: float, about: int, expected: list[str], ask: Ask
) -> None:
    found = ask("return m.ticks(...given.range)", "scales.js", range=[low, high, about])
    assert [text for _, text in found] == expected
    assert [value for value, _ in found] == pytest.approx([float(t.replace("−", "-")) for t in expected])


def test_a_link_s_number_is_short_and_within_half_a_pixel(ask: Ask) -> None:
    rng = np.random.default_rng(0)
    for span in (3e-3, 0.7, 12, 480, 9e4):
        values = rng.uniform(-span, span, 200).tolist()
        texts = ask(
            "return given.values.map((v) => m.rounded(v, given.span))", "scales.js", values=values, span=span
        )
        away = np.abs(np.array(texts, float) - values).max()
        assert away <= span / 1600, span
        assert max(map(len, texts)) <= 10, span


def test_everybody_is_within_the_whole_with_room_around(ask: Ask) -> None:
    code = "return m.home(given.x, given.y, given.also)"
    found = ask(code, "scales.js", x=[0, 10, 4], y=[-1, 3, 0], also=[[4, 19]])
    assert found == pytest.approx({"left": -0.5, "right": 10.5, "bottom": -2, "top": 20})
    one = ask(code, "scales.js", x=[5], y=[5], also=[])
    assert one == {"left": 4, "right": 6, "bottom": 4, "top": 6}
    nobody = ask(code, "scales.js", x=[], y=[], also=[])
    assert nobody == {"left": -1, "right": 1, "bottom": -1, "top": 1}


# The view

AT = """
const viewport = m.createViewport();
viewport.resize(...given.size);
viewport.show('1-2', given.view, null);
"""


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.7, 3])
def test_zooming_keeps_the_place_below_the_pointer(factor: float, ask: Ask) -> None:
    found = ask(
        AT
        + """
        const { scale } = viewport;
        viewport.zoom(given.factor, 700, 100);
        const { view } = viewport, x = viewport.scale.x(scale.toX(700)), y = viewport.scale.y(scale.toY(100));
        return [x, y, view.right - view.left, view.top - view.bottom];""",
        "viewport.js",
        view=VIEW,
        size=SIZE,
        factor=factor,
    )
    assert found == pytest.approx([700, 100, 8 * factor, 20 * factor])


def test_zooming_ends_somewhere_in_both_directions(ask: Ask) -> None:
    code = """
        const spans = [];
        for (const factor of [1e-9, 1e12]) {
          viewport.zoom(factor);
          const { view: { left, right, bottom, top }, nearness } = viewport;
          spans.push([right - left, top - bottom, nearness]);
        }
        return spans;"""
    near, far = ask(AT + code, "viewport.js", view=VIEW, size=SIZE)
    assert near == pytest.approx([8 / 5000, 20 / 5000, 5000])
    assert far == pytest.approx([32, 80, 0.25])


def test_dragging_takes_the_place_along(ask: Ask) -> None:
    found = ask(
        AT
        + """
        const { scale, view } = viewport;
        viewport.pan(3, 4);
        viewport.pan(40, -25, view); // from where the hand began, not from where it was last
        return [viewport.scale.x(scale.toX(300)), viewport.scale.y(scale.toY(300)), viewport.text];""",
        "viewport.js",
        view=VIEW,
        size=SIZE,
    )
    assert found[:2] == pytest.approx([340, 275])
    assert found[2] == "1-2:-2.4,5.6,9.167,29.167"


def test_the_view_stays_on_its_plane_and_follows_the_whole(ask: Ask) -> None:
    """As new points come: filtered ones of the same plane, or those of another."""
    found = ask(
        AT
        + """
        const said = [viewport.text], other = { left: -9, right: 9, bottom: -9, top: 9 };
        viewport.show('1-2', other, null); said.push(viewport.view.left);
        viewport.zoom(0.5); said.push(viewport.text);
        viewport.show('1-2', given.view, [1, 2, 3, 4]); said.push(viewport.text);
        viewport.show('1-3', other, [1, 2, 3, 4]); said.push(viewport.text);
        viewport.show('1-2', other, null); said.push(viewport.text);
        return said;""",
        "viewport.js",
        view=VIEW,
        size=SIZE,
    )
    left, near, kept, linked, whole = found[1:]
    assert (found[0], left, whole) == ("", -9, "")
    assert kept == near and near.startswith("1-2:-4")
    assert linked == "1-3:1,2,3,4"
    read = read_view(linked)
    assert read is not None and (read.plane, read.sides) == ("1-3", [1, 2, 3, 4])


# Picking

NEAREST = """
const scale = m.scaleOf(given.view, ...given.size);
return given.at.map(([x, y]) => m.nearest(given.points, given.hidden, scale, x, y, given.reach));
"""


@pytest.mark.parametrize("reach", [6, 14, 1000])
def test_the_nearest_point_within_reach_is_picked_and_no_hidden_one(reach: int, ask: Ask) -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform([-2, 10], [6, 30], (500, 2)).astype(np.float32)
    codes = rng.integers(0, 3, 500)
    at = rng.uniform([58, 10], [858, 610], (500, 2))
    found = ask(
        NEAREST,
        "picking.js",
        "scales.js",
        view=VIEW,
        size=SIZE,
        points=people(places, codes),
        hidden=[False, True, False],
        at=at.tolist(),
        reach=reach,
    )
    away = np.linalg.norm(at[:, None] - pixels_of(places)[None], axis=2)
    away[:, codes == 1] = np.inf
    expected = np.where(away.min(axis=1) < reach, away.argmin(axis=1), -1)
    assert found == expected.tolist()
    assert (expected >= 0).sum() > 20 and (reach > 14 or (expected < 0).sum() > 10)


def test_of_two_as_near_the_first_of_the_table_is_picked(ask: Ask) -> None:
    # At pixels (258, 310), (283, 310), and the last where the first is.
    places = np.array([[0, 20], [0.25, 20], [0, 20]])
    given = {"view": VIEW, "size": SIZE, "points": people(places, np.array([0, 1, 2])), "reach": 14}
    at = [[258, 310], [270.5, 310], [283.5, 310], [244, 310], [244.5, 310]]
    assert ask(NEAREST, "picking.js", "scales.js", **given, hidden=[], at=at) == [0, 0, 1, -1, 0]
    assert ask(NEAREST, "picking.js", "scales.js", **given, hidden=[True], at=at) == [2, 1, 1, -1, 2]
    assert ask(NEAREST, "picking.js", "scales.js", **given, hidden=[True] * 3, at=at) == [-1] * 5


def test_an_arrow_key_means_the_next_in_its_direction(ask: Ask) -> None:
    # In pixels around the first: one in each direction, one nearer but aslant, and one beyond 45 degrees.
    offsets = np.array([[0, 0], [60, 0], [-60, 0], [0, -60], [0, 60], [35, 30], [10, 40]])
    places = np.stack([2 + offsets[:, 0] / 100, 20 - offsets[:, 1] / 30], axis=1)
    code = """
        const scale = m.scaleOf(given.view, ...given.size);
        return given.ways.map((way) => m.towards(given.points, given.hidden, scale, given.from, way));"""
    given = {"view": VIEW, "size": SIZE, "points": people(places, np.arange(7))}
    ways = [[1, 0], [-1, 0], [0, -1], [0, 1]]
    names = ("picking.js", "scales.js")
    assert ask(code, *names, **given, hidden=[], ways=ways, **{"from": 0}) == [1, 2, 3, 4]
    assert ask(code, *names, **given, hidden=[False, True], ways=ways[:1], **{"from": 0}) == [5]
    assert ask(code, *names, **given, hidden=[], ways=ways[:1], **{"from": 1}) == [-1]


# Areas


def enclosed(ask: Ask, path: list[list[float]], places: np.ndarray) -> list[int]:
    """Rows that the server finds within a path in pixels."""
    text = ask(
        AT + "return m.areaText(given.path, viewport)",
        "viewport.js",
        "selection.js",
        view=VIEW,
        size=SIZE,
        path=path,
    )
    area = read_area(text)
    assert area is not None and area.plane == "1-2"
    return np.flatnonzero(inside(area, places)).tolist()


def test_who_is_drawn_around_lies_in_the_area(ask: Ask) -> None:
    rng = np.random.default_rng(2)
    places = rng.uniform([-2, 10], [6, 30], (400, 2)).astype(np.float32)
    x, y = pixels_of(places).T
    box = ask("return m.boxOf([600, 500], [200, 100])", "selection.js")
    assert sorted(map(tuple, box)) == [(200, 100), (200, 500), (600, 100), (600, 500)]
    expected = np.flatnonzero((x > 200) & (x < 600) & (y > 100) & (y < 500))
    assert enclosed(ask, box, places) == expected.tolist()
    assert 50 < len(expected) < 350
    # A notch: within the triangle (100, 600), (800, 600), (450, 50), but not below the point (450, 400).
    notched = [[100, 600], [450, 50], [800, 600], [450, 400]]
    left = np.where(x < 450, 600 - (x - 100) * 550 / 350, 50 + (x - 450) * 550 / 350)
    notch = np.where(x < 450, 600 - (x - 100) * 200 / 350, 400 + (x - 450) * 200 / 350)
    expected = np.flatnonzero((y > left) & (y < notch) & (x > 100) & (x < 800))
    assert enclosed(ask, notched, places) == expected.tolist()
    assert 20 < len(expected) < 350


def test_a_line_without_an_area_selects_nobody(ask: Ask) -> None:
    given = {"view": VIEW, "size": SIZE, "path": [[100, 100], [150, 150], [200, 200]]}
    assert ask(AT + "return m.areaText(given.path, viewport)", "viewport.js", "selection.js", **given) == ""


def test_a_long_line_becomes_few_corners_that_keep_the_shape(ask: Ask) -> None:
    turn = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    path = np.stack([300 + 200 * np.cos(turn), 300 + 200 * np.sin(turn)], axis=1)
    found = np.array(ask("return m.simplified(given.path, 60)", "selection.js", path=path.tolist()))
    assert 12 <= len(found) <= 60
    x, y = found.T
    area = abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2
    assert area == pytest.approx(np.pi * 200**2, rel=0.02)


# What is drawn


def test_points_are_drawn_where_they_lie_hidden_ones_not_and_others_than_the_chosen_faded(ask: Ask) -> None:
    places = np.array([[0, 20], [2, 20], [4, 20], [2, 12], [9, 20]])
    red, green, _, blue, _ = pixels_of(places).round().astype(int).tolist()
    points = people(places, np.array([0, 1, 2, 3, 0])) | {
        "ids": list("abcde"),
        "classes": [
            {"colour": colour, "symbol": symbol}
            for colour, symbol in zip(
                ("#ff0000", "#00ff00", "#123456", "#0000ff"),
                ("circle", "diamond", "circle", "x"),
                strict=True,
            )
        ],
    }
    code = """
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = given.size.map((side) => side * given.ratio);
        const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
        const { ratio, points } = given, chosen = given.chosen && Uint8Array.from(given.chosen);
        const scale = m.scaleOf(given.view, ...given.size), hidden = [false, false, true];
        m.drawPoints(context, image, '#ffffff', points, hidden, chosen, scale, ratio, 1);
        const at = (x, y) => [...context.getImageData(x * ratio, y * ratio, 1, 1).data].slice(0, 3);
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        let inked = 0;
        for (let i = 0; i < data.length; i += 4) inked += data[i] + data[i + 1] + data[i + 2] < 765;
        return [given.at.map((place) => at(...place)), inked];"""
    given = {
        "view": VIEW,
        "size": SIZE,
        "points": points,
        "at": [red, green, blue, [458 + 200, 310], [858, 310]],
    }
    white = [255, 255, 255]
    for ratio in (1, 2):
        seen, inked = ask(code, "points.js", "scales.js", **given, ratio=ratio, chosen=None)
        assert seen == [[255, 0, 0], [0, 255, 0], [0, 0, 255], white, white]
        assert 20 * ratio**2 < inked < 250 * ratio**2
        # Bits count from the lowest: the second and the fourth are chosen.
        seen, _ = ask(code, "points.js", "scales.js", **given, ratio=ratio, chosen=[0b01010])
        assert seen == [[255, 204, 204], [0, 255, 0], [0, 0, 255], white, white]


def test_no_picture_covers_another_and_none_is_left_out_for_nothing(ask: Ask) -> None:
    """Against a plain search."""
    rng = np.random.default_rng(3)
    places = rng.normal(0, 1, (400, 2)).astype(np.float32)
    shown, found = ask(
        """
        const { points } = given, scale = m.scaleOf(given.view, ...given.size);
        return [m.thinned(points, [], null, scale, (i) => i === 7),
                points.x.map((x, i) => [scale.x(x), scale.y(points.y[i])])];""",
        "scales.js",
        "thumbnails.js",
        view={"left": -3, "right": 3, "bottom": -3, "top": 3},
        size=SIZE,
        points=people(places),
    )
    pixels = np.array(found)
    apart = np.abs(pixels[:, None] - pixels[None]).max(axis=2)
    kept: list[int] = []
    low, high = np.array([58 + 25, 10 + 25]), np.array([870 - 12 - 25, 654 - 44 - 25])
    for i in range(400):
        within = bool(((pixels[i] >= low) & (pixels[i] <= high)).all())
        if within and i != 7 and all(apart[i, other] >= 53 for other in kept):
            kept.append(i)
    assert set(shown) == set(kept) and len(kept) > 20


# Packets and messages


def test_the_browser_reads_what_the_server_packs(ask: Ask) -> None:
    data = canvas.packet(
        {"words": "Käse – ☃", "n": 3},
        x=np.array([1.5, -2], np.float32),
        bits=np.array([255, 1, 2], np.uint8),
        y=np.array([0.25], np.float32),
        sheet=b"abc",
    )
    # At an odd place of a larger message, as they come in.
    found = ask(
        """
        const { header, arrays } = m.readPacket(new Uint8Array([9, 9, 9, ...given.data]).subarray(3));
        const told = Object.entries(arrays).map(([name, of]) => [name, of.constructor.name, [...of]]);
        return [header, told];""",
        "packet.js",
        data=list(data),
    )
    assert found == [
        {"words": "Käse – ☃", "n": 3},
        [
            ["x", "Float32Array", [1.5, -2]],
            ["bits", "Uint8Array", [255, 1, 2]],
            ["y", "Float32Array", [0.25]],
            ["sheet", "Uint8Array", [97, 98, 99]],
        ],
    ]


def test_components_speak_one_after_the_other_and_none_is_lost(ask: Ask) -> None:
    """Streamlit would drop what belongs to others of what is said at the same moment."""
    found = ask(
        """
        const { hub } = m, said = [], began = performance.now();
        const voice = (role) => (name, value) => said.push([role, name, value, performance.now() - began]);
        hub.say.canvas = voice('canvas');
        hub.tell('canvas', 'picked', 'a');
        hub.tell('pictures', 'view', 'v');
        hub.tell('canvas', 'area', '');
        hub.tell('canvas', 'hidden', [1]);
        await new Promise((done) => setTimeout(done, 200));
        const before = said.length;
        hub.say.pictures = voice('pictures');
        hub.next(); // as a courier does when it comes
        return [said, before];""",
        "hub.js",
    )
    said, before = found
    assert [row[:3] for row in said] == [
        ["canvas", "picked", "a"],
        ["canvas", "area", ""],
        ["canvas", "hidden", [1]],
        ["pictures", "view", "v"],
    ]
    assert before == 3 and said[1][3] - said[0][3] > 50


ALBUM = """
const asked = [], album = m.createAlbum(() => {}), { hub } = m;
hub.say.pictures = (name, question) => asked.push(question);
const state = { bundle: 'b', kind: 'skeleton', colouring: 'PCK' };
const spoken = () => new Promise((done) => setTimeout(done, 150));
const sheet = Uint8Array.from(given.sheet);
const header = { columns: 8, tile: 64, kindWords: 'Skeleton', missing: [] };
const receive = ({ serial, ids }, missing = []) => album.receive({
  header: { ...header, serial, ids: ids.filter((id) => !missing.includes(id)), missing, facts: ids },
  arrays: ids.length > missing.length ? { sheet } : {},
});
"""


def jpeg(width: int, height: int) -> list[int]:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "JPEG")
    return list(buffer.getvalue())


def test_pictures_are_asked_for_once_and_who_is_pointed_at_comes_first(ask: Ask) -> None:
    asked, places = ask(
        ALBUM
        + """
        const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
        album.want(state, 'small', ids);
        await spoken();
        album.want(state, 'large', ['p3']);
        await receive(asked[0], ['p1']);
        await spoken();
        await receive(asked[1]);
        await spoken();
        await receive(asked[2]);
        album.want(state, 'small', ids);
        await spoken();
        const places = ['p0', 'p1', 'p10', 'p59'].map((id) => album.find(state, 'small', id));
        return [asked, places.map((p) => [Boolean(p.sheet), p.left, p.top])];""",
        "album.js",
        "hub.js",
        sheet=jpeg(512, 384),
    )
    assert [(question["size"], len(question["ids"])) for question in asked] == [
        ("small", 48),
        ("large", 1),
        ("small", 12),
    ]
    assert asked[0]["kind"] == "skeleton" and asked[1]["ids"] == ["p3"] and asked[2]["ids"][0] == "p48"
    # p1 has none, so p10 is the tenth of the sheet: the second of the second row.
    assert places == [[True, 0, 0], [False, None, None], [True, 64, 64], [True, 192, 64]]
