"""What a component means."""

import json
from pathlib import Path

import never_learned
import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle, note_change
from reading import words
from streamlit.testing.v1 import AppTest
from walking import open_walk, people_met

from dashboard.pc_walk import charts, meaning
from dashboard.pc_walk import words as walk_words
from dashboard.shared.attribute_words import words_of
from dashboard.shared.numbers import p_value
from dashboard.shared.shown_here import BEGINS, Verdict
from posecore.attributes.correlations import SURE, strength, strongest
from posecore.bundle import open_bundle
from posecore.studies.control.summary import Reach, strongest_correlation


def verdict(app: AppTest) -> str:
    """In which the sentence at the top of the page ends."""
    (said,) = [one.value for one in app.markdown if BEGINS in one.value]
    return str(said.rsplit("**", 2)[1])


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
    # Without networks that never learned to compare with there is no verdict, but the command.
    assert "scripts/control_study.py --bundle" in words(app) and walk_words.NO_CAUSE not in words(app)
    assert verdict(app) == Verdict.UNKNOWN
    assert walk_words.how_correlated(len(table), min(meaning.SHOWN, len(table)), "annotated") in words(app)
    reach = strongest_correlation(never_learned.plant(monkeypatch))
    assert reach.highest == pytest.approx(never_learned.WEAK)
    named = open_walk(monkeypatch, path.parent)
    assert verdict(named) == Verdict.HOLDS and walk_words.NO_CAUSE not in words(named)
    # Over the people whom the untrained networks saw the same component may be less than sure.
    few = never_learned.control(correlation_low=np.full((3, 2), 0.01, np.float32))
    never_learned.plant(monkeypatch, few)
    doubted = open_walk(monkeypatch, path.parent)
    assert verdict(doubted) == Verdict.UNKNOWN and walk_words.NO_CAUSE in words(doubted)
    (drawn,) = [
        json.loads(one.proto.spec) for one in named.get("plotly_chart") if "walk_meaning" in one.proto.id
    ]
    band = drawn["layout"]["shapes"][0]
    assert [band["x0"], band["x1"]] == pytest.approx([-never_learned.WEAK, never_learned.WEAK])
    never_learned.plant(monkeypatch)
    other = open_walk(monkeypatch, path.parent, walk_component="7")
    unsure = next(one.value for one in other.dataframe if "rank correlation" in one.value)
    assert (unsure["p, corrected"] >= SURE).all()
    assert verdict(other) == Verdict.DOES_NOT and walk_words.NO_CAUSE in words(other)
    ends = next(one.value for one in app.dataframe if "end" in one.value)
    sits = pd.Series(np.arange(60) % 2, index=open_bundle(path).samples["sample_id"])
    kinds = ends.groupby("end")["sample id"].apply(lambda names: sits[names].unique().tolist())
    assert sorted(kinds.tolist()) == [[0], [1]] and len(ends) == 16


def test_a_network_that_never_learned_gets_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 60, annotations=True)
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["training"] = {"untrained": True}
    (path / "manifest.json").write_text(json.dumps(manifest))
    never_learned.plant(monkeypatch)
    app = open_walk(monkeypatch, path.parent)
    assert verdict(app) != Verdict.HOLDS and walk_words.NEVER_LEARNED in words(app)
    assert "Along it" not in words(app)


def a_correlation(r: float, low: float, high: float, p: float = 0.0004) -> pd.DataFrame:
    columns = {"r": [r], "low": [low], "high": [high], "n": [120], "p": [p], "p_corrected": [p]}
    return pd.DataFrame(columns, index=["knee_angle"])


@pytest.mark.parametrize(
    ("found", "above"),
    [
        (a_correlation(-0.5, -0.6, -0.4), True),
        (a_correlation(0.5, 0.4, 0.6), True),
        # The interval holds the reference, or 0.
        (a_correlation(-0.4, -0.5, -0.25), None),
        (a_correlation(0.2, -0.35, 0.6), None),
        # Strong, but of chance alone.
        (a_correlation(-0.5, -0.6, -0.4, 0.2), False),
        (a_correlation(0.2, 0.1, 0.29), False),
    ],
)
def test_a_component_has_a_name_where_its_interval_lies_above_the_reference(
    found: pd.DataFrame, above: bool | None
) -> None:
    best, reach = strongest(found, 0.3), Reach(0.9, (0.3, 0.1))
    assert best.above is above
    says, expected = walk_words.shown(3, best, reach, "annotated")
    assert expected == {True: Verdict.HOLDS, False: Verdict.DOES_NOT, None: Verdict.UNKNOWN}[above]
    assert "component 3 " in says and "n = 120" in says and "0.30" in says
    assert (walk_words.NO_CAUSE in walk_words.meaning(found, best, True, "annotated")) == (above is not True)
    assert "0.30" in walk_words.untrained(best, reach, 90) and "2 networks" in walk_words.untrained(
        best, reach, 90
    )
    # Without a reference there is neither a name nor the lack of one.
    unknown = strongest(found, None)
    assert unknown.above is not True
    assert walk_words.shown(3, unknown, None, "annotated")[1] == Verdict.UNKNOWN


def test_how_strong_a_correlation_is() -> None:
    assert [strength(r) for r in (0.29, -0.3, 0.49, -0.5, 0.9)] == [
        "weak",
        "moderate",
        "moderate",
        "strong",
        "strong",
    ]


def test_the_strongest_sure_one_names_a_component() -> None:
    """Few people make a correlation strong by chance."""
    both = pd.concat([a_correlation(0.8, 0.1, 0.95, 0.3), a_correlation(0.5, 0.4, 0.6)])
    both.index = pd.Index(["arm_spread", "knee_angle"])
    assert strongest(both, 0.3).attribute == "knee_angle"


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
    said = walk_words.meaning(found, strongest(found, 0.2), True, "annotated")
    knee = words_of("knee_angle", "annotated")
    assert f"**{knee.less}**" in said and knee.axis in said and knee.more not in said
    corrected = p_value(0.0004, walk_words.LEAST_P)
    assert all(
        figure in said for figure in ("strong", "−0.50", "−0.60 to −0.40", "n = 120", corrected, "1 of 2")
    )
    last = found.tail(1)
    assert "0 of 1 " in walk_words.meaning(last, strongest(last, 0.2), True, "annotated")
    figure = charts.correlations(
        found, ["knee angle", "size"], 0.05, 0.0002, None, "n = 130 people · data · network"
    )
    assert [list(trace.y) for trace in figure.data] == [["knee angle"], ["size"]]
    assert [shape.type for shape in figure.layout.shapes] == ["line"]
    assert figure.data[0].error_x.arrayminus[0] == pytest.approx(0.1)
    assert meaning.table(found, "annotated", None, 0)["how it is computed"].str.contains(
        "180 stretched"
    ).tolist() == [
        True,
        False,
    ]
