"""The tab of what each part knows, and the sentence at the top of the page, on planted studies."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from planted_studies import plant_control, plant_probe
from reading import figures, numbers
from reading import words as text_of
from streamlit.testing.v1 import AppTest

from dashboard.shared import links, shown_here, untrained
from dashboard.shared.charts import GREY
from dashboard.shared.readout_words import part
from dashboard.shared.shown_here import Verdict
from dashboard.skip_lab import parts_words as words
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.studies.probe import summary
from posecore.studies.skips.study import SkipSettings, run_study

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 40
R2 = {
    "bottleneck": 0.6,
    "components-1": 0.1,
    "components-50": 0.55,
    **{f"skip-{cells}": share for cells, share in ((64, 0.2), (32, 0.25), (16, 0.3), (8, 0.4))},
    "untrained-0": 0.09,
    "untrained-1": 0.1,
    "picture": 0.02,
    "permuted": 0.0,
}


def tab() -> None:
    from dashboard.shared import bundles
    from dashboard.skip_lab import parts

    parts.show(bundles.current_bundle())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_fake_bundle(tmp_path / "artifacts" / "people", PEOPLE, annotations=True, pictures=True)


def open_tab(monkeypatch: pytest.MonkeyPatch, path: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, path.parent, tab, **link)


def test_without_the_study_there_is_one_line_with_the_command(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_tab(monkeypatch, path)
    (info,) = app.info
    assert study_command(open_bundle(path), "probe") in info.value
    assert not app.get("plotly_chart") and not app.dataframe


def test_every_part_is_a_row_and_what_took_no_training_is_grey(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = plant_probe(path, R2, noise=0.05)
    for measure, of in (("R²", summary.r2), ("PCK", summary.pck)):
        app = open_tab(monkeypatch, path, **{links.LAB_PARTS_MEASURE: measure})
        (chart,) = figures(app)
        assert f"n = {PEOPLE}" in chart["layout"]["title"]["text"]
        drawn, grey = {}, set()
        for trace in chart["data"]:
            drawn |= dict(zip(trace["y"], numbers(trace["x"]), strict=True))
            if trace["marker"]["color"] == GREY:
                grey |= set(trace["y"])
        names = [part(name) for name in R2]
        assert len(set(names)) == len(R2)
        assert [drawn[name] for name in names] == pytest.approx(of(study).mean.tolist())
        assert grey == {part(name) for name in ("untrained-0", "untrained-1", "picture", "permuted")}
        (table,) = (one.value for one in app.dataframe)
        assert table[measure].tolist() == pytest.approx(of(study).mean.tolist())
        assert words.HOW_TO_READ[measure] in text_of(app)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ({}, Verdict.HOLDS),
        ({"bottleneck": 0.09}, Verdict.DOES_NOT),
        # Beyond both, but by no more than these differ.
        ({"bottleneck": 0.2, "untrained-0": 0.02}, Verdict.DOES_NOT),
        ({"bottleneck": 0.12}, Verdict.UNKNOWN),
    ],
)
def test_the_verdict(
    parts: dict[str, float], verdict: Verdict, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_probe(path, R2 | parts, noise=0.02)
    said = text_of(open_tab(monkeypatch, path))
    assert [word for word in Verdict if f"**{word}**" in said] == [verdict]


@pytest.mark.parametrize("networks", [0, 1])
def test_without_two_that_never_learned_there_is_no_verdict(
    networks: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out = ("untrained-0", "untrained-1")[networks:]
    plant_probe(path, {name: value for name, value in R2.items() if name not in left_out})
    said = text_of(open_tab(monkeypatch, path))
    assert [word for word in Verdict if f"**{word}**" in said] == [Verdict.UNKNOWN]


def test_the_tab_is_on_the_page_below_its_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of random weights, which finds next to nothing: whatever is there, nothing is affirmed."""
    run_study(open_bundle(path), None, SkipSettings())
    plant_probe(path, R2)
    link = {links.LAB_TAB: links.LAB_TABS[2]}
    app = open_page(monkeypatch, path.parent, "skip_lab", **link)
    said = text_of(app)
    assert len(figures(app)) == 1 and said.count(shown_here.BEGINS) == 1
    (top,) = [line for line in said.splitlines() if shown_here.BEGINS in line]
    assert top.endswith(f"**{Verdict.UNKNOWN}**.") and untrained.missing(open_bundle(path)) in said
    plant_control(path, [(0.3, 0.1), (0.2, 0.12)])
    said = text_of(open_page(monkeypatch, path.parent, "skip_lab", **link))
    (top,) = [line for line in said.splitlines() if shown_here.BEGINS in line]
    assert top.endswith(f"**{Verdict.DOES_NOT}**.") and f"n = {PEOPLE}" in top and "20.0 at most" in top
