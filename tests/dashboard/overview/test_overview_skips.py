"""What the Overview says of the skip connections, in one network and beside its counterpart."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from reading import words

from dashboard.overview.skips import CEILING, Tried, carried, claim_words
from posecore.bundle import open_bundle
from posecore.studies.skips.effects import BIG, SMALL, Claim
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
    said = words(open_page(monkeypatch, two, "overview", bundle="asked"))
    assert "What do the four skip connections carry?" in said
    assert (
        "**24 points of PCK**: with all four cut this network, which was trained to do without them" in said
    )
    assert "76% of the joints instead of 100%" in said and f"n = {PEOPLE} people)" in said
    said = words(open_page(monkeypatch, two, "overview", bundle="plain"))
    assert "**100 points of PCK**" in said and "0% of the joints instead of 100%" in said
    assert "says less of the skips than of its decoder" in said and "Shapley value)" not in said


def test_the_level_that_carries_most_is_named(two: Path) -> None:
    summary = summary_of(two / "asked")
    shares = summary.shapley._replace(mean=np.array([0.01, 0.02, 0.15, 0.06]))
    said = carried(dataclasses.replace(summary, shapley=shares), PEOPLE, met_cuts=True)
    assert "most of them through the 16 × 16 skip (15 points, its Shapley value)" in said


def test_networks_that_disagree_stand_first_with_the_reason(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bundle in ("asked", "plain"):
        said = words(open_page(monkeypatch, two, "overview", bundle=bundle))
        disagree = said.index("**The two networks disagree.**")
        reason = said.index(
            "*plain* never met a missing skip and loses next to everything, 100.0% of the small"
        )
        claims = [
            said.index(
                "*asked*, trained with skips cut at random: **big joints lose more**: small ones lose "
            ),
            said.index("*plain*, trained with all skips: **no difference can be told**"),
        ]
        assert disagree < reason < min(claims)


def test_without_a_counterpart_there_is_one_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "artifacts", "asked", 0.5, dict.fromkeys(BIG, 0.5))
    said = words(open_page(monkeypatch, tmp_path / "artifacts", "overview"))
    assert "*asked*, trained with skips cut at random: **big joints lose more**" in said
    assert "disagree" not in said
    # Nor with other people, nor with one that was trained alike.
    make_fake_bundle(tmp_path / "artifacts" / "fewer", PEOPLE - 1, training={"cut_skips": 0.0})
    make_fake_bundle(tmp_path / "artifacts" / "twin", PEOPLE, training={"cut_skips": 0.3})
    said = words(open_page(monkeypatch, tmp_path / "artifacts", "overview", bundle="asked"))
    assert "*fewer*" not in said and "*twin*" not in said


def test_without_a_study_the_step_asks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    said = words(open_page(monkeypatch, tmp_path / "artifacts", "overview"))
    assert "What do the four skip connections carry?" in said
    assert "points of PCK" not in said and "small joints" not in said


def test_the_reason_fits_what_happened(two: Path) -> None:
    asked, plain = (open_bundle(two / name) for name in ("asked", "plain"))
    some = Claim(-0.1, -0.2, -0.05, 30, 0.001, 0.2, 0.3)
    other = Claim(0.1, 0.05, 0.2, 30, 0.001, 0.4, 0.3)
    said = claim_words([Tried(asked, some), Tried(plain, other)])
    assert "One of them met missing skips in training" in said and "next to everything" not in said
    assert "disagree" not in claim_words([Tried(asked, some), Tried(plain, some)])
    nothing = Claim(0.0, -0.01, 0.01, 30, 1.0, CEILING, CEILING)
    assert "*asked* loses next to everything" in claim_words([Tried(asked, nothing), Tried(plain, some)])
    nobody = Claim(*[float("nan")] * 3, 0, *[float("nan")] * 3)
    said = claim_words([Tried(asked, nobody), Tried(plain, some)])
    assert "disagree" not in said and "cannot be said" in said
