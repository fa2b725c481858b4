"""The latents of two networks, side by side."""

import re
import shutil

import numpy as np
import pytest
from comparing import LATENTS_TAB, PEOPLE, open_compare, pair_of, table_of, trace
from fake_bundle import note_change
from reading import figures, numbers, words

from dashboard.compare import latents_words, maps, masks
from dashboard.shared.area import inside, read_area
from dashboard.shared.numbers import points
from posecore.bundle import open_bundle, study_command
from posecore.metrics.paired import counted, paired
from posecore.metrics.pck import pck
from posecore.studies.pair.results import FILE, load_pair_study
from posecore.studies.projection.results import load_projection


def test_latents_that_are_turned_are_turned_back(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    first, second, _, variance, _, layers = figures(app)
    # float16 latents and scores leave a little.
    assert "**0.0%**" in words(app) and "multiplied by 4" in words(app)
    people = sum(len(numbers(trace["x"])) for trace in first["data"])
    assert people == PEOPLE == sum(len(numbers(trace["x"])) for trace in second["data"])
    assert [trace["name"].split(":")[0] for trace in variance["data"]] == ["A", "B"]
    stored = [load_projection(open_bundle(artifacts / name)) for name in ("one", "other")]
    assert latents_words.variance(dict(zip(("A: one", "B: other"), stored, strict=True))) in words(app)
    assert latents_words.agreement(2, 1.0, PEOPLE) in words(app)
    assert np.isnan(numbers(layers["data"][0]["z"])[0, 0]) and "B: other lacks 64 × 64" in words(app)


def test_an_area_on_one_map_selects_the_same_people_on_both(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB, cmp_area_b="1-2:0,-1e5,1e5,-1e5,1e5,1e5,0,1e5")
    first, second = figures(app)[:2]
    strong = []
    for figure in (first, second):
        traces = [trace for trace in figure["data"] if "customdata" in trace]
        strong.append(
            {
                name
                for trace in traces
                for name, opacity in zip(trace["text"], numbers(trace["marker"]["opacity"]), strict=True)
                if opacity > 0.5
            }
        )
    right = {
        name
        for trace in second["data"]
        if "customdata" in trace
        for name, x in zip(trace["text"], numbers(trace["x"]), strict=True)
        if x > 0
    }
    assert strong[0] == strong[1] == right and 0 < len(right) < PEOPLE
    assert latents_words.selected(len(right), PEOPLE) in words(app)
    table = next(frame.value for frame in app.dataframe if "A: component 1" in frame.value)
    assert set(table["sample_id"]) == right


def test_what_is_drawn_becomes_a_short_area_of_the_link():
    turn = np.linspace(0, 2 * np.pi, 400)
    text = maps.corners({"lasso": [{"x": np.cos(turn).tolist(), "y": np.sin(turn).tolist()}], "box": []})
    area = read_area(text)
    assert area is not None and area.plane == "1-2" and len(area.corners) == maps.CORNERS
    assert inside(area, np.array([[0, 0], [0.9, 0], [1.1, 0]])).tolist() == [True, True, False]
    box = read_area(maps.corners({"lasso": [], "box": [{"x": [1, 3], "y": [0, 2]}]}))
    assert box is not None and inside(box, np.array([[2, 1], [4, 1]])).tolist() == [True, False]
    assert maps.corners({"lasso": [], "box": []}) == ""


def test_what_is_read_off_both_latents_stands_beside_what_needs_none(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    study = load_pair_study(*(open_bundle(artifacts / name) for name in ("one", "other")))
    expected = [pck(counted(side)) for side in study.readout]
    assert expected[0] != expected[2]
    chart = figures(app)[2]
    drawn = [numbers(trace(chart, name)["x"])[0] for name in ("A:", "B:", "mean place, without latents")]
    assert drawn == pytest.approx([100 * e for e in expected])
    said = words(app)
    assert all(f"**{share:.1%}**" in said for share in expected[:2]) and f" {expected[2]:.1%}" in said
    both, *beyond = (
        paired(*sides).rows.at(0)
        for sides in (study.readout[:2], study.readout[[2, 0]], study.readout[[2, 1]])
    )
    decoded = masks.compared(pair_of(artifacts))[1].at(-1)
    lines = latents_words.readout(pair_of(artifacts), both, tuple(beyond), decoded)
    assert all(line in said for line in lines) and latents_words.not_shown_by_readout(beside=False) in said
    gains = [points(expected[side] - expected[2], sign=True) for side in (0, 1)]
    assert re.findall(r"\*\*([^*]+) points\*\*", lines[1]) == gains
    table = table_of(app, "joint")
    assert table.iloc[0][["A, %", "B, %", "mean place, without latents, %"]].tolist() == pytest.approx(
        [100 * e for e in expected]
    )


def test_what_one_network_reads_off_alone_is_said_of_that_one(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    folder = copy / "one" / "studies" / "compare-other"
    with np.load(folder / FILE) as file:
        arrays = dict(file)
    # Of B nothing is found any more.
    arrays["readout"][1] = np.minimum(arrays["readout"][1], 0)
    np.savez(folder / FILE, **arrays)
    note_change(folder, FILE)
    mean, found = (pck(counted(arrays["readout"][side])) for side in (2, 0))
    said = words(open_compare(monkeypatch, copy, LATENTS_TAB))
    (line,) = [one for one in said.splitlines() if f", {mean:.1%}. " in one]
    gains = [points(share - mean, sign=True) for share in (found, 0)]
    assert gains[0] != gains[1] and re.findall(r"\*\*([^*]+) points\*\*", line) == gains


def test_of_an_older_comparison_the_command_that_reads_off_is_named(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    folder = copy / "one" / "studies" / "compare-other"
    with np.load(folder / FILE) as file:
        arrays = {name: file[name] for name in file if name != "readout"}
    np.savez(folder / FILE, **arrays)
    note_change(folder, FILE)
    app = open_compare(monkeypatch, copy, LATENTS_TAB)
    command = study_command(open_bundle(copy / "one"), "compare-other")
    keys = [chart.proto.id for chart in app.get("plotly_chart")]
    assert latents_words.no_readout(command) in words(app) and command in words(app)
    assert keys and not any("compare_readout" in key for key in keys)
