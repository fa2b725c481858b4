"""What the Overview says of the skip connections, in one network and beside its counterpart."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from reading import words as text_of

from dashboard.overview import skip_words as words
from dashboard.overview.skip_words import CEILING, Tried
from dashboard.shared import bundles, claim_words
from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import open_bundle
from posecore.statistics import Estimate, bootstrap
from posecore.studies.skips.effects import BIG, SMALL, Claim, claim
from posecore.studies.skips.results import load_skip_study, save_results
from posecore.studies.skips.study import SkipSettings, run_study
from posecore.studies.skips.summary import SkipSummary, summarise

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 30


def make(folder: Path, name: str, cut_skips: float, lost: dict[int, float]) -> Path:
    """A bundle whose study finds every labelled joint with all skips, and with all cut loses of each joint of
    `lost` this share, of the others nothing. Whatever mask is between them loses nothing."""
    path = make_fake_bundle(
        folder / name, PEOPLE, annotations=True, pictures=True, training={"cut_skips": cut_skips}
    )
    bundle = open_bundle(path)
    run_study(bundle, None, SkipSettings(replacements=("zero",)))
    study = load_skip_study(bundle)
    hits = np.ones_like(study.hits)
    for joint, share in lost.items():
        hits[: round(share * PEOPLE), -1, joint] = 0
    where = path / "studies" / "skips"
    save_results(where, study.sample_ids, study.replacements, study.donors, study.cells, study.peaks, hits)
    note_change(where, "results.npz")
    return path


def lost_of(path: Path) -> Estimate:
    """The PCK that goes with all four skips."""
    scores = summary_of(path).scores
    return bootstrap(scores[:, ALL_ON.position] - scores[:, ALL_OFF.position])


def claim_of(path: Path) -> Claim:
    hits = load_skip_study(open_bundle(path)).hits_under("zero")
    return claim(hits, ALL_OFF, found_only=True)


def summary_of(path: Path) -> SkipSummary:
    return summarise(load_skip_study(open_bundle(path)), "zero")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`asked` was trained with cuts and loses big joints; `plain` was not, and loses all."""
    folder = tmp_path_factory.mktemp("artifacts")
    make(folder, "asked", 0.5, dict.fromkeys(BIG, 0.5) | dict.fromkeys(SMALL, 0.2))
    make(folder, "plain", 0.0, dict.fromkeys(range(17), 1.0))
    return folder


def test_the_first_step_answers_what_the_skips_carry(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 6 of 17 joints lose a half, 5 a fifth: 4 of 17 joints are lost on average.
    for bundle, met_cuts, figures in (
        ("asked", True, ("**24 points", " 76% ", " 100% ", f"n = {PEOPLE} people", "Shapley")),
        ("plain", False, ("**100 points", " 0% ", " 100% ", f"n = {PEOPLE} people")),
    ):
        said = text_of(open_page(monkeypatch, two, "overview", bundle=bundle))
        answer = words.carried(summary_of(two / bundle), lost_of(two / bundle), met_cuts)
        assert words.QUESTION in said and answer in said
        assert all(figure in answer for figure in figures)
        assert ("Shapley" in answer) == ("Shapley" in figures)


def test_the_level_that_carries_most_is_named(two: Path) -> None:
    summary = summary_of(two / "asked")
    shares = summary.shapley._replace(mean=np.array([0.01, 0.02, 0.15, 0.06]))
    summary, lost = dataclasses.replace(summary, shapley=shares), lost_of(two / "asked")
    said = words.carried(summary, lost, met_cuts=True)
    assert "16 × 16 skip (15 points" in said
    assert said != words.carried(summary, lost, met_cuts=False)


def test_networks_that_disagree_stand_first_with_the_reason(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bundle in ("asked", "plain"):
        said = text_of(open_page(monkeypatch, two, "overview", bundle=bundle))
        names = (bundle, "plain" if bundle == "asked" else "asked")
        tried = [Tried(open_bundle(two / name), claim_of(two / name)) for name in names]
        text = words.claims(tried)
        assert text in said and words.how_it_was_tried(tried[0]) in said
        disagree, reason = text.index("disagree"), text.index("100.0%")
        claims = [
            text.index(f"*asked*, {bundles.CUTS}: **big joints lose more**"),
            text.index(f"*plain*, {bundles.NO_CUTS}: **no difference"),
        ]
        assert disagree < reason < min(claims)


def test_without_a_counterpart_there_is_one_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "artifacts", "asked", 0.5, dict.fromkeys(BIG, 0.5))
    said = text_of(open_page(monkeypatch, tmp_path / "artifacts", "overview"))
    asked = tmp_path / "artifacts" / "asked"
    answer = words.claims([Tried(open_bundle(asked), claim_of(asked))])
    assert answer in said and "disagree" not in answer and claim_words.verdict(claim_of(asked)) in answer
    # Nor with other people, nor with one that was trained alike.
    make_fake_bundle(tmp_path / "artifacts" / "fewer", PEOPLE - 1, training={"cut_skips": 0.0})
    make_fake_bundle(tmp_path / "artifacts" / "twin", PEOPLE, training={"cut_skips": 0.3})
    said = text_of(open_page(monkeypatch, tmp_path / "artifacts", "overview", bundle="asked"))
    assert "*fewer*" not in said and "*twin*" not in said


def test_without_a_study_the_step_asks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    app = open_page(monkeypatch, tmp_path / "artifacts", "overview")
    assert words.QUESTION in text_of(app) and "points of PCK" not in text_of(app)
    assert words.CLAIM not in [heading.value for heading in app.subheader]


def test_the_reason_fits_what_happened(two: Path) -> None:
    asked, plain = (open_bundle(two / name) for name in ("asked", "plain"))
    some = Claim(-0.1, -0.2, -0.05, 30, 0.001, 0.2, 0.3)
    other = Claim(0.1, 0.05, 0.2, 30, 0.001, 0.4, 0.3)
    said = words.claims([Tried(asked, some), Tried(plain, other)])
    # Where neither lost everything, no network is named but in its bullet.
    assert "disagree" in said and said.count("*asked*") == 1
    assert "disagree" not in words.claims([Tried(asked, some), Tried(plain, some)])
    nothing = Claim(0.0, -0.01, 0.01, 30, 1.0, CEILING, CEILING)
    said = words.claims([Tried(asked, nothing), Tried(plain, some)])
    assert said.count("*asked*") == 2 and said.count("*plain*") == 1
    nobody = Claim(*[float("nan")] * 3, 0, *[float("nan")] * 3)
    said = words.claims([Tried(asked, nobody), Tried(plain, some)])
    assert "disagree" not in said and claim_words.claim_sentence(nobody) in said
