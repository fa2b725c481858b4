"""The latent map: what it sends to the browser, what it makes of what the browser says, and bad input."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from many_people import make_many_people
from opening import open_page
from PIL import Image
from reading import words
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from dashboard import latent_loaders, loaders, map_canvas, map_pictures
from dashboard.charts import GREY
from dashboard.cluster_answers import Question, answer
from dashboard.map_area import inside, read_area, read_hidden, read_view
from dashboard.map_colours import CLUSTER, PCK, colour, colourings, round_steps
from dashboard.map_placement import verdict
from dashboard.map_selection import table
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.manifest import LATENTS, MANIFEST
from posecore.keypoints import KEYPOINTS
from posecore.latent.contrasts import contrast
from posecore.latent.outliers import Judgement
from posecore.samples import read_visibility

PEOPLE = 40


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    return folder


@pytest.fixture(scope="module")
def projected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projected")
    make_many_people(folder / "people", 300)
    return folder


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "people")


def open_map(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "latent_map", **link)


def unpacked(data: bytes) -> SimpleNamespace:
    """What map_js/packet.js reads."""
    length = int.from_bytes(data[:8], "little")
    text, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    arrays = {
        name: np.frombuffer(body[place["at"] : place["at"] + place["bytes"]], place["kind"])
        for name, place in text["arrays"].items()
    }
    return SimpleNamespace(header=text["header"], **arrays)


def sent(app: AppTest, name: str) -> SimpleNamespace:
    """The packet of the first component of this name: latent_map, latent_map_courier, latent_map_gallery."""
    found = [element.proto for element in app.get("bidi_component") if element.proto.component_name == name]
    return unpacked(found[0].bytes)


def ids_of(app: AppTest) -> list[str]:
    return sent(app, "latent_map_courier").header["ids"].split("\n")


def test_points_are_the_people_they_say(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, map_x="3", map_y="1")
    points = sent(app, "latent_map_courier")
    fitted, scores = latent_loaders.components(bundle)
    assert ids_of(app) == bundle.samples["sample_id"].tolist()
    assert np.allclose(points.x, scores[:, 2]) and np.allclose(points.y, scores[:, 0])
    info = sent(app, "latent_map").header
    assert info["serial"] == points.header["serial"] and info["plane"] == "3-1"
    assert info["titles"][0] == f"component 3 ({fitted.explained[2]:.1%} of the variance)"
    plane = float(fitted.explained[2] + fitted.explained[0])
    assert f"Component 3 holds {fitted.explained[2]:.1%}" in words(app) and f"plane {plane:.1%}" in words(app)
    assert f"n = {PEOPLE} people · fake people, train · hourglass" in words(app)


def test_only_the_completely_labelled_are_left_where_that_is_asked(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = (read_visibility(bundle.samples) > 0).all(axis=1)
    app = open_map(monkeypatch, artifacts, map_people="all 17 joints labelled", map_colour="labelled joints")
    assert 0 < complete.sum() < PEOPLE
    assert ids_of(app) == bundle.samples["sample_id"][complete].tolist()
    points = sent(app, "latent_map_courier")
    scores = latent_loaders.components(bundle)[1][complete]
    assert np.allclose(points.x, scores[:, 0]) and len(points.codes) == complete.sum()
    assert {points.header["classes"][code]["label"] for code in points.codes} == {"17"}


def test_umap_is_shown_where_it_is_stored(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, projected, map_plane="UMAP")
    stored = latent_loaders.projection(open_bundle(projected / "people"))
    points = sent(app, "latent_map_courier")
    assert stored.umap is not None and np.allclose(points.x, stored.umap[:, 0])
    assert "distances and the sizes of groups do not" in words(app)
    app = open_map(monkeypatch, projected, map_x="50")
    assert np.allclose(sent(app, "latent_map_courier").x, stored.scores[:, 49])


def test_without_a_umap_the_command_is_told(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, artifacts, map_plane="UMAP")
    assert "python scripts/project.py --bundle" in app.info[0].value
    assert sent(app, "latent_map").header["plane"] == "1-2"


def test_every_colouring_knows_everybody(bundle: Bundle) -> None:
    for name in colourings(bundle):
        found = colour(bundle, name, 3)
        assert len(found.codes) == PEOPLE and found.codes.max() < len(found.classes)
        assert len({row.label for row in found.classes}) == len(found.classes)
        assert found.of(0)


def test_colours_say_what_is_in_the_table(bundle: Bundle) -> None:
    found = colour(bundle, PCK, 2)
    pck = bundle.samples["pck"].to_numpy()
    assert [row.label for row in found.classes] == [
        "0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1",
    ]  # fmt: skip
    assert found.codes.tolist() == np.minimum((pck * 5 + 1e-9).astype(int), 4).tolist()
    wrist = colour(bundle, "left wrist: joint", 2)
    seen = read_visibility(bundle.samples)[:, KEYPOINTS.index("left_wrist")]
    assert wrist.codes.tolist() == seen.tolist()
    assert wrist.classes[0].label == "not labelled" and wrist.of(0).startswith("left wrist: ")
    count = colour(bundle, "labelled joints", 2)
    labels = [count.classes[code].label for code in count.codes]
    assert labels == [str(n) for n in (read_visibility(bundle.samples) > 0).sum(axis=1)]


def test_clusters_are_those_of_the_clusters_page(bundle: Bundle) -> None:
    found = colour(bundle, CLUSTER, 2)
    stands = np.arange(PEOPLE) % 2 == 0
    assert len(set(found.codes[stands])) == len(set(found.codes[~stands])) == 1
    assert found.codes.tolist() == answer(bundle, Question(2)).numbers.tolist()


def test_known_causes_of_rendered_people_are_colours(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def causes(samples: pd.DataFrame) -> pd.DataFrame:
        number = np.arange(len(samples))
        return samples.assign(
            truth_family=np.where(number % 2, "sitting", "arms_raised"), truth_child=number % 3 == 0,
            truth_view_degrees=np.linspace(-180, 179, len(samples)), truth_seed=7,
        )  # fmt: skip

    rewritten(artifacts, tmp_path, samples=causes)
    bundle = open_bundle(tmp_path / "people")
    names = colourings(bundle)
    assert {"family, as rendered", "child, as rendered", "view degrees, as rendered"} < set(names)
    assert "seed, as rendered" not in names
    family = colour(bundle, "family, as rendered", 2)
    assert [row.label for row in family.classes] == ["arms raised", "sitting"]
    assert family.codes.tolist() == [i % 2 for i in range(PEOPLE)]
    turned = colour(bundle, "view degrees, as rendered", 2)
    assert turned.classes[0].label == "−180 to −135" and turned.codes[0] == 0 and turned.codes[-1] == 7


@pytest.mark.parametrize(
    ("low", "high", "edges"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-7, 33, [-10, 0, 10, 20, 30, 40]), (5, 5, [5, 6])],
)
def test_steps_are_round_and_few(low: float, high: float, edges: list[float]) -> None:
    assert round_steps(np.linspace(low, high, 1001)) == pytest.approx(edges)


def test_what_is_not_known_is_grey(artifacts: Path, tmp_path: Path) -> None:
    rewritten(artifacts, tmp_path, samples=lambda samples: samples.assign(pck=np.nan))
    found = colour(open_bundle(tmp_path / "people"), PCK, 2)
    assert [tuple(row)[:2] for row in found.classes] == [("not known", GREY)] and found.of(
        3
    ) == "PCK: not known"


def test_an_area_is_read_back_and_holds_who_lies_in_it() -> None:
    area = read_area("1-2:0,0,4,0,4,4,2,1,0,4")
    assert area is not None and area.plane == "1-2"
    places = np.array([[1, 1], [3.5, 3], [2, 3], [-1, 1], [2, 0.5], [np.nan, 1]], np.float32)
    # The notch between (4, 4) and (0, 4) reaches down to (2, 1).
    assert inside(area, places).tolist() == [True, True, False, False, True, False]


@pytest.mark.parametrize(
    "text",
    ["", "0,0,1,1,2,2", "1-2:", "1-2:0,0,1,1", "1-2:0,0,1,1,2", "1-2:a,b,c,d,e,f", "1-0:0,0,1,1,2,2",
     "1-2:0,0,1,1,nan,2", "1-2:" + ",".join("1" * 2 * 101), "umap:1e999,0,1,1,2,2", "1-2:1,1,1,1,1,²"],
)  # fmt: skip
def test_a_wrong_area_is_none(text: str) -> None:
    assert read_area(text) is None


def test_views_and_hidden_rows_are_read_back() -> None:
    assert read_view("3-1:-1.5,2,0,4e-1", "3-1") == [-1.5, 2, 0, 0.4]
    assert read_view("3-1:-1,2,0,4", "1-3") is None and read_view("3-1:2,-1,0,4", "3-1") is None
    assert read_hidden("4,1,1") == [1, 4] and read_hidden("") == []
    assert read_hidden("1,x") is None and read_hidden("-1") is None


def selected(app: AppTest) -> list[str]:
    mask = np.unpackbits(sent(app, "latent_map").chosen, bitorder="little")
    return [sample_id for sample_id, on in zip(ids_of(app), mask, strict=False) if on]


def standing(bundle: Bundle) -> tuple[str, list[str]]:
    """An area of the plane of the first two components, and who lies in it: those who stand."""
    scores = latent_loaders.components(bundle)[1]
    stands = np.arange(PEOPLE) % 2 == 0
    side = np.sign(scores[stands, 0].mean())
    left, right = sorted((0.0, float(side * 999)))
    return f"1-2:{left},-999,{right},-999,{right},999,{left},999", [
        sample_id for sample_id, on in zip(bundle.samples["sample_id"], stands, strict=True) if on
    ]


def test_map_gallery_and_table_of_an_area_hold_the_same_people(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    app = open_map(monkeypatch, artifacts, map_area=area)
    assert selected(app) == people
    assert sent(app, "latent_map_gallery").header["ids"] == people
    assert f"Selection: {len(people)} of {PEOPLE} people" in words(app)
    button = app.get("download_button")[0]
    assert button.proto.label == "CSV"
    # Other axes, colours and people do not lose it.
    app = open_map(monkeypatch, artifacts, map_area=area, map_x="5", map_colour="cluster")
    assert selected(app) == people and sent(app, "latent_map").header["area"] == []
    complete = (read_visibility(bundle.samples) > 0).all(axis=1)
    few = [who for who, on in zip(bundle.samples["sample_id"], complete, strict=True) if on and who in people]
    app = open_map(monkeypatch, artifacts, map_area=area, map_people="all 17 joints labelled")
    assert selected(app) == sent(app, "latent_map_gallery").header["ids"] == few


def test_the_table_is_of_these_people(bundle: Bundle) -> None:
    from dashboard.map_choices import Choices
    from dashboard.map_space import open_space, plane_of

    space = open_space(bundle)
    choices = Choices(
        plane_of(space, 2, 1), np.ones(PEOPLE, bool), colour(bundle, "size", 2), "skeleton", False
    )
    found = table(bundle, choices, np.array([7, 3]))
    ids = bundle.samples["sample_id"]
    assert found["sample_id"].tolist() == [ids[7], ids[3]]
    assert found.iloc[:, 3].tolist() == pytest.approx(space.scores[[7, 3], 1].tolist())
    assert found["colour: size"].tolist() == latent_loaders.attributes(bundle)["size"].iloc[[7, 3]].tolist()
    assert found["size"].tolist() == found["colour: size"].tolist()


def test_who_is_hidden_in_the_legend_is_not_selected(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    codes = colour(bundle, PCK, 2).codes
    seen = [who for who in people if codes[bundle.row(who)] not in (0, 3)]
    app = open_map(monkeypatch, artifacts, map_area=area, map_hidden="0,3")
    assert sent(app, "latent_map").header["hidden"] == [0, 3]
    assert 0 < len(seen) < len(people)
    assert selected(app) == sent(app, "latent_map_gallery").header["ids"] == seen


def test_the_surest_difference_comes_first_and_is_told(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    app = open_map(monkeypatch, artifacts, map_area=area)
    expected = contrast(latent_loaders.attributes(bundle), people)
    shown = app.dataframe[0].value
    assert shown["effect"].to_numpy() == pytest.approx(expected["effect"].to_numpy(), nan_ok=True)
    # Half the people stand and half sit, by the knees and hips.
    assert set(shown["attribute"].head(6)) & {
        "knees below hips",
        "hip angle",
        "knee angle",
        "height over width",
    }
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert "fake people" in figure["layout"]["title"]["text"]
    assert f"{len(people)} selected people against the {PEOPLE - len(people)} others" in words(app)


def test_a_gallery_has_pages(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = "umap:-99,-99,99,-99,99,99,-99,99"
    first = sent(open_map(monkeypatch, projected, map_area=everywhere), "latent_map_gallery").header["ids"]
    app = open_map(monkeypatch, projected, map_area=everywhere, map_page="10")
    last = sent(app, "latent_map_gallery").header["ids"]
    ids = ids_of(app)
    assert first == ids[:32] and last == ids[288:] and len(ids) == 300
    assert "nobody to compare them with" in words(app)


@pytest.mark.parametrize("kind", map_pictures.KINDS)
def test_pictures_are_of_who_was_asked_for(kind: str, bundle: Bundle) -> None:
    names = bundle.samples["sample_id"].iloc[[9, 2, 30]].tolist()
    wanted = {"serial": 5, "kind": kind, "size": "small", "ids": [*names, "nobody", 7]}
    found = unpacked(map_pictures.answer(bundle, colour(bundle, "size", 2), wanted))
    assert found.header["ids"] == names and found.header["serial"] == 5
    assert found.header["facts"][0].endswith(colour(bundle, "size", 2).of(9))
    sheet = np.asarray(Image.open(io.BytesIO(found.sheet.tobytes())).convert("RGB"), float)
    assert sheet.shape == (64, 3 * 64, 3)
    for at, name in enumerate(names):
        expected = map_pictures.tile(bundle, name, kind, 64)
        got = sheet[:, at * 64 : (at + 1) * 64]
        differences = [np.abs(got - other).mean() for other in
                       (map_pictures.tile(bundle, who, kind, 64) for who in names)]  # fmt: skip
        assert expected is not None and int(np.argmin(differences)) == at


@pytest.mark.parametrize(
    "wanted",
    [None, 3, {}, {"kind": "x-ray", "ids": [], "size": "small", "serial": 1},
     {"kind": "skeleton", "ids": ["train-1000"] * 65, "size": "small", "serial": 1},
     {"kind": "skeleton", "ids": "train-1000", "size": "small", "serial": 1},
     {"kind": "skeleton", "ids": ["train-1000"], "size": "huge", "serial": 1}],
)  # fmt: skip
def test_a_wrong_question_gets_an_empty_answer(wanted: object, bundle: Bundle) -> None:
    found = unpacked(map_pictures.answer(bundle, colour(bundle, PCK, 2), wanted))
    assert found.header["ids"] == [] and found.header["serial"] == 0


def test_who_has_no_photograph_is_named(artifacts: Path, tmp_path: Path) -> None:
    copy = rewritten(artifacts, tmp_path)
    manifest = json.loads((copy / MANIFEST).read_text())
    name = "pictures/train-1007.webp"
    (copy / name).unlink()
    del manifest["files"][name]
    manifest["dataset"]["pictures"] -= 1
    (copy / MANIFEST).write_text(json.dumps(manifest))
    bundle = open_bundle(copy)
    wanted = {"serial": 1, "kind": "photograph", "size": "large", "ids": ["train-1000", "train-1007"]}
    found = unpacked(map_pictures.answer(bundle, colour(bundle, PCK, 2), wanted))
    assert found.header["ids"] == ["train-1000"] and found.header["missing"] == ["train-1007"]


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
    say(app, map_canvas.CANVAS, "area", area)
    assert app.query_params["map_area"] in (area, [area]) and selected(app) == people
    say(app, map_canvas.CANVAS, "picked", "train-1021")
    assert "**train-1021**" in words(app)
    say(app, map_canvas.CANVAS, "area", "")
    assert "map_area" not in app.query_params and "Nobody is selected" in words(app)


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
    say(app, map_canvas.PICTURES, "wanted", question)
    packets = [unpacked(found.proto.bytes) for found in app.get("bidi_component")]
    answers = [found for found in packets if found.header.get("role") == "pictures"]
    assert answers[0].header["ids"] == ["train-1035"]
    say(app, map_canvas.PICTURES, "view", "1-2:-1,1,-2,2")
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


def place_upload(monkeypatch: pytest.MonkeyPatch, artifacts: Path, data: bytes, **link: str) -> AppTest:
    app = open_map(monkeypatch, artifacts, map_source="your own picture", **link)
    assert "it is placed on the map" in words(app)
    app.file_uploader[0].upload("me.png", data)
    app.run()
    assert not app.exception, app.exception
    return app


def test_a_picture_of_the_bundle_lands_on_itself(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Latents of this bundle are drawn, so first they are made those of its pictures."""
    folder = artifacts.parent / f"{artifacts.name}-seen"
    if not folder.exists():
        predictor = loaders.predictor(bundle)
        crops = [np.asarray(Image.open(bundle.path / f"pictures/{who}.webp").convert("RGB"))
                 for who in bundle.samples["sample_id"]]  # fmt: skip
        encoded = predictor.encode(np.stack(crops))
        folder.mkdir()
        rewritten(artifacts, folder, latents=lambda _: predictor.latents(encoded, "bottleneck").astype("f2"))
    seen = open_bundle(folder / "people")
    app = place_upload(monkeypatch, folder, (seen.path / "pictures/train-1063.webp").read_bytes())
    info = sent(app, "latent_map").header
    scores = latent_loaders.components(seen)[1]
    row = seen.row("train-1063")
    assert info["placed"] == pytest.approx(scores[row, :2].tolist(), abs=0.02 * float(np.abs(scores).max()))
    assert info["marked"][0] == "train-1063" and len(info["marked"]) == 8
    nearest = np.argsort(np.linalg.norm(scores[:, :10] - scores[row, :10], axis=1), kind="stable")[:8]
    assert set(info["marked"]) == set(seen.samples["sample_id"].iloc[nearest])
    assert "first 10 components" in words(app) and "%** of the people here" in words(app)


