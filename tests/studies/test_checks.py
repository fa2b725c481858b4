"""Rows of a check on planted studies: what is there holds, what an untrained network reaches too does not."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_bundle import make_fake_bundle

from posecore.ablation import ALL_MASKS
from posecore.bundle import open_bundle
from posecore.clustering.confounds import SETS
from posecore.clustering.density import Density
from posecore.clustering.evidence import Evidence
from posecore.clustering.verdict import ClusterVerdict, Kind, Reason
from posecore.errors import BundleError
from posecore.studies.belonging.results import share
from posecore.studies.checks import measures
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.checks.measures import Measured
from posecore.studies.checks.rows import ROWS, Outcome, Row, check
from posecore.studies.checks.table import aligned, cells, totals

PEOPLE = 60
NAMES = {row.name: row for row in ROWS}


def holds(name: str, **studies: Any) -> Outcome:
    row = NAMES[name]
    return Outcome(row, row.measure(SimpleNamespace(**studies)))  # type: ignore[arg-type]


def around(means: tuple[float, ...], spread: float = 0.1, seed: int = 0) -> np.ndarray:
    """(M, PEOPLE) values of these means."""
    noise = np.random.default_rng(seed).normal(0, spread, (len(means), PEOPLE))
    return np.array(means)[:, None] + noise - noise.mean(axis=1, keepdims=True)


def masked(on: tuple[float, ...], off: tuple[float, ...]) -> SimpleNamespace:
    """A control study of networks with these PCK under all skips, and under none; half is one level's."""
    scores = np.full((len(on), 2, PEOPLE, 16), np.nan)
    scores[:, 1] = around(on)[..., None] * np.linspace(1, 0, 16)  # all is lost
    for mask in ALL_MASKS:
        kept = np.array([0.5, 0.3, 0.1, 0.1]) @ np.array(mask, float)
        scores[:, 0, :, mask.position] = around(off) + kept * (np.array(on) - off)[:, None]
    return SimpleNamespace(replacements=np.array(["zero", "mean"]), skip_scores=scores)


@pytest.mark.parametrize(
    ("on", "off", "expected"),
    [
        ((0.8, 0.1, 0.1), (0.5, 0.1, 0.1), True),
        # As much as one of the untrained networks loses, or hardly more, or nothing.
        ((0.8, 0.4, 0.1), (0.5, 0.1, 0.1), False),
        ((0.8, 0.1, 0.1), (0.76, 0.1, 0.1), False),
        ((0.1, 0.1, 0.1), (0.1, 0.1, 0.1), False),
    ],
)
def test_skips(on: tuple[float, ...], off: tuple[float, ...], expected: bool) -> None:
    study = masked(on, off)
    lost = holds("skips: cutting all loses PCK", control=study)
    assert lost.holds is expected
    assert lost.measured is not None
    assert lost.measured.own == pytest.approx(on[0] - off[0])
    assert lost.measured.untrained == pytest.approx(max(a - b for a, b in zip(on[1:], off[1:], strict=True)))
    assert lost.measured.n == PEOPLE and lost.measured.note == "zero in their place"
    largest = holds("skips: largest Shapley value", control=study)
    assert largest.measured is not None
    assert largest.measured.own == pytest.approx((on[0] - off[0]) / 2)


def probed(own: float, untrained: tuple[float, ...], skip: float, permuted: float) -> SimpleNamespace:
    """A probe study with these R²."""
    names = ["bottleneck", "skip-64", "permuted", *(f"untrained-{m}" for m in range(len(untrained)))]
    r2 = np.array([own, skip, permuted, *untrained])
    spread = np.random.default_rng(0).uniform(50, 150, PEOPLE)
    return SimpleNamespace(
        inputs=np.array(names),
        errors=(1 - around(tuple(r2), 0.05)) * spread,
        spread=spread,
        scores=around(tuple(r2 / 2), 0.05),
    )


def test_probe() -> None:
    for study, expected in (
        (probed(0.6, (0.1, 0.12), 0.2, -0.02), (True, True, True, True)),
        (probed(0.6, (0.1, 0.5), 0.2, -0.02), (False, False, True, True)),
        (probed(0.1, (0.1, 0.12), 0.2, 0.2), (False, False, False, False)),
    ):
        found = [
            outcome for name in NAMES if name.startswith("probe") for outcome in [holds(name, probe=study)]
        ]
        assert tuple(outcome.holds for outcome in found) == expected
    r2 = holds("probe: bottleneck R²", probe=probed(0.6, (0.1, 0.12), 0.2, 0)).measured
    assert r2 is not None and r2.low < r2.beyond < r2.high
    assert (r2.own, r2.untrained, r2.beyond) == pytest.approx((0.6, 0.12, 0.48), abs=0.02)


