"""How many components matter, as a browser shows it, on people who do not exist."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.pc_walk import charts as component_charts
from dashboard.pc_walk import components as component_tab
from dashboard.shared.studies import ComponentCurve
from posecore.bundle import open_bundle
from posecore.statistics import Estimate
from posecore.studies.components import study as component_study
from posecore.studies.components.results import ComponentStudy, load_component_study
from posecore.studies.components.study import run_component_study
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
    first, second = (info.value for info in app.info)
    assert f"`python scripts/project.py --bundle {path}`" in first
    assert f"`python scripts/component_study.py --bundle {path} --data DIR`" in second
    assert not app.get("plotly_chart") and not app.warning and not app.error


def test_a_broken_study_is_named_and_the_other_one_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 8)
    project(open_bundle(path), ProjectionSettings(draws=1))
    (path / "studies" / "components").mkdir()
    (path / "studies" / "components" / "manifest.json").write_text("{")
    app = open_tab(monkeypatch, path.parent)
    (info,) = app.info
    assert "manifest.json is not readable JSON" in info.value and "component_study.py" in info.value
    assert len(app.get("plotly_chart")) == 2


def test_every_count_is_told_with_its_people(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_tab(monkeypatch, artifacts)
    bundle = open_bundle(artifacts / "people")
    projection, study = load_projection(bundle), load_component_study(bundle)
    said = words(app)
    assert f"{projection.needed_for(0.95)} of 19 components hold 95% of the variance of N = 20 people" in said
    assert "shuffled among N = 20 people, 2 times" in said
    assert f"The first **{projection.parallel.count}** components vary more" in said
    assert f"fitted on 10 people; of each latent of {len(study.sample_ids)} **others**" in said
    for skips in ("off", "on"):
        enough = study.enough(skips)
        assert f"Skips {skips}: from **{enough:,}** components on" in said
    charts = [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
    assert len(charts) == 3
    for chart in charts:
        title = chart["layout"]["title"]["text"]
        assert "n = " in title and "fake people" in title and "hourglass" in title
    assert all(element.proto.alt for element in app.get("plotly_chart"))
    assert not app.warning and not app.info


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
    projection = load_projection(open_bundle(artifacts / "people"))
    said = words(open_tab(monkeypatch, artifacts, walk_kept="2"))
    assert (
        f"The first **2** hold **{projection.explained[:2].sum():.1%}** of the variance of 20 people" in said
    )
    assert "Skips off: keeping the first 2 gives PCK" in said and "scores of 5" not in said
    said = words(open_tab(monkeypatch, artifacts, walk_kept="7"))
    assert "scores of 5" in said and "--components 7` keeps them" in said
    assert "(7 was not tried, the next below is 5)" in said


def test_beyond_the_rank_and_beyond_reason_there_is_a_sentence(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_tab(monkeypatch, artifacts, walk_kept="541")
    (info,) = app.info
    assert "541 components are more than there are: 20 people with 128 numbers each have 19" in info.value
    assert "extract_latents.py --samples N" in info.value and len(app.get("plotly_chart")) == 3
    app = open_tab(monkeypatch, artifacts, walk_kept="-3")
    assert "'-3', expected a whole number" in app.warning[0].value
    assert "The first **19** hold **100.0%**" in words(app)


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
    said = words(app)
    assert "The first **3** components vary more" in said and "3 of 128 components hold 95%" in said
    assert "all vary more than chance makes" in said
    assert "the last of them varies no more than chance makes" in words(
        open_tab(monkeypatch, path.parent, walk_kept="4")
    )


def test_loss_in_words() -> None:
    nothing = np.full(3, np.nan)
    study = ComponentStudy(
        np.array(["a"]),
        np.array([0, 50, 128]),
        np.zeros((2, 1, 3, 17), np.int8),
        np.zeros((2, 3), np.float32),
        9,
        {},
    )
    curve = Estimate(np.array([0.1, 0.45, 0.6]), nothing, nothing, np.array([40, 40, 40]))

    def loss(low: float, high: float) -> Estimate:
        return Estimate(np.array([0.5, 0.15, 0]), np.array([0.4, low, 0]), np.array([0.6, high, 0]), curve.n)

    nobody = Estimate(nothing, nothing, nothing, np.zeros(3, int))
    curves = {"off": ComponentCurve(curve, loss(0.1, 0.2), 128), "on": ComponentCurve(nobody, nobody, None)}
    off, on = component_tab.kept_sentences(study, curves, 60)
    assert "the first 50 (60 was not tried, the next below is 50) gives PCK 0.450" in off
    assert "the latent itself 0.600, everybody's mean in its place 0.100" in off
    assert "15.0 points are lost (95 % interval 10.0 to 20.0, n = 40 people)" in off
    assert "**the components after them matter to the pose**" in off and "nobody's picture" in on
    unsure = {"off": ComponentCurve(curve, loss(-0.01, 0.2), 128)}
    assert "no loss can be told" in component_tab.kept_sentences(study, unsure, 50)[0]
    flat = Estimate(np.array([0.0, 0.001, 0.001]), nothing, nothing, curve.n)
    little = Estimate(np.array([0.001, 0, 0]), np.array([0.0005, 0, 0]), np.array([0.002, 0, 0]), curve.n)
    none = component_tab.kept_sentences(study, {"off": ComponentCurve(flat, little, 0)}, 50)[0]
    assert "**tells nothing** of its components" in none and "noise" not in none
    assert re.search(r"the first 50 gives", component_tab.kept_sentences(study, unsure, 50)[0])


def a_study(found: list[float], counts: list[int]) -> tuple[ComponentStudy, ComponentCurve]:
    """Ten people, each of whom as many of 17 joints is found as `found` says, for every count."""
    hits = np.zeros((2, 10, len(counts), 17), np.int8)
    for place, many in enumerate(found):
        hits[:, :, place, : round(many)] = 1
    study = ComponentStudy(
        np.array([str(n) for n in range(10)]),
        np.array(counts),
        hits,
        np.zeros((2, len(counts)), np.float32),
        500,
        {},
    )
    return study, ComponentCurve(study.curve("off"), study.loss("off"), study.enough("off"))


def test_where_a_curve_bends_in_words() -> None:
    study, found = a_study([1, 3, 9, 10, 15, 17, 17], [0, 5, 16, 50, 200, 499, 4096])
    # Of the 16 joints that the latent adds, 8 are there from 16 on, 14.4 from 499 on.
    said = component_tab.knee_sentence(study, "off", found)
    assert "PCK is 0.059 with everybody's mean in the latent's place and 1.000" in said
    assert "50% of the difference from **16** components on, 90% of the difference from **499**" in said
    study, found = a_study([1, 1, 1, 2, 3, 4, 17], [0, 5, 16, 50, 200, 499, 4096])
    assert "90% of the difference only with the latent itself" in component_tab.knee_sentence(
        study, "off", found
    )
    # A curve that falls again is only there from where it stays.
    study, found = a_study([1, 10, 2, 10, 17, 17, 17], [0, 5, 16, 50, 200, 499, 4096])
    assert study.knee("off", 0.5) == 50
    study, found = a_study([2] * 7, [0, 5, 16, 50, 200, 499, 4096])
    assert study.knee("off", 0.5) is None
    assert "**tells nothing**" in component_tab.knee_sentence(study, "off", found)


def test_the_thesis_s_counts_in_words() -> None:
    study, found = a_study([1, 3, 9, 10, 15, 16, 17], [0, 5, 16, 25, 200, 499, 4096])
    sixteen, fifty, many = component_tab.thesis_sentences(study, found)
    assert "The first **16** hold 95 %" in sixteen
    assert "here 47.1 points of PCK are lost (95 % interval 47.1 to 47.1)" in sixteen
    assert "it was not tried here; with 25 41.2 points" in fifty
    assert "500 people have no more than 499, and with these 5.9 points of PCK are lost" in many


def test_figures_mark_their_counts_and_leave_out_nobody_s_curves() -> None:
    shares = np.array([0.6, 0.3, 0.08, 0.02])
    figure = component_charts.cumulative(shares, 0.95, 3, "n = 5 people · data · network")
    np.testing.assert_allclose(figure.data[0].y, [0, 0.6, 0.9, 0.98, 1])
    assert [shape.x0 for shape in figure.layout.shapes] == [0, 3]
    assert "3 hold 95%" in figure.layout.annotations[0].text
    scree = component_charts.scree(shares, np.full(4, 0.25), 2, "n = 5 people · data · network")
    assert scree.layout.shapes[0].x0 == 2 and scree.layout.annotations[0].x == pytest.approx(np.log10(2))
    assert not component_charts.scree(shares, np.ones(4), 0, "n = 5").layout.shapes
    three = np.array([0.1, 0.2, 0.3])
    known = Estimate(three, three - 0.05, three + 0.1, np.array([7, 7, 7]))
    nobody = Estimate(three * np.nan, three * np.nan, three * np.nan, np.zeros(3, int))
    kept = component_charts.kept(np.array([0, 10, 128]), {"off": known, "on": nobody}, "n = 7")
    (line,) = kept.data
    assert (
        line.name == "off, n = 7"
        and list(line.x) == ["0", "10", "the latent itself"]
        and list(line.y) == [0.1, 0.2, 0.3]
    )
    np.testing.assert_allclose(line.error_y.array, 0.1)
    np.testing.assert_allclose(line.error_y.arrayminus, 0.05)


def test_the_tab_is_in_the_link(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, "pc_walk", walk_tab="How many components matter")
    assert [heading.value for heading in app.subheader] == [
        "How many hold the variance?",
        "How many vary more than chance makes?",
        "How many does the pose need?",
    ]
    forged = open_page(monkeypatch, artifacts, "pc_walk", walk_tab="Sleep")
    assert "'Sleep', expected one of Walk, How many components matter" in forged.warning[0].value
    assert "How near is the nearest?" in words(forged)
