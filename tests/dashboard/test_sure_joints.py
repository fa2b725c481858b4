"""What every page that shows predicted joints says and draws of those that are not sure."""

import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from PIL import Image, ImageDraw
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.pc_walk import words as walk_words
from dashboard.shared import (
    bundle_people,
    certainty,
    links,
    pictures,
    predictions,
    subject,
    two_heatmaps,
)
from dashboard.shared.skip_switches import ALL_FOUR_CUT
from dashboard.skip_lab import sheet, study_gallery
from dashboard.skip_lab.words import ALL_FOUR_ON
from posecore import drawing
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import add_info
from posecore.data.crops import SquareCrop
from posecore.data.heatmaps import decode
from posecore.keypoints import K
from posecore.samples import read_peaks
from posecore.studies.skips.certainty import PERSON, Limit
from posecore.studies.skips.results import load_skip_study
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 6
WHO = "train-1014"
NOBODY = certainty.verdict(np.zeros(K, np.bool_), Limit(None, True, ""))
NEVER, UNKNOWN = Limit(None, True, "Never."), Limit(None, False, "Nothing is labelled.")
NOT_KNOWN = certainty.counted(np.zeros(K, np.bool_), UNKNOWN)


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_fake_bundle(
        tmp_path_factory.mktemp("sure") / "people", PEOPLE, annotations=True, pictures=True
    )
    run_study(open_bundle(path), None, SkipSettings())
    return path


@pytest.fixture
def bundle(studied: Path, tmp_path: Path) -> Bundle:
    """People with a study, for tests that decide from which height on a joint is sure."""
    return open_bundle(shutil.copytree(studied, tmp_path / "artifacts" / "people"))


def sure_of(count: int) -> str:
    """What is said of so many sure joints."""
    return certainty.line(np.arange(K) < count, Limit(0.5, True, ""))


def decide(bundle: Bundle, whole: float | None, **cut: float | None) -> None:
    """With all skips on joints are sure above `whole`; with all cut, above what is given by replacement."""
    heights = {
        name: dict.fromkeys((mask.title for mask in ALL_MASKS), cut.get(name)) | {"1111": whole}
        for name in ("zero", "mean", "other")
    }
    add_info(bundle, "skips", {"sure_above": heights, "person_above": None})


def above(peaks: np.ndarray, count: int) -> float:
    """A height that `count` of the peaks exceed."""
    ordered = np.sort(peaks.astype(float))[::-1]
    return float((ordered[count - 1] + ordered[count]) / 2)


def peaks_of(bundle: Bundle, crop: np.ndarray, place: int) -> np.ndarray:
    return predictions.all_masks(bundle, crop)[place].max(axis=(1, 2))


def opened(monkeypatch: pytest.MonkeyPatch, bundle: Bundle, page: str, **link: str) -> AppTest:
    return open_page(monkeypatch, bundle.path.parent, page, **link)


def upload(app: AppTest, picture: Image.Image) -> AppTest:
    file = io.BytesIO()
    picture.save(file, "PNG")
    app.file_uploader[0].upload("a.png", file.getvalue())
    app.run()
    assert not app.exception, app.exception
    return app


def headed(app: AppTest, title: str) -> str:
    """The line below a heading."""
    found = next(text.value for text in app.markdown if text.value.startswith(f"**{title}**  \n"))
    return found.split("\n")[1].removeprefix(":small[").removesuffix("]")


def test_sure_joints_are_counted_and_without_enough_of_them_there_is_no_person() -> None:
    limit, sure = Limit(0.5, True, ""), np.arange(K) < PERSON
    assert re.findall(r"\d+", certainty.counted(sure, limit)) == ["4", "17"]
    assert certainty.line(sure, limit) == certainty.counted(sure, limit) and not certainty.nobody(sure, limit)
    sure[0] = False
    for said, begins in (
        (certainty.line(sure, limit), certainty.NO_PERSON),
        (certainty.verdict(sure, limit), certainty.FINDS_NOBODY),
    ):
        assert said.startswith(begins) and re.findall(r"\d+", said) == ["3", "17"]
    nothing = np.zeros(K, np.bool_)
    assert certainty.nobody(nothing, NEVER) and certainty.NO_JOINT in certainty.meaning(NEVER)
    # Where nobody knows, the network is not blamed.
    assert not certainty.nobody(nothing, UNKNOWN)
    assert certainty.NO_PERSON not in certainty.line(nothing, UNKNOWN)
    assert certainty.meaning(UNKNOWN) == f"{certainty.NOT_KNOWN} {UNKNOWN.reason}"
    assert "0.500" in certainty.meaning(limit)