def correlated(r: list[list[float]], reach: float = 0.08) -> SimpleNamespace:
    values = np.array(r)
    return SimpleNamespace(
        correlation=values,
        correlation_low=values - reach,
        correlation_high=values + reach,
        best_attribute=np.full(values.shape, "torso_angle"),
        sample_ids=np.arange(PEOPLE),
    )


def test_components() -> None:
    first, mean = "components: component 1 has a named cause", "components: strongest |r|, mean of 10"
    trained = correlated([[-0.7, 0.3, 0.4], [0.2, -0.2, 0.2], [0.2, 0.25, 0.2]])
    assert holds(first, control=trained).holds and holds(mean, control=trained).holds
    assert not holds("components: component 2 has a named cause", control=trained).holds
    found = holds(first, control=trained).measured
    # Both reach 0.08: what is left between them is 0.45 less the root of both squares.
    assert found is not None and found.low == pytest.approx(0.45 - 0.08 * 2**0.5)
    assert found.note == "torso_angle"
    # Any component of a network that never learned counts, not only the one of the same number.
    elsewhere = correlated([[-0.7, 0.3, 0.4], [0.2, 0.2, 0.65]])
    assert not holds(first, control=elsewhere).holds
    alike = correlated([[0.2, 0.3, 0.2], [0.2, -0.2, 0.2], [0.2, 0.3, 0.2]])
    assert not holds(first, control=alike).holds and not holds(mean, control=alike).holds
    (row,) = (row for row in ROWS if row.name == "components: component 3 has a named cause")
    assert check_one(row, correlated([[0.2], [0.2]])).startswith("component 3 was not correlated")


def check_one(row: Row, control: SimpleNamespace) -> str:
    bundle: Any = SimpleNamespace()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("posecore.studies.checks.loaded.load_control_study", lambda _: control)
        (outcome,) = check(bundle, [row])
    assert not outcome.holds and outcome.measured is None
    return outcome.problem


def test_walk_and_curve() -> None:
    follows = np.array([[0.9] * 8 + [np.nan] * 2, [0.1, -0.1] * 5, [0.2, -0.3] * 5])
    assert holds("walk: the nearest person follows", control=SimpleNamespace(follows=follows)).holds
    same = SimpleNamespace(follows=np.tile([0.3, -0.2], (3, 5)))
    assert not holds("walk: the nearest person follows", control=same).holds
    names = {"mean": "curve: gain by the latent, mean skips", "on": "curve: gain by the latent, skips on"}
    scores = np.zeros((3, 3, PEOPLE, 2))
    scores[0, 2, :, 1] = around((0.4,))[0]
    for mode, expected in (("mean", True), ("on", False)):
        assert holds(names[mode], control=SimpleNamespace(curve_scores=scores)).holds is expected
    assert check_one(NAMES[names["on"]], SimpleNamespace(curve_scores=scores[:1])).startswith("no untrained")


def clustered(said: ClusterVerdict | None, parts: int, draws: int) -> SimpleNamespace:
    ks = np.arange(2, 7)
    nothing = np.zeros(5)
    test = Density(
        ks,
        nothing,
        nothing,
        nothing,
        np.full((2, 5), parts),
        np.full((10, 2, 5), draws),
        PEOPLE,
    )
    evidence = Evidence(test, nothing, {}, {}, "", PEOPLE)
    return SimpleNamespace(verdict=said, evidence=evidence, sample_ids=np.arange(PEOPLE))


REGIONS = ClusterVerdict(Kind.REGIONS, None, 1, 1, Reason.JOINED)
GROUPS = ClusterVerdict(Kind.GROUPS, 3, 3, 3, Reason.APART)
UNKNOWN = ClusterVerdict(Kind.UNKNOWN, None, 1, 3, Reason.UNSURE)


