"""From bytes over a photograph, a square, a crop and a subject to an answer: each is a value."""

import io
from pathlib import Path

import numpy as np
import pytest
from lab import ALWAYS, file_of, open_lab
from PIL import Image, ImageDraw

from dashboard.shared import photographs, predictions, subject, two_heatmaps
from dashboard.shared.skip_switches import Cut
from dashboard.skip_lab import sheet
from dashboard.skip_lab.rows import ask
from posecore.ablation import parse_mask
from posecore.bundle import Bundle
from posecore.data.crops import SquareCrop, box_crop
from posecore.inference import Predictor
from posecore.keypoints import COLOURS, KEYPOINTS, K


def test_an_upload_becomes_an_answer_step_by_step_without_a_page(bundle: Bundle) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    data = file_of(Image.fromarray(pixels))
    photograph = photographs.read_photograph("", data)
    square = box_crop((60, 40, 100, 120), *photograph.picture.size)
    # What is a user's own is cached for a session, which nobody has here.
    somebody = subject.in_photograph("the example", photograph, square, own=False)
    assert somebody.crop is not None and subject.in_photograph("me", photograph, square, own=True).own
    np.testing.assert_array_equal(somebody.crop, square.cut(Image.fromarray(pixels)))
    answer = ask(bundle, somebody, Cut(parse_mask("0110"), "zero", ""), None)
    network = Predictor(bundle.network(), "fp32")
    expected = network.decode_all(network.encode(somebody.crop[None].copy()))[:, 0]
    np.testing.assert_allclose(answer.before.heatmaps, expected[0], atol=1e-4)
    place = parse_mask("0110").position
    np.testing.assert_allclose(answer.after.heatmaps, expected[place], atol=1e-4)
    assert answer.subject is somebody and somebody.photograph is photograph


def test_a_marker_found_in_the_crop_is_drawn_where_it_is_in_the_picture() -> None:
    wrist = KEYPOINTS.index("left_wrist")
    pixels = np.zeros((600, 900, 3), np.uint8)
    pixels[396:404, 700:708] = 255  # its middle is (704, 400)
    photograph = photographs.read_photograph("", file_of(Image.fromarray(pixels)))
    square = box_crop((600, 250, 200, 260), 900, 600)
    crop = square.cut(photograph.picture)
    row, column = np.argwhere(crop[..., 0] > 128).mean(axis=0) + 0.5
    points = np.full((K, 2), np.nan, np.float32)
    points[wrist] = column, row
    side = two_heatmaps.Side("", points, np.ones(K, np.float32), None, ALWAYS)
    somebody = subject.Subject("me", crop, square, photograph=photograph, own=True)
    drawn = two_heatmaps.skeleton(two_heatmaps.Answer(somebody, side, side), side)
    ink = np.argwhere(np.abs(drawn.astype(int) - COLOURS[wrist]).max(axis=2) < 12)
    middle = ink.mean(axis=0)[::-1] + 0.5
    assert drawn.shape == (427, 640, 3)
    assert middle == pytest.approx(np.array([704, 400]) * 640 / 900, abs=1)


def test_a_joint_whose_heatmap_holds_nothing_is_lost_and_has_not_moved(bundle: Bundle) -> None:
    before, after = (np.zeros((K, 64, 64), np.float32) for _ in range(2))
    before[:, 10, 10] = 1
    after[:2, 10, 14], after[2:] = 0.5, -0.001
    sides = [two_heatmaps.from_heatmaps(name, maps, ALWAYS) for name, maps in (("a", before), ("b", after))]
    crop = np.zeros((256, 256, 3), np.uint8)
    annotated, labelled = np.full((K, 2), 2.0, np.float32), np.full(K, 2)
    somebody = subject.Subject("me", crop, SquareCrop(0, 0, 256), annotated=annotated, visibility=labelled)
    answer = two_heatmaps.Answer(somebody, *sides)
    assert answer.lost.tolist() == [False] * 2 + [True] * 15
    assert answer.table()["moved, px"].notna().tolist() == (~answer.lost).tolist()
    assert answer.median_moved() == "16.0 px"
    found = answer.found()
    assert found is not None and not found[1].any()  # not even where the first cell would be right
    arrows = two_heatmaps.moves(answer)
    assert not arrows[:8, :8].any()
    nothing = two_heatmaps.Answer(somebody, sides[0], two_heatmaps.from_heatmaps("c", after * 0, ALWAYS))
    assert nothing.median_moved() == "–"


def test_what_a_lost_joint_lacks_is_called_lost(
    bundle: Bundle, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (np.zeros((K, 64, 64), np.float32) for _ in range(2))
    before[:, 10, 10] = 1
    sides = [two_heatmaps.from_heatmaps(name, maps, ALWAYS) for name, maps in (("a", before), ("b", after))]
    crop = np.zeros((256, 256, 3), np.uint8)
    answer = two_heatmaps.Answer(subject.Subject("me", crop, SquareCrop(0, 0, 256)), *sides)
    assert answer.lost.all()
    drawn: list[str] = []
    monkeypatch.setattr(ImageDraw.ImageDraw, "text", lambda _, at, text, *rest: drawn.append(text))
    sheet.sheet(answer, "n = 1", "zero")
    assert drawn.count("lost") == 3 * K and "nan" not in drawn  # moved, rival and entropy afterwards
    # Of whom all is lost, the page has a table, too.
    monkeypatch.setattr(predictions, "all_masks", lambda *_: np.stack([before] + [after] * 15))
    app = open_lab(monkeypatch, artifacts)
    table = app.dataframe[0]
    assert table.value["moved, px"].isna().all() and table.proto.placeholder == "lost"


def test_movement_is_told_in_pixels_of_the_crop_however_large_the_picture(bundle: Bundle) -> None:
    before, after = (np.zeros((K, 64, 64), np.float32) for _ in range(2))
    before[:, 10, 10] = 1
    after[:, 10, 14] = 0.5  # four cells, 16 crop pixels
    sides = [two_heatmaps.from_heatmaps(name, maps, ALWAYS) for name, maps in (("a", before), ("b", after))]
    crop = np.zeros((256, 256, 3), np.uint8)
    answer = two_heatmaps.Answer(subject.Subject("me", crop, SquareCrop(5, 5, 512)), *sides)
    row = answer.table().iloc[3]
    assert row["moved, px"] == 16
    assert (row["peak before"], row["peak after"], row["rival before"], row["entropy after"]) == (
        1,
        0.5,
        0,
        0,
    )
    assert "found" not in answer.table()
    page = Image.open(io.BytesIO(sheet.sheet(answer, "n = 1, me", "In place of a cut skip: zero")))
    assert page.format == "PNG" and page.width > 1000 and page.height > 1500
