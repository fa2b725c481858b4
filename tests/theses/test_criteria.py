"""Every criterion on planted studies: what is planted to hold holds, what is not does not, and what cannot be
told is not told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from fake_networks import make_study, planted
from planted_compression import plant_compression

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import study_folder
from posecore.clustering.verdict import Kind
from posecore.errors import DataError
from posecore.keypoints import COCO17, K
from posecore.samples import columns, read_points, read_visibility
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.claims.results import Groups, Squeezed, unknown_groups
from posecore.studies.components.results import ComponentStudy
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.networks.results import NetworksStudy
from posecore.studies.phone.results import Timed
from posecore.studies.skips.effects import big_joints, small_joints
from posecore.theses.clusters import two_is_best
from posecore.theses.finding import Finding, Part, Unit, against, people_to_tell, tries
from posecore.theses.stored import Stored
from posecore.theses.table import CLAIMS, Thesis
from posecore.verdict import Verdict, above, agreed, together

PEOPLE = 120
BY_KEY = {claim.key: claim for claim in CLAIMS}
WITH_CRITERION = [claim for claim in CLAIMS if not claim.figure_only]
HOLDS, DOES_NOT, UNKNOWN = Verdict.HOLDS, Verdict.DOES_NOT, Verdict.UNKNOWN


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """People with labels, of whose making two things are known that have nothing to do with each other."""
    rng = np.random.default_rng(5)
    truth = {name: rng.permutation(PEOPLE).astype(float) for name in ("left_knee_angle", "distance")}
    families = np.where(np.arange(PEOPLE) < PEOPLE // 2, "running", "sitting").tolist()
    folder = tmp_path_factory.mktemp("claims") / "people"
    return open_bundle(
        make_fake_bundle(folder, PEOPLE, annotations=True, truth={**truth, "family": families})
    )


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> NetworksStudy:
    return make_study(tmp_path_factory.mktemp("runs"), planted())


def around(means: tuple[float, ...], spread: float = 0.05) -> np.ndarray:
    """(M, PEOPLE) values of these means, which differ from person to person."""
    noise = np.random.default_rng(0).normal(0, spread, (len(means), PEOPLE))
    return np.array(means)[:, None] + noise - noise.mean(axis=1, keepdims=True)


def control(lost: float, spread: float = 0.05) -> SimpleNamespace:
    """The own network loses so much with all skips, two that never learned nothing."""
    scores = np.full((3, 1, PEOPLE, 16), 0.1)
    scores[0] = 0.8
    scores[0, 0, :, ALL_OFF.position] = 0.8 - around((lost,), spread)[0]
    return SimpleNamespace(replacements=np.array(["zero"]), skip_scores=scores)


def skip_study(bundle: Bundle, points: np.ndarray, found: np.ndarray) -> SimpleNamespace:
    """points: (N, 16, K, 2), found: (N, 16, K)."""
    return SimpleNamespace(
        sample_ids=np.array(list(bundle.rows)),
        replacements=("mean",),
        hits=found,
        hits_under=lambda _: found,
        points_under=lambda _: points,
    )


def losing(bundle: Bundle, *joints: list[int]) -> SimpleNamespace:
    """With anything cut the people, dealt out in turn, lose the first, the second, ... of these joints."""
    found = np.ones((PEOPLE, 16, K))
    for turn, lost in enumerate(joints):
        for mask in ALL_MASKS:
            if mask != ALL_ON:
                found[np.ix_(np.arange(turn, PEOPLE, len(joints)), [mask.position], lost)] = 0
    return skip_study(bundle, np.zeros((PEOPLE, 16, K, 2)), found)


def shifted(bundle: Bundle, pixels: float) -> SimpleNamespace:
    """With all skips cut every joint lies so far off."""
    table = bundle.samples
    points = np.repeat(read_points(table, "annotated")[:, None], 16, axis=1)
    points[:, ALL_OFF.position] += np.array([pixels, 0])
    labelled = read_visibility(table)[:, None] > 0
    found = np.where(labelled, np.ones((PEOPLE, 16, K)), np.nan)
    if pixels > 12.8:
        found[:, ALL_OFF.position] *= 0
    return skip_study(bundle, points, found)


def probe(bottleneck: float, skip: float, untrained: tuple[float, ...]) -> SimpleNamespace:
    """A probe study with these R²; the coarsest skip holds most."""
    skips = {"skip-64": skip / 4, "skip-32": skip / 3, "skip-16": skip / 2, "skip-8": skip}
    r2 = {"bottleneck": bottleneck, **skips, **{f"untrained-{m}": r for m, r in enumerate(untrained)}}
    found = around(tuple(r2.values()))
    names = np.array(list(r2))
    return SimpleNamespace(inputs=names, errors=1 - found, spread=np.ones(PEOPLE), scores=found / 2)


def curve(at_fifty: np.ndarray) -> ComponentStudy:
    """Who finds how many of 17 joints with fifty components (PEOPLE,); with all ten, with none none."""
    hits = np.zeros((3, PEOPLE, 3, K), np.int8)
    for place, count in ((1, at_fifty), (2, np.full(PEOPLE, 10))):
        hits[:, :, place] = np.arange(K) < count[:, None]
    explained = np.zeros((2, 3), np.float32)
    return ComponentStudy(np.arange(PEOPLE).astype(str), np.array([0, 50, 128]), hits, explained, 500, {})


def labelled_by_half(bundle: Bundle) -> Any:
    """The same people, of whom the second half have but eight joints labelled."""
    table = bundle.samples.copy()
    names = columns(COCO17, "annotated", "v")
    table[names] = 2
    table.loc[PEOPLE // 2 :, names[8:]] = 0
    return SimpleNamespace(samples=table, row=bundle.row, manifest=bundle.manifest, keypoints=COCO17)


HALVES = (np.arange(PEOPLE) >= PEOPLE // 2).astype(np.int64)
"""Two clusters that are the two kinds."""


def flipped(share: float) -> np.ndarray:
    """The same with so many people of each in the other."""
    wrong = np.arange(PEOPLE) % (PEOPLE // 2) < share * (PEOPLE // 2)
    return np.where(wrong, 1 - HALVES, HALVES)


def clusters(labels: np.ndarray, bundle: Bundle) -> SimpleNamespace:
    sweep = SimpleNamespace(ks=np.array([2]), labels=labels[None], best=lambda _: 0)
    return SimpleNamespace(sweep=sweep, sample_ids=np.array(list(bundle.rows)))


def silhouettes(two: float, three: float, spread: float = 0.05) -> SimpleNamespace:
    sweep = SimpleNamespace(numbers=np.array([2, 3, 4]), values=around((two, three, -0.5), spread))
    return SimpleNamespace(sweep=sweep, verdict=None)


def never_learned() -> SimpleNamespace:
    networks = [[[0.5], [0.6]], [[0.2], [0.1]], [[0.1], [0.3]]]  # the bundle's own first
    return SimpleNamespace(ks=np.array([2, 3]), silhouettes=np.array(networks))


def groups(kind: Kind = Kind.UNKNOWN, valley: float = 1.0) -> Groups:
    return Groups(kind, 2, 1, 3, valley, valley - 0.1, valley + 0.1, 400)


def squeezed(counts: tuple[int, int] = (1, 1), valleys: tuple[float, float] = (1, 1)) -> SimpleNamespace:
    both = groups(valley=valleys[0]), groups(valley=valleys[1])
    return SimpleNamespace(squeezed=Squeezed(np.array(counts), both, 400))


def finding_joints(study: NetworksStudy, **count: tuple[int, int]) -> NetworksStudy:
    """The same networks, each with so many joints found, of seed 0 and seed 1, by label; none with skips cut.
    First stacks find one less than last ones."""
    rows = []
    for network in study.networks:
        built = count.get(network.label.replace(" ", "_"), (9, 9))[network.seed]
        parts = []
        for data in study.data:
            found = np.zeros((network.stacks + int(network.has_skips), data.people, K), np.int8)
            found[: network.stacks] = np.arange(K) < built
            found[: network.stacks - 1, :, built - 1] = 0
            parts.append(found)
        rows.append(tuple(parts))
    return replace(study, hits=tuple(rows))


def with_narrow(study: NetworksStudy) -> NetworksStudy:
    """Beside each network with the autoencoder one with a narrow bottleneck, trained alike."""
    narrow = [
        replace(one, label="narrow", autoencoder=0, bottleneck=1, weights=f"n{one.seed}")
        for one in study.networks
        if one.autoencoder
    ]
    return replace(study, networks=(*study.networks, *narrow))


def sized(by_pck: np.ndarray) -> SimpleNamespace:
    """People of growing size whom OKS scores alike for all sizes. by_pck: (PEOPLE,)."""
    return SimpleNamespace(
        sizes=np.arange(PEOPLE, dtype=float) + 100,
        pck=by_pck,
        oks=np.random.default_rng(7).permutation(PEOPLE) / PEOPLE,
        sized_ids=np.arange(PEOPLE).astype(str),
    )


Planted = dict[Verdict, dict[str, Any]]
SMALL, BIG = small_joints(COCO17), big_joints(COCO17)
NEVER = {"control": control(0.0)}
LEARNED = (0.1, 0.12)
TOLD = "told by what it was drawn from"


def plant_skips(bundle: Bundle, networks: NetworksStudy) -> dict[str, Planted]:
    return {
        "cutting": {
            HOLDS: {"control": control(0.3)},
            DOES_NOT: {"control": control(0.0)},
            UNKNOWN: {"control": control(0.02, spread=0.2)},
        },
        "small-joints": {
            HOLDS: {"skips": losing(bundle, SMALL), **NEVER},
            DOES_NOT: {"skips": losing(bundle, BIG), **NEVER},
            UNKNOWN: {"skips": losing(bundle, SMALL, BIG), **NEVER},
        },
        "detail": {
            HOLDS: {"skips": shifted(bundle, 20), "probe": probe(0.6, 0.3, LEARNED)},
            DOES_NOT: {"skips": shifted(bundle, 100), "probe": probe(0.6, 0.3, LEARNED)},
            UNKNOWN: {"skips": shifted(bundle, 20), "probe": probe(0.6, 0.3, (0.1,))},
        },
    }


def plant_latents(bundle: Bundle, networks: NetworksStudy) -> dict[str, Planted]:
    knees, far = (bundle.samples[f"truth_{name}"].to_numpy() for name in ("left_knee_angle", "distance"))

    def first(scores: np.ndarray) -> dict[str, Any]:
        ids = np.array(list(bundle.rows))
        # Everybody's component 1 goes with something else, which decides nothing.
        everybody = SimpleNamespace(scores=far[:, None], sample_ids=ids)
        return {"claims": SimpleNamespace(complete_scores=scores, complete_ids=ids), "projection": everybody}

    def kept(at_fifty: np.ndarray) -> dict[str, Any]:
        projection = SimpleNamespace(parallel=SimpleNamespace(count=20), explained=np.full(50, 0.0019))
        return {"components": curve(at_fifty), "projection": projection}

    nearer = {
        HOLDS: around((0.4, 0.1, 0.12)),
        DOES_NOT: around((0.15, 0.1, 0.12)),
        UNKNOWN: around((0.22, 0.1, 0.12), spread=0.5),
    }
    return {
        "neighbours": {
            verdict: {"claims": SimpleNamespace(nearer=values)} for verdict, values in nearer.items()
        },
        "component-1": {HOLDS: first(knees), DOES_NOT: first(-far), UNKNOWN: first(knees + far)},
        "noise": {
            HOLDS: kept(np.full(PEOPLE, 10)),
            DOES_NOT: kept(np.full(PEOPLE, 5)),
            UNKNOWN: kept(np.where(np.arange(PEOPLE) % 12 < 2, 8, 10)),
        },
    }


def plant_clusters(bundle: Bundle, networks: NetworksStudy) -> dict[str, Planted]:
    half = labelled_by_half(bundle)
    ids = np.array(list(bundle.rows))
    shares = {HOLDS: 0.0, DOES_NOT: 0.5, UNKNOWN: 0.25}
    drawn = np.array([0.1, 0.11, 0.09, 0.1])

    def apart(silhouette: float) -> dict[str, Any]:
        found = SimpleNamespace(complete_silhouette=silhouette, subset_silhouettes=drawn, complete_ids=ids)
        return {"claims": found}

    kinds = {HOLDS: Kind.GROUPS, DOES_NOT: Kind.REGIONS, UNKNOWN: Kind.UNKNOWN}
    return {
        "two-clusters": {
            HOLDS: {"clusters": silhouettes(0.3, 0.1), "control": never_learned()},
            DOES_NOT: {"clusters": silhouettes(0.1, 0.3), "control": never_learned()},
            UNKNOWN: {"clusters": silhouettes(0.1, 0.1, spread=0.2), "control": never_learned()},
        },
        "complete-sparse": {
            verdict: {"clusters": clusters(flipped(share), bundle), "bundle": half}
            for verdict, share in shares.items()
        },
        "still-moving": {
            verdict: {"claims": SimpleNamespace(complete_ids=ids, complete_labels=flipped(share))}
            for verdict, share in shares.items()
        },
        "overlap": {HOLDS: apart(0.2), DOES_NOT: apart(0.05), UNKNOWN: apart(0.105)},
        "third-cluster": {
            verdict: {"claims": SimpleNamespace(largest=groups(kind))} for verdict, kind in kinds.items()
        },
        "cleaner": {
            HOLDS: {"claims": squeezed(valleys=(0.2, 0.9))},
            DOES_NOT: {"claims": squeezed(valleys=(0.9, 0.8))},
            UNKNOWN: {"claims": squeezed(valleys=(0.7, 0.85))},
        },
    }


def plant_networks(bundle: Bundle, networks: NetworksStudy) -> dict[str, Planted]:
    def found(**count: tuple[int, int]) -> dict[str, Any]:
        return {"networks": finding_joints(networks, **count)}

    narrow = with_narrow(networks)

    def narrowed(**count: tuple[int, int]) -> dict[str, Any]:
        return {"networks": finding_joints(narrow, **count)}

    rng = np.random.default_rng(3)
    small = np.arange(PEOPLE)[::-1] / PEOPLE
    oks = sized(small).oks
    return {
        "autoencoder": {
            # More than the network it began with, and no more than the one trained for as long.
            HOLDS: found(ae=(12, 13), plain_on=(9, 9), plain=(5, 5)),
            DOES_NOT: found(ae=(9, 9), plain_on=(9, 9), plain=(5, 5)),
            UNKNOWN: found(ae=(12, 9), plain_on=(9, 9), plain=(5, 5)),
        },
        "second-stack": {
            HOLDS: found(two_on=(12, 12), plain_on=(9, 9)),
            DOES_NOT: found(two_on=(8, 9), plain_on=(9, 9)),
            UNKNOWN: found(two_on=(12, 9), plain_on=(9, 9)),
        },
        "without-skips": {
            HOLDS: found(none_on=(6, 6)),
            DOES_NOT: found(none_on=(0, 0)),
            UNKNOWN: found(none_on=(6, 0)),
        },
        "narrow": {
            HOLDS: narrowed(ae=(9, 9), narrow=(9, 9)),
            DOES_NOT: narrowed(ae=(9, 9), narrow=(12, 7)),
            UNKNOWN: narrowed(ae=(9, 9), narrow=(12, 9)),
        },
        "radius": {
            HOLDS: {"claims": sized(small)},
            DOES_NOT: {"claims": sized(1 - small)},
            UNKNOWN: {"claims": sized(oks + 0.5 * small + 0.3 * rng.normal(size=PEOPLE))},
        },
    }


TWO_SEEDS = {
    ("tuned", "bayesian"): 2,
    ("tuned", "group-lasso"): 2,
    ("masked", "bayesian"): 2,
    ("masked", "l1"): 2,
}


def compressed(path: Path, bayesian: float, lasso: float, l1: float, **how: Any) -> CompressionStudy:
    """Fine-tuned networks of a quarter of the size that find such shares of joints, and by L1 one that is
    only masked; a tenth less on average, as who lies loses more. How Bayesian ones were before fine-tuning,
    and the dense network, stay the same."""
    finds = {
        ("reference", "shipped", None): 0.78,
        ("tuned", "dense", None): 0.8,
        ("tuned", "bayesian", 0.25): bayesian,
        ("tuned", "group-lasso", 0.25): lasso,
        ("tuned", "scratch", 0.25): 0.7,
        ("masked", "bayesian", 0.25): 0.3,
        ("masked", "l1", 0.25): l1,
    }
    return plant_compression(path, **{"finds": finds, "seeds": TWO_SEEDS, "live": False, **how})


def plant_compressed(path: Path) -> dict[str, Planted]:
    """Of all claims on compression at once."""
    studies = {
        HOLDS: compressed(path, 0.95, 0.8, 0.1),
        DOES_NOT: compressed(path, 0.7, 0.85, 0.5),
        UNKNOWN: compressed(path, 0.9, 0.7, 0.5),
    }
    planted: Planted = {verdict: {"compression": study} for verdict, study in studies.items()}
    return dict.fromkeys(("bayesian", "two-thirds", "fine-tuning"), planted)


def timed(bundle: Bundle, *times_as_long: float) -> tuple[Timed, ...]:
    """Phones on which the bundle's network takes so many times as long as one of half the size, beside one of
    eight bits that is faster still and counts for nothing."""
    rng = np.random.default_rng(0)
    rows = []
    for number, slower in enumerate(times_as_long):
        small = 100 * np.exp(0.02 * rng.normal(size=30))
        dense = slower * small * np.exp(0.02 * rng.normal(size=30))
        one = Timed(f"phone{number}.json", "A browser", 1, bundle.path.name, "float32", "ab", 8, 8, dense)
        other = replace(one, network="half", macs=4, milliseconds=small)
        eight = replace(one, network="half-int8", precision="int8", macs=2, milliseconds=small / 9)
        rows += [one, other, eight]
    return tuple(rows)


def plant_phones(bundle: Bundle, _: NetworksStudy) -> dict[str, Planted]:
    return {
        "phone": {
            HOLDS: {"phone": timed(bundle, 2.0, 2.2)},
            DOES_NOT: {"phone": timed(bundle, 1.3, 1.5)},
            UNKNOWN: {"phone": timed(bundle, 2.0, 1.3)},
        }
    }


def test_a_phone_without_a_smaller_network_tells_nothing(bundle: Bundle) -> None:
    alone = tuple(one for one in timed(bundle, 2.0) if one.network != "half")
    with pytest.raises(DataError, match="fewer multiply-adds"):
        judged("phone", bundle, {"phone": alone})


@pytest.fixture(scope="module")
def compressible(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_fake_bundle(tmp_path_factory.mktemp("compressed") / "people", 12)


@pytest.fixture(scope="module")
def all_planted(bundle: Bundle, networks: NetworksStudy, compressible: Path) -> dict[str, Planted]:
    parts: list[Callable[[Bundle, NetworksStudy], dict[str, Planted]]] = [
        plant_skips,
        plant_latents,
        plant_clusters,
        plant_networks,
        plant_phones,
    ]
    planted = {key: planted for part in parts for key, planted in part(bundle, networks).items()}
    return planted | plant_compressed(compressible)


def judged(key: str, bundle: Bundle, studies: dict[str, Any]) -> Finding:
    return BY_KEY[key].judge(SimpleNamespace(**{"bundle": bundle, "beside": {}, **studies}))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [claim.key for claim in WITH_CRITERION])
@pytest.mark.parametrize("verdict", Verdict)
def test_every_claim_with_a_criterion_takes_every_verdict(
    key: str, verdict: Verdict, bundle: Bundle, all_planted: dict[str, Planted]
) -> None:
    found = judged(key, bundle, all_planted[key][verdict])
    assert found.verdict is verdict
    assert found.what and found.change.endswith(".")
    assert np.isfinite(found.effect) and found.n > 0
    assert found.low - 1e-9 <= found.effect <= found.high + 1e-9


def test_claims_have_names_of_their_own_and_say_what_they_are_about() -> None:
    assert len(BY_KEY) == len(CLAIMS)
    assert {claim.thesis for claim in CLAIMS} == set(Thesis)
    for claim in CLAIMS:
        assert claim.statement.endswith(".") and claim.measured.endswith(".")
        assert claim.where and claim.of
        assert claim.studies


def test_a_figure_of_other_data_gets_ours_beside_it_and_no_verdict(bundle: Bundle) -> None:
    projection = SimpleNamespace(
        explained=np.array([0.2, 0.1, 0.05]),
        people=PEOPLE,
        needed_for=lambda share: 77 if share == 0.95 else 0,
    )
    never = SimpleNamespace(
        explained=np.array([[0.2, 0.1], [0.3, 0.2], [0.25, 0.2]]),
        needed=np.array([77, 80, 81]),
        sample_ids=np.arange(9),
    )
    studies = {"projection": projection, "control": never}
    two = judged("two-components", bundle, studies)
    assert two.verdict is UNKNOWN and two.effect == pytest.approx(0.3) and np.isnan(two.low)
    assert "45 % to 50 %" in two.notes[0]
    most = judged("most-components", bundle, studies)
    assert most.verdict is UNKNOWN and most.effect == 77 and "80 to 81" in most.notes[0]
    few = judged("squeezed-components", bundle, {"claims": squeezed((16, 300))})
    assert few.verdict is UNKNOWN and few.effect == 16 and np.isnan(few.low) and "300" in few.notes[0]
    assert [claim.key for claim in CLAIMS if claim.figure_only] == [
        "two-components",
        "most-components",
        "squeezed-components",
    ]


def test_longer_training_is_no_autoencoder(bundle: Bundle, networks: NetworksStudy) -> None:
    """What it gains over the network it began with does not count, and is told."""
    found = judged(
        "autoencoder",
        bundle,
        {"networks": finding_joints(networks, ae=(12, 12), plain_on=(12, 12), plain=(5, 5))},
    )
    assert found.verdict is DOES_NOT and found.effect == 0
    assert Unit.POINTS.figure(7 / 17) in " ".join(found.notes)


def test_what_was_not_looked_at_gets_no_verdict(bundle: Bundle, networks: NetworksStudy) -> None:
    for key, studies in {
        "narrow": {"networks": networks},
        "autoencoder": {"networks": replace(networks, networks=networks.networks[:1])},
        "cleaner": {"claims": SimpleNamespace(squeezed=None)},
        "squeezed-components": {"claims": SimpleNamespace(squeezed=None)},
        "component-1": {"claims": SimpleNamespace(complete_scores=None)},
        "neighbours": {"claims": SimpleNamespace(nearer=around((0.4,)))},
        "noise": {"components": replace(curve(np.full(PEOPLE, 10)), counts=np.array([0, 40, 128]))},
        "two-clusters": {"clusters": SimpleNamespace(sweep=SimpleNamespace(numbers=np.array([3, 4])))},
        "complete-sparse": {"clusters": SimpleNamespace(sweep=SimpleNamespace(ks=np.array([3])))},
    }.items():
        stored = SimpleNamespace(**studies, bundle=bundle)
        with pytest.raises(NotStudiedError) as raised:
            BY_KEY[key].judge(stored)  # type: ignore[arg-type]
        assert raised.value.commands
        assert all(command.startswith("python scripts/") for command in raised.value.commands)


def test_the_thesis_s_own_cut_is_told_where_most_other_cuts_say_the_opposite(bundle: Bundle) -> None:
    found = losing(bundle, BIG).hits
    for joints, share in ((SMALL, 1), (BIG, 0)):
        found[:, ALL_OFF.position, joints] = 1 - share
    study = skip_study(bundle, np.zeros((PEOPLE, 16, K, 2)), found)
    opposite = judged("small-joints", bundle, {"skips": study, **NEVER})
    assert opposite.verdict is DOES_NOT
    assert "the mean in their place, small ones lose 100.0 points of PCK more" in opposite.notes[1]
    assert opposite.notes[2].startswith("So of the thesis's own cut the claim is true here")
    alike = judged("small-joints", bundle, {"skips": losing(bundle, BIG), **NEVER})
    assert (
        "the mean in their place, big ones lose 100.0 points of PCK more (100.0 to 100.0)" in alike.notes[1]
    )
    assert len(alike.notes) == 2


def test_who_is_told_by_clusters_of_unequal_size_lies_between_none_and_all(bundle: Bundle) -> None:
    """Each cluster counts alike, and as many are in it in every draw."""
    ids = np.array(list(bundle.rows))
    small = np.arange(PEOPLE) >= PEOPLE - 25
    moving = np.where(small, "running", "sitting")

    def told(wrong: int) -> Finding:
        families = moving.copy()
        families[: 3 * wrong : 3] = "running"
        people = SimpleNamespace(
            samples=bundle.samples.assign(truth_family=families), row=bundle.row, manifest=bundle.manifest
        )
        study = SimpleNamespace(complete_ids=ids, complete_labels=small.astype(np.int64))
        return judged("still-moving", people, {"claims": study})  # type: ignore[arg-type]

    whole = told(0)
    assert (whole.effect, whole.low, whole.high) == (1, 1, 1)
    share = 1 - 19 / (PEOPLE - 25)
    some = told(19)
    assert some.effect == pytest.approx((1 + share) / 2) and some.low < some.effect < some.high <= 1
    # Only the large cluster's share is uncertain: half of its own interval.
    reach = 1.96 * np.sqrt(share * (1 - share) / (PEOPLE - 25)) / 2
    assert some.high - some.low == pytest.approx(2 * reach, rel=0.1)


def test_of_tries_that_differ_one_is_shown_that_tells_nothing_by_itself() -> None:
    below, across = Part("below", 0.0, -0.02, 0.01, 100), Part("across", 0.018, 0.0, 0.03, 100)
    above_it = Part("above", 0.05, 0.04, 0.06, 100)
    found = tries("It", [below, across, below._replace(name="as well")], 0.02, Unit.POINTS)
    assert found.verdict is UNKNOWN and found.what == "It: across" and found.effect == 0.018
    assert "0 lie above, 2 below, and 1 on both sides" in found.change
    assert tries("It", [below, above_it], 0.02, Unit.POINTS).what == "It: below"  # the nearer to the limit


def test_nothing_to_tell_from_is_said(bundle: Bundle) -> None:
    few = np.where(np.arange(PEOPLE) < 5, 1, 0)
    ids = np.array(list(bundle.rows))
    alone = SimpleNamespace(complete_ids=ids, complete_labels=few)
    with pytest.raises(DataError, match="fewer than 20 people"):
        judged("still-moving", bundle, {"claims": alone})
    third = judged("third-cluster", bundle, {"claims": SimpleNamespace(largest=unknown_groups(100))})
    assert third.verdict is UNKNOWN and third.change.startswith("320 people")
    nothing = skip_study(bundle, np.zeros((PEOPLE, 16, K, 2)), np.full((PEOPLE, 16, K), -1.0))
    with pytest.raises(DataError, match="nobody"):
        judged("small-joints", bundle, {"skips": nothing, **NEVER})


def test_compressed_networks_are_held_against_equals_alone(bundle: Bundle, compressible: Path) -> None:
    def said(key: str, **how: Any) -> str:
        study = compressed(compressible, 0.95, 0.8, 0.1, **how)
        try:
            return judged(key, bundle, {"compression": study}).verdict
        except NotStudiedError as error:
            return " ".join([str(error), *error.commands])
        except DataError as error:
            return str(error)

    for side in TWO_SEEDS:
        assert "both sides need 2 seeds" in said("bayesian", seeds=TWO_SEEDS | {side: 1}), side
    assert said("bayesian") is HOLDS
    assert "as many steps" in said("bayesian", late=("group-lasso",))
    assert "as many steps" in said("bayesian", late=("l1",))
    finds = {
        ("tuned", "dense", None): 0.8,
        ("reference", "shipped", None): 0.78,
        ("tuned", "bayesian", 0.5): 0.9,
    }
    assert "no networks by group-lasso" in said("bayesian", finds=finds)
    tuned = finds | {("tuned", "group-lasso", 0.5): 0.8}
    assert "no networks by l1" in said("bayesian", finds=tuned)
    assert "no Bayesian network with a third of the parameters" in said("two-thirds", finds=finds)
    assert "nothing was to be recovered" in said("fine-tuning", finds=finds)
    del finds["tuned", "dense", None]
    for key in ("two-thirds", "fine-tuning"):
        told = said(key, finds=finds)
        assert "no dense network that was trained for as long" in told and "compression_study.py" in told


@pytest.mark.parametrize(
    ("pck", "oks", "said"),
    [
        (0.1, 0.1, "PCK −10.00 points (−10.00 to −10.00), OKS −10.00 points"),
        (0.1, 0.1, "both put the same one ahead"),
        (0.1, -0.1, "they put another one ahead each"),
        (0.0, 0.1, "by PCK neither is surely ahead, so whether both order networks alike cannot be told"),
        (0.0, 0.0, "by PCK and OKS neither is surely ahead"),
    ],
)
def test_which_of_two_networks_is_ahead_stands_beside_and_decides_nothing(
    bundle: Bundle, pck: float, oks: float, said: str
) -> None:
    ours = sized(np.arange(PEOPLE)[::-1] / PEOPLE)
    theirs = SimpleNamespace(**ours.__dict__ | {"pck": ours.pck + pck, "oks": ours.oks + oks})
    alone = judged("radius", bundle, {"claims": ours})
    found = judged("radius", bundle, {"claims": ours, "beside": {"plain": theirs}})
    assert replace(found, notes=()) == replace(alone, notes=())
    assert f"of plain, over the {PEOPLE} people of both: " in found.notes[-1] and said in found.notes[-1]
    # Others of the same names are other people.
    strangers = SimpleNamespace(**theirs.__dict__ | {"sizes": ours.sizes + 9})
    few = judged("radius", bundle, {"claims": ours, "beside": {"plain": strangers}})
    assert few.notes[-1].startswith("Too few people are those of plain, too")


def test_what_is_missing_to_order_networks_is_said_with_its_command(bundle: Bundle) -> None:
    ours = sized(np.arange(PEOPLE)[::-1] / PEOPLE)
    alone = judged("radius", bundle, {"claims": ours}).notes[-1]
    assert "`python scripts/compare.py --bundle " in alone and "not known here" in alone
    # A comparison with a bundle that has no such study, or that is not there any more.
    compared = study_folder(bundle, f"compare-{bundle.path.name}")
    compared.mkdir(parents=True)
    try:
        missing = Stored(bundle).beside
        assert "claims_study" in str(missing[bundle.path.name])
    finally:
        compared.rmdir()
        compared.parent.rmdir()
    # One that is missing hides none that is there.
    *_, first, second = judged("radius", bundle, {"claims": ours, "beside": {**missing, "plain": ours}}).notes
    assert "not known here" in first and "claims_study" in first
    assert "of plain, over" in second


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.021, 0.5, HOLDS), (-0.5, 0.02, DOES_NOT), (0.02, 0.03, UNKNOWN), (np.nan, np.nan, UNKNOWN)],
)
def test_an_interval_lies_on_one_side_or_tells_nothing(low: float, high: float, expected: Verdict) -> None:
    assert above(low, high, 0.02) is expected
    found = against(Part("it", (low + high) / 2, low, high, 100), 0.02, Unit.POINTS)
    assert found.verdict is expected and "2.0 points" in found.change


def test_tries_have_to_agree_and_parts_all_to_hold() -> None:
    assert agreed([HOLDS, HOLDS]) is HOLDS and agreed([HOLDS, DOES_NOT]) is UNKNOWN
    assert together([HOLDS, UNKNOWN]) is UNKNOWN and together([UNKNOWN, DOES_NOT]) is DOES_NOT


def test_how_many_people_would_tell() -> None:
    # The interval has to shrink to a half: four times the people.
    assert people_to_tell(Part("", 0.04, 0.0, 0.08, 100), 0.02) == 400
    assert people_to_tell(Part("", 0.0, -0.04, 0.04, 100), 0.02) == 400
    assert people_to_tell(Part("", 0.02, 0.0, 0.04, 100), 0.02) is None  # right on the line
    assert people_to_tell(Part("", 0.04, 0.03, 0.05, 100), 0.02) is None  # told already


def test_figures_are_written_with_their_unit() -> None:
    assert Unit.POINTS.said(-0.0312) == "−3.1 points of PCK" and Unit.SHARE.said(0.153) == "15 %"
    assert Unit.POINTS.figure(-0.0001) == "0.0" and Unit.PLAIN.figure(np.nan) == "–"


def test_the_best_number_of_clusters_stands_beside_networks_that_never_learned() -> None:
    studies = SimpleNamespace(clusters=silhouettes(0.3, 0.1), control=never_learned())
    notes = " ".join(two_is_best(studies).notes)
    assert "Of 2 networks that never learned 1" in notes and "0.10 to 0.20" in notes
