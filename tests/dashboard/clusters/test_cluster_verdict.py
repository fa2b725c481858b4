"""Groups, regions of one cloud, or cannot be told: studies of each outcome, beside untrained networks."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from outcomes import ALIKE, KS, SILHOUETTE, cluster_study, control_study, evidence
from planted import open_clusters
from reading import everything, figures, numbers, words
from streamlit.testing.v1 import AppTest

from dashboard.clusters import count, count_charts, count_words, verdict_words
from dashboard.clusters.verdict_words import finding, learned, shown_here
from dashboard.shared import charts, glossary, untrained
from dashboard.shared.clustering import stored
from dashboard.shared.shown_here import Verdict
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.clustering.verdict import Kind, Reason
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import ControlStudy

NEVER = control_study(Kind.REGIONS, Kind.REGIONS, Kind.UNKNOWN)
GROUPS, CLOUD = cluster_study(evidence(3)), cluster_study(evidence(1))
UNSURE, JUST_AS_TIGHT = cluster_study(evidence(1, 2)), cluster_study(evidence(3, silhouette=ALIKE))
FEW, OLD = cluster_study(None, people=60), cluster_study(None)


@pytest.mark.parametrize(
    ("study", "kind", "word"),
    [
        (GROUPS, "3 groups", Verdict.HOLDS),
        (CLOUD, Kind.REGIONS.capitalize(), Verdict.DOES_NOT),
        (UNSURE, Kind.UNKNOWN.capitalize(), Verdict.UNKNOWN),
        (JUST_AS_TIGHT, Kind.UNKNOWN.capitalize(), Verdict.UNKNOWN),
        (FEW, Kind.UNKNOWN.capitalize(), Verdict.UNKNOWN),
    ],
)
def test_the_verdict_says_one_of_three_things(study: ClusterStudy, kind: str, word: Verdict) -> None:
    said = finding(study, NEVER, True)
    assert said.startswith(f"**{kind}**")
    assert f"{Kind.REGIONS} in 2 of 3" in said and f"{Kind.UNKNOWN} in 1 of 3" in said
    text, verdict = shown_here(study, NEVER, True, "n = 1,000 fake people")
    assert verdict == word and "n = 1,000 fake people" in text


def test_its_figures_are_the_study_s() -> None:
    test = GROUPS.evidence.density
    limit = max(GROUPS.evidence.standings(3)[name].limit for name in ("gaussian", "smoothed"))
    said = finding(GROUPS, NEVER, True)
    for value in (test.valley[1], test.low[1], test.high[1]):
        assert f"{value:.2f}" in said
    assert f"{SILHOUETTE:.3f}" in said and f"{limit:.3f}" in said
    # Of one cloud the middle valley of K = 4 to 10: with these, falling in even steps, that of K = 7.
    test = CLOUD.evidence.density
    at = KS.tolist().index(7)
    said = finding(CLOUD, NEVER, True)
    assert f"{test.valley[at]:.2f}" in said and "K = 7" in said
    assert f"{test.low[at]:.2f} to {test.high[at]:.2f}" in said
    assert "0.80 to 1.00" in said  # of the untrained
    assert Reason.TOO_FEW in finding(FEW, NEVER, True) and Reason.ALIKE in finding(JUST_AS_TIGHT, NEVER, True)


@pytest.mark.parametrize(
    ("control", "trained"),
    [(NEVER, False), (control_study(Kind.REGIONS, Kind.GROUPS), True), (control_study(Kind.GROUPS), False)],
)
def test_groups_that_a_network_without_training_has_are_not_learned(
    control: ControlStudy, trained: bool
) -> None:
    assert not learned(GROUPS, control, trained)
    assert shown_here(GROUPS, control, trained, "n")[1] == Verdict.DOES_NOT
    assert "not learned" in finding(GROUPS, control, trained)


def test_without_what_it_needs_there_is_no_verdict() -> None:
    for study, control in ((None, NEVER), (OLD, NEVER), (GROUPS, None), (CLOUD, None)):
        assert shown_here(study, control, True, "n")[1] == Verdict.UNKNOWN


def opened(
    monkeypatch: pytest.MonkeyPatch, artifacts: Path, study: ClusterStudy, control: ControlStudy | None
) -> AppTest:
    monkeypatch.setattr(stored, "study", lambda bundle: study)
    monkeypatch.setattr(untrained, "reference", lambda bundle: control)
    return open_clusters(monkeypatch, artifacts, clu_tab="How many clusters?")


def test_the_page_draws_evidence_beside_controls_and_untrained(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, artifacts, GROUPS, NEVER)
    said = words(app)
    assert finding(GROUPS, NEVER, True) in said and Verdict.HOLDS in said
    for text in (count_words.gap(GROUPS.gap, NEVER), count_words.silhouettes(GROUPS, NEVER)):
        assert text in said and "never learned" in text
    found, valleys, over_k, gap, steady = GROUPS.evidence, *figures(app)[2:]
    own = valleys["data"][-1]
    assert numbers(own["y"]) == pytest.approx(found.density.valley)
    for figure, draws in ((valleys, found.valleys), (over_k, found.controls)):
        lines = {trace.get("name", "").replace("<br>", " "): trace for trace in figure["data"]}
        for name, values in draws.items():
            line = lines[count_words.CONTROLS[name]]
            assert numbers(line["y"]) == pytest.approx(values.mean(axis=0))
            reach = np.stack([values.min(axis=0), values.max(axis=0)], axis=1)
            assert numbers(line["customdata"]) == pytest.approx(reach)
    for figure, name in (
        (valleys, "valleys"),
        (over_k, "silhouettes"),
        (gap, "gaps"),
        (steady, "stability"),
    ):
        band, grey = figure["data"][:2]
        ks, values = count_charts.of_untrained(NEVER, name)
        assert grey["line"]["color"] == charts.GREY and count_charts.UNTRAINED in grey["name"]
        assert numbers(grey["x"]).tolist() == ks.tolist()
        assert numbers(grey["y"]) == pytest.approx(values.mean(axis=0))
        assert numbers(band["y"]) == pytest.approx([*values.max(axis=0), *values.min(axis=0)[::-1]])
    used = set(glossary.used_in(everything(app, without=glossary.TITLE)))
    assert used <= set(re.findall(r"^- \*\*(.+?)\*\*: ", said, re.MULTILINE))


def test_untrained_networks_are_the_others_than_the_own() -> None:
    assert count_charts.of_untrained(NEVER, "stability")[1][:, 0] == pytest.approx([0.6, 0.7, 0.8])
    assert count_charts.of_untrained(NEVER, "gaps")[0][0] == 1
    said = count_words.silhouettes(GROUPS, NEVER)
    assert "reaches 0.20 to 0.30" in said and "this one 0.15 (n = 600)" in said


@pytest.mark.parametrize("study", [GROUPS, CLOUD])
def test_without_untrained_networks_the_command_is_named_and_no_verdict(
    study: ClusterStudy, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, artifacts, study, None)
    said = words(app)
    assert untrained.missing(open_bundle(artifacts / "people")) in [one.value for one in app.info]
    assert verdict_words.NO_REFERENCE in said
    for kind in ("3 groups", Kind.REGIONS.capitalize(), Verdict.HOLDS, Verdict.DOES_NOT):
        assert f"**{kind}**" not in said
    assert len(figures(app)) == 6  # the evidence is drawn all the same


def test_an_old_study_has_no_verdict_and_the_command_is_named(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, artifacts, OLD, NEVER)
    command = study_command(open_bundle(artifacts / "people"), results.NAME)
    assert [one.value for one in app.info] == [count_words.without_evidence(command)]
    assert verdict_words.NO_STUDY in words(app) and len(figures(app)) == 5


def test_the_page_of_an_untrained_bundle_affirms_nothing(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied / "manifest.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"training": {"untrained": True, "seed": 0}}))
    said = words(opened(monkeypatch, copied.parent, GROUPS, NEVER))
    assert "not learned" in said and f"**{Verdict.DOES_NOT}**" in said and f"**{Verdict.HOLDS}**" not in said


def test_the_table_has_the_evidence_of_every_k() -> None:
    table = count.table(GROUPS).set_index("K")
    assert table["valley"].tolist() == pytest.approx(GROUPS.evidence.density.valley)
    limits = [GROUPS.evidence.standings(k)["smoothed"].limit for k in KS]
    assert table["smoothed, limit"].tolist() == pytest.approx(limits)
    assert "valley" not in count.table(OLD)
