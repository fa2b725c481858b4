"""“Make a claim of this”: what a page shows is what the form then holds, without a word of complaint."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from planted_causes import plant_causes
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.claims import own
from dashboard.clusters import meaning, meaning_words
from dashboard.shared import claiming, links
from dashboard.shared.clustering.questions import ALL, Question
from dashboard.skip_lab import study_words
from posecore.bundle import Bundle, open_bundle
from posecore.causes.table import CAUSES
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.skips.study import SkipSettings, run_study
from posecore.theses.finding import Finding, Unit
from posecore.theses.judging import Outcome
from posecore.theses.table import CLAIMS
from posecore.verdict import Verdict

PEOPLE = 12
SHOWN = {
    "clusters": {"clu_tab": "What is each?", "clu_k": "3", "clu_one": "2"},
    "pc_walk": {"walk_component": "2"},
    "latent_map": {"map_area": "1-2:0,-99,99,-99,99,99,0,99"},
    "skip_lab": {
        links.LAB_TAB: links.LAB_TABS[1],
        links.LAB_STUDY_MASK: "0011",
        links.LAB_STUDY_REPLACEMENT: "mean",
    },
    "causes": {links.CAUSE: CAUSES["rotate"].name, links.CAUSE_COMPONENT: "2"},
    "compare": {links.COMPARE_TAB: links.COMPARE_TABS[2], links.COMPARE_WITH: "twin"},
}
SAID = {
    "clusters": "of cluster 2 of 3 (K-Means in whole latents)",
    "pc_walk": "Component 2 goes",
    "latent_map": "in an area drawn on components 1 and 2",
    "skip_lab": "finds more with skips 1111 than with skips 0011, by more than 2.00 points of PCK (the mean",
    "causes": "“Picture rotated, +30 degrees” moves people along component 2 more than 0.10 standard",
    "compare": "this network finds more than the network of the bundle twin",
}


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of people said to be rendered, with the studies of which claims are made, and its twin."""
    folder = tmp_path_factory.mktemp("artifacts")
    truth = {"seed": 15, "family": ["standing", "sitting"] * (PEOPLE // 2)}
    path = make_fake_bundle(folder / "demo", PEOPLE, annotations=True, pictures=True, truth=truth)
    run_study(open_bundle(path), None, SkipSettings(("zero", "mean", "other"), limit=3))
    plant_causes(path, {"turn": [0.9, 0.0], "left_knee": [0.0, 0.5]})
    shutil.copytree(path, folder / "twin")
    compare_bundles(open_bundle(path), open_bundle(folder / "twin"), None, PairSettings())
    return folder


def claim_links(app: AppTest) -> list[dict[str, str]]:
    """What the page's links to the form hand over."""
    found = [one.proto for one in app.get("page_link") if one.proto.label == claiming.LABEL]
    assert all(proto.page.endswith("ledger") for proto in found)
    return [{name: values[0] for name, values in parse_qs(p.query_string).items()} for p in found]


def open_form(monkeypatch: pytest.MonkeyPatch, artifacts: Path, given: dict[str, str]) -> str:
    """What the form says of a link: it takes all of it without a word of complaint."""
    assert given["bundle"] == "demo" and given.keys() <= links.NAMES
    form = open_page(monkeypatch, artifacts, "ledger", **given)
    assert not form.warning and not form.error
    # Names that the form does not know, or values that it has not, would have been taken out of the link.
    for name, value in given.items():
        if name in form.query_params:
            assert form.query_params[name] == value
    return words(form)


@pytest.mark.parametrize("page", SHOWN)
def test_the_link_of_a_page_opens_the_form_filled_in(
    page: str, studied: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, studied, page, bundle="demo", **SHOWN[page])
    (given,) = claim_links(app)
    assert SAID[page] in open_form(monkeypatch, studied, given)


JUDGED = {
    "cutting": "Of all joints, the network finds more with skips 1111 than with skips 0000",
    "complete-sparse": "People of cluster 1 of 2 (K-Means in whole latents) have more of “joints labelled”",
}


def test_cards_of_claims_that_the_ledger_has_a_kind_for_lead_to_it_and_both_pages_to_each_other(
    studied: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Finding(Verdict.HOLDS, "what goes", Unit.PLAIN, 0.3, 0.2, 0.4, 99, "Nothing.")

    def judge(bundle: Bundle) -> list[Outcome]:
        return [Outcome(claim, found) for claim in CLAIMS]

    monkeypatch.setattr("dashboard.claims.judged.judge", judge)
    app = open_page(monkeypatch, studied, "claims", bundle="demo")
    assert any(
        one.proto.page.endswith("ledger") for one in app.get("page_link") if "Ledger" in one.proto.label
    )
    given = claim_links(app)
    assert len(given) == len(JUDGED) == len(own._KINDS)
    for link, said in zip(given, JUDGED.values(), strict=True):
        assert said in open_form(monkeypatch, studied, link)
    form = open_page(monkeypatch, studied, "ledger", bundle="demo")
    assert any(
        one.proto.page.endswith("claims") for one in form.get("page_link") if "Claims" in one.proto.label
    )


def test_what_has_no_place_for_new_people_has_no_link_and_says_why(
    studied: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("gaussian mixture", "hdbscan"):
        link = {"clu_tab": "What is each?", "clu_method": method}
        app = open_page(monkeypatch, studied, "clusters", bundle="demo", **link)
        assert not claim_links(app) and meaning_words.NO_CLAIM in words(app)
    link = {links.LAB_TAB: links.LAB_TABS[1], links.LAB_STUDY_REPLACEMENT: "other"}
    app = open_page(monkeypatch, studied, "skip_lab", bundle="demo", **link)
    assert not claim_links(app) and study_words.NO_CLAIM in words(app)


def test_what_sets_a_cluster_apart_most_may_be_no_attribute_and_the_next_is_claimed(
    studied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(claiming, "claim_link", lambda bundle, kind, **how: given.append(how))
    found = SimpleNamespace(subset=ALL, question=Question(3))
    effects = pd.Series({"pck": 2.0, "hip_angle": -0.5, "knee_angle": 0.4})
    meaning._claim(open_bundle(studied / "demo"), found, 1, effects)
    meaning._claim(open_bundle(studied / "demo"), found, 1, effects[:1])
    assert [(one[links.LEDGER_ATTRIBUTE], one[links.LEDGER_WAY]) for one in given] == [
        ("hip angle", claiming.LESS)
    ]
