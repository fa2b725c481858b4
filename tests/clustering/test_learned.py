"""Clusters that are learned: better on a bent surface, and as fine in themselves where there is nothing."""

import numpy as np
import pytest
import torch
from scipy.stats import t as student
from sklearn.metrics import adjusted_rand_score

from posecore.blocks import LocalSource
from posecore.clustering import learned
from posecore.clustering.density import density
from posecore.clustering.learned import (
    KEPT,
    assignments,
    learn,
    sharpened,
    sorting,
    train_autoencoder,
)
from posecore.clustering.methods import cluster
from posecore.clustering.silhouette import silhouettes
from posecore.clustering.space import latent_space
from posecore.clustering.verdict import Kind, verdict
from posecore.errors import ConfigError


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(learned, "STEPS", 60)
    monkeypatch.setattr(learned, "TARGETS", 10)


def rolled(seed, people=240, k=6, dimensions=20):
    """People in k groups along a surface that is rolled up twice and turned somehow, and their groups."""
    rng = np.random.default_rng(seed)
    truth = np.arange(people) % k
    angle = np.pi * (1 + 4 * ((truth + 0.5) / k + rng.normal(0, 0.17 / k, people)))
    surface = np.stack([angle * np.cos(angle), angle * np.sin(angle), rng.normal(0, 2.5, people)], axis=1) / 5
    turned = surface @ np.linalg.qr(rng.normal(size=(dimensions, 3)))[0].T
    return (turned + rng.normal(0, 0.05, turned.shape)).astype(np.float32), truth


def in_groups(people=360, k=3, dimensions=10, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.arange(people) % k
    return (rng.normal(0, 6, (k, dimensions))[truth] + rng.normal(size=(people, dimensions))).astype(
        np.float32
    )


def cloud(people=360, dimensions=10, seed=0):
    return np.random.default_rng(seed).normal(size=(people, dimensions)).astype(np.float32)


def own_silhouette(found):
    return float(silhouettes(LocalSource(found.embedding), found.labels[None])[0].mean())


def test_on_a_bent_surface_deep_embedded_clustering_beats_kmeans():
    better = []
    for draw in range(10):
        people, truth = rolled(draw)
        of = {name: cluster(people, name, 6, seed=draw).labels for name in ("dec", "k-means")}
        better.append(adjusted_rand_score(truth, of["dec"]) - adjusted_rand_score(truth, of["k-means"]))
    low, _ = student.interval(0.95, 9, np.mean(better), np.std(better, ddof=1) / np.sqrt(10))
    assert low > 0


@pytest.mark.parametrize("method", KEPT)
def test_a_cloud_falls_into_fine_clusters_in_its_own_space_and_is_one_cloud_all_the_same(method):
    people = cloud()
    if method == "dec":  # reconstruction holds the other back
        autoencoder = train_autoencoder(people)
        own = [own_silhouette(learn(autoencoder, people, method, k)) for k in (2, 4)]
        assert min(own) > 0.4
    test = density(latent_space(people), 4, resamples=20, sorting=sorting(method, 3))
    assert verdict(test, {}).kind == Kind.REGIONS


@pytest.mark.parametrize("method", KEPT)
def test_groups_are_apart_in_the_space_that_people_came_in(method):
    test = density(latent_space(in_groups(480)), 6, resamples=5, sorting=sorting(method, 3))
    assert test.count == 3 and test.valley[1] < 0.2


def test_one_autoencoder_serves_every_k_and_stays_as_it_is():
    people = in_groups(120)
    autoencoder = train_autoencoder(people, seed=2)
    before = {name: value.clone() for name, value in autoencoder.state_dict().items()}
    for k in (2, 3, 5):
        found = learn(autoencoder, people, "idec", k)
        assert len(np.unique(found.labels)) == k and found.embedding.shape == (120, 10)
        np.testing.assert_array_equal(found.sort(people), found.labels)
        assert set(found.sort(people, np.array([0, 1])).tolist()) <= {0, 1}
    assert all(torch.equal(value, before[name]) for name, value in autoencoder.state_dict().items())
    again = learn(train_autoencoder(people, seed=2), people, "idec", 5)
    np.testing.assert_array_equal(again.embedding, found.embedding)
    other = learn(train_autoencoder(people, seed=3), people, "idec", 5)
    assert not np.allclose(other.embedding, found.embedding)


def test_what_goes_on_being_reconstructed_still_tells_people_apart():
    people = cloud(200)
    autoencoder = train_autoencoder(people)

    def lost(method):
        found = learn(autoencoder, people, method, 4).encoder
        scaled = found.scaled(torch.from_numpy(people))
        with torch.no_grad():
            return float((found.decode(found.encode(scaled)) - scaled).square().mean())

    assert lost("idec") < 0.9 * lost("dec")


def test_assignments_and_their_target_by_hand():
    shares = assignments(torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [2.0]]))
    # 1 over 1 and the squared distance: 1 and 1 / 5; 1 / 2 and 1 / 2.
    torch.testing.assert_close(shares, torch.tensor([[5 / 6, 1 / 6], [0.5, 0.5]]))
    target = sharpened(shares)
    sharp = np.array([25 / 36 / (8 / 6), 1 / 36 / (4 / 6)])
    np.testing.assert_allclose(target[0].numpy(), sharp / sharp.sum(), rtol=1e-5)
    # Who is of both alike goes to the smaller one.
    assert target[1, 1] > target[1, 0]


def test_how_far_it_is_is_told():
    told = []
    people = in_groups(60)
    learn(train_autoencoder(people, report=told.append), people, "dec", 3)
    assert len(told) > 5 and told == sorted(told) and told[-1] == pytest.approx(1, abs=0.1)


def test_too_few_people_and_people_who_are_all_alike_get_a_sentence():
    with pytest.raises(
        ConfigError, match="49 people: clusters are learned of 50 or more; choose more people"
    ):
        cluster(cloud(49), "dec")
    with pytest.raises(ConfigError, match="60 people who are all alike"):
        train_autoencoder(np.ones((60, 3), np.float32))
    with pytest.raises(ConfigError, match=r"clustering method 'deep': expected k-means, .*dec, idec"):
        cluster(cloud(60), "deep")
