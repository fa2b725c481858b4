"""One person as two networks see them."""

import numpy as np
import pytest
from comparing import HALF, ONE, UNKNOWN, open_compare, pair_of
from reading import words

from dashboard.compare import person
from dashboard.compare import words as compare_words
from dashboard.shared import certainty, links
from dashboard.shared.subject import bundle_person
from dashboard.shared.two_heatmaps import Answer, Side
from posecore.ablation import ALL_ON, LEVEL_NAMES, parse_mask
from posecore.bundle import open_bundle
from posecore.data.heatmaps import decode
from posecore.inference import Predictor


def test_the_joints_of_one_person_farthest_apart_stand_first(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, ONE, cmp_person="train-1021")
    assert compare_words.who(pair_of(artifacts)) in words(app)
    table = app.dataframe[0].value
    shown = table["apart, px"]
    assert shown.notna().is_monotonic_decreasing  # joints that one of them loses come last
    one, other = (open_bundle(artifacts / name) for name in ("one", "other"))
    crop = bundle_person(one, "train-1021").crop
    first, second = (
        decode(Predictor(bundle.network(), "fp32").heatmaps(crop[None].copy())) for bundle in (one, other)
    )
    apart = np.linalg.norm(first[0][0] - second[0][0], axis=1)
    apart = apart[(first[1][0] > 0) & (second[1][0] > 0)]
    assert shown.dropna().to_numpy() == pytest.approx(np.sort(apart)[::-1], abs=4)
    nose = table.set_index("joint").loc["nose"]
    assert (nose["peak A"], nose["peak B"]) == pytest.approx((first[1][0, 0], second[1][0, 0]), rel=1e-3)
    assert set(table["found by A"]) <= {"✓", "✗", "·"}


def test_a_skip_that_one_network_lacks_is_said_to_be_not_there(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, ONE, cmp_32="false")
    assert [app.toggle(key).value for key in links.COMPARE_SKIPS] == [True, False, True, True]
    assert not any(app.toggle(key).disabled for key in links.COMPARE_SKIPS)
    asked = parse_mask("1011")
    nobody = certainty.line(np.zeros(17, np.bool_), HALF)
    titles = [
        text.value
        for text in app.markdown
        if text.value.startswith("**A: ") or text.value.startswith("**B: ")
    ]
    assert titles == [
        f"**A: one**  \n{compare_words.skips(asked, ALL_ON)}  \n{nobody}",
        f"**B: other**  \n{compare_words.skips(asked, parse_mask('0111'))}  \n{nobody}",
    ]


def test_a_skip_that_is_cut_and_not_there_is_named_once():
    cut, absent = compare_words.skips(parse_mask("0011"), parse_mask("0111")).split(";")
    assert [name for name in LEVEL_NAMES if name in cut] == [LEVEL_NAMES[1]]
    assert [name for name in LEVEL_NAMES if name in absent] == [LEVEL_NAMES[0]]
    assert not any(name in compare_words.skips(ALL_ON, ALL_ON) for name in LEVEL_NAMES)


def test_switching_the_finest_skip_changes_the_network_that_has_it_only(artifacts, monkeypatch):
    whole = open_compare(monkeypatch, artifacts, ONE).dataframe[0].value.set_index("joint").sort_index()
    cut = open_compare(monkeypatch, artifacts, ONE, cmp_64="false").dataframe[0].value
    cut = cut.set_index("joint").sort_index()
    assert not np.allclose(whole["peak A"], cut["peak A"])
    assert np.array_equal(whole["peak B"], cut["peak B"])


def test_what_nobody_knows_of_a_joint_is_a_dot():
    path_free = Answer(
        subject=type("S", (), {"annotated": None, "visibility": None})(),  # type: ignore[arg-type]
        before=Side("A", np.zeros((17, 2), np.float32), np.ones(17, np.float32), None, HALF),
        after=Side("B", np.full((17, 2), 3, np.float32), np.ones(17, np.float32), None, UNKNOWN),
    )
    table = person.table(path_free)
    assert set(table["A sure"]) == {"✓"} and set(table["B sure"]) == {"·"}
    assert "found by A" not in table and table["apart, px"].to_numpy() == pytest.approx(18**0.5)
