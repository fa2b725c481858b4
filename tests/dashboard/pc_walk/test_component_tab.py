"""How many components matter, as a browser shows it, on people who do not exist."""

import json
import shutil
from pathlib import Path

import never_learned
import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.pc_walk import charts as component_charts
from dashboard.pc_walk import components_words as component_words
from dashboard.shared import links, studies
from dashboard.shared.charts import GREY
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.shown_here import BEGINS, Verdict
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command, write_study
from posecore.statistics import Estimate
from posecore.studies.components import study as component_study
from posecore.studies.components.results import load_component_study, save_component_study
from posecore.studies.components.study import run_component_study
from posecore.studies.control.summary import reach
from posecore.studies.projection.results import load_projection
from posecore.studies.projection.study import ProjectionSettings, project

PEOPLE = 20


def page() -> None:
    from dashboard.pc_walk import components as component_tab
    from dashboard.shared import bundles

    component_tab.show(bundles.current_bundle())


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with both studies; five components are kept."""
    folder = tmp_path_factory.mktemp("artifacts")
    bundle = open_bundle(make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True))
    project(bundle, ProjectionSettings(components=5, draws=2))
    run_component_study(bundle, None, component_study.ComponentSettings())
    return folder


def open_tab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, page, **link)


def test_without_studies_both_commands_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3)
    app = open_tab(monkeypatch, path.parent)
    untrained, first, second = (info.value for info in app.info)
    bundle = open_bundle(path)
    assert study_command(bundle, "projection") in first and study_command(bundle, "components") in second
    assert study_command(bundle, "control") in untrained and BEGINS not in words(app)
    assert not app.get("plotly_chart") and not app.warning and not app.error


def test_a_broken_study_is_named_and_the_other_one_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 8)
    project(open_bundle(path), ProjectionSettings(draws=1))
    (path / "studies" / "components").mkdir()
    (path / "studies" / "components" / "manifest.json").write_text("{")
    app = open_tab(monkeypatch, path.parent)
    _, info = app.info
    assert "manifest.json" in info.value and "component_study.py" in info.value
    assert len(app.get("plotly_chart")) == 2


def test_every_count_is_told_with_its_people(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_tab(monkeypatch, artifacts)
    bundle = open_bundle(artifacts / "people")
    projection, study = load_projection(bundle), load_component_study(bundle)
    said = words(app)
    for sentence, counts in (
        (component_words.variance(projection), (f"{projection.needed_for(0.95)} of 19 ", "N = 20 ")),
        (component_words.chance(projection.parallel), (f"**{projection.parallel.count}**", "N = 20 ", " 2 ")),
        (
            component_words.how_kept(study, what_cutting_says(bundle)),
            (" 10 people", f" {len(study.sample_ids)} "),
        ),
    ):
        assert sentence in said and all(count in sentence for count in counts)
    command = study_command(bundle, "components")
    for skips, one in studies.component_curves(bundle).items():
        # These people's labels are drawn: there is nothing to lose.
        sentence = component_words.enough(study, skips, one, command)
        assert sentence in said and study.enough(skips) is None and command not in sentence
    charts = [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
    assert len(charts) == 3
    for chart in charts:
        title = chart["layout"]["title"]["text"]
        assert "n = " in title and "fake people" in title and "hourglass" in title
    assert all(element.proto.alt for element in app.get("plotly_chart"))
    (info,) = app.info
    assert not app.warning and study_command(bundle, "control") in info.value
    assert f"**{Verdict.UNKNOWN}**" in next(one.value for one in app.markdown if BEGINS in one.value)


def test_networks_that_never_learned_stand_in_grey_beside_everything(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = never_learned.plant(monkeypatch)
    app = open_tab(monkeypatch, artifacts)
    said = words(app)
    needed, above = (reach(control, f"components {which}") for which in ("for 95 %", "above chance"))
    for sentence, figures in (
        (component_words.variance_untrained(needed, 0), ("40 to 44", "has 3 of")),
        (component_words.chance_untrained(above, 0), ("9 to 11", "has 3 of")),
        (component_words.pose_untrained(0.02, 2, 2), ("0.020", "2 of them")),
    ):
        assert sentence in said and all(figure in sentence for figure in figures)
    for element in app.get("plotly_chart"):
        grey = [
            one for one in json.loads(element.proto.spec)["data"] if one.get("line", {}).get("color") == GREY
        ]
        assert len(grey) == (1 if "kept" in element.proto.id else 2)
    assert not app.info


def test_an_older_study_is_read_and_asked_to_be_made_again(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.copytree(artifacts / "people", tmp_path / "artifacts" / "people")
    bundle = open_bundle(path)
    study = load_component_study(bundle)
    # As before mean skips were tried.
    partial = path / "studies" / ".older"
    partial.mkdir()
    arrays = study.sample_ids, study.counts, study.hits[:2], study.explained, study.people
    save_component_study(partial, *arrays)
    write_study(bundle, "components", partial, {})
    app = open_tab(monkeypatch, path.parent)
    command = study_command(bundle, "components")
    assert component_words.without_mean(command) in [info.value for info in app.info]
    assert app.dataframe[2].value["skips"].unique().tolist() == ["off", "on"]
    assert component_words.without_mean(command) not in words(open_tab(monkeypatch, artifacts))


def test_the_tables_hold_what_the_studies_hold(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_tab(monkeypatch, artifacts)
    variance, chance, pose = (one.value for one in app.dataframe)
    bundle = open_bundle(artifacts / "people")
    projection, study = load_projection(bundle), load_component_study(bundle)
    assert variance["held together"].iloc[-1] == pytest.approx(1) and len(variance) == 19
    above = chance["variance"] > chance["95% quantile of shuffled"]
    assert above.tolist().index(False) == projection.parallel.count
    on = pose[pose["skips"] == "on"]
    assert on["components kept"].tolist() == study.counts.tolist()
    np.testing.assert_allclose(on["PCK"], study.curve("on").mean)
    np.testing.assert_allclose(on["lost, points"], 100 * (on["PCK"].iloc[-1] - on["PCK"]), atol=1e-9)


def test_a_number_asked_for_is_answered(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(artifacts / "people")
    projection, study = load_projection(bundle), load_component_study(bundle)
    command, curves = study_command(bundle, "projection"), studies.component_curves(bundle)
    for k, more in ((2, False), (7, True)):
        said = words(open_tab(monkeypatch, artifacts, walk_kept=str(k)))
        first = component_words.first(projection, k, command)
        assert first in said and all(line in said for line in component_words.kept(study, curves, k))
        assert f"**{k}**" in first and f"**{projection.explained[:k].sum():.1%}**" in first
        # Scores of five are stored.
        assert (f"`{command} --components {k}`" in first) == more


def test_beyond_the_rank_and_beyond_reason_there_is_a_sentence(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_tab(monkeypatch, artifacts, walk_kept="541")
    (info,) = (info for info in app.info if "control_study" not in info.value)
    projection = load_projection(open_bundle(artifacts / "people"))
    assert info.value == component_words.more_than_there_are(541, projection, 128)
    assert all(count in info.value for count in ("541", "20 people", "128", "19"))
    assert "extract_latents.py" in info.value and len(app.get("plotly_chart")) == 3
    app = open_tab(monkeypatch, artifacts, walk_kept="-3")
    assert "'-3'" in app.warning[0].value
    assert "**19**" in words(app) and "**100.0%**" in words(app)


def test_the_planted_rank_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People who differ along three directions only: three are above chance, and hold the variance."""
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 200)
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(0, 1, (128, 3)))[0].T
    latents = rng.normal(0, 1, (200, 3)) * [14, 13, 12] @ axes + rng.normal(0, 0.05, (200, 128))
    np.save(path / "latents.npy", latents.astype(np.float16))
    note_change(path, "latents.npy")
    monkeypatch.setattr(
        "posecore.studies.projection.study.umap_plane", lambda scores, seed: np.zeros((len(scores), 2))
    )
    project(open_bundle(path), ProjectionSettings(draws=3))
    app = open_tab(monkeypatch, path.parent, walk_kept="3")
    projection = load_projection(open_bundle(path))
    assert projection.parallel.count == 3 == projection.needed_for(0.95)
    all_three, three_of_four = (component_words.first(projection, k, "") for k in (3, 4))
    assert all_three in words(app) and "does not" in three_of_four and "does not" not in all_three
    assert component_words.chance(projection.parallel) in words(app)


