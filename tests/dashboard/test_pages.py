import ast
import io
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import DASHBOARD, open_page
from PIL import Image
from reading import figures, words
from streamlit.testing.v1 import AppTest

from dashboard.clusters import people
from dashboard.shared import cache, latents, predictions
from dashboard.shared import links as state
from posecore.ablation import parse_mask

PEOPLE = 30
TITLES = {
    "overview": "What a pose network learned",
    "skip_lab": "Skip lab",
    "latent_map": "Latent map",
    "clusters": "Clusters",
    "pc_walk": "PC walk",
}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifacts")
    make_fake_bundle(folder / "plain", people=PEOPLE)
    return folder


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictured")
    make_fake_bundle(folder / "pictured", people=12, pictures=True, seed=1)
    return folder


def metrics(app: AppTest) -> dict[str, str]:
    return {element.label: element.value for element in app.metric}


@pytest.mark.parametrize("page", TITLES)
def test_a_page_opens_with_something_to_see(
    page: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, page)
    assert app.title[0].value == TITLES[page]
    assert app.get("plotly_chart") or app.image
    assert not app.error and not app.warning
    for figure in figures(app):
        title = figure["layout"]["title"]["text"]
        whom = "fake people, split train" if "n = " in title else "epochs · validation people"
        assert whom in title and "hourglass" in title


@pytest.mark.parametrize("path", [DASHBOARD / "app.py", *sorted(DASHBOARD.glob("*/page.py"))])
def test_a_page_shows_nothing_that_it_was_not_told_to(path: Path) -> None:
    """Streamlit writes on the page whatever stands alone on a line of it, but for the first docstring."""
    lines = ast.parse(path.read_text(encoding="utf-8")).body[1:]
    alone = [
        line.lineno for line in lines if isinstance(line, ast.Expr) and not isinstance(line.value, ast.Call)
    ]
    assert alone == []


@pytest.mark.parametrize("page", TITLES)
def test_pictures_and_charts_have_a_text_for_those_who_do_not_see_them(
    page: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, page)
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert all(picture.alt for images in app.image for picture in images.proto.imgs)


def test_overview_tells_the_figures_with_their_n(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "overview")
    assert metrics(app) == {
        "PCK": "0.540",
        "PCK, visible joints": "0.560",
        "OKS, mean": "0.600",
        "COCO AP": "0.400",
    }
    assert f"{PEOPLE} validation people of fake people" in words(app)
    assert "preset fast" in words(app)
    assert figures(app)[0]["data"][0]["y"] == pytest.approx([0.15, 0.3, 0.45, 0.6])


