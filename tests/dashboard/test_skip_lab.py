"""The Skip lab's first tab: sources, box, switches, replacements, table, on people who do not exist."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.shared import (
    bundle_people,
    links,
    person_search,
    photographs,
    picture_source,
    predictions,
    two_heatmaps,
)
from dashboard.skip_lab import sheet
from dashboard.skip_lab.hourglass import hourglass_svg, hourglass_words
from dashboard.skip_lab.switches import PRESETS
from posecore.ablation import ALL_OFF, ALL_ON, SkipMask, parse_mask
from posecore.bundle import Bundle, open_bundle
from posecore.data.crops import SquareCrop, box_crop
from posecore.keypoints import COLOURS, KEYPOINTS, K
from posecore.metrics.pck import hits
from posecore.samples import columns, read_points, read_visibility
from posecore.studies.skips.certainty import Limit

PEOPLE = 16
ALWAYS = Limit(0.0, True, "")
"""Every joint with a place is sure."""


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    return folder


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "people")


def open_lab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "skip_lab", **link)


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    app.run()
    assert not app.exception, app.exception
    return app


def open_box(app: AppTest) -> AppTest:
    """The line above the answer, opened."""
    app.session_state["_lab_source_box_open"] = True
    app.run()
    assert not app.exception, app.exception
    return app


def pictures(app: AppTest) -> list[str]:
    """Texts of the pictures that are an answer."""
    alts = [picture.alt for images in app.image for picture in images.proto.imgs]
    return [alt for alt in alts if not alt.startswith("Hourglass")]


def warned(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.warning, *app.error))


def crop_of(bundle: Bundle, sample_id: str) -> np.ndarray:
    return np.asarray(Image.open(bundle.path / f"pictures/{sample_id}.webp").convert("RGB"))


def switched(app: AppTest) -> str:
    return SkipMask(app.toggle(key=key).value for key in links.LAB_SKIPS).title


def test_it_opens_on_somebody_with_a_picture_and_everything_cut(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts)
    assert switched(app) == "0000"
    alts = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert sum(alt.startswith("Skeleton") for alt in alts) == 2
    assert sum(alt.startswith("Heatmaps") for alt in alts) == 3
    assert any("8 × 8" in alt and alt.startswith("Hourglass") for alt in alts)
    assert app.dataframe[0].value["moved, px"].max() > 0


@pytest.mark.parametrize("name", PRESETS)
def test_presets_set_the_switches(name: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts)
    app.button(key=f"_lab_preset_{name}").click().run()
    assert switched(app) == PRESETS[name].title


def test_presets_are_what_they_are_called() -> None:
    assert {name: mask.title for name, mask in PRESETS.items()} == {
        "All on": "1111",
        "All cut": "0000",
        "Only 64 × 64": "1000",
        "Only 32 × 32": "0100",
        "Only 16 × 16": "0010",
        "Only 8 × 8": "0001",
        "All but 64 × 64": "0111",
        "All but 32 × 32": "1011",
        "All but 16 × 16": "1101",
        "All but 8 × 8": "1110",
    }


def test_a_link_restores_person_switches_replacement_donor_and_joint(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, donor = bundle.samples["sample_id"].iloc[[5, 2]]
    app = open_lab(
        monkeypatch,
        artifacts,
        lab_person=person,
        lab_64="true",
        lab_8="true",
        lab_replacement="other",
        lab_donor=donor,
        lab_joint="left wrist",
    )
    assert switched(app) == "1001" and not warned(app)
    predictor = predictions.predictor(bundle)
    encoded, other = (predictor.encode(crop_of(bundle, name)[None].copy()) for name in (person, donor))
    expected = predictor.decode_all(encoded, other.skips)[parse_mask("1001").position, 0]
    peaks = app.dataframe[0].value["peak after"].to_numpy()
    assert peaks == pytest.approx(expected.max(axis=(1, 2)), rel=1e-4)
    zero = open_lab(monkeypatch, artifacts, lab_person=person, lab_64="true", lab_8="true")
    assert peaks != pytest.approx(zero.dataframe[0].value["peak after"].to_numpy(), rel=1e-2)
    assert any("left wrist" in picture.alt for images in app.image for picture in images.proto.imgs)


def test_the_mean_takes_the_place_of_a_cut_skip(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = bundle.samples["sample_id"].iloc[4]
    app = open_lab(monkeypatch, artifacts, lab_person=person, lab_replacement="mean")
    predictor = predictions.predictor(bundle)
    encoded = predictor.encode(crop_of(bundle, person)[None].copy())
    expected = predictor.decode_all(encoded, predictor.features(bundle.skip_means()))[-1, 0]
    assert app.dataframe[0].value["peak after"].to_numpy() == pytest.approx(
        expected.max(axis=(1, 2)), rel=1e-4
    )


def test_forged_replacements_donors_and_tabs_get_a_sentence(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "zero, mean, other" in warned(open_lab(monkeypatch, artifacts, lab_replacement="magic"))
    other = open_lab(monkeypatch, artifacts, lab_replacement="other", lab_donor="nobody")
    assert "no person 'nobody'" in warned(other)
    assert "The whole data set" in warned(open_lab(monkeypatch, artifacts, lab_tab="third"))


def test_only_the_open_tab_runs(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts, lab_tab="The whole data set")
    assert not app.toggle and "study" in "\n".join(element.value for element in app.info)


def test_right_and_wrong_stand_in_the_table_where_joints_are_annotated(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = bundle.samples["sample_id"].iloc[7]
    table = open_lab(monkeypatch, artifacts, lab_person=person).dataframe[0].value
    row = bundle.samples.iloc[[7]]
    maps = predictions.all_masks(bundle, crop_of(bundle, person))
    marks = {0.0: "✗", 1.0: "✓"}
    expected = []
    for place in (0, -1):
        points = two_heatmaps.from_heatmaps("", maps[place], ALWAYS).points
        found = hits(points[None], read_points(row, "annotated"), read_visibility(row))[0]
        expected.append([marks.get(value, "·") for value in found])
    assert table["found"].tolist() == [f"{a} → {b}" for a, b in zip(*expected, strict=True)]
    assert "·" in expected[0] and table["rival before"].dropna().between(0, 1).all()


def test_an_id_is_found_by_a_part_of_it(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts, lab_person="1014")
    assert not warned(app)
    assert "train-1014" in "\n".join(element.value for element in app.caption)


def test_next_previous_and_random_go_among_those_who_fit(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = bundle.samples
    low, high = 0.3, 0.7
    fits = table["sample_id"][table["pck"].between(low, high)].tolist()
    assert 1 < len(fits) < PEOPLE
    app = open_lab(monkeypatch, artifacts, lab_person=table["sample_id"].iloc[0])
    app.slider(key="_lab_person_pck").set_value((low, high)).run()
    seen = []
    for _ in range(len(fits) + 1):
        app.button(key="_lab_person_next").click().run()
        seen.append(app.text_input(key=links.LAB_PERSON).value)
    start = fits.index(seen[0])
    assert seen == [fits[(start + i) % len(fits)] for i in range(len(fits) + 1)]
    app.button(key="_lab_person_previous").click().run()
    assert app.text_input(key=links.LAB_PERSON).value == seen[-2]
    app.button(key="_lab_person_random").click().run()
    assert app.text_input(key=links.LAB_PERSON).value in fits


def test_people_are_filtered_by_score_completeness_and_joint() -> None:
    seen = np.full((4, K), 2)
    seen[1, 3:], seen[2, 0], seen[3] = 0, 0, 1
    visibility = pd.DataFrame(seen, columns=columns("annotated", "v"))
    table = visibility.assign(pck=[1.0, 0.5, np.nan, 0.0])
    everyone, any_joint = (0.0, 1.0), person_search.ANY_JOINT
    assert person_search.candidates(table, everyone, 0, any_joint).tolist() == [0, 1, 2, 3]
    assert person_search.candidates(table, (1.0, 1.0), 0, any_joint).tolist() == [0]
    assert person_search.candidates(table, (0.0, 0.6), 0, any_joint).tolist() == [1, 3]
    assert person_search.candidates(table, everyone, K, any_joint).tolist() == [0, 3]
    assert person_search.candidates(table, everyone, 3, KEYPOINTS[0]).tolist() == [0, 1, 3]


def test_the_preset_shows_only_people_of_whom_all_is_found(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    perfect = bundle.samples["sample_id"][bundle.samples["pck"] == 1].tolist()
    app = open_lab(monkeypatch, artifacts, lab_person=bundle.samples["sample_id"].iloc[0])
    assert perfect and perfect[0] != bundle.samples["sample_id"].iloc[0]
    app.button(key="_lab_person_perfect").click().run()
    assert app.text_input(key=links.LAB_PERSON).value == perfect[0]


def test_the_best_person_is_one_whose_picture_is_shipped(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "some", 12, pictures=True))
    some = bundle.samples.sort_values("pck")["sample_id"].tolist()
    del bundle.manifest.files[f"pictures/{bundle_people.best_person(bundle)}.webp"]
    best = bundle_people.best_person(bundle)
    assert f"pictures/{best}.webp" in bundle.manifest.files
    for name in some:
        if name != some[0]:
            bundle.manifest.files.pop(f"pictures/{name}.webp", None)
    assert bundle_people.best_person(bundle) == some[0]


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
        ("me.png", b"these are words", "not a JPEG, PNG, WebP, HEIC"),
        ("me.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a JPEG, PNG, WebP, HEIC"),
        ("me.pdf", file_of(Image.new("RGB", (90, 90)), "PDF"), "not a JPEG, PNG, WebP, HEIC"),
        ("me.jpg", file_of(Image.new("RGB", (90, 90)), "JPEG")[:200], "damaged"),
        ("me.heic", b"", "not a JPEG, PNG, WebP, HEIC"),
        ("me.tif", bytes(21 * 2**20), "has 21 MB; at most 20 MB"),
        ("me.png", file_of(Image.new("1", (5100, 5100))), "at most 25 million"),
    ],
)
def test_bad_files_get_one_sentence_and_the_page_lives(
    name: str, data: bytes, says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_source="your own picture")
    for _ in range(2):  # also after a picture, whose answer then is gone
        upload(app, name, data)
        assert len(app.error) == 1 and says in app.error[0].value
        assert not pictures(app) and not app.dataframe
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
    app = open_lab(monkeypatch, artifacts, lab_source="your own picture")
    assert not app.file_uploader[0].allowed_type  # The browser refuses none without a reason.
    upload(app, name, file_of(Image.new("RGB", (40, 30), "red"), kind))
    assert not app.error and len(app.dataframe[0].value) == K


def test_a_second_picture_finds_the_switches_as_they_were(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_source="your own picture")
    upload(app, "a.png", file_of(Image.new("RGB", (40, 30), "red")))
    app.toggle(key="lab_64").set_value(True).run()
    app.toggle(key="lab_16").set_value(True).run()
    app.button_group(key=links.LAB_REPLACEMENT).set_value("mean").run()
    app.selectbox(key=links.LAB_JOINT).set_value("left wrist").run()
    # The browser takes the first file away before it sends the second, and what stands in between is seen.
    app.file_uploader[0].set_value(None)
    app.run()
    assert not app.exception and not pictures(app) and switched(app) == "1010"
    assert app.selectbox(key=links.LAB_JOINT).value == "left wrist"
    upload(app, "b.png", file_of(Image.new("RGB", (30, 40), "blue")))
    assert switched(app) == "1010" and "Skeleton: Cut: 32 × 32, 8 × 8" in pictures(app)
    assert "Heatmaps, Cut: 32 × 32, 8 × 8: left wrist" in pictures(app)
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
    app = upload(open_lab(monkeypatch, artifacts, lab_source="your own picture"), "a.png", file_of(ODD[name]))
    assert not app.error and len(app.dataframe[0].value) == K


def test_of_an_animation_the_first_picture_is_shown_and_the_page_says_so(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    data = file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    app = upload(open_lab(monkeypatch, artifacts, lab_source="your own picture"), "a.webp", data)
    assert "holds several pictures; this is the first" in "\n".join(element.value for element in app.caption)


def test_a_box_in_numbers_may_leave_the_picture_but_not_miss_it(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file_of(Image.new("RGB", (300, 200), "red"))
    app = upload(open_lab(monkeypatch, artifacts, lab_source="your own picture"), "a.png", data)
    left, _, width, _ = open_box(app).number_input
    left.set_value(-200.0).run()
    assert not app.error and app.number_input[0].value == -200
    width.set_value(100.0).run()
    assert len(app.error) == 1 and "outside the picture" in app.error[0].value and not pictures(app)
    app.button(key="_lab_source_whole").click().run()
    assert not app.error and [field.value for field in app.number_input] == [0, 0, 300, 200]


def test_fitting_the_box_crops_around_the_sure_joints_twice(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.shared import person_box

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
    subject = picture_source.Subject("me", crop, square, photograph=photograph, own=True)
    drawn = two_heatmaps.skeleton(two_heatmaps.Answer(subject, side, side), side)
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
    subject = picture_source.Subject(
        "me", crop, SquareCrop(0, 0, 256), annotated=annotated, visibility=labelled
    )
    answer = two_heatmaps.Answer(subject, *sides)
    assert answer.lost.tolist() == [False] * 2 + [True] * 15
    assert answer.table()["moved, px"].notna().tolist() == (~answer.lost).tolist()
    assert answer.median_moved() == "16.0 px"
    found = answer.found()
    assert found is not None and not found[1].any()  # not even where the first cell would be right
    arrows = two_heatmaps.moves(answer)
    assert not arrows[:8, :8].any()
    nothing = two_heatmaps.Answer(subject, sides[0], two_heatmaps.from_heatmaps("c", after * 0, ALWAYS))
    assert nothing.median_moved() == "–"


def test_what_a_lost_joint_lacks_is_called_lost(
    bundle: Bundle, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (np.zeros((K, 64, 64), np.float32) for _ in range(2))
    before[:, 10, 10] = 1
    sides = [two_heatmaps.from_heatmaps(name, maps, ALWAYS) for name, maps in (("a", before), ("b", after))]
    crop = np.zeros((256, 256, 3), np.uint8)
    answer = two_heatmaps.Answer(picture_source.Subject("me", crop, SquareCrop(0, 0, 256)), *sides)
    assert answer.lost.all()
    drawn: list[str] = []
    monkeypatch.setattr(sheet.ImageDraw.ImageDraw, "text", lambda _, at, text, *rest: drawn.append(text))
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
    answer = two_heatmaps.Answer(picture_source.Subject("me", crop, SquareCrop(5, 5, 512)), *sides)
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


def test_the_drawing_shows_what_is_cut() -> None:
    whole, cut = hourglass_svg(ALL_ON, "light"), hourglass_svg(ALL_OFF, "light")
    assert whole.count("stroke-dasharray") == 0 and cut.count("stroke-dasharray") == 4
    one = hourglass_svg(parse_mask("1011"), "dark")
    assert one.count("stroke-dasharray") == 1 and "#E69F00" in one and "#D55E00" not in one
    assert hourglass_words(parse_mask("1011")).endswith("cut: 32 × 32")


def test_pictures_of_one_user_are_not_another_s(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = open_lab(monkeypatch, artifacts, lab_source="your own picture")
    upload(mine, "me.png", file_of(Image.new("RGB", (123, 77), "red")))
    assert mine.dataframe
    other = open_lab(monkeypatch, artifacts, lab_source="your own picture")
    assert not other.dataframe and not pictures(other)
    assert "123" not in "\n".join(element.value for element in other.caption)
