"""Compare beside networks that never learned, and the sentence at the top of each of its tabs."""

from types import SimpleNamespace

import numpy as np
import pytest
from comparing import EVERYBODY, LATENTS_TAB, ONE, open_compare, pair_of, table_of
from reading import figures, words

from dashboard.compare import baselines, latents, latents_words, networks_words
from dashboard.compare import words as compare_words
from dashboard.shared import untrained
from dashboard.shared.shown_here import BEGINS, Verdict
from posecore.ablation import ALL_MASKS, LEVEL_NAMES
from posecore.bundle import study_command
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate
from posecore.studies.pair.results import BOTTLENECK

LAYERS = (*LEVEL_NAMES, BOTTLENECK)


def planted(mixed: float, never: float, pck: float = 0.0) -> SimpleNamespace:
    """As much of a control study as Compare reads, of two networks that never learned. What a layer i of the
    own network has in common with a layer j of these: mixed + 0.01 i + 0.001 j."""
    cka = np.full((3, 3, 5, 5), never)
    cka[0, 1:] = mixed + 0.01 * np.arange(5)[:, None] + 0.001 * np.arange(5)
    found = np.zeros((3, 1, 4, len(ALL_MASKS)))
    found[1] = pck
    return SimpleNamespace(networks=["own", "0", "1"], layers=np.array(LAYERS), cka=cka, skip_scores=found)


def with_references(monkeypatch: pytest.MonkeyPatch, one: SimpleNamespace, other: SimpleNamespace) -> None:
    monkeypatch.setattr(untrained, "reference", lambda bundle: one if bundle.path.name == "one" else other)


def verdict_of(app) -> str:
    (line,) = [one for one in words(app).splitlines() if BEGINS in one]
    return line.rstrip("*.").rpartition("**")[2]


def test_every_cell_has_both_baselines_the_higher_of_both_bundles():
    found = baselines.of_both(planted(0.3, 0.5), planted(0.2, 0.7), (LAYERS, LAYERS))
    # Row of A, column of B: A's study has A's layer first, B's has B's layer first.
    assert found.mixed[1, 2] == pytest.approx(0.312) and found.untrained[1, 2] == pytest.approx(0.7)
    found = baselines.of_both(planted(0.2, 0.5), planted(0.3, 0.2), (LAYERS, LAYERS))
    assert found.mixed[1, 2] == pytest.approx(0.321) and found.untrained[1, 2] == pytest.approx(0.5)
    squeezed = baselines.of_both(planted(0.3, 0.5), planted(0.2, 0.7), (LAYERS, (*LAYERS, "autoencoder")))
    assert squeezed.mixed.shape == (5, 6) and np.isnan(squeezed.mixed[:, 5]).all()


@pytest.mark.parametrize(
    ("mixed", "never", "verdict"),
    [
        (0.1, 0.2, Verdict.HOLDS),
        (0.1, 0.9, Verdict.DOES_NOT),
        (0.9, 0.1, Verdict.DOES_NOT),
        (0.1, 0.5, Verdict.UNKNOWN),
    ],
)
def test_layers_stand_beside_networks_that_never_learned(artifacts, monkeypatch, mixed, never, verdict):
    with_references(monkeypatch, planted(mixed, never), planted(mixed - 1, never - 1))
    # Of so few people, who fill no second batch, there is no interval.
    alike = [np.full((5, 5), value) for value in (0.5, 0.4, 0.6)]
    monkeypatch.setattr(latents, "similarity", lambda *_: alike)
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    assert verdict_of(app) == verdict
    heat = figures(app)[-1]["data"][0]
    last = mixed + 0.044
    assert f"{never:.2f} · {last:.2f}" in heat["text"][-1][-1]
    table = table_of(app, "layer of A")
    assert table["two that never learned"].to_numpy() == pytest.approx(never)
    assert table["one that never learned, one that did"].iloc[-1] == pytest.approx(last)
    assert latents_words.layers_untrained(never, last) in words(app)


def test_what_is_not_surely_above_or_below_cannot_be_told():
    verdicts = [latents_words.shown([0.5, 0.4, 0.6], beside, 9)[1] for beside in ((0.5, 0.1), (0.1, np.nan))]
    assert verdicts == [Verdict.UNKNOWN] * 2


@pytest.mark.parametrize("tab", [EVERYBODY, LATENTS_TAB])
def test_without_control_studies_there_is_no_verdict_but_the_commands(artifacts, monkeypatch, tab):
    app = open_compare(monkeypatch, artifacts, tab)
    said, pair = words(app), pair_of(artifacts)
    assert BEGINS not in said
    assert all(study_command(bundle, "control") in said for bundle in (pair.one, pair.other))


def test_everybody_is_judged_beside_what_a_network_that_never_learned_finds(artifacts, monkeypatch):
    with_references(monkeypatch, planted(0, 0, 0.25), planted(0, 0, 0.75))
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    assert verdict_of(app) == Verdict.UNKNOWN and "finds 0.750 at most" in words(app)


def test_one_person_tells_of_no_other(artifacts, monkeypatch):
    assert verdict_of(open_compare(monkeypatch, artifacts, ONE)) == Verdict.UNKNOWN


def estimate(mean: float, half: float) -> Estimate:
    return Estimate(*(np.array(one) for one in (mean, mean - half, mean + half)), np.array(30))


@pytest.mark.parametrize(
    ("more", "half", "never", "verdict", "better"),
    [
        (0.1, 0.05, 0.2, Verdict.HOLDS, "B finds"),
        (-0.1, 0.05, 0.2, Verdict.HOLDS, "A finds"),
        (0.1, 0.2, 0.2, Verdict.UNKNOWN, "B finds"),
        (0.1, 0.05, 0.6, Verdict.UNKNOWN, "B finds"),
    ],
)
def test_the_better_one_has_to_find_more_than_what_never_learned(more, half, never, verdict, better):
    found = Comparison(estimate(0.5, 0.01), estimate(0.5 + more, 0.01), estimate(more, half))
    text, said = compare_words.shown(found, never)
    assert said is verdict and text.startswith(better) and "n = 30" in text


def test_networks_are_told_apart_by_seeds_alone():
    def summary(**seeds: tuple[float, float]) -> SimpleNamespace:
        gains = {label: SimpleNamespace(low=low, high=high) for label, (low, high) in seeds.items()}
        fair = SimpleNamespace(pairs=[0, 1], found=SimpleNamespace(difference=people))
        return SimpleNamespace(over_seeds=lambda: gains, fair=fair, data=SimpleNamespace(people=40))

    people = Estimate(*(np.array(one) for one in ([0.1, 0.0], [0.05, -0.1], [0.2, 0.1], [40, 40])))
    cases = [summary(), summary(a=(0.1, 0.2)), summary(a=(0.1, 0.2), b=(-0.1, 0.2))]
    found = [networks_words.shown(case) for case in cases]
    assert [verdict for _, verdict in found] == [Verdict.UNKNOWN, Verdict.HOLDS, Verdict.UNKNOWN]
    assert "1 of 2 compared" in found[0][0] and "1 of 2" in found[2][0]
