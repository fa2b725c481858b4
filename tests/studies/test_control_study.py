"""The control study: a bundle's own network and untrained ones, explained alike."""

import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle, note_change, take_pictures
from harming import HARMS
from sklearn.metrics import adjusted_rand_score

from posecore.ablation import ALL_MASKS, ALL_ON
from posecore.attributes.traits import SIDE
from posecore.bundle import open_bundle, verify
from posecore.bundle.people import choose_people
from posecore.clustering.confounds import SETS, told_by
from posecore.clustering.space import latent_space
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.components.belonging import fit_rule, left_out, measure, safe_share
from posecore.components.outliers import reference_distances
from posecore.components.pca import fit_components
from posecore.components.walks import walk
from posecore.data.heatmaps import decode
from posecore.errors import BundleError, ConfigError, DataError
from posecore.inference import Predictor, decode_latents
from posecore.metrics.pck import hits, scores
from posecore.models.checkpoint import save_checkpoint
from posecore.models.untrained import untrained
from posecore.similarity.cka import Products, cka, multiply, similarities
from posecore.studies.control import explanations, run, summary
from posecore.studies.control import study as module
from posecore.studies.control.results import MODES, ControlStudy, load_control_study
from posecore.studies.control.study import ControlSettings, run_control_study
from posecore.synthetic.nobody import NOBODY

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 40
TWO = ControlSettings(networks=2)


@pytest.fixture(scope="module")
def few():
    """As little of everything as tells right from wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "EACH", 2)
        patch.setattr(explanations, "SKIP_PEOPLE", 3)
        patch.setattr(explanations, "CURVE_PEOPLE", 3)
        patch.setattr(explanations, "TESTED", 2)
        patch.setattr(explanations, "DRAWS", 3)
        patch.setattr(
            explanations, "SweepSettings", lambda seed: SweepSettings(most=4, restarts=2, seed=seed)
        )
        patch.setattr(module, "SweepSettings", lambda: SweepSettings(most=4, restarts=2))
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Its own network is the untrained one of seed 1, so that the study's third has to say the same."""
    path = make_fake_bundle(
        tmp_path_factory.mktemp("source") / "fake", PEOPLE, annotations=True, pictures=True
    )
    bundle = open_bundle(path)
    people = choose_people(bundle, None)
    network = untrained(bundle.network().config, 1, PEOPLE, people.picture)
    save_checkpoint(path / "model.safetensors", network, half=True)
    values = json.loads((path / "manifest.json").read_text())
    values["model"]["config"]["initialisation"] = "he"
    (path / "manifest.json").write_text(json.dumps(values))
    note_change(path, "model.safetensors")
    return path


@pytest.fixture(scope="module")
def made(source, few):
    bundle = open_bundle(source)
    run_control_study(bundle, None, TWO)
    return bundle, load_control_study(bundle)


def test_every_network_is_explained_and_equal_ones_alike(made):
    bundle, study = made
    assert study.networks.tolist() == ["own", "untrained-0", "untrained-1"]
    assert verify(bundle.path) == [] and study.sample_ids.tolist() == list(bundle.rows)
    per_network = [
        field.name
        for field in dataclasses.fields(ControlStudy)
        if field.name.startswith(("skip_s", "skip_m", "silh", "gap", "stab", "corr", "follows", "curve_s"))
        or field.name in ("explained", "needed", "sure", "above_chance", "refused", "probe_errors", "cka")
        or field.default is None
    ]
    assert len(per_network) == 24
    for name in per_network:
        values = getattr(study, name)
        assert len(values) == 3
        np.testing.assert_array_equal(values[0], values[2], err_msg=name)
    for name in ("skip_scores", "silhouettes", "explained", "correlation", "probe_errors"):
        values = getattr(study, name)
        assert not np.array_equal(values[0], values[1], equal_nan=True), name
    assert sum(path.stat().st_size for path in (bundle.path / "studies/control").iterdir()) < 1_000_000
    assert not list((bundle.path / "studies").glob(".*"))


