"""Beside what goes with a component or sets a cluster apart: what changing it does, where it was studied."""

import re
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from planted_causes import plant_causes
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.shared import causal_words
from posecore.studies.causes.verdict import Movement

STILL = {"turn": [0.0, 0.0]}
KNEES = {"left_knee": [0.8, 0.0], "right_knee": [0.0, 0.0]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Half of the people sit: the first component goes with their knees."""
    return make_fake_bundle(tmp_path / "artifacts" / "people", 40, annotations=True)


def column(app: AppTest, named: str) -> dict[str, str]:
    """What stands in the causal column, by attribute, of the table with a column of that name."""
    table = next(one.value for one in app.dataframe if named in one.value)
    return dict(zip(table["attribute"], table.get(causal_words.COLUMN, []), strict=False))


def test_a_correlation_that_no_cause_bears_out_is_said_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_causes(path, STILL)
    app = open_page(monkeypatch, path.parent, "pc_walk")
    said = column(app, "rank correlation")
    knee = next(text for name, text in said.items() if name.startswith("left knee angle"))
    assert knee.startswith("left knee bent") and f": {causal_words.SHORT[Movement.STILL]} (" in knee
    first = [one.value for one in app.markdown if one.value.startswith(f"* {causal_words.ALONG_UNMOVED}")]
    assert len(first) == 1 and "component 1" in first[0]
    assert words(app).index(first[0]) < words(app).index(causal_words.HOW)


def test_a_cause_that_moves_bears_it_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant_causes(path, KNEES)
    app = open_page(monkeypatch, path.parent, "pc_walk")
    knee = next(
        text for name, text in column(app, "rank correlation").items() if name.startswith("left knee angle")
    )
    assert f"{causal_words.SHORT[Movement.MOVES]} (+0.80)" in knee
    # The right one goes along, too, and is said to move nothing.
    (said,) = [one.value for one in app.markdown if causal_words.ALONG_UNMOVED in one.value]
    assert "right knee angle" in said and "left knee" not in said


def test_without_a_study_or_beyond_its_components_there_is_no_column(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not column(open_page(monkeypatch, path.parent, "pc_walk"), "rank correlation")
    plant_causes(path, STILL)
    app = open_page(monkeypatch, path.parent, "pc_walk", walk_component="3")
    assert not column(app, "rank correlation") and causal_words.HOW not in words(app)


def test_clusters_say_how_many_people_change_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.clusters import view

    link = {"clu_tab": next(name for name, module in view.TABS.items() if module.endswith("meaning"))}
    bare = open_page(monkeypatch, path.parent, "clusters", **link)
    assert not column(bare, "effect")
    plant_causes(path, STILL)
    app = open_page(monkeypatch, path.parent, "clusters", **link)
    knee = next(text for name, text in column(app, "effect").items() if name.startswith("left knee angle"))
    # Half of the people change their cluster whatever is changed, grain too, so it cannot be told.
    assert causal_words.SHORT[Movement.UNKNOWN] in knee and re.findall(r"\d+%", knee) == ["50%", "0%"]
    # The study speaks of two and of four clusters.
    other = open_page(monkeypatch, path.parent, "clusters", clu_k="3", **link)
    assert not column(other, "effect")
