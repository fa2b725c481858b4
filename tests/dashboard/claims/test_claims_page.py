"""The page Claims: cards by verdict, what the link asks for, bundles that disagree, what is not stored."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import PAGES, open_page
from planted_compression import plant_compression
from reading import everything, words
from streamlit.proto.PageLink_pb2 import PageLink
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from dashboard.claims import words as page_words
from dashboard.shared import links
from posecore.bundle import Bundle
from posecore.theses.finding import Finding, Part, Unit
from posecore.theses.judging import Outcome
from posecore.theses.table import CLAIMS, Thesis
from posecore.verdict import Verdict

PEOPLE = 150
VERDICTS = {"cutting": Verdict.HOLDS, "small-joints": Verdict.DOES_NOT, "noise": Verdict.UNKNOWN}
FIGURE_ONLY = "most-components"
NOT_STUDIED = "cleaner"
NOTHING_LIKE_IT = "no network with an autoencoder was looked at"


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
        elif claim.key == NOT_STUDIED:
            outcomes.append(
                Outcome(claim, problem=NOTHING_LIKE_IT, studied=False, commands=("make cleaner --with FILE",))
            )
        elif claim.unmeasured:
            outcomes.append(Outcome(claim, problem=claim.unmeasured))
        else:
            outcomes.append(Outcome(claim, studied=False, commands=(f"make {claim.key}",)))
    return outcomes


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks of the same people, one of which met cut skips, with a page of compression."""
    folder = tmp_path_factory.mktemp("artifacts")
    for name, cut in (("cuts", 0.5), ("without", 0.0)):
        training = {"cut_skips": cut}
        make_fake_bundle(
            folder / name, PEOPLE, channels=32, annotations=True, pictures=True, training=training
        )
    plant_compression(folder / "cuts")
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
    assert "of 7,017 completely labelled people of COCO" in said
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
    assert f"Not computed: {NOTHING_LIKE_IT}; `make cleaner --with FILE` makes what is needed." in said
    assert "annot be told:" not in said
    # No command of ours would help: that is not told, instead of not computed.
    told = words(page(bundle="cuts", claims_verdict="Cannot be told"))
    assert "It cannot be told: no phone's times are stored" in told
    assert len(app.info) == 1
    assert all(f"`{made}`" in app.info[0].value for made in ("make detail", "make cleaner --with FILE"))


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


def nodes(node: Node) -> Iterator[Node]:
    """A part of a page and all in it."""
    yield node
    if isinstance(node, Block):
        for child in node.children.values():
            yield from nodes(child)


def cards(app: AppTest) -> dict[str, list[Node]]:
    """What is in every card, by the claim's key."""
    blocks = [node for node in nodes(app.main) if isinstance(node, Block)]
    keys = [getattr(block.proto, "id", "").partition("-claims_card_")[2] for block in blocks]
    return {key: list(nodes(block)) for key, block in zip(keys, blocks, strict=True) if key}


def texts(card: list[Node]) -> str:
    return "\n".join(one.value for one in card if one.type in ("markdown", "caption"))


def links_of(card: list[Node]) -> list[PageLink]:
    return [one.proto for one in card if one.type == "page_link"]


def test_a_thesis_s_own_figure_is_of_other_data_and_its_card_says_so_once(page) -> None:
    said = {key: texts(card) for key, card in cards(page(bundle="cuts")).items()}
    assert sum(bool(claim.figure) for claim in CLAIMS) > 5
    for claim in CLAIMS:
        assert said[claim.key].lower().count("directions are compared") == bool(claim.figure), claim.key
        if claim.figure:
            assert f"{claim.figure}: other data" in said[claim.key]
            other_metric = "other data and another metric" in said[claim.key]
            assert other_metric == (claim.key in OTHER_METRIC), claim.key


OTHER_METRIC = ("noise", "bayesian", "two-thirds", "phone")
"""Variance where ours is PCK, PCKh where ours is PCK, and the time of a whole app."""

NOT_SHOWN = {
    *("detail", "neighbours", "squeezed-components", "still-moving", "overlap", "third-cluster"),
    *("cleaner", "component-1", "radius"),
}
"""Claims whose figures no page shows."""


def test_a_card_links_to_its_view_and_says_where_that_lacks_its_figure(page) -> None:
    paths = {row.name: row.path for row in PAGES}
    for key, card in cards(page(bundle="cuts")).items():
        view = next(claim.view for claim in CLAIMS if claim.key == key)
        (link,) = [one for one in links_of(card) if one.label == view.label]
        assert link.page == paths[view.page]
        assert dict(parse_qsl(link.query_string)) == {**view.link, "bundle": "cuts"}
        assert (page_words.NO_VIEW in texts(card)) == (key in NOT_SHOWN), key


BY_VIEW = {claim.view.label: claim for claim in CLAIMS if claim.view}


@pytest.mark.parametrize("label", BY_VIEW)
def test_the_link_of_a_card_opens_its_view(
    label: str, page, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = cards(page(bundle="cuts"))[BY_VIEW[label].key]
    (link,) = [one for one in links_of(card) if one.label == label]
    asked = dict(parse_qsl(link.query_string))
    assert set(asked) <= links.NAMES
    name = next(row.name for row in PAGES if row.path == link.page)
    app = open_page(monkeypatch, artifacts, name, **asked)
    assert not app.error and not app.warning
    shown = {one.key: str(one.value) for one in nodes(app._tree) if getattr(one, "key", None)}
    assert {key: shown.get(key) for key in asked} == asked
