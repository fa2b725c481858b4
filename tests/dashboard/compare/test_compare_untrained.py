"""Compare beside networks that never learned, and the sentence at the top of each of its tabs."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from comparing import EVERYBODY, LATENTS_TAB, ONE, open_compare, pair_of, table_of
from reading import figures, numbers, words
from sklearn.metrics import adjusted_rand_score

from dashboard.compare import baselines, latents, latents_words, networks_words
from dashboard.compare import words as compare_words
from dashboard.shared import untrained
from dashboard.shared.shown_here import BEGINS, Verdict
from posecore.ablation import ALL_MASKS, ALL_OFF, LEVEL_NAMES
from posecore.bundle import study_command
from posecore.keypoints import K
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
    found[1, ..., ALL_OFF.position] = pck / 2
    people = np.arange(12)
    return SimpleNamespace(
        networks=["own", "0", "1"],
        sample_ids=people,
        layers=np.array(LAYERS),
        cka=cka,
        replacements=np.array(["zero"]),
        skip_people=people[:4],
        skip_scores=found,
        joint_shares=np.stack([np.full((len(ALL_MASKS), K), share) for share in (1, pck, 0)]),
        ks=np.array([2, 3]),
        labels=np.stack([people // 6, people % 2, people // 6])[:, None].repeat(2, axis=1),
        explained=np.array([[1.0, 0], [0.4, 0.3], [0.2, 0.1]]),
        needed=np.array([1, 30, 40]),
        probe_scores=np.stack([np.full(12, share) for share in (1, pck / 4, 0)]),
        probe_joints=np.stack([np.full(K, share) for share in (1, pck / 4, 0)]),
    )


def grey(figure: dict) -> list[dict]:
    """What is drawn of networks that never learned."""
    return [one for one in figure["data"] if one["name"] == "networks that never learned"]


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
    (line,) = [one for one in words(app).splitlines() if BEGINS in one]
    assert verdict_of(app) == Verdict.UNKNOWN and "0.750" in line


def test_shares_of_joints_stand_beside_networks_that_never_learned(artifacts, monkeypatch):
    with_references(monkeypatch, planted(0, 0, 0.25), planted(0, 0, 0.75))
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    by_mask, by_joint = figures(app)[:2]
    (drawn,) = grey(by_mask)
    # Two networks of either shape, each under all masks, all skips on first.
    on_and_off = numbers(drawn["x"]).reshape(4, 16)[:, [0, -1]]
    assert on_and_off.ravel() == pytest.approx([25, 12.5, 0, 0, 75, 37.5, 0, 0])
    assert drawn["y"][:16] == drawn["y"][16:32]
    (drawn,) = grey(by_joint)
    assert numbers(drawn["x"]).reshape(4, 18)[:, 5] == pytest.approx([25, 0, 75, 0])
    both = compare_words.never_found(4, np.array([0.75]), np.array([0.375]))
    assert both in words(app) and "75.0%" in both and "37.5%" in both
    assert compare_words.never_found(4, np.array([0.75])) in words(app)
    for column in ("skips", "joint"):
        assert table_of(app, column)[compare_words.NEVER_LEARNED].iloc[0] == pytest.approx(75)
    cut = open_compare(monkeypatch, artifacts, EVERYBODY, cmp_mask="0000")
    assert compare_words.never_found(4, np.array([0.375])) in words(cut)


def test_latents_stand_beside_networks_that_never_learned(artifacts, monkeypatch):
    one, other = planted(0, 0, 0.25), planted(0, 0, 0.75)
    with_references(monkeypatch, one, other)
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    said, drawn = words(app), {chart.proto.id: chart for chart in app.get("plotly_chart")}
    (read,) = [json.loads(chart.proto.spec) for name, chart in drawn.items() if "compare_readout" in name]
    (rings,) = grey(read)
    assert numbers(rings["x"]).reshape(4, 18)[:, 0] == pytest.approx([6.25, 0, 18.75, 0])
    assert latents_words.readout_untrained(12, np.array([0.1875])) in said
    assert latents_words.not_shown_by_readout(beside=True) in said
    assert table_of(app, "joint")[compare_words.NEVER_LEARNED].iloc[0] == pytest.approx(18.75)
    (held,) = [json.loads(chart.proto.spec) for name, chart in drawn.items() if "compare_cumulative" in name]
    assert [numbers(line["y"])[-1] for line in grey(held)] == pytest.approx([0.7, 0.3, 0.7, 0.3])
    held = latents_words.variance_untrained(12, [30, 40])
    assert held in said and all(figure in held for figure in ("30", "40", "95%", "12"))
    # Of the own clusters, and of those of the second untrained network, half a dozen people each.
    apart = adjusted_rand_score(np.arange(12) // 6, np.arange(12) % 2)
    expected = latents_words.agreement_untrained(12, [apart], [apart, 1.0])
    assert expected in said and f"{apart:.2f}".replace("-", "−") in expected
    # Networks of another shape or of before clusters were stored say nothing of them but the command.
    one.labels = other.labels = None
    older = words(open_compare(monkeypatch, artifacts, LATENTS_TAB))
    assert expected not in older and all(
        untrained.outdated(bundle) in older for bundle in (pair_of(artifacts).one, pair_of(artifacts).other)
    )
    assert untrained.unknown(latents_words.clusters(2)) not in older
    one.labels = planted(0, 0).labels
    more = words(open_compare(monkeypatch, artifacts, LATENTS_TAB, cmp_k="9"))
    assert expected not in more and untrained.unknown(latents_words.clusters(9)) in more


def test_of_figures_that_were_not_stored_the_rest_is_shown(artifacts, monkeypatch):
    one, other = planted(0, 0, 0.25), planted(0, 0, 0.75)
    one.joint_shares = other.joint_shares = None
    with_references(monkeypatch, one, other)
    (drawn,) = grey(figures(open_compare(monkeypatch, artifacts, EVERYBODY))[1])
    shares = numbers(drawn["x"]).reshape(4, 18)
    assert shares[:, 0] == pytest.approx([25, 0, 75, 0]) and np.isnan(shares[:, 1:]).all()


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