def test_the_lab_compares_the_stored_prediction_with_the_latent_alone_without_a_picture(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, "skip_lab", lab_person="train-1021")
    assert not app.toggle
    assert "POSE_IMAGES" in app.info[0].value
    assert "All four skips on (stored)" in words(app) and "All four skips cut" in words(app)
    bundle = cache.load_bundle("plain")
    row = bundle.samples.iloc[bundle.row("train-1021")]
    table = app.dataframe[0].value
    assert table["peak before"].to_numpy() == pytest.approx(
        [row[name] for name in bundle.samples.columns if name.endswith("_peak")]
    )
    maps = predictions.latent_heatmaps(bundle, "train-1021")
    assert table["peak after"].to_numpy() == pytest.approx(maps.max(axis=(1, 2)), rel=1e-5)
    cell = int(maps[0].argmax())
    there = np.array([cell % 64 * 4 + 2, cell // 64 * 4 + 2])
    far = np.linalg.norm(there - [row["predicted_nose_x"], row["predicted_nose_y"]])
    assert table["moved, px"].iloc[0] == pytest.approx(far, rel=1e-4)


def test_the_lab_cuts_single_skips_where_there_is_a_picture(
    pictured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = dict.fromkeys(state.LAB_SKIPS, "true")
    app = open_page(monkeypatch, pictured, "skip_lab", **every)
    assert [app.toggle(key=key).value for key in state.LAB_SKIPS] == [True] * 4
    assert metrics(app)["Joints moved · joints lost"] == "0 · 0 of 17"
    assert "Nothing is cut" in words(app)
    app.toggle(key="lab_32").set_value(False).run()
    assert "Cut: 32 × 32" in words(app)
    bundle = cache.load_bundle("pictured")
    person = app.text_input[0].placeholder
    crop = np.asarray(Image.open(bundle.path / f"pictures/{person}.webp").convert("RGB"))
    peaks = predictions.all_masks(bundle, crop)[parse_mask("1011").position].max(axis=(1, 2))
    assert app.dataframe[0].value["peak after"].to_numpy() == pytest.approx(peaks, rel=1e-4)


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].upload(name, data)
    return app.run()


def test_an_uploaded_picture_is_cut_and_shown(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "skip_lab", lab_source="your own picture")
    assert "As soon as there is a picture" in app.info[0].value
    picture = Image.new("RGB", (300, 200), (200, 30, 30))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    upload(app, "me.png", buffer.getvalue())
    assert not app.exception and not app.error
    app.session_state["_lab_source_box_open"] = True
    app.run()
    assert [field.value for field in app.number_input] == [0.0, 0.0, 300.0, 200.0]  # the whole picture
    assert [app.toggle(key=key).value for key in state.LAB_SKIPS] == [False] * 4
    assert len(app.dataframe[0].value) == 17
    assert "your picture" in words(app)


def test_a_text_file_called_jpg_gets_a_sentence(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "skip_lab", lab_source="your own picture")
    upload(app, "me.jpg", b"not a picture at all")
    assert not app.exception and len(app.error) == 1


def test_clusters_follow_k_and_find_the_two_kinds_of_people(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, "clusters", clu_k="2")
    assert app.slider(key=state.CLUSTERS_K).value == 2
    assert metrics(app)["Smallest and largest cluster"] == "15 – 15"
    assert float(metrics(app)["Mean silhouette"]) > 0.5
    assert "full latent space" in words(app) and "128 numbers" in words(app)
    standing = {f"train-{1000 + 7 * i}" for i in range(0, PEOPLE, 2)}
    nearest = [{picture.caption for picture in images.proto.imgs} for images in app.image]
    assert [len(people) for people in nearest] == [people.PER_CLUSTER] * 2
    assert sorted(len(people & standing) for people in nearest) == [0, people.PER_CLUSTER]
    app.slider(key=state.CLUSTERS_K).set_value(5).run()
    assert not app.exception and len(figures(app)[0]["data"]) == 5


def test_another_seed_is_one_click(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "clusters")
    app.button(key="_clu_again").click().run()
    assert not app.exception and "seed 1," in words(app)


def test_a_walk_meets_the_nearest_people_and_says_who_repeats(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, "pc_walk", walk_steps="13", walk_range="1.0")
    bundle = cache.load_bundle("plain")
    _, scores = latents.components(bundle)
    middle = scores.copy()
    at_mean = bundle.samples["sample_id"].iloc[int(np.linalg.norm(middle, axis=1).argmin())]
    stops = [caption.value.split("  \n") for caption in app.caption if "distance" in caption.value.lower()]
    stops = [stop for stop in stops if len(stop) == 3]
    assert len(stops) == 13
    assert stops[6][0] == at_mean
    assert stops[6][2] == f"distance {np.linalg.norm(scores, axis=1).min():.1f}"
    again = {who for who, *_ in stops if sum(other[0] == who for other in stops) > 1}
    assert again and all(who in app.info[0].value for who in again)


@pytest.mark.parametrize(
    ("page", "link", "says"),
    [
        ("clusters", {"clu_k": "99"}, "whole number from 2 to 20"),
        ("clusters", {"clu_k": "two"}, "whole number from 2 to 20"),
        ("clusters", {"clu_seed": "-4"}, "whole number from 0 to 9999"),
        ("skip_lab", {"lab_person": "../../etc"}, "no person '../../etc'"),
        ("skip_lab", {"lab_source": "the web"}, "your own picture"),
        ("pc_walk", {"walk_component": "0"}, "a component from 1 to"),
        ("pc_walk", {"walk_steps": "8"}, "one of 3, 5, 7"),
    ],
)
def test_forged_links_get_a_sentence_and_the_default(
    page: str, link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, page, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    assert app.get("plotly_chart") or app.image


@pytest.mark.parametrize(
    ("page", "link", "says"),
    [
        ("overview", {"bundle": "nope"}, "bundle = 'nope', expected one of plain"),
        ("overview", {"foo": "![a](//b)"}, r"'foo' = '\!\[a\](//b)', which is nothing on this page"),
        ("skip_lab", {"lab_64": "maybe"}, "lab_64 = 'maybe', expected true or false"),
        ("latent_map", {"map_view": "xx"}, "map_view = 'xx', expected a part of the map"),
        ("latent_map", {"map_view": "9-41:0,1,0,1"}, "expected a part of the map"),
        ("latent_map", {"clu_k": "3"}, r"'clu\_k' = '3', which is nothing on this page"),
        ("compare", {"cmp_people": "foo"}, r"'cmp\_people' = 'foo', which is nothing on this page"),
        ("compare", {"with_": "foo"}, "which is nothing on this page"),
    ],
)
def test_what_a_link_asks_in_vain_is_said_in_a_line_and_gone_from_the_link(
    page: str, link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, page, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    assert not app.query_params


def test_every_widget_of_a_link_has_a_name_that_its_page_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        make_fake_bundle(tmp_path / name, people=12, annotations=True, pictures=True)
    tabs = [("overview", {}), ("latent_map", {"map_colour": "cluster"}), ("clusters", {})]
    tabs += [("skip_lab", {"lab_tab": tab}) for tab in state.LAB_TABS]
    tabs += [("skip_lab", {"lab_replacement": "other"}), ("clusters", {"clu_tab": "Compare two"})]
    tabs += [("pc_walk", {"walk_tab": tab}) for tab in state.WALK_TABS]
    tabs += [("compare", {"cmp_tab": tab}) for tab in state.COMPARE_TABS]
    keys = set()
    for page, link in tabs:
        app = open_page(monkeypatch, tmp_path, page, **link)
        assert not any("nothing on this page" in warning.value for warning in app.warning), link
        blocks = (app.toggle, app.text_input, app.number_input, app.selectbox, app.slider, app.select_slider)
        keys |= {widget.key for block in (*blocks, app.button_group, app.text_area) for widget in block}
    linked = {key for key in keys if key is not None and not key.startswith("_")}
    families = tuple(name for name in state.NAMES if name.endswith("_"))
    assert len(linked) > 50
    assert {key for key in linked if key not in state.NAMES and not key.startswith(families)} == set()


@pytest.mark.parametrize("page", TITLES)
def test_a_broken_bundle_gets_a_sentence_on_every_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "broken", people=12)
    (tmp_path / "broken" / "latents.npy").write_bytes(b"short")
    app = open_page(monkeypatch, tmp_path, page)
    assert len(app.error) == 1 and "latents.npy" in app.error[0].value
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("page", TITLES)
def test_no_bundle_at_all_says_how_to_make_one(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, tmp_path, page)
    assert app.title[0].value == TITLES[page]
    assert "scripts/extract_latents.py" in app.info[0].value


def test_bundles_can_be_chosen_where_there_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "first", people=12)
    assert not open_page(monkeypatch, tmp_path, "overview").selectbox
    make_fake_bundle(tmp_path / "second", people=17)
    assert "**12 fake people" in words(open_page(monkeypatch, tmp_path, "overview"))
    assert "**17 fake people" in words(open_page(monkeypatch, tmp_path, "overview", bundle="second"))
    forged = open_page(monkeypatch, tmp_path, "overview", bundle="../../home")
    assert "**12 fake people" in words(forged) and "first, second" in forged.warning[0].value


def test_a_bundle_written_anew_is_opened_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "one", people=12)
    assert "**12 fake people" in words(open_page(monkeypatch, tmp_path, "overview"))
    make_fake_bundle(tmp_path / "one", people=13)
    assert "**13 fake people" in words(open_page(monkeypatch, tmp_path, "overview"))


def test_overview_leads_in_three_steps_to_pages_that_are_there(
    pictured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, pictured, "overview")
    links = [link.proto for link in app.get("page_link")]
    steps = [link for link in links if link.label[0].isdigit()]
    assert [link.label.split(" · ")[1] for link in steps] == ["Cut a skip", "Walk PC 1", "Change K"]
    assert [link.page for link in steps] == ["skip-lab", "pc-walk", "clusters"]
    people = [picture.alt.split(" ")[0] for picture in app.image[0].proto.imgs]
    assert len(set(people)) == 12 and people[0] == "train-1000"
