"""All people of two networks, side by side."""

import re
import shutil

import numpy as np
import pytest
from comparing import EVERYBODY, PEOPLE, open_compare, pair_of, table_of, trace
from reading import figures, numbers, words

from dashboard.compare import masks
from dashboard.compare import words as compare_words
from dashboard.compare.everybody import median_apart
from dashboard.compare.words import MORE, MORE_POINTS
from dashboard.shared.numbers import points
from posecore.ablation import ALL_MASKS
from posecore.bundle import open_bundle, study_command
from posecore.metrics.pck import pck
from posecore.studies.skips.results import load_skip_study


def test_everybody_is_compared_with_intervals_and_the_table_says_the_same(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    _, chart = figures(app)
    assert f"n = {PEOPLE} fake people" in chart["layout"]["title"]["text"]
    assert "hourglass" in chart["layout"]["title"]["text"]
    table = table_of(app, "joint")
    assert table["joint"].tolist()[:2] == [compare_words.ALL_JOINTS, "nose"]
    assert (table["B, %"] - table["A, %"]).to_numpy() == pytest.approx(table[MORE_POINTS].to_numpy())
    assert numbers(trace(chart, MORE)["x"]) == pytest.approx(table[MORE_POINTS].to_numpy())
    people = table_of(app, "sample_id")
    assert (np.diff(people[MORE].dropna()) <= 0).all() and len(people) == PEOPLE


def test_with_cut_skips_the_two_skip_studies_are_compared(artifacts, monkeypatch):
    whole, cut = (
        table_of(
            open_compare(monkeypatch, artifacts, EVERYBODY, cmp_order="by sample id", **link), "sample_id"
        )
        for link in ({}, {"cmp_mask": "0111"})
    )
    apart = "median distance, crop pixels"
    # B was trained without it, so nothing of B changes.
    assert np.array_equal(whole["PCK of B"], cut["PCK of B"], equal_nan=True)
    assert whole["sample_id"].tolist() == cut["sample_id"].tolist()
    assert not np.array_equal(whole[apart], cut[apart])


def test_who_is_lost_by_one_network_is_not_far_apart():
    seen = np.zeros((2, 3, 17, 2))
    seen[1, 0] = (3, 4)
    # Of the second person all joints but one are lost by A, of the third all by B.
    seen[1, 1, 0] = (6, 8)
    seen[0, 1, 1:] = np.nan
    seen[1, 2] = np.nan
    np.testing.assert_array_equal(median_apart(seen), [5, 10, np.nan])


def test_every_mask_has_the_pck_of_both_person_by_person(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    chart = figures(app)[0]
    assert f"n = {PEOPLE} fake people" in chart["layout"]["title"]["text"]
    table = table_of(app, "skips")
    assert [name[:4] for name in table["skips"]] == [mask.title for mask in ALL_MASKS]
    for place, (name, title) in enumerate((("one", "A, %"), ("other", "B, %"))):
        hits = load_skip_study(open_bundle(artifacts / name)).hits_under("zero")
        expected = [100 * pck(hits[:, mask]) for mask in range(len(ALL_MASKS))]
        assert table[title].to_numpy() == pytest.approx(expected)
        drawn = trace(chart, ("A:", "B:")[place])
        assert numbers(drawn["x"]) == pytest.approx(expected)
        assert numbers(drawn["error_x"]["array"]).max() > 0
    said = words(app)
    found = masks.compared(pair_of(artifacts))
    assert found is not None
    for place, line in ((-1, 0), (0, 1)):
        row, sentence = table.iloc[place], compare_words.masks(pair_of(artifacts), found[1])[line]
        assert sentence in said and f"({table['skips'].iloc[place][:4]})" in sentence
        shares = [f"{row[side]:.1f}" for side in ("A, %", "B, %")]
        assert re.findall(r"\*\*([\d.]+)%\*\*", sentence) == shares
        assert points(row[MORE_POINTS] / 100, sign=True) in sentence
        assert "in training" not in sentence  # neither network met any cut


def test_without_both_skip_studies_no_mask_is_told(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    shutil.rmtree(copy / "other" / "studies" / "skips")
    app = open_compare(monkeypatch, copy, EVERYBODY)
    assert len(figures(app)) == 1 and not any("skips" in frame.value for frame in app.dataframe)
    assert study_command(open_bundle(copy / "other"), "skips") in words(app)
