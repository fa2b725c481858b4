"""What the Overview says of the skip connections, in one network and beside its counterpart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from planted_studies import plant_control, plant_probe
from reading import words as text_of

from dashboard.overview import skip_words as words
from dashboard.overview.skip_words import Tried
from dashboard.shared import bundles, claim_words, shown_here, untrained
from dashboard.shared.carried import Carried
from dashboard.shared.numbers import PCK_POINTS
from dashboard.shared.shown_here import Verdict
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import open_bundle
from posecore.keypoints import COCO17
from posecore.statistics import Estimate
from posecore.studies.probe import summary
from posecore.studies.skips.effects import LossGap, LossGaps, big_joints, claims, counted, small_joints
from posecore.studies.skips.results import load_skip_study, save_results
from posecore.studies.skips.study import SkipSettings, run_study
from posecore.studies.skips.summary import summarise

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


def table_of(path: Path) -> LossGaps:
    return claims({"zero": load_skip_study(open_bundle(path)).hits_under("zero")}, found_only=True)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`asked` was trained with cuts and loses big joints; `plain` was not, and loses all."""
    folder = tmp_path_factory.mktemp("artifacts")
    make(
        folder,
        "asked",
        0.5,
        dict.fromkeys(big_joints(COCO17), 0.5) | dict.fromkeys(small_joints(COCO17), 0.1),
    )
    make(folder, "plain", 0.0, dict.fromkeys(range(17), 1.0))
    for name in ("asked", "plain"):
        plant_control(folder / name, LITTLE)
    return folder


LITTLE = [(0.02, 0.01), (0.015, 0.01)]
"""PCK of networks that never learned, with all skips and with all cut."""


def summed(
    lost: dict[str, float], width: float = 0.01, untrained: tuple[float, ...] = (0.01, 0.02)
) -> Carried:
    """What is lost of a PCK of 0.8 with all four skips, by replacement."""

    def around(mean: float) -> Estimate:
        return Estimate(np.array(mean), np.array(mean - width), np.array(mean + width), np.array(400))

    four = Estimate(*np.array([[0.01, 0.02, 0.15, 0.06]] * 3), np.full(4, 400))
    return Carried(
        on=around(0.8),
        off={name: 0.8 - share for name, share in lost.items()},
        lost={name: around(share) for name, share in lost.items()},
        shapley=dict.fromkeys(lost, four),
        untrained_on=(0.02, 0.03),
        untrained_lost=dict.fromkeys(lost, untrained),
    )


