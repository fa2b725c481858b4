"""Pictures that the latent map asks for, the person beside it, and the gallery."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import take_pictures
from PIL import Image
from reading import words
from sent_map import open_map, rewritten, selected, sent, standing, unpacked
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from dashboard.latent_map import pictures
from dashboard.latent_map import words as map_words
from dashboard.latent_map.colours import PCK, colour
from dashboard.shared import canvas
from posecore.bundle import Bundle, open_bundle


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_pictures_are_of_who_was_asked_for(kind: str, bundle: Bundle) -> None:
    names = bundle.samples["sample_id"].iloc[[9, 2, 30]].tolist()
    wanted = {"serial": 5, "kind": kind, "size": "small", "ids": [*names, "nobody", 7]}
    found = unpacked(pictures.answer(bundle, colour(bundle, "size", 2), wanted))
    assert found.header["ids"] == names and found.header["serial"] == 5
    assert found.header["facts"][0].endswith(colour(bundle, "size", 2).of(9))
    sheet = np.asarray(Image.open(io.BytesIO(found.sheet.tobytes())).convert("RGB"), float)
    assert sheet.shape == (64, 3 * 64, 3)
    for at, name in enumerate(names):
        expected = pictures.tile(bundle, name, kind, 64)
        got = sheet[:, at * 64 : (at + 1) * 64]
        differences = [
            np.abs(got - other).mean() for other in (pictures.tile(bundle, who, kind, 64) for who in names)
        ]
        assert expected is not None and int(np.argmin(differences)) == at


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        3,
        {},
        {"kind": "x-ray", "ids": [], "size": "small", "serial": 1},
        {"kind": "skeleton", "ids": ["train-1000"] * 65, "size": "small", "serial": 1},
        {"kind": "skeleton", "ids": "train-1000", "size": "small", "serial": 1},
        {"kind": "skeleton", "ids": ["train-1000"], "size": "huge", "serial": 1},
    ],
)
def test_a_wrong_question_gets_an_empty_answer(wanted: object, bundle: Bundle) -> None:
    found = unpacked(pictures.answer(bundle, colour(bundle, PCK, 2), wanted))
    assert found.header["ids"] == [] and found.header["serial"] == 0


def test_who_has_no_photograph_is_named(artifacts: Path, tmp_path: Path) -> None:
    copy = rewritten(artifacts, tmp_path)
    take_pictures(copy, ["train-1007"])
    bundle = open_bundle(copy)
    wanted = {"serial": 1, "kind": "picture", "size": "small", "ids": ["train-1000", "train-1007"]}
    found = unpacked(pictures.answer(bundle, colour(bundle, PCK, 2), wanted))
    assert found.header["ids"] == ["train-1000"] and found.header["missing"] == ["train-1007"]
    # Whoever is pointed at is shown all the same, and it is said how.
    wanted |= {"size": "large", "ids": ["train-1007"]}
    found = unpacked(pictures.answer(bundle, colour(bundle, PCK, 2), wanted))
    assert found.header["ids"] == ["train-1007"] and found.header["missing"] == []
    assert found.header["facts"][0].endswith(map_words.NOT_AT_HAND)
    assert found.header["kindWords"] == map_words.STAND_IN.capitalize()
    got = np.asarray(Image.open(io.BytesIO(found.sheet.tobytes())).convert("RGB"), float)
    assert np.abs(got - pictures.stand_in(bundle, "train-1007", 192)).mean() < 4


def test_a_person_of_the_link_is_shown_with_ways_on(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, artifacts, map_person="train-1014")
    assert "**train-1014**" in words(app)
    alts = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert len(alts) == 4 and all("train-1014" in alt for alt in alts)
    assert sent(app, "latent_map").header["person"] == "train-1014"
    links = {link.proto.page: link.proto.query_string for link in app.get("page_link")}
    assert "lab_person=train-1014" in links["skip-lab"] and "walk_start=train-1014" in links["pc-walk"]


def test_what_the_canvas_says_is_in_the_url(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    app = open_map(monkeypatch, artifacts)
    say(app, canvas.CANVAS, "area", area)
    assert app.query_params["map_area"] in (area, [area]) and selected(app) == people
    say(app, canvas.CANVAS, "picked", "train-1021")
    assert "**train-1021**" in words(app)
    say(app, canvas.CANVAS, "area", "")
    assert "map_area" not in app.query_params and map_words.NOTHING_DRAWN in words(app)


def say(app: AppTest, key: str, event: str, value: object) -> None:
    """As the browser does: the component's trigger, then a run."""
    element = next(found for found in app.get("bidi_component") if found.key == key)
    states = app._tree.get_widget_states()
    events = json.dumps([{"event": event, "value": value}])
    states.widgets.append(
        WidgetState(id=_make_trigger_id(element.proto.id, "events"), json_trigger_value=events)
    )
    app._run(states)
    assert not app.exception, app.exception


def test_a_question_for_pictures_is_answered_and_a_view_is_kept(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts)
    question = {"serial": 3, "kind": "skeleton", "size": "small", "ids": ["train-1035"]}
    say(app, canvas.PICTURES, "wanted", question)
    packets = [unpacked(found.proto.bytes) for found in app.get("bidi_component")]
    answers = [found for found in packets if found.header.get("role") == "pictures"]
    assert answers[0].header["ids"] == ["train-1035"]
    say(app, canvas.PICTURES, "view", "1-2:-1,1,-2,2")
    assert sent(app, "latent_map").header["view"] == [-1, 1, -2, 2]
    assert open_map(monkeypatch, artifacts, map_view="1-2:-1,1,-2,2").query_params["map_view"]
    other = open_map(monkeypatch, artifacts, map_view="1-2:-1,1,-2,2", map_x="4")
    assert sent(other, "latent_map").header["view"] is None


def test_a_click_in_the_gallery_opens_the_person(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, map_area=standing(bundle)[0])
    say(app, "map_gallery", "picked", "train-1028")
    assert "**train-1028**" in words(app) and sent(app, "latent_map_gallery").header["person"] == "train-1028"
