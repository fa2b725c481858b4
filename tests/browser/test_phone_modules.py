"""The modules of the phone's page one by one in a bare page, against the same in Python."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bare_page import ADDRESS, ASK
from PIL import Image
from playwright.sync_api import Page, Route

from dashboard.serve import HEADERS
from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.data.crops import SIZE, SquareCrop, box_crop, joints_box
from posecore.data.heatmaps import decode
from posecore.export.graph import inputs
from posecore.studies.skips.certainty import PERSON, Limit

DASHBOARD = Path(__file__).parents[2] / "dashboard"
PHONE = DASHBOARD / "static" / "phone"


@pytest.fixture
def phone(page: Page) -> Callable[..., Any]:
    """What the code returns; it finds what the named modules of the phone's page export in `m`."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if name.endswith(".js"):
            route.fulfill(path=PHONE / name, content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(body="<!doctype html><title>bare</title>", content_type="text/html")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    return lambda code, *names, **given: page.evaluate(ASK, [code, names, given])


def test_joints_are_decoded_as_in_python(phone: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    heatmaps = rng.integers(-3, 3, (1, 16, 64, 64)).astype(np.float32)  # Many cells are equal.
    heatmaps[0, 3] = 0
    heatmaps[0, 4] = -1
    found = phone(
        "return m.decode(Float32Array.from(given.heatmaps), 16, 64)",
        "decode.js",
        heatmaps=heatmaps.ravel().tolist(),
    )
    points, peaks = decode(heatmaps)
    assert found["points"] == points[0].tolist()
    assert found["peaks"] == peaks[0].tolist()


@pytest.mark.parametrize("mask", [ALL_ON, SkipMask.all_but(2), ALL_OFF])
def test_joints_are_sure_as_in_python(mask: SkipMask, phone: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    limits = {"1111": 0.2, "1101": 0.3, "0000": None}
    above = limits[mask.title]
    for peaks in rng.uniform(-0.1, 0.6, (40, 17)) * rng.uniform(0.2, 1.5, (40, 1)):
        limit = Limit(above, True, "", 0.25 if mask == ALL_ON else None)
        found = phone(
            "return m.sureJoints(given.peaks, given.network, given.mask)",
            "decode.js",
            peaks=peaks.tolist(),
            network={"sure_above": limits, "person_above": 0.25},
            mask=mask.title,
        )
        assert found == limit.sure(peaks).tolist()


def test_without_a_study_every_joint_that_is_not_empty_counts(phone: Callable[..., Any]) -> None:
    found = phone(
        "return m.sureJoints([0.1, 0, -1, 2], {sure_above: null, person_above: null}, '1111')", "decode.js"
    )
    assert found == [True, False, False, True]


def test_the_square_around_joints_is_python_s(phone: Callable[..., Any]) -> None:
    rng = np.random.default_rng(2)
    for width, height in ((640, 480), (480, 640), (3000, 700)):
        for _ in range(20):
            low = rng.uniform(0, 0.6, 2) * (width, height)
            points = low + rng.uniform(0, 1, (17, 2)) * rng.uniform(5, 1.4 * height, 2)
            sure = rng.random(17) < 0.7
            sure[:PERSON] = True
            expected = box_crop(joints_box(points[sure]), width, height)
            found = phone(
                "return m.squareAround(given.points, given.sure, ...given.size)",
                "square.js",
                points=points.tolist(),
                sure=sure.tolist(),
                size=[width, height],
            )
            assert (found["x"], found["y"], found["side"]) == pytest.approx(
                (expected.x, expected.y, expected.side)
            )


def test_of_fewer_joints_than_make_a_person_no_square_is_told(phone: Callable[..., Any]) -> None:
    sure = [True] * (PERSON - 1) + [False] * 4
    found = phone(
        "return m.squareAround(given.points, given.sure, 640, 480)",
        "square.js",
        points=[[10 * i, 7 * i] for i in range(len(sure))],
        sure=sure,
    )
    assert found is None


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (256, 256)])
def test_a_first_square_holds_all_or_lies_within(size: tuple[int, int], phone: Callable[..., Any]) -> None:
    whole, middle = phone(
        "return [m.wholeSquare(...given.size), m.middleSquare(...given.size)]", "square.js", size=size
    )
    assert whole["side"] == max(size) and middle["side"] == min(size)
    for square in (whole, middle):
        centre = (square["x"] + square["side"] / 2, square["y"] + square["side"] / 2)
        assert centre == (size[0] / 2, size[1] / 2)


def test_points_go_back_to_the_picture_as_in_python(phone: Callable[..., Any]) -> None:
    points = np.random.default_rng(3).uniform(0, SIZE, (17, 2))
    crop = SquareCrop(-30.5, 12.25, 377.0)
    found = phone(
        "return m.toPicture(given.points, given.square)",
        "square.js",
        points=points.tolist(),
        square={"x": crop.x, "y": crop.y, "side": crop.side},
    )
    assert np.array(found) == pytest.approx(crop.points_to_picture(points))


@pytest.mark.parametrize(
    "crop",
    [SquareCrop(0, 0, 240), SquareCrop(-40, 10, 300), SquareCrop(75, 45, 100), SquareCrop(-90, -140, 520)],
)
def test_a_square_is_cut_as_in_python(crop: SquareCrop, phone: Callable[..., Any]) -> None:
    """But for how pixels are averaged, which is the browser's business; a shift of one pixel is seen."""
    rng = np.random.default_rng(4)
    small = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    picture = small.resize((320, 240), Image.Resampling.BICUBIC)
    rgba = np.dstack([np.asarray(picture), np.full((240, 320), 255, np.uint8)])
    found = phone(
        """
        const image = new ImageData(Uint8ClampedArray.from(given.rgba), 320, 240);
        return Array.from(m.createCutter()(await createImageBitmap(image), given.square));
        """,
        "pixels.js",
        rgba=rgba.ravel().tolist(),
        square={"x": crop.x, "y": crop.y, "side": crop.side},
    )
    ours = np.array(found, np.float64).reshape(SIZE, SIZE, 4)[..., :3]
    expected = crop.cut(picture).astype(np.float64)
    shifted = np.roll(expected, 1, axis=1)
    away = np.abs(ours - expected).mean()
    assert away < 1.5 and away < 0.4 * np.abs(shifted - expected).mean()


def test_the_network_gets_the_numbers_that_python_gives_it(phone: Callable[..., Any]) -> None:
    picture = np.random.default_rng(5).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    rgba = np.dstack([picture, np.full((SIZE, SIZE), 255, np.uint8)])
    found = phone(
        "return Array.from(m.planes(Uint8ClampedArray.from(given.rgba)))",
        "pixels.js",
        rgba=rgba.ravel().tolist(),
    )
    assert np.array_equal(np.float32(found), inputs(picture)["picture"].ravel())


def test_quantiles_are_numpy_s_and_times_leave_the_warm_up_out(phone: Callable[..., Any]) -> None:
    values = np.random.default_rng(6).exponential(100, 53).tolist()
    for share in (0.5, 0.95):
        assert phone(
            "return m.quantile(given.values, given.share)", "times.js", values=values, share=share
        ) == pytest.approx(np.quantile(values, share))
    first, last = phone(
        """
        const times = m.createTimes(), add = (network) => times.add({ preparing: 1, network, decoding: 2 });
        [9000, 9000, 9000].forEach(add);
        const before = times.summary;
        for (let run = 0; run < 100; run++) add(run);
        return [before, times.summary];
        """,
        "times.js",
    )
    assert first is None
    assert last["count"] == 60 and last["network"] == pytest.approx(np.median(np.arange(40, 100)))
    assert last["p95"] == pytest.approx(np.quantile(np.arange(40, 100) + 3, 0.95))


def test_a_rate_is_told_of_two_frames_on(phone: Callable[..., Any]) -> None:
    assert phone("return [m.rateOf([5]), m.rateOf([0, 250, 500, 1000])]", "times.js") == [None, 3.0]


def test_threads_need_isolation_and_can_be_one(phone: Callable[..., Any]) -> None:
    found = phone(
        "return given.cases.map(([search, ...rest]) => m.threadsOf({ search }, ...rest))",
        "engine.js",
        cases=[
            ["", True, 8],
            ["", True, 2],
            ["", False, 8],
            ["?threads=1", True, 8],
            ["?threads=x", True, 3],
            ["?threads=99", True, 3],
            ["", True, None],
        ],
    )
    assert found == [4, 2, 1, 1, 3, 3, 1]


def test_settings_come_back_from_the_address(phone: Callable[..., Any]) -> None:
    names = ["demo", "plain & simple"]
    for settings in (
        {"first": "demo", "second": "", "mask": "1111", "skeleton": True, "heatmaps": False, "chip": False},
        {
            "first": names[1],
            "second": "demo",
            "mask": "0101",
            "skeleton": False,
            "heatmaps": True,
            "chip": True,
        },
    ):
        text, back = phone(
            "const text = m.writeSettings(given.settings, given.names);"
            "return [text, m.readSettings(text, given.names)]",
            "settings.js",
            settings=settings,
            names=names,
        )
        assert back == settings
        assert (text == "") == (settings["mask"] == "1111")
    strange = phone(
        "return m.readSettings('#network=../x&beside=none&skips=11112', given.names)",
        "settings.js",
        names=names,
    )
    assert strange == {
        "first": "demo",
        "second": "",
        "mask": "1111",
        "skeleton": True,
        "heatmaps": False,
        "chip": False,
    }


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (None, "insecure"),
        ("NotAllowedError", "cameraRefused"),
        ("NotFoundError", "noCamera"),
        ("NotReadableError", "cameraBusy"),
    ],
)
def test_a_camera_that_does_not_come_gets_a_sentence(
    error: str | None, sentence: str, phone: Callable[..., Any]
) -> None:
    said, expected = phone(
        "return [m.cameraProblem(given.error && { name: given.error }, m.WORDS), m.WORDS[given.sentence]]",
        "camera.js",
        "words.js",
        error=error,
        sentence=sentence,
    )
    assert said == expected and "picture" in said


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("RangeError: Array buffer allocation failed", "noMemory"),
        ("failed to allocate a buffer of size 1000", "noMemory"),
        ("no available backend found. ERR: [wasm] CompileError", "noRuntime"),
    ],
)
def test_a_network_that_does_not_start_gets_a_sentence(
    error: str, sentence: str, phone: Callable[..., Any]
) -> None:
    said, expected = phone(
        "return [m.problemOf(new Error(given.error), m.WORDS), m.WORDS[given.sentence]]",
        "engine.js",
        "words.js",
        error=error,
        sentence=sentence,
    )
    assert said == expected