def test_figures_mark_their_counts_and_leave_out_nobody_s_curves() -> None:
    shares = np.array([0.6, 0.3, 0.08, 0.02])
    nobody_else = np.empty((0, 0))
    figure = component_charts.cumulative(shares, 0.95, 3, nobody_else, "n = 5 people · data · network")
    np.testing.assert_allclose(figure.data[0].y, [0, 0.6, 0.9, 0.98, 1])
    assert [shape.x0 for shape in figure.layout.shapes] == [0, 3]
    assert "3 hold 95%" in figure.layout.annotations[0].text
    scree = component_charts.scree(shares, np.full(4, 0.25), 2, nobody_else, "n = 5 people · data · network")
    assert scree.layout.shapes[0].x0 == 2 and scree.layout.annotations[0].x == pytest.approx(np.log10(2))
    assert not component_charts.scree(shares, np.ones(4), 0, nobody_else, "n = 5").layout.shapes
    three = np.array([0.1, 0.2, 0.3])
    known = Estimate(three, three - 0.05, three + 0.1, np.array([7, 7, 7]))
    nobody = Estimate(three * np.nan, three * np.nan, three * np.nan, np.zeros(3, int))
    # Of others, counts that were not tried here are left out.
    others = np.array([0, 7, 128]), np.array([0.01, 0.02, 0.03])
    kept = component_charts.kept(np.array([0, 10, 128]), {"off": known, "on": nobody}, others, "n = 7")
    grey, line = kept.data
    assert list(kept.layout.xaxis.categoryarray) == ["0", "10", component_words.ITSELF] == list(line.x)
    assert list(grey.x) == ["0", component_words.ITSELF] and list(grey.y) == [0.01, 0.03]
    assert (
        line.name == "off, n = 7"
        and list(line.x) == ["0", "10", component_words.ITSELF]
        and list(line.y) == [0.1, 0.2, 0.3]
    )
    np.testing.assert_allclose(line.error_y.array, 0.1)
    np.testing.assert_allclose(line.error_y.arrayminus, 0.05)


def test_the_tab_is_in_the_link(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "pc_walk", walk_tab="How many components matter")
    assert [chart.proto.id.rpartition("-")[2] for chart in app.get("plotly_chart")] == [
        "components_cumulative",
        "components_scree",
        "components_kept",
    ]
    forged = open_page(monkeypatch, artifacts, "pc_walk", walk_tab="Sleep")
    assert "'Sleep'" in forged.warning[0].value and links.WALK_TABS[1] in forged.warning[0].value
    assert any("verdict" in one.value for one in forged.dataframe)
