"""People whose picture is not at hand: what is said, what is shown, and who comes before them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, take_pictures
from opening import open_page
from PIL import Image
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.compare import words as compare_words
from dashboard.latent_map.pictures import PICTURE
from dashboard.pc_walk import words as walk_words
from dashboard.shared import cache, pictures, predictions
from dashboard.skip_lab.words import ALL_EMPTY
from posecore.bundle import Bundle, open_bundle
from posecore.data.prepared import INFO, SCHEMA_VERSION
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 24
BARE = [f"train-{1000 + 7 * row}" for row in range(0, PEOPLE, 3)]
"""Who has no picture: every third, the first of all among them."""


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`some` of the people have pictures, the same in `twin`; both with a skip study, and compared."""
    folder = tmp_path_factory.mktemp("artifacts")
    some = make_fake_bundle(folder / "some", PEOPLE, annotations=True, pictures=True)
    run_study(open_bundle(some), None, SkipSettings(replacements=("zero",)))
    shutil.copytree(some, folder / "twin")
    compare_bundles(open_bundle(some), open_bundle(folder / "twin"), None, PairSettings())
    for path in (some, folder / "twin"):
        take_pictures(path, BARE)
    return folder


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "some")


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A prepared data folder with the crop of one of those who are bare."""
    info = {
        "schema_version": SCHEMA_VERSION,
        "name": "fake",
        "splits": {},
        "unreadable": [],
        "mean_rgb": [0, 0, 0],
        "fingerprint": "",
    }
    (tmp_path / "data" / "crops" / "train").mkdir(parents=True)
    (tmp_path / "data" / INFO).write_text(json.dumps(info))
    Image.new("RGB", (256, 256), "red").save(tmp_path / "data" / "crops" / "train" / f"{BARE[1]}.png")
    return tmp_path / "data"


def captions(app: AppTest) -> list[str]:
    return [picture.caption for images in app.image for picture in images.proto.imgs]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("skip_lab", {"lab_person": BARE[0]}),
        ("skip_lab", {"lab_replacement": "other", "lab_donor": BARE[0]}),
        ("latent_map", {"map_person": BARE[0]}),
        ("clusters", {"clu_person": BARE[0]}),
        ("pc_walk", {"walk_start": BARE[0], "walk_skips": walk_words.OWN}),
        ("compare", {"cmp_tab": "One person", "cmp_person": BARE[0]}),
    ],
)
def test_it_is_said_where_the_picture_is_not_without_advice_that_cannot_be_followed(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, page: str, link: dict[str, str]
) -> None:
    said = words(open_page(monkeypatch, artifacts, page, **link))
    expected = pictures.absent(bundle, BARE[0])
    assert expected in said and all(one in expected for one in (BARE[0], "16", "24"))
    assert "POSE_IMAGES" not in said


def test_where_a_folder_could_help_it_is_named(
    bundle: Bundle, tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = open_bundle(make_fake_bundle(tmp_path / "without", 5))
    assert "POSE_IMAGES" in pictures.absent(without, BARE[0])
    monkeypatch.setenv("POSE_IMAGES", str(prepared))
    assert str(prepared) in pictures.absent(bundle, BARE[0])


def test_a_picture_is_at_hand_in_the_bundle_or_in_the_folder(
    bundle: Bundle, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = set(bundle.samples["sample_id"][~pictures.at_hand(bundle)])
    assert bare == set(BARE)
    monkeypatch.setenv("POSE_IMAGES", str(prepared))
    assert set(bundle.samples["sample_id"][~pictures.at_hand(bundle)]) == bare - {BARE[1]}
    # A picture that comes later counts.
    crops = prepared / "crops" / "train"
    shutil.copy(crops / f"{BARE[1]}.png", crops / f"{BARE[2]}.png")
    assert set(bundle.samples["sample_id"][~pictures.at_hand(bundle)]) == bare - {BARE[1], BARE[2]}
    assert (pictures.ground(bundle, BARE[1]) == (255, 0, 0)).all()


@pytest.mark.parametrize("page", ["overview", "skip_lab", "latent_map", "clusters", "pc_walk", "compare"])
def test_a_folder_without_prepared_data_is_named_on_every_page(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.setenv("POSE_IMAGES", str(tmp_path / "photos"))
    assert cache.images_folder() is None
    said = [warning.value for warning in open_page(monkeypatch, artifacts, page).warning]
    (told,) = [text for text in said if "POSE_IMAGES" in text]
    assert str(tmp_path / "photos") in told and f"{INFO} is missing" in told and "prepare_coco.py" in told
    assert "\n" not in told


def test_a_usable_folder_is_not_mentioned(
    artifacts: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSE_IMAGES", str(prepared))
    app = open_page(monkeypatch, artifacts, "skip_lab", lab_person=BARE[1])
    assert not [w for w in app.warning if "POSE_IMAGES" in w.value] and len(app.toggle) >= 4


def test_a_person_without_picture_and_without_joints_gets_words_instead_of_black_tiles(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = {"lab_person": BARE[0]}
    assert len(captions(open_page(monkeypatch, artifacts, "skip_lab", **link))) == 4
    monkeypatch.setattr(predictions, "latent_heatmaps", lambda *_: np.zeros((17, 64, 64), np.float32))
    app = open_page(monkeypatch, artifacts, "skip_lab", **link)
    assert len(captions(app)) == 2 and ALL_EMPTY in words(app)


def test_clusters_show_photographs_of_who_has_one_and_say_so(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = set(captions(open_page(monkeypatch, artifacts, "clusters")))
    assert everybody & set(BARE)  # Who is nearest is nearest, with a picture or without.
    app = open_page(monkeypatch, artifacts, "clusters", clu_as=PICTURE)
    shown = captions(app)
    assert shown and not set(shown) & set(BARE)
    assert "Chosen among the 16 of 24 people whose picture is at hand" in words(app)


def test_the_map_s_gallery_shows_photographs_of_who_has_one_and_says_so(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = {"map_area": "1-2:-999,-999,999,-999,999,999,-999,999"}
    app = open_page(monkeypatch, artifacts, "latent_map", map_pictures=PICTURE, **everywhere)
    shown = gallery(app)
    assert len(shown) == 16 and not set(shown) & set(BARE)
    assert "Of 8 of these 24 people no picture is at hand" in words(app)
    assert len(gallery(open_page(monkeypatch, artifacts, "latent_map", **everywhere))) == 24


def test_a_walk_stays_with_the_nearest_and_says_who_has_no_picture(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words(open_page(monkeypatch, artifacts, "pc_walk", walk_steps="13", walk_range="1.0"))
    met = [name for name in bundle.rows if f"{name}  \n" in said]
    assert set(met) & set(BARE)
    lacking = pictures.some_lack(bundle)
    assert walk_words.some_lack(lacking) in said and all(count in lacking for count in ("16", "24"))


def test_among_equals_people_with_a_picture_come_first(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = {"cmp_tab": "Everybody", "with": "twin"}
    # The two networks are the same, so nobody is better than anybody.
    app = open_page(monkeypatch, artifacts, "compare", **order)
    first = gallery(app)
    assert len(first) == 16 and not set(first) & set(BARE)
    assert compare_words.how_arrows(True, some_bare=True) in words(app)
    by_id = gallery(open_page(monkeypatch, artifacts, "compare", cmp_order="by sample id", **order))
    assert by_id == sorted(by_id) and by_id[0] == BARE[0]


def gallery(app: AppTest) -> list[str]:
    """Whom a gallery of buttons shows, in its order."""
    (found,) = [
        element.proto.bytes
        for element in app.get("bidi_component")
        if element.proto.component_name == "latent_map_gallery"
    ]
    length = int.from_bytes(found[:8], "little")
    return json.loads(found[8 : 8 + length])["header"]["ids"]
