"""Whom and which cut the Skip lab opens on, and what a link and another bundle make of it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, take_pictures
from lab import switched
from opening import DASHBOARD, open_page
from reading import words as text_of
from streamlit.testing.v1 import AppTest

from dashboard.shared import bundle_people, cache, links
from dashboard.skip_lab import words
from dashboard.skip_lab.opening import opening
from posecore.ablation import ALL_MASKS, ALL_OFF, parse_mask
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import add_info, write_study
from posecore.keypoints import K
from posecore.metrics.pck import PCK_RADIUS
from posecore.studies.skips.results import CUT, NAME, save_results

PEOPLE = 6
SHIPPED = sorted(path.parent.name for path in (DASHBOARD.parent / "artifacts").glob("*/manifest.json"))


def plant(bundle: Bundle, moving: dict[tuple[int, str], int]) -> None:
    """A study in which all joints are sure and stay, but for so many of a person (a row) under a mask."""
    names = bundle.samples["sample_id"].to_numpy(str)
    cells = np.full((len(names), 1 + CUT, K, 2), 20, np.uint8)
    for (row, mask), joints in moving.items():
        cells[row, parse_mask(mask).position, :joints] += 9
    peaks, hits = np.full(cells.shape[:3], 0.5, np.float32), np.ones(cells.shape[:3], np.int8)
    folder = bundle.path / "studies" / ".planted"
    folder.mkdir(parents=True)
    save_results(folder, names, ("zero",), np.zeros(len(names), int), cells, peaks, hits)
    write_study(bundle, NAME, folder, {"labelled_joints": hits.size})
    heights = dict.fromkeys((mask.title for mask in ALL_MASKS), 0.0)
    add_info(bundle, NAME, {"sure_above": {"zero": heights}})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cuts`, whose third person shows most with all cut, and `plain`, whose fifth does with 0111."""
    folder = tmp_path_factory.mktemp("opening")
    for name, moving in (("cuts", {(2, "0000"): 8}), ("plain", {(4, "0111"): 6, (1, "0000"): 17})):
        path = make_fake_bundle(folder / name, PEOPLE, annotations=True, pictures=True, seed=len(name))
        plant(open_bundle(path), moving)
    return folder


@pytest.fixture
def artifacts(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "artifacts")


def alone(artifacts: Path, name: str) -> Path:
    """A folder of this bundle only, which pages then show."""
    return shutil.copytree(artifacts / name, artifacts.with_name(f"only-{name}") / name).parent


def who(bundle: Bundle, row: int) -> str:
    return str(bundle.samples["sample_id"].iloc[row])


def shown(app: AppTest) -> str:
    field = app.text_input(key=links.LAB_PERSON)
    return field.value or field.placeholder


def test_it_opens_on_the_person_and_the_cut_that_show_most(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, row, mask in (("cuts", 2, "0000"), ("plain", 4, "0111")):
        bundle = open_bundle(artifacts / name)
        app = open_page(monkeypatch, alone(artifacts, name), "skip_lab")
        assert (shown(app), switched(app)) == (who(bundle, row), mask)
        assert words.PICKED in text_of(app)
        app.toggle(key="lab_8").set_value(mask == "0000").run()
        assert words.PICKED not in text_of(app)


def test_a_link_overrides_the_opening_switch_by_switch(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = {"lab_32": "false", "lab_64": "true"}
    app = open_page(monkeypatch, alone(artifacts, "plain"), "skip_lab", **link)
    assert switched(app) == "1011" and not app.warning


def test_only_who_has_a_picture_is_opened_and_a_new_study_is_asked_anew(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "cuts")
    assert opening(bundle) == (who(bundle, 2), ALL_OFF, True)
    plant(bundle, {(2, "0000"): 8, (3, "1000"): 7})
    written = bundle.path / "studies" / NAME / "manifest.json"
    values = json.loads(written.read_text())
    written.write_text(json.dumps(values | {"created": "2031-01-01T00:00:00+00:00"}))
    take_pictures(bundle.path, [who(bundle, 2)])
    bundle = open_bundle(bundle.path)
    assert opening(bundle) == (who(bundle, 3), parse_mask("1000"), True)


def test_without_a_study_that_tells_it_opens_on_the_best_person_with_all_cut(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "cuts")
    as_before = (bundle_people.best_person(bundle), ALL_OFF, False)
    add_info(bundle, NAME, {"sure_above": {"zero": dict.fromkeys(mask.title for mask in ALL_MASKS)}})
    assert opening(bundle) == as_before
    shutil.rmtree(bundle.path / "studies")
    assert opening(bundle) == as_before


def test_untouched_switches_go_along_to_another_bundle_and_others_stay(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, "skip_lab")
    app.selectbox(key=links.BUNDLE).set_value("plain").run()
    assert switched(app) == "0111"
    app.selectbox(key=links.BUNDLE).set_value("cuts").run()
    assert switched(app) == "0000"
    app.toggle(key="lab_64").set_value(True).run()
    app.selectbox(key=links.BUNDLE).set_value("plain").run()
    assert switched(app) == "1000"


@pytest.mark.parametrize("name", SHIPPED)
def test_on_a_shipped_bundle_a_sure_joint_moves_and_another_stays(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DASHBOARD.parent / "artifacts"
    app = open_page(monkeypatch, folder, "skip_lab")
    if len(SHIPPED) > 1:
        app.selectbox(key=links.BUNDLE).set_value(name).run()
    assert not app.error and not app.warning
    table = next(one.value for one in app.dataframe if "moved, px" in one.value)
    moved = table["moved, px"][table["sure"] == "✓ → ✓"]
    assert (moved >= PCK_RADIUS).any() and (moved < PCK_RADIUS).any()
    assert shown(app) == opening(cache.load_bundle(name)).person
