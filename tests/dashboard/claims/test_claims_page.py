"""The page Claims: cards by verdict, what the link asks for, bundles that disagree, what is not stored."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from reading import everything, words
from streamlit.testing.v1 import AppTest

from dashboard.claims import words as page_words
from dashboard.shared import links
from posecore.bundle import Bundle
from posecore.theses.finding import Finding, Part, Unit
from posecore.theses.judging import Outcome
from posecore.theses.table import CLAIMS, Thesis, View
from posecore.verdict import Verdict

PEOPLE = 150
VERDICTS = {"cutting": Verdict.HOLDS, "small-joints": Verdict.DOES_NOT, "noise": Verdict.UNKNOWN}
FIGURE_ONLY = "most-components"


def found(verdict: Verdict) -> Finding:
    parts = (Part("seed 0", 0.1, 0.05, 0.15, 40), Part("seed 1", 0.2, 0.1, 0.3, 40))
    return Finding(
        verdict,
        "what was lost",
        Unit.POINTS,
        0.123,
        0.05,
        0.2,
        40,
        change="More people may tell.",
        parts=parts,
        notes=("Of note.",),
    )


def planted(bundle: Bundle) -> list[Outcome]:
    """VERDICTS in one bundle; in the other they all hold. A figure of other data; else nothing is stored."""
    outcomes = []
    for claim in CLAIMS:
        if claim.key in VERDICTS:
            verdict = VERDICTS[claim.key] if bundle.path.name == "cuts" else Verdict.HOLDS
            outcomes.append(Outcome(claim, found(verdict)))
        elif claim.key == FIGURE_ONLY:
            ours = found(Verdict.UNKNOWN)
            nothing = {"low": np.nan, "high": np.nan, "effect": 77.0, "unit": Unit.COMPONENTS}
            outcomes.append(Outcome(claim, Finding(**{**ours.__dict__, **nothing})))
        elif claim.key == "radius":
            outcomes.append(Outcome(claim, problem="OKS is known of too few people here"))
        elif claim.unmeasured:
            outcomes.append(Outcome(claim, problem=claim.unmeasured))
        else:
            outcomes.append(Outcome(claim, studied=False, commands=(f"make {claim.key}",)))
    return outcomes


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks of the same people, one of which met cut skips."""
    folder = tmp_path_factory.mktemp("artifacts")
    for name, cut in (("cuts", 0.5), ("without", 0.0)):
        make_fake_bundle(folder / name, PEOPLE, annotations=True, training={"cut_skips": cut})
    return folder


@pytest.fixture
def page(artifacts: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashboard.claims.judged.judge", planted)

    def opened(**link: str) -> AppTest:
        return open_page(monkeypatch, artifacts, "claims", **link)

    return opened


def shown(app: AppTest) -> list[str]:
    """Whose cards are there, in order."""
    statements = {f"**{claim.statement}**": claim.key for claim in CLAIMS}
    return [statements[one.value] for one in app.markdown if one.value in statements]


def test_every_claim_has_a_card_with_verdict_effect_interval_and_n(page) -> None:
    app = page(bundle="cuts")
    assert sorted(shown(app)) == sorted(claim.key for claim in CLAIMS)
    said = everything(app).replace("\u00a0", " ")
    assert "**12.3 points of PCK**, 95 % interval 5.0 to 20.0, n = 40 people" in said
    assert "More people may tell." in said and "Of note." in said and "seed 1: 20.0 (10.0 to 30.0)" in said
    # Of a figure of other data ours stands beside it, without an interval.
    assert "**77 components**, n = 40 people" in said and page_words.HERE in said
    assert "of 7,017 people of COCO" in said
    counts = [one.value for one in app.markdown if one.value.startswith("### ")]
    assert len(counts) == 1 and "**1** held here, **1** did not, **4** cannot be told here" in counts[0]


def test_where_both_networks_disagree_both_are_there(page) -> None:
    app = page(bundle="cuts")
    said = words(app)
    assert said.count(page_words.DISAGREE) == 2  # of three that both judged
    assert said.count("*without*, trained with all skips") == 2
    again = words(page(bundle="without"))
    assert again.count("*cuts*, trained with skips cut at random") == 2


def test_what_is_missing_is_a_line_with_its_command_and_no_verdict(page) -> None:
    app = page(bundle="cuts", claims_verdict="Not computed")
    said = words(app)
    assert set(shown(app)) == {
        claim.key for claim in CLAIMS if claim.key not in (*VERDICTS, FIGURE_ONLY, "radius", "phone")
    }
    assert "Not computed: `make detail` makes what is needed." in said
    # No command of ours would help: that is not told, instead of not computed.
    told = words(page(bundle="cuts", claims_verdict="Cannot be told"))
    assert "It cannot be told: no phone's times are stored" in told
    assert len(app.info) == 1 and "`make detail`" in app.info[0].value


@pytest.mark.parametrize("verdict", page_words.VERDICTS)
def test_the_link_chooses_by_verdict_and_thesis(page, verdict: str) -> None:
    app = page(bundle="cuts", claims_verdict=verdict)
    every = {outcome.claim.key: outcome for outcome in planted_of("cuts")}
    expected = [key for key, outcome in every.items() if outcome.verdict == page_words.VERDICTS[verdict]]
    assert shown(app) == expected
    app = page(bundle="cuts", claims_verdict=verdict, claims_thesis="Second thesis")
    mobile = [key for key in expected if every[key].claim.thesis is Thesis.MOBILE]
    assert shown(app) == mobile
    assert (page_words.NOTHING in words(app)) == (not mobile)


def planted_of(name: str) -> list[Outcome]:
    class At:
        path = Path(name)

    return planted(At())  # type: ignore[arg-type]


def test_a_verdict_that_there_is_not_is_refused(page) -> None:
    app = page(bundle="cuts", claims_verdict="perhaps")
    assert len(app.warning) == 1 and "claims" in app.warning[0].value and len(shown(app)) == len(CLAIMS)


VIEWS = list({(view.page, *view.link.items()): view for view in (c.view for c in CLAIMS) if view}.values())


@pytest.mark.parametrize("view", VIEWS, ids=[view.label for view in VIEWS])
def test_the_link_of_a_card_opens_its_view(
    view: View, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(view.link) <= links.NAMES
    app = open_page(monkeypatch, artifacts, view.page, bundle="cuts", **view.link)
    assert not app.error and not app.warning