def test_figures_are_those_of_the_networks_over_the_same_people(made):
    bundle, study = made
    people = choose_people(bundle, None)
    layers = []
    for place, seed in ((0, 1), (1, 0)):
        network = Predictor(untrained(bundle.network().config, seed, PEOPLE, people.picture), "fp32")
        pictures = np.stack([people.picture(row) for row in range(PEOPLE)])
        encoded = network.encode(pictures)
        latents = network.latents(encoded, "bottleneck").astype(np.float16).astype(np.float64)
        values = np.linalg.eigvalsh(np.cov(latents.T))[::-1].clip(0)
        np.testing.assert_allclose(study.explained[place], (values / values.sum())[:39], atol=1e-4)
        assert study.needed[place] == np.argmax(np.cumsum(values) >= 0.95 * values.sum()) + 1
        points, peaks = decode(network.decode(encoded, (ALL_ON,))[0])
        values, fold = left_out(latents, peaks)
        fitted = fit_components(latents, 50)
        for number, kind in enumerate(study.nobody):
            asked = network.encode(NOBODY[str(kind)](np.random.default_rng([0, number]))[None])
            seen = decode(network.decode(asked, (ALL_ON,))[0])[1]
            latent = network.latents(asked, "bottleneck").astype(np.float16)
            measured = measure(fitted, fitted.project(latents), latent, seen)
            expected = fit_rule(values, safe_share(values, fold)).refused_by(measured)[0]
            np.testing.assert_array_equal(study.refused[place, number], expected)
        right = scores(hits(points, people.annotated, people.visibility))
        on = ALL_MASKS.index(ALL_ON)
        shares = np.nanmean(hits(points, people.annotated, people.visibility)[study.skip_people], axis=0)
        np.testing.assert_allclose(study.joint_shares[place, on], shares, atol=1e-6)
        for under in study.skip_scores[place, :, :, on]:
            np.testing.assert_allclose(under, right[study.skip_people], atol=1e-6)
        latents = latents.astype(np.float32)
        for mode, skips in (
            ("off", None),
            ("on", "own"),
            ("mean", [s.mean(0, keepdim=True) for s in encoded.skips]),
        ):
            for row, found in zip(
                study.curve_people, study.curve_scores[place, MODES.index(mode)], strict=True
            ):
                own = [skip[[row]] for skip in encoded.skips] if skips == "own" else skips
                said = decode(decode_latents(network, latents[[row]], own))[0]
                expected = scores(hits(said, people.annotated[[row]], people.visibility[[row]]))
                assert found[-1] == pytest.approx(expected[0], abs=0.07), mode  # one joint, by rounding
        layers.append([*(skip.flatten(1).numpy() for skip in encoded.skips), latents])
    # How a layer of the first network goes with one of the second, in two batches of twenty.
    alike = [
        [[similarities(layer[half]) for layer in each] for half in (slice(0, 20), slice(20, 40))]
        for each in layers
    ]
    rows = [multiply(one, other) for one, other in zip(*alike, strict=True)]
    expected = cka(Products(*(np.stack(part) for part in zip(*rows, strict=True))))
    np.testing.assert_allclose(study.cka[0, 1], expected, atol=1e-3)
    assert np.abs(expected - expected.T).max() > 0.01


def test_clusters_of_every_network_are_kept_and_told_from_what_people_are_like(made):
    bundle, study = made
    people = choose_people(bundle, None)
    network = Predictor(untrained(bundle.network().config, 0, PEOPLE, people.picture), "fp32")
    pictures = np.stack([people.picture(row) for row in range(PEOPLE)])
    latents = network.latents(network.encode(pictures), "bottleneck").astype(np.float16)
    found = sweep(latent_space(latents), SweepSettings(most=4, restarts=2))
    known = module.known_attributes(bundle, people).assign(
        **{SIDE: bundle.samples[SIDE].to_numpy(np.float64)}
    )
    for place, k in enumerate(study.ks.tolist()):
        np.testing.assert_array_equal(study.labels[1, place], found.labels[found.best(k)])
        expected = told_by(known, found.labels[found.best(k)].astype(int))
        told = [expected[name].right if expected else np.nan for name in SETS]
        np.testing.assert_allclose(study.told[1, place], told, atol=1e-6)
    never, mixed = summary.cluster_agreement(study, 3)
    labels = study.labels[:, 1]
    assert never == (adjusted_rand_score(labels[1], labels[2]),)
    assert mixed == (adjusted_rand_score(labels[0], labels[1]), 1)  # the own network is that of seed 1
    assert summary.untrained_told(study, 2, "pose") == pytest.approx(study.told[1:, 0, 4], nan_ok=True)
    older = dataclasses.replace(study, labels=None, told=None)
    assert summary.cluster_agreement(study, 9) == summary.cluster_agreement(older, 3) == ((), ())
    assert not len(summary.untrained_told(study, 9, "pose")) and not len(
        summary.untrained_told(older, 2, "pose")
    )