def test_measuring_takes_turns_and_leaves_the_warm_up_out(phone: Callable[..., Any]) -> None:
    found, order, progress, label = phone(
        """
        const order = [], progress = [];
        const run = async ({ name }, rgba, mask) => {
          order.push(name + mask);
          return { network: order.length };
        };
        const networks = [{ name: 'a', bytes: 5, sha256: 'x' }, { name: 'b', bytes: 6, sha256: 'y' }];
        const engine = { threads: 2, on: 'wasm', run, open: async () => {} };
        const rgba = new Uint8ClampedArray(4), told = (...at) => progress.push(at);
        const found = await m.measure(engine, networks, rgba, told, 4);
        return [found, order, progress, m.chartOf(found).getAttribute('aria-label')];
        """,
        "measure.js",
    )
    assert order == ["a1111", "b1111"] * 7
    assert [network["milliseconds"] for network in found["networks"]] == [[7, 9, 11, 13], [8, 10, 12, 14]]
    assert found["schema"] == 1 and found["threads"] == 2 and "Chrom" in found["browser"]
    assert progress[-1] == [4, 4]
    assert label == "Milliseconds of the network: a p50 10, p95 13; b p50 11, p95 14"


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ({"a": [0.001, 0.5, 0.2], "b": [0, 0, 1]}, True),
        ({"a": [0.001, 0.5, 0.2], "b": [0, 0.1, 1]}, False),
        ({"a": [0, None, 0.2], "b": [0, 0, 1]}, False),
        ({"a": "does not start", "b": [0, 0, 1]}, False),
    ],
)
def test_the_graphics_chip_is_taken_where_all_its_answers_are_the_processor_s(
    answers: dict[str, Any], taken: bool, phone: Callable[..., Any]
) -> None:
    found = phone(
        """
        const right = { a: [0, 0.5, 0.2], b: [0, 0, 1] };
        const engine = (answers) => ({
          ended: 0,
          end() { this.ended++; },
          async open({ name }) { if (typeof answers[name] === 'string') throw new Error(answers[name]); },
          async run({ name }) {
            return { heatmaps: Float32Array.from(answers[name], (value) => value ?? NaN) };
          },
        });
        const chip = engine(given.answers), networks = [{ name: 'a' }, { name: 'b' }];
        const found = await m.tryGraphics(engine(right), chip, networks, new Uint8ClampedArray(4));
        return [found === chip, found === null, chip.ended];
        """,
        "graphics.js",
        answers=answers,
    )
    assert found == [taken, not taken, 0 if taken else 1]


