"""What a component means."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle, note_change
from reading import words
from walking import open_walk, people_met

from dashboard.pc_walk import charts, meaning
from dashboard.pc_walk import words as walk_words
from dashboard.shared.attribute_words import words_of
from posecore.bundle import open_bundle


def test_without_known_joints_nothing_is_said_of_a_meaning(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.read_parquet(copied / "samples.parquet")
    for name in table.columns:
        if name.startswith("predicted_"):
            table[name] = np.float32(0.0 if name.endswith("_peak") else np.nan)
    table.to_parquet(copied / "samples.parquet", index=False)
    note_change(copied, "samples.parquet")
    app = open_walk(monkeypatch, copied.parent)
    assert walk_words.NO_ATTRIBUTE in words(app)
    assert len(people_met(app)) == 7


def test_the_component_that_tells_sitting_from_standing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 60, annotations=True)
    app = open_walk(monkeypatch, path.parent)
    table = next(one.value for one in app.dataframe if "rank correlation" in one.value)
    sure = table[table["p, corrected"] < walk_words.SURE]
    # Half of them sit, with higher knees and so in a lower box, wider beside its height; nothing else was
    # planted.
    of_sitting = "knee|hip|height|^size$|width in the crop|share of the crop"
    assert len(sure) and sure["attribute"].str.contains(of_sitting).all()
    assert sure["attribute"].iloc[0] in words(app)
    assert walk_words.how_correlated(len(table), min(meaning.SHOWN, len(table)), "annotated") in words(app)
    other = open_walk(monkeypatch, path.parent, walk_component="7")
    unsure = next(one.value for one in other.dataframe if "rank correlation" in one.value)
    unsure = unsure.rename(columns={"p, corrected": "p_corrected"})
    assert (unsure["p_corrected"] >= walk_words.SURE).all()
    assert walk_words.meaning(unsure, "annotated") in words(other)
    ends = next(one.value for one in app.dataframe if "end" in one.value)
    sits = pd.Series(np.arange(60) % 2, index=open_bundle(path).samples["sample_id"])
    kinds = ends.groupby("end")["sample id"].apply(lambda names: sits[names].unique().tolist())
    assert sorted(kinds.tolist()) == [[0], [1]] and len(ends) == 16


def test_what_goes_with_a_component_in_words() -> None:
    found = pd.DataFrame(
        {
            "r": [-0.5, 0.1],
            "low": [-0.6, -0.1],
            "high": [-0.4, 0.3],
            "n": [120, 130],
            "p": [0.0002, 0.5],
            "p_corrected": [0.0004, 0.5],
        },
        index=["knee_angle", "size"],
    )
    said = walk_words.meaning(found, "annotated")
    knee = words_of("knee_angle", "annotated")
    assert f"**{knee.less}**" in said and knee.axis in said and knee.more not in said
    assert all(figure in said for figure in ("−0.50", "−0.60 to −0.40", "n = 120", "p < 0.001", "1 of 2"))
    assert "None of 1 " in walk_words.meaning(found.tail(1), "annotated")
    figure = charts.correlations(
        found, ["knee angle", "size"], 0.05, 0.0002, "n = 130 people · data · network"
    )
    assert [list(trace.y) for trace in figure.data] == [["knee angle"], ["size"]]
    assert figure.data[0].error_x.arrayminus[0] == pytest.approx(0.1)
    assert meaning.table(found, "annotated")["how it is computed"].str.contains("180 stretched").tolist() == [
        True,
        False,
    ]