@pytest.mark.parametrize(
    ("said", "parts", "draws", "again", "expected"),
    [
        (REGIONS, 1, 1, Kind.REGIONS, True),
        (GROUPS, 3, 3, Kind.GROUPS, True),
        (REGIONS, 1, 1, Kind.UNKNOWN, False),
        (GROUPS, 3, 1, Kind.GROUPS, False),
        (UNKNOWN, 1, 3, Kind.UNKNOWN, False),
        (None, 1, 1, Kind.REGIONS, False),
    ],
)
def test_the_verdict_on_clusters(
    said: ClusterVerdict | None, parts: int, draws: int, again: Kind, expected: bool
) -> None:
    control = SimpleNamespace(verdict=np.array([again.value, Kind.REGIONS.value]))
    name = "clusters: groups off the verdict's"
    assert holds(name, clusters=clustered(said, parts, draws), control=control).holds is expected


def told(*by_pose: float) -> SimpleNamespace:
    """A control study of networks whose two clusters are told by the pose like this, the own first."""
    shares = np.zeros((len(by_pose), 1, len(SETS)))
    shares[:, 0, list(SETS).index("pose")] = by_pose
    return SimpleNamespace(ks=np.array([2]), told=shares)


def test_pose_tells_clusters(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", 120, annotations=True))
    sits = np.arange(120) % 2
    mixed = np.random.default_rng(0).permutation(sits)
    older = SimpleNamespace(ks=np.array([2]), told=None)
    for labels, control, best, expected in (
        (sits, older, 0.5, True),
        (mixed, older, 0.5, False),
        # Of untrained networks the one whose clusters are told best; no better than guessing is guessing.
        (sits, told(0.99, 0.7, 0.6), 0.7, True),
        (sits, told(0.5, 0.7, 0.99), 0.99, False),
        (sits, told(0.5, 0.4, np.nan), 0.5, True),
    ):
        sweep = SimpleNamespace(ks=np.array([2]), labels=labels[None], best=lambda _: 0)
        study = SimpleNamespace(sweep=sweep, sample_ids=np.array(list(bundle.rows)))
        found = holds("clusters: pose tells them at K = 2", bundle=bundle, clusters=study, control=control)
        assert found.holds is expected and found.measured is not None
        assert found.measured.beyond == pytest.approx(found.measured.own - best)
        assert ("guessing" in found.measured.note) == (best == 0.5)


def belonging(people: int, nobody: int) -> SimpleNamespace:
    """So many of a thousand people, and of a thousand pictures without anyone, are refused."""
    refused = {name: np.arange(1000) < count for name, count in (("people", people), ("nobody", nobody))}
    return SimpleNamespace(
        refused_share=lambda _: share(refused["people"]), nobody_share=lambda: share(refused["nobody"])
    )


CAUSES_TRIED = ["turn", "lying", "grain"]


def caused(own: dict[str, tuple[float, ...]], untrained: float) -> SimpleNamespace:
    """A cause study whose causes move PEOPLE along components this far; all else moves them by 0.01."""
    rng = np.random.default_rng(0)
    moved = np.full((1, PEOPLE, len(CAUSES_TRIED), 2, 3), 0.01)
    for key, far in own.items():
        moved[0, :, CAUSES_TRIED.index(key)] = far
    moved *= rng.choice([-1, 1], moved.shape) * rng.uniform(0.9, 1.1, moved.shape)
    never = np.full((2, 1, PEOPLE // 2, len(CAUSES_TRIED), 2, 3), 0.01)
    never[1, 0, :, :2] = untrained
    return SimpleNamespace(causes=np.array(CAUSES_TRIED), moved=moved, untrained=never)


def named(*attributes: str, r: float = 0.6) -> SimpleNamespace:
    """A control study whose own components go with these attributes by r, untrained ones' by 0.1."""
    one = np.full((3, len(attributes)), 0.1)
    one[0] = r
    return SimpleNamespace(
        correlation=one,
        correlation_low=one - 0.05,
        correlation_high=one + 0.05,
        best_attribute=np.array([attributes] * 3),
        sample_ids=np.arange(PEOPLE),
    )


def test_causes() -> None:
    study = caused({"turn": (0.05, 0.8, 0.1), "lying": (0.4, 0.1, 0.1)}, untrained=0.2)
    turned = holds("causes: turning the body", causes=study)
    assert turned.holds and turned.measured is not None and turned.measured.note == "component 2, turn"
    assert turned.measured.own == pytest.approx(0.8, abs=0.02) and turned.measured.untrained == pytest.approx(
        0.2
    )
    still = holds("causes: another grain", causes=study)
    assert still.holds and still.measured is not None and still.measured.own == pytest.approx(0.01, abs=0.002)
    # Untrained networks move as far, or grain moves people, too.
    assert not holds("causes: turning the body", causes=caused({"turn": (0, 0.8, 0)}, untrained=0.75)).holds
    assert not holds("causes: another grain", causes=caused({"grain": (0, 0.2, 0)}, untrained=0.2)).holds


def test_a_component_moves_by_what_it_is_named_for() -> None:
    study = caused({"turn": (0.05, 0.8, 0.1), "lying": (0.4, 0.1, 0.1)}, untrained=0.2)
    names = [f"causes: component {number} moves by its name" for number in (1, 2)]
    moves = [holds(name, causes=study, control=named("aspect", "turned")) for name in names]
    assert all(one.holds for one in moves)
    # What moves the other component does not count, nor a movement that untrained networks have, too.
    swapped = [holds(name, causes=study, control=named("turned", "aspect")) for name in names]
    assert not any(one.holds for one in swapped)
    for control in (named("season", "season"), named("turned", "turned", r=0.1)):
        with pytest.raises(NotStudiedError):
            holds(names[0], causes=study, control=control)


def test_what_was_not_tried_is_not_studied_and_what_is_broken_fails(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", 12))
    rows = [row for row in ROWS if row.name == "causes: turning the body"]
    (absent,) = check(bundle, rows)
    assert absent.held and not absent.holds and "cause_study.py" in absent.problem
    assert cells(absent)[5] == "not studied" and totals([absent]).endswith(
        "0 explanations hold, 1 not studied"
    )
    (bundle.path / "studies" / "causes").mkdir(parents=True)
    (broken,) = check(bundle, rows)
    assert not broken.held and "cause_study.py" in broken.problem


def test_belonging() -> None:
    people, nobody = "belonging: people refused", "belonging: nobody in it refused"
    for found, expected in ((belonging(45, 990), (True, True)), (belonging(65, 955), (False, False))):
        assert (holds(people, belonging=found).holds, holds(nobody, belonging=found).holds) == expected
    # What is not claimed any more stays in the table, as failed, and says what the page says instead.
    withdrawn = holds(nobody, belonging=belonging(65, 955))
    assert withdrawn.held and cells(withdrawn)[-3:] == ("no, withdrawn", "1,000", NAMES[nobody].withdrawn)
    assert not holds(people, belonging=belonging(65, 955)).held
    assert not Outcome(NAMES[nobody], None, "no such study").held
    assert totals([withdrawn, holds(nobody, belonging=belonging(45, 990))]) == (
        "1 of 2 explanations hold, 1 withdrawn"
    )


def test_layers() -> None:
    name = "layers: bottleneck unlike untrained ones"

    def study(own: float, never: float, networks: int = 3) -> SimpleNamespace:
        cka = np.full((networks, networks, 2, 2), never)
        cka[0] = cka[:, 0] = own
        return SimpleNamespace(
            cka=cka,
            cka_low=cka - 0.05,
            cka_high=cka + 0.05,
            networks=np.arange(networks),
            sample_ids=np.arange(PEOPLE),
        )

    assert holds(name, control=study(0.1, 0.95)).holds
    assert not holds(name, control=study(0.9, 0.95)).holds
    one = holds(name, control=study(0.1, 0.95, networks=2))
    assert not one.holds and one.measured is not None and "two untrained networks" in one.measured.note


def test_a_row_is_whole_on_its_side_of_the_limit_or_does_not_hold() -> None:
    for above, low, high, expected in (
        (True, 0.11, 0.3, True),
        (True, 0.09, 0.3, False),
        (False, 0.0, 0.09, True),
        (False, 0.0, 0.11, False),
        (True, np.nan, np.nan, False),
        (False, np.nan, np.nan, False),
    ):
        row = Row("a", "b", "c", measures.pck_lost, 0.1, above)
        assert Outcome(row, Measured(0, 0, 0, low, high, 1)).holds is expected


def test_the_table_says_what_is_missing() -> None:
    def missing(_: object) -> Measured:
        raise BundleError("no such study; make it with `this`")

    rows = [
        Row("short", "page", "sentence", missing, 0),
        Row("a longer name", "page", "s", missing, 0, False),
    ]
    bundle: Any = SimpleNamespace()
    outcomes = check(bundle, rows)
    assert [cells(each)[-1] for each in outcomes] == ["no such study; make it with `this`"] * 2
    lines = aligned(outcomes)
    assert len({line.index("no such study") for line in lines[1:]}) == 1 and " below 0 " in lines[2]
