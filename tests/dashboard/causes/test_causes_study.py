"""Causes by components: the verdicts of the study, readable both ways, and what a click on a cell opens."""

import copy
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from changing import Open
from planted_causes import plant_causes
from reading import figures, words

from dashboard.causes import charts, everybody, study_words
from dashboard.shared import links, shown_here
from dashboard.shared.shown_here import Verdict
from posecore.bundle import open_bundle, study_command
from posecore.causes.table import CAUSES
from posecore.studies.causes.summary import Matrix, matrix
from posecore.studies.causes.verdict import Movement

MOVED = {
    "turn": [0.9, 0.0, 0.0],
    "skin": [0.0, 0.0, 0.5],
    "lean": [0.06, 0.0, 0.0],
    "light_side": [0.0, 0.15, 0.0],
}


@pytest.fixture
def study(copied: Path) -> Matrix:
    return matrix(plant_causes(copied, MOVED, untrained=0.2))


def test_without_a_study_there_is_the_command_and_no_verdict(
    open_causes: Open, artifacts: Path, frames: list
) -> None:
    app = open_causes()
    command = study_command(open_bundle(artifacts / "people"), "causes")
    assert study_words.no_study(command) in [info.value for info in app.info]
    said = words(app)
    assert said.count(shown_here.BEGINS) == 1 and f"**{Verdict.UNKNOWN}**" in said
    assert not any(f"**{word}**" in said for word in (Verdict.HOLDS, Verdict.DOES_NOT))
    assert not app.get("plotly_chart")


def test_the_matrix_is_read_across_and_down(study: Matrix) -> None:
    across = study_words.across(study, CAUSES["turn"])
    moves, still = across.split("It does **not**")
    assert "component 1 (+0.90" in moves
    assert "component 2" not in moves and "2, 3" in still
    down = study_words.down(study, 0)
    assert down.startswith("**Component 1 moves** with turn of the body, +60 degrees (+0.90")
    # Beyond another grain, but not beyond untrained networks: neither moves nor does not.
    assert study.verdict[study.causes.index("light_side"), 1] == Movement.UNKNOWN
    assert "Of 1 cause it cannot be told" in study_words.down(study, 1)


def test_the_top_of_the_page_has_the_study_s_verdict(study: Matrix) -> None:
    text, verdict = study_words.shown(study, CAUSES["turn"])
    assert (
        verdict == Verdict.HOLDS
        and "component 1 (by 0.90" in text
        and "never learned by 0.20 at most" in text
        and "n = 14 people" in text
    )
    assert study_words.shown(study, CAUSES["beside"])[1] == Verdict.DOES_NOT
    assert study_words.shown(study, CAUSES["light_side"])[1] == Verdict.UNKNOWN


def test_a_cause_that_nobody_could_have_says_so(study: Matrix) -> None:
    study.people[study.causes.index("lying")] = 0
    assert study_words.MADE_OF_NOBODY in study_words.across(study, CAUSES["lying"])
    assert study_words.shown(study, CAUSES["lying"])[1] == Verdict.UNKNOWN


def test_the_page_shows_the_matrix_and_both_readings(
    open_causes: Open, copied: Path, study: Matrix, frames: list
) -> None:
    app = open_causes(copied.parent, cause="skin", cause_component="3")
    said = words(app)
    assert study_words.across(study, CAUSES["skin"]) in said and study_words.down(study, 2) in said
    assert shown_here.sentence(*study_words.shown(study, CAUSES["skin"])) in said
    assert len(figures(app)) == 3 and all(chart.proto.alt for chart in app.get("plotly_chart"))
    table = next(one.value for one in app.dataframe if "either way" in one.value)
    row = table[(table["cause"] == "skin") & (table["component"] == 3)].iloc[0]
    assert row["verdict"] == Movement.MOVES and row["movement"] == pytest.approx(0.5, abs=0.01)
    assert row["untrained, at most"] == pytest.approx(0.2, abs=1e-3) and row["n"] == 14
    scores = next(one.value for one in app.dataframe if "PCK, all skips" in one.value)
    # As changed, the nine even ones of 17 joints are no longer found; with skips cut none is.
    assert scores["PCK, all skips"].tolist() == pytest.approx([-100 * 8 / 17] * len(CAUSES), abs=10)
    assert set(scores["PCK, mean skips"]) == {-100.0} and set(scores["other cluster, K = 4, %"]) == {50.0}
    peaks = next(one.value for one in app.dataframe if "all skips, from" in one.value)
    assert peaks["all skips"].tolist() == pytest.approx([-0.25] * 17)


def test_latents_that_the_network_does_not_have_are_told(
    open_causes: Open, copied: Path, study: Matrix, frames: list
) -> None:
    app = open_causes(copied.parent, cause_space="Sleep")
    assert links.CAUSE_SPACE in app.warning[0].value and "'Sleep'" in app.warning[0].value


def test_every_cell_can_be_clicked_and_says_what_it_is(study: Matrix) -> None:
    names = [CAUSES[key].name for key in study.causes]
    figure = charts.matrix(study, names, 0, 1, "n = 14 · a network")
    cells = figure.data[-1]
    assert len(cells.x) == study.verdict.size
    assert [CAUSES[cell[0]].name for cell in cells.customdata] == list(cells.y)
    assert [cell[1] for cell in cells.customdata] == list(cells.x)
    first = cells.customdata[0]
    assert list(first[:3]) == ["turn", 1, Movement.MOVES.value]
    shapes = {trace.name: set(zip(trace.x, trace.y, strict=True)) for trace in figure.data[:-1]}
    assert shapes["moves up"] == {(1, names[0]), (3, names[study.causes.index("skin")])}
    assert (2, names[study.causes.index("light_side")]) in shapes[Movement.UNKNOWN]


def test_a_click_opens_the_cause_and_the_component(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {everybody.CELLS: {"selection": {"points": [{"customdata": ["skin", 3, "moves"]}]}}}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", {})
    everybody._open_cell()
    assert state[links.CAUSE] == "skin" and state[links.CAUSE_COMPONENT] == 3 and state[links.CAUSE_X] == "3"
    assert state["cause_by_skin"] == CAUSES["skin"].strengths[1]
    before = copy.deepcopy(state)
    state[everybody.CELLS]["selection"]["points"] = []
    everybody._open_cell()
    assert {k: v for k, v in state.items() if k != everybody.CELLS} == {
        k: v for k, v in before.items() if k != everybody.CELLS
    }


def test_untrained_networks_and_another_grain_are_grey(study: Matrix) -> None:
    rows = charts.of_cause(study, 0)
    figure = charts.movements([f"component {k + 1}" for k in range(3)], rows, "n = 14 · a network")
    grey = [trace for trace in figure.data if trace.marker.color == charts.GREY and trace.legendgroup]
    assert [list(trace.x) for trace in grey] == [pytest.approx([0.2] * 3, abs=1e-3)]
    moves = next(trace for trace in figure.data if trace.name == "moves")
    assert moves.x[0] == pytest.approx(0.9, abs=0.01) and len(moves.x) == 1
    assert np.isfinite(moves.error_x.array).all()
