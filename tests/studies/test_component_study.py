import dataclasses

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.components.pca import fit_components
from posecore.data.heatmaps import decode
from posecore.errors import BundleError, ConfigError, DataError
from posecore.inference import Predictor, decode_latents
from posecore.keypoints import COCO17
from posecore.samples import annotated_columns
from posecore.studies.components import study as component_study
from posecore.studies.components.results import ComponentStudy, load_component_study
from posecore.studies.components.study import (
    ComponentSettings,
    halves,
    kept_counts,
    run_component_study,
    shortened,
)

RANK = 3


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """People who differ in three directions only, labelled where the decoder sees them."""
    bundle = open_bundle(
        make_fake_bundle(
            tmp_path_factory.mktemp("artifacts") / "fake", people=60, annotations=True, pictures=True
        )
    )
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(0, 1, (128, RANK)))[0].T
    latents = rng.normal(0, 1, 128) + rng.normal(0, 1, (60, RANK)) * [14, 13, 12] @ axes
    latents = (latents + rng.normal(0, 0.002, latents.shape)).astype(np.float16)
    points = decode(Predictor(bundle.network(), "fp32").decode_latents(latents))[0]
    samples = bundle.samples.assign(**annotated_columns(COCO17, points, np.full((60, 17), 2, np.int8)))
    return dataclasses.replace(bundle, latents=latents, samples=samples)


@pytest.fixture
def every_count(monkeypatch):
    monkeypatch.setattr(component_study, "COUNTS", tuple(range(9)))


def test_the_planted_rank_is_found(planted, every_count):
    run_component_study(planted, None, ComponentSettings())
    study = load_component_study(planted)
    assert study.counts.tolist() == [*range(9), 29, 128]
    curve = study.curve("off")
    assert curve.mean[-1] == 1 and (curve.n == 30).all()
    assert study.enough("off", tolerance=0.02) == RANK
    assert (curve.mean[:RANK] < 0.9).all() and (curve.mean[RANK:] > 0.98).all()
    assert study.knee("off", 0.95) == RANK and study.knee("off", 0.01) == 1
    assert (curve.low <= curve.mean).all() and (curve.mean <= curve.high).all()
    # And so is the share of the variance, on those fitted on and on the others.
    np.testing.assert_allclose(study.explained[:, RANK:], 1, atol=1e-3)
    assert (study.explained[:, RANK - 1] < 0.9).all() and study.explained[:, 0].tolist() == [0, 0]
    assert study.people == 30 and verify(planted.path) == []
    # Everybody's mean features are asked of everybody, and of nobody alike.
    mean = study.scores("mean")
    assert np.isfinite(mean).all()
    assert not any(np.array_equal(mean, study.scores(skips)) for skips in ("on", "off"))
    # With skips on, what the latent says differs from the labels, but it was tried.
    assert (study.curve("on").n == 30).all()


def test_nobody_is_both_fitted_on_and_tried():
    latents = np.random.default_rng(0).normal(0, 1, (41, 5))
    latents[7] = np.nan
    visibility = np.full((41, 17), 2)
    visibility[[1, 2, 3]] = 0
    fitted, tried = halves(latents, visibility, ComponentSettings())
    assert len(fitted) == 20 and not set(fitted) & set(tried)
    assert not {7, 1, 2, 3} & set(tried) and 7 not in fitted
    few = halves(latents, visibility, ComponentSettings(limit=5))
    assert len(few[1]) == 5 and set(few[1]) <= set(tried)
    np.testing.assert_array_equal(few[0], fitted)
    assert set(halves(latents, visibility, ComponentSettings(seed=1))[0]) != set(fitted)
    with pytest.raises(ConfigError, match="--limit 99: expected 1 to"):
        halves(latents, visibility, ComponentSettings(limit=99))
    with pytest.raises(ConfigError, match="of 3 people 1 are left to fit components on"):
        halves(latents[:3], visibility[:3], ComponentSettings())