def test_the_first_step_answers_what_the_skips_carry(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 6 of 17 joints lose a half, 5 a tenth: 3.5 of 17 joints are lost on average.
    for bundle, figures in (
        ("asked", ("**21 points", " 79% ", " 100% ", f"n = {PEOPLE} people", "Shapley")),
        ("plain", ("**100 points", " 0% ", " 100% ", f"n = {PEOPLE} people")),
    ):
        said = text_of(open_page(monkeypatch, two, "overview", bundle=bundle))
        (answer,) = (line for line in said.splitlines() if "points of PCK**" in line)
        assert words.QUESTION in said
        assert all(figure in answer for figure in figures)
        assert ("Shapley" in answer) == ("Shapley" in figures)


def test_what_is_lost_is_told_of_the_kindest_stand_in_and_the_rest_is_not_the_skips() -> None:
    said = words.carried(summed({"zero": 0.6, "mean": 0.3}), met_cuts=False)
    assert "**30 points" in said and "mean in their place" in said and "16 × 16 skip (15 points" in said
    assert "zero in their place it loses 60" in said
    alike = words.carried(summed({"zero": 0.31, "mean": 0.3}), met_cuts=False)
    assert "zero" not in alike
    assert said != words.carried(summed({"zero": 0.6, "mean": 0.3}), met_cuts=True)


PARTS = {
    "bottleneck": 0.6,
    **{f"skip-{cells}": share for cells, share in ((64, 0.2), (32, 0.25), (16, 0.3), (8, 0.4))},
    "untrained-0": 0.09,
    "untrained-1": 0.1,
}


@pytest.mark.parametrize(
    ("parts", "lost", "verdict"),
    [
        ({}, 0.3, Verdict.HOLDS),
        ({}, 0.035, Verdict.UNKNOWN),
        ({}, 0.01, Verdict.DOES_NOT),
        ({"bottleneck": 0.1}, 0.3, Verdict.DOES_NOT),
        ({"bottleneck": 0.35}, 0.3, Verdict.DOES_NOT),
        ({"bottleneck": 0.4}, 0.3, Verdict.UNKNOWN),
    ],
)
def test_the_sentence_at_the_top_is_judged_by_every_part_of_it(
    parts: dict[str, float], lost: float, verdict: Verdict, tmp_path: Path
) -> None:
    path = make_fake_bundle(tmp_path / "people", 60)
    probe = plant_probe(path, PARTS | parts, noise=0.05)
    text, found = words.shown(open_bundle(path), summed({"zero": lost}), probe)
    assert found == verdict
    assert "n = 60" in text and "0.10" in text and LEVEL_NAMES[3] in text and "n = 400" in text


@pytest.mark.parametrize(
    ("bottleneck", "verdict"),
    [
        (0.44, Verdict.HOLDS),
        # Not surely more than off the best skip, less than that, no more than off what never learned.
        (0.28, Verdict.UNKNOWN),
        (0.1, Verdict.DOES_NOT),
        (-0.01, Verdict.DOES_NOT),
    ],
)
def test_the_view_has_its_part_in_the_sentence(bottleneck: float, verdict: Verdict, tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "people", 60)
    facing = dict.fromkeys(PARTS, -0.02) | {
        "bottleneck": bottleneck,
        "skip-16": 0.21,
        "untrained-1": -0.03,
    }
    probe = plant_probe(path, PARTS, noise=0.05, facing=facing)
    text, found = words.shown(open_bundle(path), summed({"zero": 0.3}), probe)
    assert found == verdict
    low = f"{bottleneck - 0.05:.2f}".replace("-", "−")
    seen = words.view(probe, summary.attribute_r2(probe, words.VIEW))
    assert words.FACING in text and seen in text
    # The best skip beside it, and the most of networks that never learned.
    told = f"{low} to {bottleneck + 0.05:.2f}", "n = 60", LEVEL_NAMES[2], "0.21", "−0.02"
    assert all(figure in seen for figure in told)
    unread = words.shown(
        open_bundle(path), summed({"zero": 0.3}), replace(probe, attributes=np.array(["x", "y"]))
    )
    assert words.FACING not in unread[0] and unread[1] == Verdict.HOLDS


def test_without_what_never_learned_nothing_is_affirmed(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "people", 60)
    probe, bundle = plant_probe(path, PARTS, noise=0.05), open_bundle(path)
    unknown = summed({"zero": 0.3}, untrained=())
    assert words.shown(bundle, unknown, probe)[1] == Verdict.UNKNOWN
    assert words.shown(bundle, summed({"zero": 0.3}), None)[1] == Verdict.UNKNOWN
    assert words.shown(bundle, None, None)[1] == Verdict.UNKNOWN


def top(app: object) -> str:
    """The sentence at the top of a page."""
    (said,) = [line for line in text_of(app).splitlines() if shown_here.BEGINS in line]  # type: ignore[arg-type]
    return said


def test_the_sentence_stands_at_the_top_with_what_it_lacks(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, two, "overview", bundle="asked")
    assert top(app).endswith(f"**{Verdict.UNKNOWN}**.")
    assert words.no_probe(open_bundle(two / "asked")) in text_of(app)
    path = make(tmp_path / "artifacts", "asked", 0.5, dict.fromkeys(big_joints(COCO17), 0.5))
    plant_probe(path, PARTS)
    app = open_page(monkeypatch, tmp_path / "artifacts", "overview")
    assert top(app).endswith(f"**{Verdict.UNKNOWN}**.") and untrained.missing(open_bundle(path)) in text_of(
        app
    )
    plant_control(path, LITTLE)
    app = open_page(monkeypatch, tmp_path / "artifacts", "overview")
    assert top(app).endswith(f"**{Verdict.HOLDS}**.")
    assert "scripts/" not in text_of(app).replace("scripts/evaluate.py", "")


def test_networks_that_disagree_stand_first_with_the_reason(two: Path) -> None:
    asked, plain = (open_bundle(two / name) for name in ("asked", "plain"))
    small, big = (
        {("zero", "0000"): LossGap(d, d - 0.01, d + 0.01, 30, 0.001, 0.001, 0.3 + d, 0.3)}
        for d in (0.1, -0.1)
    )
    said = words.claims([Tried(asked, small, Verdict.HOLDS), Tried(plain, big, Verdict.HOLDS)])
    first, reason, mine, other = (
        said.index(part)
        for part in (
            "disagree",
            words.WHY_THEY_DISAGREE,
            f"*asked*, {bundles.CUTS}: **{Verdict.HOLDS}**",
            f"*plain*, {bundles.NO_CUTS}: **{Verdict.DOES_NOT}**",
        )
    )
    assert first < reason < mine < other
    assert "disagree" not in words.claims(
        [Tried(asked, big, Verdict.HOLDS), Tried(plain, big, Verdict.HOLDS)]
    )
    # Nor where one of them cannot say.
    for finds in (Verdict.DOES_NOT, Verdict.UNKNOWN):
        assert "disagree" not in words.claims([Tried(asked, small, finds), Tried(plain, big, Verdict.HOLDS)])


def test_both_networks_are_on_the_page(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for bundle in ("asked", "plain"):
        said = text_of(open_page(monkeypatch, two, "overview", bundle=bundle))
        names = (bundle, "plain" if bundle == "asked" else "asked")
        tried = [Tried(open_bundle(two / name), table_of(two / name), Verdict.HOLDS) for name in names]
        assert words.claims(tried) in said and words.how_it_was_tried(tried[0]) in said
    # Of `asked` one cell of fifteen is sure; of `plain` that one gives no answer.
    assert counted(table_of(two / "asked")) == (0, 1, 14, 0)
    assert counted(table_of(two / "plain")) == (0, 0, 14, 1)


def test_without_a_counterpart_there_is_one_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "artifacts", "asked", 0.5, dict.fromkeys(big_joints(COCO17), 0.5))
    plant_control(path, LITTLE)
    said = text_of(open_page(monkeypatch, tmp_path / "artifacts", "overview"))
    answer = words.claims([Tried(open_bundle(path), table_of(path), Verdict.HOLDS)])
    assert answer in said and "disagree" not in answer and claim_words.VERDICTS["big"] in answer
    # Nor with other people, nor with one that was trained alike.
    make_fake_bundle(tmp_path / "artifacts" / "fewer", PEOPLE - 1, training={"cut_skips": 0.0})
    make_fake_bundle(tmp_path / "artifacts" / "twin", PEOPLE, training={"cut_skips": 0.3})
    said = text_of(open_page(monkeypatch, tmp_path / "artifacts", "overview", bundle="asked"))
    assert "*fewer*" not in said and "*twin*" not in said


def test_without_a_study_the_step_asks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    app = open_page(monkeypatch, tmp_path / "artifacts", "overview")
    assert words.QUESTION in text_of(app) and PCK_POINTS not in text_of(app)
    assert words.CLAIM not in [heading.value for heading in app.subheader]
    assert top(app).endswith(f"**{Verdict.UNKNOWN}**.")


def test_a_network_that_finds_no_more_than_untrained_ones_affirms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path / "artifacts", "asked", 0.0, dict.fromkeys(range(17), 0.5))
    plant_probe(path, PARTS | {"bottleneck": 0.1})
    # They find as much, and lose as much.
    plant_control(path, [(1.0, 0.5), (0.98, 0.45)])
    app = open_page(monkeypatch, tmp_path / "artifacts", "overview")
    assert top(app).endswith(f"**{Verdict.DOES_NOT}**.")
    assert f"**{Verdict.HOLDS}**" not in text_of(app)
    assert summarise(load_skip_study(open_bundle(path)), "zero").all_lost.mean == pytest.approx(0.5, abs=0.05)
