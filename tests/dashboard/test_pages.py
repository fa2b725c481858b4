import ast
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import DASHBOARD, open_page
from reading import figures, words
from streamlit.testing.v1 import AppTest

from dashboard.clusters import people
from dashboard.clusters.words import WHOLE
from dashboard.shared import cache, latents
from dashboard.shared import links as state

PEOPLE = 30


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifacts")
    make_fake_bundle(folder / "plain", people=PEOPLE)
    return folder


def metrics(app: AppTest) -> dict[str, str]:
    return {element.label: element.value for element in app.metric}


@pytest.mark.parametrize("path", [DASHBOARD / "app.py", *sorted(DASHBOARD.glob("*/page.py"))])
def test_a_page_shows_nothing_that_it_was_not_told_to(path: Path) -> None:
    """Streamlit writes on the page whatever stands alone on a line of it, but for the first docstring."""
    lines = ast.parse(path.read_text(encoding="utf-8")).body[1:]
    alone = [
        line.lineno for line in lines if isinstance(line, ast.Expr) and not isinstance(line.value, ast.Call)
    ]
    assert alone == []


def test_clusters_follow_k_and_find_the_two_kinds_of_people(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, "clusters", clu_k="2")
    assert app.slider(key=state.CLUSTERS_K).value == 2
    assert metrics(app)["Smallest and largest cluster"] == "15 – 15"
    assert float(metrics(app)["Mean silhouette"]) > 0.5
    assert WHOLE in words(app) and "128 numbers" in words(app)
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
    tabs += [("causes", {}), ("causes", {"cause": "mirrored picture"})]
    keys = set()
    for page, link in tabs:
        app = open_page(monkeypatch, tmp_path, page, **link)
        assert not any(state.NOTHING_HERE in warning.value for warning in app.warning), link
        blocks = (app.toggle, app.text_input, app.number_input, app.selectbox, app.slider, app.select_slider)
        keys |= {widget.key for block in (*blocks, app.button_group, app.text_area) for widget in block}
    linked = {key for key in keys if key is not None and not key.startswith("_")}
    families = tuple(name for name in state.NAMES if name.endswith("_"))
    assert len(linked) > 50
    assert {key for key in linked if key not in state.NAMES and not key.startswith(families)} == set()


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