def test_a_picture_of_nothing_is_off_the_data(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    app = place_upload(monkeypatch, projected, png(Image.fromarray(noise)))
    assert "**Off the data.**" in app.warning[0].value
    assert sent(app, "latent_map").header["placedWords"] == "your picture, off the data"


def test_umap_has_no_place_for_a_new_picture(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, projected, png(Image.new("RGB", (64, 64), (9, 99, 9))), map_plane="UMAP")
    info = sent(app, "latent_map").header
    assert info["placed"] is None and len(info["marked"]) == 8
    assert "UMAP has no dependable place" in words(app)


def test_a_bad_file_gets_a_sentence(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, artifacts, b"these are words")
    assert "not a JPEG, PNG, WebP or HEIC picture" in app.error[0].value
    assert sent(app, "latent_map").header["placed"] is None


@pytest.mark.parametrize(
    ("distance", "norm", "off", "says"),
    [(50, 50, False, "among the data"), (0, 60, True, "unusually near"), (99, 50, True, "off the data"),
     (0, 99.9, True, "off the data"), (0, 1, True, "off the data")],
)  # fmt: skip
def test_a_verdict_tells_too_near_from_too_far(distance: float, norm: float, off: bool, says: str) -> None:
    one = [np.array([value]) for value in (1.0, distance, 1.0, norm, off)]
    assert verdict(Judgement(*one)) == says


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"map_x": "900"}, "a component from 1 to"),
        ({"map_y": "0"}, "a component from 1 to"),
        ({"map_plane": "globe"}, "components or UMAP"),
        ({"map_person": "nobody"}, "no person 'nobody'"),
        ({"map_colour": "blood type"}, "PCK, cluster"),
        ({"map_colour": "cluster", "map_k": "99"}, "a whole number from 2 to 20"),
        ({"map_people": "some"}, "all 17 joints labelled"),
        ({"map_pictures": "x-ray"}, "skeleton"),
        ({"map_in_place": "perhaps"}, "true or false"),
        ({"map_source": "the web"}, "your own picture"),
        ({"map_area": "1-2:drop table"}, "an area as the map writes it"),
        ({"map_area": "1-99:0,0,1,1,2,0"}, "an area as the map writes it"),
        ({"map_area": "umap:0,0,1,1,2,0"}, "an area as the map writes it"),
        ({"map_hidden": "1;2"}, "numbers of legend rows"),
        ({"map_area": "1-2:-99,-99,99,-99,99,99,-99,99", "map_page": "77"}, "a page from 1 to 2"),
    ],
)  # fmt: skip
def test_forged_links_get_a_sentence_and_the_default(
    link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    assert len(ids_of(app)) == PEOPLE


def test_legend_rows_that_are_not_there_hide_nobody(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, artifacts, map_hidden="77")
    assert len(ids_of(app)) == PEOPLE and not app.warning


@pytest.mark.parametrize("people", [2, 3])
def test_a_bundle_of_a_few_people_has_a_map(
    people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "few", people)
    for link in ({}, {"map_colour": "cluster"}, {"map_plane": "UMAP"}, {"map_colour": "torso angle"}):
        app = open_map(monkeypatch, tmp_path, **link)
        assert len(ids_of(app)) == people and not app.error


def test_nobody_differs(artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten(artifacts, tmp_path, latents=lambda latents: np.ones_like(latents))
    app = open_map(monkeypatch, tmp_path)
    assert "are equal" in app.info[0].value and not app.get("bidi_component")


def test_who_has_nan_is_named_counted_and_left_out(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(latents: np.ndarray) -> np.ndarray:
        latents[4, 7] = np.nan
        return latents

    rewritten(artifacts, tmp_path, latents=broken)
    for colouring in ("PCK", "cluster"):
        app = open_map(monkeypatch, tmp_path, map_colour=colouring)
        assert f"1 of {PEOPLE} people are left out" in app.warning[0].value
        assert "train-1028" in app.warning[0].value
        assert "train-1028" not in ids_of(app) and len(ids_of(app)) == PEOPLE - 1
    app = open_map(monkeypatch, tmp_path, map_person="train-1028")
    assert "**train-1028**" in words(app) and "no place on the map" in words(app)


def test_a_bundle_without_annotations_says_what_its_joints_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "plain", 30)
    app = open_map(monkeypatch, tmp_path, map_colour="nose: joint", map_area="1-2:0,-99,99,-99,99,99,0,99")
    classes = sent(app, "latent_map_courier").header["classes"]
    assert classes[1]["label"].startswith("predicted with a peak")
    assert "by predicted joints" in words(app)
    bundle = loaders.load_bundle("plain")
    assert map_pictures.kinds(bundle) == ["predicted heatmap", "skeleton"]


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def rewritten(artifacts: Path, folder: Path, samples=None, latents=None) -> Path:
    """A copy of the bundle with another table or other latents."""
    import shutil

    from posecore.bundle.manifest import SAMPLES
    from posecore.files import sha256

    copy = folder / "people"
    shutil.copytree(artifacts / "people", copy)
    manifest = json.loads((copy / MANIFEST).read_text())
    if samples is not None:
        samples(pd.read_parquet(copy / SAMPLES)).to_parquet(copy / SAMPLES, index=False)
    if latents is not None:
        np.save(copy / LATENTS, latents(np.load(copy / LATENTS)))
    for name in (SAMPLES, LATENTS):
        path = copy / name
        manifest["files"][name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
    (copy / MANIFEST).write_text(json.dumps(manifest))
    return copy
