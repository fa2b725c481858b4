import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from posecore.errors import ConfigError
from posecore.latent.clustering import CLUSTERERS, Clustering, cluster, nearest_to_centroids


def planted(sizes, seed=0, dimensions=32):
    """float16 latents in well separated groups, shuffled, and which group each is of."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = rng.normal(0, 8, (len(sizes), dimensions))
    return (centres[truth] + rng.normal(0, 0.5, (len(truth), dimensions))).astype(np.float16), truth


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
    others = [cluster(latents, method, k=6, restarts=1, seed=seed).inertia for seed in range(4)]
    assert len(set(others)) > 1
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
    features = np.array([[0.0], [3], [1], [10], [2.9], [12]], np.float16)
    clustering = Clustering(np.array([0, 0, 0, 1, 0, 1]), np.array([[1.0], [5.0]], np.float32), 0.0)
    nearest = nearest_to_centroids(features, clustering, 3)
    # Row 4 (2.9) is the nearest of all to the second centroid, but belongs to the first.
    assert [rows.tolist() for rows in nearest] == [[2, 0, 4], [3, 5]]
    assert [rows.tolist() for rows in nearest_to_centroids(features, clustering, 1)] == [[2], [3]]


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
    with pytest.raises(ConfigError, match=r"method 'x': expected k-means"):
        cluster(latents, "x")
    with pytest.raises(ConfigError, match="0 restarts: expected at least 1"):
        cluster(latents, restarts=0)
    broken = latents.copy()
    broken[7, 0] = np.inf
    with pytest.raises(ConfigError, match="row 7 holds nan or infinity"):
        cluster(broken)


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_fewer_distinct_latents_than_clusters_are_refused():
    latents = np.repeat(np.eye(3, dtype=np.float16), 5, axis=0)
    with pytest.raises(ConfigError, match="4 clusters: the latents have only 3 distinct values"):
        cluster(latents, k=4)


def test_latents_stay_as_they_are():
    latents = planted([10, 10])[0].astype(np.float32)
    before = latents.copy()
    nearest_to_centroids(latents, cluster(latents, k=2), 2)
    np.testing.assert_array_equal(latents, before)