def test_without_webgpu_there_is_no_chip(phone: Callable[..., Any]) -> None:
    found = phone(
        """
        const found = [await m.hasGraphics(null)];
        for (const adapter of [null, 'broken', {}]) {
          const requestAdapter = async () => { if (adapter === 'broken') throw new Error(); return adapter; };
          found.push(await m.hasGraphics({ requestAdapter }));
        }
        return found;
        """,
        "graphics.js",
    )
    assert found == [False, False, False, True]


# What stands in two places because two kinds of programs read it.


def test_the_service_worker_keeps_every_file_of_the_page() -> None:
    text = (PHONE / "service_worker.js").read_text(encoding="utf-8")
    listed = set(re.findall(r"'([\w.]+\.\w+)'", text.split("];")[0]))
    there = {path.name for path in PHONE.iterdir() if path.is_file()} - {"service_worker.js"}
    assert listed == there


def test_all_name_the_runtime_s_version() -> None:
    version = json.loads((DASHBOARD / "phone" / "package.json").read_text())["dependencies"][
        "onnxruntime-web"
    ]
    lock = json.loads((DASHBOARD / "phone" / "package-lock.json").read_text())["packages"]
    assert lock["node_modules/onnxruntime-web"]["version"] == version
    assert not any("resolved" in package for package in lock.values())
    for name in ("runtime.js", "service_worker.js"):
        assert f"made/onnxruntime-web-{version}/" in (PHONE / name).read_text(encoding="utf-8")


def test_page_and_header_allow_the_same() -> None:
    (content,) = re.findall(
        r'Content-Security-Policy" content="([^"]+)"', (PHONE / "index.html").read_text(encoding="utf-8")
    )
    assert content == HEADERS["Content-Security-Policy"]
    assert "connect-src 'self'" in content and "default-src 'none'" in content