def test_the_skip_lab_counts_sure_joints_on_both_sides(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    crop = bundle_people.picture_of(bundle, WHO)
    assert crop is not None
    before, after = peaks_of(bundle, crop, 0), peaks_of(bundle, crop, -1)
    assert (before > 0).sum() > 7 and (after > 0).sum() > 5
    decide(bundle, above(before, 7), zero=above(after, 5), mean=None)
    cut = dict.fromkeys(links.LAB_SKIPS, "false")
    app = opened(monkeypatch, bundle, "skip_lab", lab_person=WHO, **cut)
    assert headed(app, ALL_FOUR_ON) == sure_of(7)
    assert headed(app, ALL_FOUR_CUT) == sure_of(5)
    pairs = [value.split(" → ") for value in app.dataframe[0].value["sure"]]
    assert [first == "✓" for first, _ in pairs] == (before > above(before, 7)).tolist()
    assert [second == "✓" for _, second in pairs] == (after > above(after, 5)).tolist()
    assert not app.warning
    # With the mean in place no height will do: nobody is found, which the column says first.
    other = opened(monkeypatch, bundle, "skip_lab", lab_person=WHO, lab_replacement="mean", **cut)
    assert headed(other, ALL_FOUR_ON) == sure_of(7)
    assert headed(other, ALL_FOUR_CUT) == sure_of(0)
    assert certainty.meaning(certainty.limit(bundle, ALL_OFF, "mean")) in words(other)


@pytest.mark.parametrize(("size", "colour"), [((1, 1), "red"), ((300, 300), "black")])
def test_an_upload_of_nobody_is_first_said_to_be_nobody(
    size: tuple[int, int], colour: str, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(bundle, 1e6, zero=None)
    app = opened(monkeypatch, bundle, "skip_lab", lab_source="your own picture")
    upload(app, Image.new("RGB", size, colour))
    assert app.warning[0].value.startswith(NOBODY)
    assert headed(app, ALL_FOUR_ON) == sure_of(0)
    on_map = opened(monkeypatch, bundle, "latent_map", map_source="your own picture")
    upload(on_map, Image.new("RGB", size, colour))
    assert on_map.warning[0].value.startswith(NOBODY)


def test_joints_that_are_not_sure_are_drawn_otherwise(bundle: Bundle) -> None:
    crop = np.zeros((256, 256, 3), np.uint8)
    maps = np.zeros((K, 64, 64), np.float32)
    maps[np.arange(K), 10 + 2 * np.arange(K), 30] = np.linspace(0.1, 0.9, K)
    maps[3] = 0  # lost
    some, every = Limit(0.5, True, ""), Limit(0.0, True, "")
    somebody = subject.Subject("me", crop, SquareCrop(0, 0, 256))
    drawn = []
    for limit in (some, every, NEVER):
        side = two_heatmaps.from_heatmaps("a", maps, limit)
        answer = two_heatmaps.Answer(somebody, side, side)
        points = two_heatmaps.where_found(*(part[0] for part in decode(maps[None])))
        assert np.isnan(points[3]).all() and not side.sure[3]
        expected = drawing.draw_skeleton(crop, points, limit.sure(maps.max(axis=(1, 2))))
        np.testing.assert_array_equal(two_heatmaps.skeleton(answer, side), expected)
        drawn.append(two_heatmaps.moves(answer))
    assert not np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[0], drawn[2])
    assert two_heatmaps.from_heatmaps("a", maps, some).how_sure() == sure_of(8)


def test_the_sheet_says_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    real = ImageDraw.Draw

    def listening(image: Image.Image) -> object:
        pen = real(image)
        draw = pen.text
        monkeypatch.setattr(
            pen, "text", lambda at, text, *more: (written.append(text), draw(at, text, *more))
        )
        return pen

    monkeypatch.setattr(ImageDraw, "Draw", listening)
    maps = np.zeros((K, 64, 64), np.float32)
    maps[:, 5, 5] = 0.4
    somebody = subject.Subject("me", np.zeros((256, 256, 3), np.uint8), SquareCrop(0, 0, 256))
    sides = [
        two_heatmaps.from_heatmaps(*rest)
        for rest in (("On", maps, Limit(0.1, True, "")), ("Cut", maps, NEVER))
    ]
    sheet.sheet(two_heatmaps.Answer(somebody, *sides), "n = 1", "zero")
    said = next(text for text in written if "On: " in text)
    assert said.startswith("On: sure of 17 of 17 joints; Cut: no person, sure of 0 of 17 joints. ")
    assert "sure" in written and "yes to no" in written


def test_a_person_on_the_map_and_their_skeleton(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = read_peaks(bundle.samples.iloc[[bundle.row(WHO)]])[0]
    ground = drawing.ground()
    decide(bundle, 0.0)
    full = bundle_people.skeleton_of(bundle, WHO, ground)
    decide(bundle, above(peaks, 9))
    assert not np.array_equal(bundle_people.skeleton_of(bundle, WHO, ground), full)
    app = opened(monkeypatch, bundle, "latent_map", map_person=WHO)
    assert f"**{WHO}** · {sure_of(9)} · PCK" in words(app)
    decide(bundle, above(peaks, 3))
    app = opened(monkeypatch, bundle, "latent_map", map_person=WHO)
    assert f"**{WHO}** · {sure_of(3)}" in words(app)


@pytest.mark.parametrize(("skips", "name"), [("off", "zero"), ("the data set's mean", "mean")])
def test_the_walk_says_how_sure_the_decoder_is_of_every_stop(
    skips: str, name: str, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list = []
    monkeypatch.setattr("dashboard.pc_walk.view.player", lambda titles, given, key: frames.append(given))
    decide(bundle, 0.0, **{name: 0.0})
    link = {"walk_skips": skips, "walk_start": WHO}
    app = opened(monkeypatch, bundle, "pc_walk", **link)
    assert all(" of 17 joints, the strongest peak" in stop.words for stop in frames[-1])
    assert walk_words.NOBODY_FOUND not in words(app)
    decide(bundle, 0.0, **{name: None})
    app = opened(monkeypatch, bundle, "pc_walk", **link)
    assert all(sure_of(0).replace("*", "") in stop.words for stop in frames[-1])
    assert walk_words.NOBODY_FOUND in [info.value for info in app.info]
    assert sure_of(17) in words(app)  # the real people


def test_of_a_stop_with_the_starts_own_features_nobody_knows(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list = []
    monkeypatch.setattr("dashboard.pc_walk.view.player", lambda titles, given, key: frames.append(given))
    decide(bundle, 0.0, zero=None, mean=None, other=None)
    app = opened(monkeypatch, bundle, "pc_walk", walk_skips="the start's own", walk_start=WHO)
    assert all(NOT_KNOWN in stop.words for stop in frames[-1])
    assert walk_words.MIXED in words(app) and walk_words.NOBODY_FOUND not in words(app)


def test_pages_without_a_study_say_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "artifacts" / "people", PEOPLE, pictures=True))
    for page in ("skip_lab", "latent_map", "pc_walk"):
        app = opened(monkeypatch, bundle, page)
        assert NOT_KNOWN in words(app), page
        assert sure_of(0) not in words(app) and NOBODY not in words(app)


def test_a_study_that_is_written_anew_is_asked_anew(bundle: Bundle) -> None:
    decide(bundle, 0.25)
    assert certainty.limit(bundle).above == 0.25
    decide(bundle, 0.5)
    assert certainty.limit(bundle).above == 0.5
    assert certainty.limit(bundle, ALL_OFF, "mean") == certainty.limit(bundle, ALL_OFF, "zero")
    shutil.rmtree(bundle.path / "studies")
    assert not certainty.limit(bundle, ALL_ON).known


def test_the_gallery_leaves_lost_joints_out_and_draws_unsure_ones_hollow(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_people, "picture_of", lambda *_: None)
    study = load_skip_study(bundle)
    peaks = study.peaks_under("zero")[0, [0, -1]].copy()
    study.peaks[0, :, 4] = -0.1
    decide(bundle, above(peaks[0], 6), zero=None)
    drawn = study_gallery._pair(bundle, study, 0, "zero", "0000")
    points = study.points_under("zero")[0, [0, -1]].copy()
    points[:, 4] = np.nan
    points[peaks <= 0] = np.nan
    sure = peaks[0] > above(peaks[0], 6)
    sure[4] = False
    whole = drawing.draw_skeleton(pictures.ground(bundle, str(study.sample_ids[0])), points[0], sure)
    bare = study_gallery._bare_ground(points[1])
    cut = drawing.draw_skeleton(bare, points[1], np.zeros(K, np.bool_))
    np.testing.assert_array_equal(drawn, drawing.grid([whole, cut], 2))