def test_latents_are_shortened_to_the_first_components():
    latents = np.random.default_rng(0).normal(3, 1, (30, 6)) * [9, 5, 3, 2, 1, 1]
    components = fit_components(latents, 6)
    assert kept_counts(components) == [0, 1, 2, 5, 6]
    found = shortened(components, latents[4], [0, 2, 6])
    np.testing.assert_allclose(found[0], components.mean)
    np.testing.assert_allclose(
        components.project(found[1:2])[0, :2], components.project(latents[4:5])[0, :2], atol=1e-4
    )
    np.testing.assert_allclose(components.project(found[1:2])[0, 2:], 0, atol=1e-4)
    np.testing.assert_allclose(found[2:], np.stack([latents[4]] * 2), atol=1e-4)


def test_latents_are_decoded_with_the_skips_given(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", people=3, pictures=True))
    predictor = Predictor(bundle.network(), "fp32")
    pictures = np.random.default_rng(0).integers(0, 256, (1, 256, 256, 3)).astype(np.uint8)
    encoded = predictor.encode(pictures)
    latent = encoded.bottleneck.flatten(1).numpy()
    whole = predictor.heatmaps(pictures)
    found = decode_latents(predictor, np.repeat(latent, 3, axis=0), encoded.skips)
    np.testing.assert_allclose(found, np.repeat(whole, 3, axis=0), atol=1e-4)
    np.testing.assert_allclose(
        decode_latents(predictor, latent, None), predictor.decode_latents(latent), atol=1e-5
    )
    nothing = [torch.zeros_like(skip) for skip in encoded.skips]
    np.testing.assert_allclose(
        decode_latents(predictor, latent, nothing), predictor.decode_latents(latent), atol=1e-5
    )


def test_a_killed_study_goes_on_to_the_same_result(planted, tmp_path, monkeypatch):
    run_component_study(planted, None, ComponentSettings(limit=20))
    whole = load_component_study(planted)
    calls, real = [], component_study.shortened

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 13:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(component_study, "shortened", killed)
    with pytest.raises(KeyboardInterrupt):
        run_component_study(planted, None, ComponentSettings(limit=20))
    np.testing.assert_array_equal(load_component_study(planted).hits, whole.hits)  # the old one is untouched
    run_component_study(planted, None, ComponentSettings(limit=20))
    assert len(calls) == 13 + 20 - 8
    np.testing.assert_array_equal(load_component_study(planted).hits, whole.hits)


def test_skips_are_on_only_for_people_with_a_picture(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", people=12, annotations=True))
    run_component_study(bundle, None, ComponentSettings())
    study = load_component_study(bundle)
    assert (study.hits[1] == -1).all() and study.enough("on") is None
    assert (study.curve("on").n == 0).all() and np.isnan(study.curve("on").mean).all()
    assert (study.curve("off").n > 0).all() and study.info["pictured"] == 0


def test_what_cannot_be_studied_is_refused(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", people=12))
    with pytest.raises(
        DataError, match=r"holds no annotated joints to tell right from wrong; name .* --data"
    ):
        run_component_study(bundle, None, ComponentSettings())
    with pytest.raises(
        BundleError, match=r"make it with `python scripts/component_study\.py --bundle .* --data DIR`"
    ):
        load_component_study(bundle)


def test_enough_is_the_count_from_which_on_little_is_surely_lost():
    hits = np.ones((2, 40, 4, 17), np.int8)
    hits[:, :, 0] = 0  # everything is lost
    hits[:, :4, 1, :5] = 0  # some of some people is
    hits[1] = -1
    study = ComponentStudy(
        np.array([f"p-{i}" for i in range(40)]),
        np.array([0, 5, 9, 128]),
        hits,
        np.ones((2, 4), np.float32),
        40,
        {},
    )
    loss = study.loss("off")
    np.testing.assert_allclose(loss.mean, [1, 4 * 5 / 17 / 40, 0, 0])
    assert study.enough("off") == 9
    assert study.enough("off", tolerance=0.1) == 5
    assert study.enough("on") is None
    with pytest.raises(ConfigError, match="skips 'half': expected off or on"):
        study.scores("half")
