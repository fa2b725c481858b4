import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from posecore.clustering import learned
from posecore.clustering.methods import (
    CLUSTERERS,
    Clusterer,
    cluster,
    cluster_from,
    clustering_of,
    largest_first,
    nearest_to_centroids,
)
from posecore.clustering.silhouette import NOISE
from posecore.clustering.space import latent_space
from posecore.errors import ConfigError


def planted(sizes, seed=0, dimensions=32):
    """float16 latents in well separated groups, shuffled, and which group each is of."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = rng.normal(0, 8, (len(sizes), dimensions))
    return (centres[truth] + rng.normal(0, 0.5, (len(truth), dimensions))).astype(np.float16), truth


@pytest.fixture(autouse=True)
def learned_quickly(monkeypatch):
    """Groups as plain as these are learned in few steps."""
    monkeypatch.setattr(learned, "STEPS", 30)
    monkeypatch.setattr(learned, "TARGETS", 5)


@pytest.mark.parametrize("method", CLUSTERERS)
def test_planted_clusters_are_recovered_largest_first(method):
    latents, truth = planted([10, 50, 30])
    found = cluster(latents, method, k=3)
    assert adjusted_rand_score(truth, found.labels) == 1
    assert found.sizes.tolist() == [50, 30, 10]
    np.testing.assert_array_equal(found.labels, np.array([2, 0, 1])[truth])
    for number in range(3):
        np.testing.assert_allclose(
            found.centroids[number],
            latents[found.labels == number].astype(np.float32).mean(axis=0),
            atol=1e-3,
        )
    apart = latents.astype(np.float64) - found.centroids[found.labels]
    assert found.inertia == pytest.approx(np.square(apart).sum(), rel=1e-4)


@pytest.mark.parametrize("method", CLUSTERERS)
def test_the_seed_fixes_the_result(method):
    latents = np.random.default_rng(0).normal(0, 1, (120, 16)).astype(np.float16)
    first, again = (cluster(latents, method, k=6, restarts=1, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.labels, again.labels)
    if CLUSTERERS[method].takes_k:  # else nothing is drawn
        others = [cluster(latents, method, k=6, restarts=1, seed=seed).inertia for seed in range(4)]
        assert len(set(others)) > 1
        if not CLUSTERERS[method].learned:  # which are tighter in the space that was learned
            assert cluster(latents, method, k=6, restarts=8, seed=0).inertia < max(others)


@pytest.mark.parametrize("method", CLUSTERERS)
def test_other_starts_give_the_same_numbers_to_the_same_groups(method):
    latents, _ = planted([20, 20, 20, 35])
    found = [cluster(latents, method, k=4, seed=seed) for seed in range(4)]
    labels = [clustering.labels for clustering in found]
    for other in labels[1:]:
        np.testing.assert_array_equal(labels[0], other)
    for clustering in found[1:]:
        np.testing.assert_allclose(clustering.centroids, found[0].centroids, atol=1e-4)
    # Of equally large ones the first is the one whose first person comes first.
    assert list(dict.fromkeys(labels[0][labels[0] > 0])) == [1, 2, 3]


def test_the_people_nearest_a_centroid_are_its_own_and_in_order():
    features = np.array([[0.0], [3], [1], [10], [2.9], [12], [90]], np.float16)
    # By hand: the centroids are 1.725 and 11; the last person is in no cluster.
    found = clustering_of(latent_space(features), np.array([0, 0, 0, 1, 0, 1, NOISE]))
    np.testing.assert_allclose(found.centroids[:, 0], [1.725, 11], atol=1e-3)
    apart = [1.725**2, 1.275**2, 0.725**2, 1, 1.175**2, 1, np.nan]
    np.testing.assert_allclose(found.squares, apart, atol=5e-3)
    assert found.inertia == pytest.approx(sum(apart[:-1]), abs=5e-3)
    assert [rows.tolist() for rows in nearest_to_centroids(found, 3)] == [[2, 4, 1], [3, 5]]
    assert [rows.tolist() for rows in nearest_to_centroids(found, 1)] == [[2], [3]]


@pytest.mark.parametrize("k", [-1, 0, 1, 20, 21])
def test_k_out_of_bounds_is_refused(k):
    latents, _ = planted([10, 10])
    with pytest.raises(ConfigError, match=f"{k} clusters of 20 people: expected 2 to 19"):
        cluster(latents, k=k)


def test_k_at_its_bounds_is_not_refused():
    latents, _ = planted([10, 10])
    assert len(cluster(latents, k=19).centroids) == 19
    assert len(cluster(latents, k=2).centroids) == 2


def test_what_cannot_be_clustered_is_refused():
    latents, _ = planted([10, 10])
    with pytest.raises(ConfigError, match=r"method 'x': expected k-means, gaussian mixture, hdbscan"):
        cluster(latents, "x")
    with pytest.raises(ConfigError, match="0 restarts: expected at least 1"):
        cluster(latents, restarts=0)
    broken = latents.copy()
    broken[7, 0] = np.inf
    with pytest.raises(ConfigError, match="row 7 holds nan or infinity"):
        cluster(broken)


def test_fewer_distinct_latents_than_clusters_are_refused():
    latents = np.repeat(np.eye(3, dtype=np.float16), 5, axis=0)
    with pytest.raises(ConfigError, match="4 clusters: the latents have only 3 distinct values"):
        cluster(latents, k=4)


def test_latents_stay_as_they_are():
    latents = planted([10, 10])[0].astype(np.float32)
    before = latents.copy()
    cluster(latents, k=2)
    np.testing.assert_array_equal(latents, before)


@pytest.mark.parametrize("method", CLUSTERERS)
def test_labels_survive_a_shuffle_of_the_people(method):
    latents, _ = planted([60, 40, 25])
    order = np.random.default_rng(1).permutation(len(latents))
    plain, mixed = cluster(latents, method, k=3), cluster(latents[order], method, k=3)
    assert adjusted_rand_score(plain.labels[order], mixed.labels) == 1


@pytest.mark.parametrize("people", [0, 1, 2])
def test_too_few_people_are_refused(people):
    with pytest.raises(ConfigError, match=r"people: clusters need three or more|latents have shape"):
        cluster(planted([10])[0][:people])


def test_people_who_are_all_alike_are_refused_by_every_method():
    same = np.full((12, 4), 0.1, np.float16)
    same[3] = -same[3] * 0 + 0.1
    for method in CLUSTERERS:
        with pytest.raises(ConfigError, match="only 1 distinct values"):
            cluster(same, method)
    signed = np.zeros((6, 2), np.float16)
    signed[:3] *= -1
    with pytest.raises(ConfigError, match="only 1 distinct values"):
        cluster(signed)


def test_as_many_clusters_as_there_are_different_people():
    latents = np.repeat(np.arange(4, dtype=np.float16)[:, None] ** 2, 3, axis=0)
    found = cluster(latents, k=4)
    assert found.sizes.tolist() == [3, 3, 3, 3] and found.inertia == 0


def test_what_lies_far_from_all_is_noise_to_hdbscan():
    latents, truth = planted([40, 30])
    lonely = np.full((2, latents.shape[1]), 60, np.float16) * np.array([[1], [-1]], np.float16)
    found = cluster(np.concatenate([latents, lonely]), "hdbscan")
    assert found.labels[-2:].tolist() == [NOISE, NOISE] and found.noise >= 2
    assert len(found.centroids) == 2 and found.sizes.sum() + found.noise == 72
    clustered = found.labels[:-2] != NOISE
    assert adjusted_rand_score(truth[clustered], found.labels[:-2][clustered]) == 1
    apart = latents.astype(float)[clustered] - found.centroids[found.labels[:-2][clustered]]
    assert found.inertia == pytest.approx(np.square(apart).sum(), rel=1e-4)


def test_nothing_but_noise_and_empty_clusters_are_said(monkeypatch):
    latents = planted([10, 10])[0]
    nothing = Clusterer(lambda *_: np.full(20, NOISE), takes_k=False, components=None)
    less = Clusterer(lambda *_: np.arange(20) % 2, takes_k=True, components=None)
    monkeypatch.setattr("posecore.clustering.methods.CLUSTERERS", {"nothing": nothing, "less": less})
    with pytest.raises(ConfigError, match="no cluster was found: all 20 people are noise"):
        cluster(latents, "nothing")
    with pytest.raises(ConfigError, match="4 clusters by less: 2 stay empty"):
        cluster(latents, "less", k=4)


def test_methods_with_a_limit_see_so_many_components(monkeypatch):
    seen = []
    spy = Clusterer(lambda space, *_: seen.append(space) or np.arange(90) % 2, takes_k=True, components=3)
    monkeypatch.setattr("posecore.clustering.methods.CLUSTERERS", {"spy": spy})
    found = cluster(planted([30, 60])[0], "spy")
    assert seen[0].features.shape == (90, 3) and "3 components" in seen[0].name
    assert found.centroids.shape == (2, 32)


def test_going_on_from_known_labels():
    latents, truth = planted([50, 30, 20])
    space = latent_space(latents)
    spoilt = truth.copy()
    spoilt[:5] = 0
    assert adjusted_rand_score(truth, cluster_from(space, spoilt, 3).labels) == 1
    # A cluster that is missing starts far from the others.
    merged = np.where(truth == 2, 1, truth)
    again = cluster_from(space, merged.astype(np.uint8), 3)
    assert adjusted_rand_score(truth, again.labels) == 1
    np.testing.assert_array_equal(again.labels, cluster_from(space, merged, 3).labels)
    alike = latent_space(np.random.default_rng(0).normal(0, 1, (150, 12)))
    begun = [cluster_from(alike, np.arange(150) % 2, 9, seed).labels for seed in (0, 1)]
    assert (begun[0] != begun[1]).any()
    with pytest.raises(ConfigError, match="labels are 0 to 2; expected 0 to 1"):
        cluster_from(space, truth, 2)
    with pytest.raises(ConfigError, match=r"labels have shape \(99,\); expected one for each of 100 people"):
        cluster_from(space, truth[1:], 3)


def test_numbers_by_size_by_hand():
    assert largest_first(np.array([7, 3, 3, 9, 9, -1])).tolist() == [2, 0, 0, 1, 1, -1]
