"""Pictures of one's own in the Skip lab: what is taken and what is not, the box, what of it stays."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from lab import alts, answered, file_of, open_lab, open_own, switched, upload
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.shared import (
    box_chart,
    links,
    person_box,
    photographs,
    picture_source,
    picture_words,
    predictions,
)
from dashboard.skip_lab import words
from posecore.bundle import Bundle, open_bundle
from posecore.data.crops import SquareCrop, box_crop
from posecore.imaging import UPLOAD_WORDS
from posecore.keypoints import K


def open_box(app: AppTest) -> AppTest:
    """The line above the answer, opened."""
    app.session_state["_lab_source_box_open"] = True
    app.run()
    assert not app.exception, app.exception
    return app


def captions(app: AppTest) -> list[str]:
    return [element.value for element in app.caption]


def test_the_example_is_one_click_and_is_shown_with_its_box(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_source="an example")
    assert not app.get("plotly_chart") and len(app.dataframe[0].value) == K
    assert open_box(app).get("plotly_chart")


def test_an_example_ships_with_the_project(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "none", 12))
    assert min(photographs.read_photograph("", picture_source.example(bundle)).picture.size) >= 256


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("me.png", b"these are words", UPLOAD_WORDS),
        ("me.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', UPLOAD_WORDS),
        ("me.pdf", file_of(Image.new("RGB", (90, 90)), "PDF"), UPLOAD_WORDS),
        ("me.jpg", file_of(Image.new("RGB", (90, 90)), "JPEG")[:200], "damaged"),
        ("me.heic", b"", UPLOAD_WORDS),
        ("me.tif", bytes(21 * 2**20), "has 21 MB; at most 20 MB"),
        ("me.png", file_of(Image.new("1", (5100, 5100))), "at most 25 million"),
    ],
)
def test_bad_files_get_one_sentence_and_the_page_lives(
    name: str, data: bytes, says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_own(monkeypatch, artifacts)
    for _ in range(2):  # also after a picture, whose answer then is gone
        upload(app, name, data)
        assert len(app.error) == 1 and says in app.error[0].value
        assert not answered(app) and not app.dataframe
        upload(app, "good.png", file_of(Image.new("RGB", (40, 30), "red")))
        assert not app.error and len(app.dataframe[0].value) == K


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jfif", "JPEG"),
        ("a.mpo", "MPO"),
        ("a.gif", "GIF"),
        ("a.bmp", "BMP"),
        ("a.tiff", "TIFF"),
        ("a.webp", "WEBP"),
        ("a.avif", "AVIF"),
        ("a.heic", "HEIF"),
        ("nothing", "PNG"),
        ("a.txt", "PNG"),
    ],
)
def test_a_file_is_read_by_what_is_in_it(
    name: str, kind: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_own(monkeypatch, artifacts)
    assert not app.file_uploader[0].allowed_type  # The browser refuses none without a reason.
    upload(app, name, file_of(Image.new("RGB", (40, 30), "red"), kind))
    assert not app.error and len(app.dataframe[0].value) == K


def test_a_second_picture_finds_the_switches_as_they_were(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_own(monkeypatch, artifacts)
    upload(app, "a.png", file_of(Image.new("RGB", (40, 30), "red")))
    app.toggle(key="lab_64").set_value(True).run()
    app.toggle(key="lab_16").set_value(True).run()
    app.button_group(key=links.LAB_REPLACEMENT).set_value("mean").run()
    app.selectbox(key=links.LAB_JOINT).set_value("left wrist").run()
    # The browser takes the first file away before it sends the second, and what stands in between is seen.
    app.file_uploader[0].set_value(None)
    app.run()
    assert not app.exception and not answered(app) and switched(app) == "1010"
    assert app.selectbox(key=links.LAB_JOINT).value == "left wrist"
    upload(app, "b.png", file_of(Image.new("RGB", (30, 40), "blue")))
    assert switched(app) == "1010" and words.skeleton_alt("Cut: 32 × 32, 8 × 8") in alts(app)
    assert words.heatmaps_alt("Cut: 32 × 32, 8 × 8", "left wrist") in alts(app)
    assert app.button_group(key=links.LAB_REPLACEMENT).value == "mean"


ODD = {
    "1 x 1": Image.new("RGB", (1, 1), "red"),
    "20,000 x 10": Image.new("RGB", (20_000, 10), "red"),
    "alpha": Image.new("RGBA", (40, 30), (255, 0, 0, 90)),
    "16 bit": Image.fromarray(np.full((30, 40), 0x8000, np.uint16)),
    "palette": Image.new("P", (40, 30), 1),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_shown(name: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = upload(open_own(monkeypatch, artifacts), "a.png", file_of(ODD[name]))
    assert not app.error and len(app.dataframe[0].value) == K


def test_of_an_animation_the_first_picture_is_shown_and_the_page_says_so(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    data = file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    app = upload(open_own(monkeypatch, artifacts), "a.webp", data)
    (said,) = picture_words.read_as((40, 30), halved=False, several=True)
    assert said in captions(app) and not app.error
    still = upload(open_own(monkeypatch, artifacts), "a.png", file_of(frames[0]))
    assert said not in captions(still)


def test_a_box_in_numbers_may_leave_the_picture_but_not_miss_it(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file_of(Image.new("RGB", (300, 200), "red"))
    app = upload(open_own(monkeypatch, artifacts), "a.png", data)
    left, _, width, _ = open_box(app).number_input
    left.set_value(-200.0).run()
    assert not app.error and app.number_input[0].value == -200
    width.set_value(100.0).run()
    assert [error.value for error in app.error] == [picture_words.BOX_OUTSIDE] and not answered(app)
    app.button(key="_lab_source_whole").click().run()
    assert not app.error and [field.value for field in app.number_input] == [0, 0, 300, 200]


def test_fitting_the_box_crops_around_the_sure_joints_twice(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph = photographs.read_photograph("", file_of(Image.new("RGB", (400, 400), "red")))
    seen: list[np.ndarray] = []
    places = np.array([(140.0, 120.0), (220.0, 120.0), (140.0, 280.0), (220.0, 280.0)])

    def heatmaps_of(bundle: Bundle, crop: np.ndarray) -> np.ndarray:
        """Four sure joints at these places of the picture, all others faint and elsewhere."""
        seen.append(crop)
        maps = np.zeros((K, 64, 64), np.float32)
        maps[:, 0, 0] = 0.1
        square = (box_crop((0, 0, 400, 400), 400, 400), box_crop(first, 400, 400))[len(seen) - 1]
        for k, (x, y) in enumerate((square.points_to_crop(places) / 4).astype(int)):
            maps[k, y, x] = 0.8
        return maps

    first = (132, 104, 96, 192)  # a fifth more than 80 x 160, around (180, 200)
    monkeypatch.setattr(predictions, "heatmaps_of", heatmaps_of)
    found = person_box.fitted(bundle, photograph, (0, 0, 400, 400))
    assert len(seen) == 2
    assert found == pytest.approx(first, abs=6)
    monkeypatch.setattr(predictions, "heatmaps_of", lambda *_: np.zeros((K, 64, 64), np.float32))
    assert person_box.fitted(bundle, photograph, (0, 0, 400, 400)) is None


def test_eight_ways_to_hold_a_phone_give_equal_heatmaps(bundle: Bundle) -> None:
    rng = np.random.default_rng(0)
    upright = Image.fromarray(rng.integers(0, 256, (60, 90, 3)).astype(np.uint8))
    ways = [None, *(Image.Transpose(i) for i in (0, 3, 1, 5, 2, 6, 4))]  # what undoes orientations 1 to 8
    found = []
    for orientation, way in enumerate(ways, 1):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = file_of(upright if way is None else upright.transpose(way), exif=exif)
        picture = photographs.read_photograph("", data).picture
        found.append(predictions.heatmaps_of(bundle, box_crop((10, 5, 40, 50), *picture.size).cut(picture)))
    assert all(np.array_equal(maps, found[0]) for maps in found)


def test_pictures_of_one_user_are_not_another_s(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = open_own(monkeypatch, artifacts)
    upload(mine, "me.png", file_of(Image.new("RGB", (123, 77), "red")))
    assert mine.dataframe
    other = open_own(monkeypatch, artifacts)
    assert not other.dataframe and not answered(other)
    assert "123" not in "\n".join(element.value for element in other.caption)


def test_the_picture_of_the_box_counts_in_the_picture_s_own_pixels() -> None:
    figure = box_chart.box_chart("data:,", (640, 480), (10, 20, 100, 200), SquareCrop(-30, 10, 220))
    assert list(figure.layout.xaxis.range) == [0, 640] and list(figure.layout.yaxis.range) == [480, 0]
    square, box = figure.layout.shapes
    assert (box.x0, box.y0, box.x1, box.y1) == (10, 20, 110, 220)
    assert (square.x0, square.y0, square.x1, square.y1) == (-30, 10, 190, 230)
    image = figure.layout.images[0]
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 0, 640, 480)
    assert figure.layout.dragmode == "select" and len(figure.data[0].x)


def test_an_uploaded_picture_is_cut_and_shown(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_own(monkeypatch, artifacts)
    assert [info.value for info in app.info] == [words.NO_PICTURE_YET]
    upload(app, "me.png", file_of(Image.new("RGB", (300, 200), (200, 30, 30))))
    assert not app.error
    open_box(app)
    assert [field.value for field in app.number_input] == [0.0, 0.0, 300.0, 200.0]  # the whole picture
    assert switched(app) == "0000" and len(app.dataframe[0].value) == K
    assert any("n = 1, your picture" in said for said in captions(app))