def test_layers_are_compared_between_all_networks(made):
    _, study = made
    own = np.einsum("mmff->mf", study.cka)
    np.testing.assert_allclose(own, 1, atol=1e-5)
    np.testing.assert_allclose(study.cka, study.cka.transpose(1, 0, 3, 2), atol=1e-5)
    np.testing.assert_allclose(np.diagonal(study.cka[0, 2]), 1, atol=1e-5)
    assert np.diagonal(study.cka[0, 1])[-1] < 0.99
    assert (study.cka_low <= study.cka + 1e-5).all() and (study.cka <= study.cka_high + 1e-5).all()
    trained, never = summary.layer_baselines(study)
    np.testing.assert_allclose(trained, study.cka[0, 1:].mean(axis=0))
    np.testing.assert_allclose(never, (study.cka[1, 2] + study.cka[2, 1]) / 2)


def test_the_summary_sets_the_own_network_beside_the_untrained(made):
    _, study = made
    found = summary.reaches(study)
    assert set(found) == set(summary.FIGURES)
    for name, reach in found.items():
        assert len(reach.untrained) == 2 and reach.own == pytest.approx(reach.untrained[1], nan_ok=True), name
    best = found["best mean silhouette"]
    assert best.own == pytest.approx(study.silhouettes[0].max())
    assert best.highest == max(best.untrained) and best.lowest == min(best.untrained)
    shares = summary.skip_shapley(study, "zero")
    pck = summary.skip_pck(study, "zero")
    np.testing.assert_allclose(shares.mean.sum(axis=1), pck.mean[:, 0] - pck.mean[:, 15], atol=1e-6)
    assert summary.curve(study, "mean").mean.shape == (3, len(study.counts))
    beyond = summary.learned_r2(study)
    probed = 1 - study.probe_errors.sum(axis=1) / study.probe_spread.sum()
    assert beyond.mean == pytest.approx(probed[0] - probed[1:].mean(), abs=1e-6)


def test_a_killed_study_goes_on_to_the_same_result(made, few, tmp_path, monkeypatch):
    bundle, whole = made
    other = open_bundle(shutil.copytree(bundle.path, tmp_path / "other", ignore=lambda *_: ["studies"]))
    real, probed = explanations.probe_figures, []

    def killed(*arguments):
        probed.append(1)
        if len(probed) == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(explanations, "probe_figures", killed)
    with pytest.raises(KeyboardInterrupt):
        run_control_study(other, None, TWO)
    with pytest.raises(BundleError, match=r"make it with `python scripts/control_study\.py --bundle "):
        load_control_study(other)
    # What is there is not made again: a network, and of the next one all but the probe.
    asked = []
    for name in ("skip_figures", "cluster_figures", "component_figures", "curve_figures"):
        figures = getattr(explanations, name)
        monkeypatch.setattr(
            explanations, name, lambda *a, name=name, figures=figures: asked.append(name) or figures(*a)
        )
    (partial,) = (other.path / "studies").glob(".*.partial")
    assert (partial / "own.npz").is_file()
    HARMS["cut"](partial / "untrained-0" / "clusters.npz")
    run_control_study(other, None, TWO)
    assert len(probed) == 4
    assert asked == [
        "cluster_figures",
        "skip_figures",
        "cluster_figures",
        "component_figures",
        "curve_figures",
    ]
    again = load_control_study(other)
    for name, value in vars(whole).items():
        if name != "info":
            np.testing.assert_array_equal(getattr(again, name), value, err_msg=name)


def test_a_walk_is_followed_where_the_quantity_changes_as_its_component_says():
    rng = np.random.default_rng(0)
    latents = rng.normal(0, 1, (80, 30)) * [20, 9, *[0.1] * 28]
    ids = [f"p-{row}" for row in range(80)]
    known = pd.DataFrame({"less": -latents[:, 0], "more": latents[:, 1]}, index=ids)
    known["kind"] = latents[:, 0] > 0
    fitted = fit_components(latents, 10)
    found = explanations._meaning(fitted, fitted.project(latents), ids, known, 0)
    assert found["followed"][:2].tolist() == ["less", "more"]
    assert (found["follows"][:2] > 0.9).all() and (np.abs(found["correlation"][:2]) > 0.95).all()
    assert found["sure"][:2].min() >= 1 and (found["tested"] == 3).all()
    # Attributes of somebody else go with nothing, and no walk leads along them.
    mixed = known.set_axis(rng.permutation(ids))
    found = explanations._meaning(fitted, fitted.project(latents), ids, mixed, 0)
    assert (np.abs(found["correlation"]) < 0.4).all() and found["sure"].sum() <= 1


