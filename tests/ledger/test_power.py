"""Claims of every kind on stand-in people: how often one that is true by a known effect holds.

Each is sealed in a ledger of its own and tested as ever, but for what the networks answer: that is planted.
"""

from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from planted_causes import plant_causes
from planting import UNTRAINED
from scipy.stats import norm
from test_findings import POWER, surely_found

from posecore.bundle import open_bundle
from posecore.ledger import testing
from posecore.ledger.claim import PEOPLE, make_claim
from posecore.ledger.file import Ledger
from posecore.ledger.findings import Verdict, level
from posecore.ledger.kinds import KINDS, Answers, Known
from posecore.ledger.testing import Setting, run_waiting
from posecore.samples import annotated_columns, predicted_columns

SEED = 23_600
"""Fixed before the first run."""
LEDGERS = 20

BESIDE, JOINTS = "other", 17
FOUND = 0.9
"""Share of the joints that is found where more are."""
STEADY = 0.1
"""Standard deviations by which people differ in how far a cause moves them."""

CLAIMED = {
    "masks": {"masks": ["1111", "0111"], "joints": "all joints", "replacement": "zero"},
    "component": {"component": 1, "attribute": "truth_load"},
    "group": {
        "group": {"of": "area", "plane": [1, 2], "corners": [[0, -99], [99, -99], [99, 99], [0, 99]]},
        "attribute": "truth_load",
    },
    "cause": {"cause": "turn", "strength": 60.0, "component": 1},
    "networks": {"beside": BESIDE, "joints": "all joints"},
}
CASES = [(kind, way) for kind in CLAIMED for way in KINDS[kind].directions]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder = tmp_path_factory.mktemp("artifacts")
    truth = {"seed": 15, "load": list(np.linspace(0, 1, 24))}
    made = make_fake_bundle(folder / "demo", 24, annotations=True, truth=truth)
    plant_causes(made, {"turn": [1.0, 0.0]}, untrained=UNTRAINED)
    make_fake_bundle(folder / BESIDE, 24, annotations=True, truth=truth, seed=1)
    return Known(open_bundle(made))


def test_every_kind_is_tried_here() -> None:
    assert CLAIMED.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "way"), CASES)
def test_an_effect_with_power_99_holds_and_one_at_the_boundary_hardly_ever(
    known: Known, kind: str, way: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng([SEED, list(CLAIMED).index(kind), way + 1])
    smallest = KINDS[kind].smallest
    monkeypatch.setattr(testing, "read_piece", lambda *_: {})  # everybody has been measured
    monkeypatch.setattr(testing, "read_arrays", lambda *_: {})

    def verdicts(effect: float) -> Iterator[str]:
        for number in range(LEDGERS):
            ledger = Ledger(tmp_path / f"{effect:.6f}-{number}.jsonl")
            claim = make_claim(known, kind, CLAIMED[kind], "I say so.", way, smallest)
            ledger.seal(claim)
            answers = planted(known, kind, way * effect, rng)
            monkeypatch.setattr(testing, "answers_of", lambda *_, answers=answers: answers)
            assert len(list(run_waiting(ledger, known.bundle, Setting(workers=1)))) == 1
            result = ledger.read().results[claim.id]
            assert (result.people, result.level) == (PEOPLE, level(1))
            yield result.verdict

    assert list(verdicts(needed(kind))).count(Verdict.HOLDS) >= 18
    assert list(verdicts(smallest)).count(Verdict.HOLDS) <= 3


def needed(kind: str) -> float:
    """The effect that holds as the first claim of a ledger with a calculated power of POWER."""
    reach, smallest = norm.isf(level(1)) + norm.ppf(POWER), KINDS[kind].smallest
    if kind in ("masks", "networks"):  # points; every person's share of JOINTS joints is one of two draws
        effect = smallest
        for _ in range(20):
            less = FOUND - effect / 100
            spread = 100 * sqrt((FOUND * (1 - FOUND) + less * (1 - less)) / JOINTS)
            effect = smallest + reach * spread / sqrt(PEOPLE)
        return effect
    if kind == "cause":
        return float(smallest + reach * STEADY / sqrt(PEOPLE))
    return surely_found({"component": "correlation", "group": "difference"}[kind])


def planted(known: Known, kind: str, effect: float, rng: np.random.Generator) -> Answers:
    """What PEOPLE people give of whom exactly this effect is true."""
    less = FOUND - abs(effect) / 100
    shares = (FOUND, less) if effect > 0 else (less, FOUND)
    right = [rng.random((PEOPLE, JOINTS)) < share for share in shares]
    axis, spread = known.components.axes[0], float(np.sqrt(known.components.variances[0]))
    score, load, moved = rng.normal(size=PEOPLE), rng.normal(size=PEOPLE), np.zeros((PEOPLE, 4))
    if kind == "component":  # Spearman's of two normal variables, from Pearson's
        pearson = 2 * np.sin(np.pi * effect / 6)
        load = pearson * score + sqrt(1 - pearson**2) * load
    if kind == "group":
        inside = np.arange(PEOPLE) < PEOPLE // 4
        score, load = np.where(inside, 1, -1) * np.abs(score), load + effect * inside
    if kind == "cause":  # the change, then two grains, which move nobody
        moved[:, 1] = rng.normal(UNTRAINED + effect, STEADY, PEOPLE)
    scores = spread * (score[:, None] + moved)
    latents = known.components.mean + scores[..., None] * axis
    nowhere, nothing = np.full((PEOPLE, JOINTS, 2), np.nan), np.zeros((PEOPLE, JOINTS))
    table = pd.DataFrame(
        {
            "sample_id": [f"new-{place}" for place in range(PEOPLE)],
            **dict.fromkeys(("image_width", "image_height", "crop_x", "crop_y", "crop_side"), 100.0),
            "truth_load": load,
            **annotated_columns(known.bundle.keypoints, nowhere, nothing.astype(np.int8)),
            **predicted_columns(known.bundle.keypoints, nowhere, nothing),
        }
    )
    return Answers(np.stack(right, axis=1).astype(float), latents.astype(np.float32), table)