def test_a_walk_passes_the_mean_among_people_and_its_ends_beyond_them():
    latents = np.random.default_rng(0).normal(0, 1, (200, 40))
    ids = [f"p-{row}" for row in range(200)]
    fitted = fit_components(latents, 40)
    people = fitted.project(latents)
    known = pd.DataFrame({"more": latents[:, 0]}, index=ids)
    found = explanations._meaning(fitted, people, ids, known, 0)
    # Nobody is near the mean, which is near everybody: two-sided it would be called unusual.
    middle = len(explanations.STEPS) // 2
    assert not found["farther_out"][:, middle].any()
    usual = reference_distances(people)
    for component in range(len(found["nearest"])):
        stops = walk(fitted, people, component, explanations.STEPS * 3).positions
        judged = usual.judge(stops[:: len(stops) - 1])
        assert judged.farther_out.all()
        own = usual.judge(walk(fitted, people, component, explanations.STEPS).positions)
        np.testing.assert_array_equal(found["farther_out"][component], own.farther_out)
        np.testing.assert_allclose(found["nearest"][component], own.distance / usual.typical, rtol=1e-5)


def stored_again(bundle, folder, change):
    """The bundle's study with other arrays."""
    other = shutil.copytree(bundle.path, folder / "changed")
    file = other / "studies" / "control" / "results.npz"
    with np.load(file) as arrays:
        np.savez(file, **change(dict(arrays)))
    note_change(file.parent, file.name)
    return open_bundle(other)


def test_a_study_without_an_untrained_network_is_refused(made, tmp_path):
    bundle, _ = made
    shared = {"sample_ids", "replacements", "ks", "steps", "nobody", "layers", *module.SHARED}

    def alone(arrays):
        arrays = {name: each if name in shared else each[:1] for name, each in arrays.items()}
        return arrays | {name: arrays[name][:, :1] for name in ("cka", "cka_low", "cka_high")}

    changed = stored_again(bundle, tmp_path, alone)
    with pytest.raises(BundleError, match=r"holds no untrained network .* `python scripts/control_study\.py"):
        load_control_study(changed)


def test_a_study_of_before_some_figures_were_stored_is_read_without_them(made, tmp_path):
    bundle, study = made
    later = [field.name for field in dataclasses.fields(ControlStudy) if field.default is None]

    def older(arrays):
        return {name: each for name, each in arrays.items() if name not in later} | {
            "off_data": arrays["farther_out"]
        }

    found = load_control_study(stored_again(bundle, tmp_path, older))
    assert len(later) == 6 and all(getattr(found, name) is None for name in later)
    np.testing.assert_array_equal(found.silhouettes, study.silhouettes)
    reach = summary.reaches(found)["walk: share of stops farther out than people"]
    assert np.isnan([reach.own, *reach.untrained]).all() and summary.untrained_walks(found, 0) is None
    walks = summary.untrained_walks(study, 1)
    np.testing.assert_array_equal(walks.nearest, study.nearest[1:, 1])
    np.testing.assert_array_equal(walks.farther_out, study.farther_out[1:, 1])
    assert summary.untrained_walks(study, study.nearest.shape[1]) is None


def test_what_cannot_be_studied_is_refused(source, tmp_path):
    path = shutil.copytree(source, tmp_path / "fake", ignore=shutil.ignore_patterns("studies"))
    bundle = open_bundle(path)
    with pytest.raises(ConfigError, match="23 people with labelled joints; 24 or more are needed"):
        run_control_study(bundle, None, ControlSettings(limit=23))
    with pytest.raises(ConfigError, match="0 untrained networks: expected one or more"):
        ControlSettings(networks=0)
    take_pictures(path, bundle.samples["sample_id"])
    with pytest.raises(DataError, match=f"{PEOPLE} of {PEOPLE} people have no picture in the bundle"):
        run_control_study(open_bundle(path), None, TWO)
    nothing = make_fake_bundle(tmp_path / "nothing", 30, pictures=True)
    with pytest.raises(DataError, match="holds no annotated joints to tell right from wrong; name the"):
        run_control_study(open_bundle(nothing), None, TWO)


def test_a_study_of_another_bundle_is_refused(made, tmp_path):
    bundle, _ = made
    other = make_fake_bundle(tmp_path / "other", PEOPLE, annotations=True, pictures=True, seed=1)
    shutil.copytree(bundle.path / "studies", other / "studies")
    with pytest.raises(BundleError, match="was made with other weights than the bundle holds now"):
        load_control_study(open_bundle(other))
