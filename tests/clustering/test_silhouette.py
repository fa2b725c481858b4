import numpy as np
import pytest
from sklearn.metrics import silhouette_samples, silhouette_score

from posecore import blocks as blockwise
from posecore.blocks import LocalSource
from posecore.clustering import distances
from posecore.clustering import silhouette as module
from posecore.clustering.distances import stored_distances
from posecore.clustering.silhouette import NOISE, silhouette, silhouettes, silhouettes_from
from posecore.errors import ConfigError

# Twelve points on a line. a: mean distance to the others of the own cluster; b: the smallest mean
# distance to another cluster; value (b - a) / max(a, b).
POINTS = np.array([0, 1, 2, 3, 10, 11, 12, 13, 4, 20, 21, 31.0])[:, None]
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3])
BY_HAND = {
    0: (2, 10),  # (1 + 2 + 3) / 3; (10 + 11 + 12 + 13 + 4) / 5
    1: (4 / 3, 9),
    3: (2, 7),
    4: (3, 8.5),  # (1 + 2 + 3 + 6) / 4; to cluster 0: (10 + 9 + 8 + 7) / 4
    7: (3.75, 7.5),  # (3 + 2 + 1 + 9) / 4; to cluster 2: (7 + 8) / 2
    8: (7.5, 2.5),  # among the wrong ones: (6 + 7 + 8 + 9) / 4; to cluster 0: (4 + 3 + 2 + 1) / 4
    9: (1, 10),  # to cluster 1: (10 + 9 + 8 + 7 + 16) / 5
    10: (1, 10),  # to cluster 3: 10; to cluster 1: 11
}


def test_values_by_hand():
    values = silhouette(POINTS, LABELS).values
    for row, (a, b) in BY_HAND.items():
        assert values[row] == pytest.approx((b - a) / max(a, b), abs=1e-6), row
    assert values[8] < 0
    assert values[11] == 0  # alone


def test_values_and_mean_equal_scikit_learns():
    rng = np.random.default_rng(0)
    latents = rng.normal(0, 1, (200, 64)).astype(np.float16)
    labels = rng.integers(0, 4, 200)
    latents[labels == 2] += 1
    found = silhouette(latents, labels)
    full = latents.astype(np.float64)
    np.testing.assert_allclose(found.values, silhouette_samples(full, labels), atol=1e-5)
    assert found.mean == pytest.approx(silhouette_score(full, labels), abs=1e-6)
    assert found.values.dtype == np.float32


def test_labels_need_not_be_numbered_from_0():
    np.testing.assert_array_equal(silhouette(POINTS, LABELS + 5).values, silhouette(POINTS, LABELS).values)


@pytest.mark.parametrize("labels", [np.zeros(12, int), np.arange(12)])
def test_one_cluster_and_one_per_person_are_refused(labels):
    clusters = len(set(labels))
    with pytest.raises(
        ConfigError, match=f"{clusters} clusters of 12 people have no silhouette: expected 2 to 11"
    ):
        silhouette(POINTS, labels)


def test_labels_of_other_people_are_refused():
    with pytest.raises(ConfigError, match=r"labels have shape \(11,\) for 12 people"):
        silhouette(POINTS, LABELS[:-1])


def test_features_that_are_not_finite_are_refused():
    points = POINTS.copy()
    points[4] = np.nan
    with pytest.raises(ConfigError, match="row 4 holds nan"):
        silhouette(points, LABELS)


def many(people=300, labellings=7, seed=0):
    """Latents whose clusters mean a little, and labellings of different K."""
    rng = np.random.default_rng(seed)
    latents = (rng.normal(0, 1, (people, 20)) * np.arange(1, 21) ** -0.5 + 5).astype(np.float16)
    return latents, np.stack([rng.integers(0, k + 2, people) for k in range(labellings)])


@pytest.mark.parametrize("size", [64, 1024])
def test_many_labellings_at_once_equal_scikit_learns(monkeypatch, size):
    monkeypatch.setattr(blockwise, "LEAST_BLOCK", size)
    latents, labellings = many()
    found = silhouettes(LocalSource(latents), labellings)
    for own, labels in zip(found, labellings, strict=True):
        np.testing.assert_allclose(own, silhouette_samples(latents.astype(float), labels), atol=1e-5)


@pytest.mark.parametrize("apart", [1e2, 1e4, 1e6])
def test_people_who_nearly_agree_are_told_apart(apart):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [40, 30, 20])
    points = rng.normal(0, 1, (3, 50))[labels] * apart + rng.normal(0, 1, (90, 50))
    points[1] = points[0]
    points = points.astype(np.float32)
    expected = silhouette_samples(points.astype(float), labels)
    np.testing.assert_allclose(silhouette(points, labels).values, expected, atol=1e-4)
    # Half of each cluster for itself: what divides them is lost in float32's digits of the squares.
    halves = labels * 2 + (
        points[:, 0] > np.array([np.median(points[labels == i, 0]) for i in range(3)])[labels]
    )
    expected = silhouette_samples(points.astype(float), halves)
    np.testing.assert_allclose(
        silhouette(points, halves).values, expected, atol=1e-2 if apart > 1e4 else 1e-4
    )


def test_noise_has_no_silhouette_and_counts_nowhere():
    labels = np.where(np.arange(12) == 8, NOISE, LABELS)
    found = silhouette(POINTS, labels)
    rest = silhouette(np.delete(POINTS, 8, axis=0), np.delete(LABELS, 8))
    assert np.isnan(found.values[8])
    np.testing.assert_allclose(np.delete(found.values, 8), rest.values, atol=1e-6)
    assert found.mean == pytest.approx(rest.mean)


def test_copies_of_one_person_in_two_clusters_lie_between():
    assert silhouette(np.ones((6, 3)), np.arange(6) % 2).values.tolist() == [0] * 6


def test_stored_distances_give_the_same(tmp_path, monkeypatch):
    latents, labellings = many(people=200)
    source = LocalSource(latents)
    mapped = stored_distances(source, tmp_path / "distances.npy")
    full = latents.astype(float)
    np.testing.assert_allclose(mapped, np.linalg.norm(full[:, None] - full, axis=2), atol=1e-5)
    np.testing.assert_allclose(
        silhouettes_from(mapped, labellings), silhouettes(source, labellings), atol=1e-6
    )
    rows = np.arange(0, 200, 3)
    np.testing.assert_allclose(
        silhouettes_from(mapped, labellings[:, rows], rows),
        silhouettes(LocalSource(latents[rows]), labellings[:, rows]),
        atol=1e-6,
    )
    one = silhouette(latents, labellings[0], mapped)
    np.testing.assert_allclose(one.values, silhouette(latents, labellings[0]).values, atol=1e-6)
    # Made once, made anew where broken, refused where too large.
    monkeypatch.setattr(distances, "between", None)
    np.testing.assert_array_equal(stored_distances(source, tmp_path / "distances.npy"), mapped)
    monkeypatch.undo()
    (tmp_path / "broken.npy").write_bytes(b"half a file")
    np.testing.assert_array_equal(stored_distances(source, tmp_path / "broken.npy"), mapped)
    monkeypatch.setattr(distances, "MOST_STORED", 199)
    with pytest.raises(ConfigError, match="distances of 200 people: at most 199"):
        stored_distances(source, tmp_path / "other.npy")


def test_killed_silhouettes_go_on(tmp_path, monkeypatch):
    latents, labellings = many()
    source, path = LocalSource(latents), tmp_path / "silhouettes.npz"
    whole = silhouettes(source, labellings)
    monkeypatch.setattr(module, "SAVED_EVERY", 0.0)
    calls = []

    class Killed:
        people, dimensions, bounds = source.people, source.dimensions, source.bounds

        def run(self, work, tasks, shared=()):
            for result in source.run(work, tasks, shared):
                calls.append(1)
                if len(calls) == 8:
                    raise KeyboardInterrupt
                yield result

    with pytest.raises(KeyboardInterrupt):
        silhouettes(Killed(), labellings, path)
    assert 0 < int(np.load(path)["done"]) <= 7
    seen = []
    real = module._cluster_sums
    monkeypatch.setattr(module, "_cluster_sums", lambda *arguments: seen.append(1) or real(*arguments))
    np.testing.assert_array_equal(silhouettes(source, labellings, path), whole)
    blocks = len(source.bounds) - 1
    assert len(seen) == blocks * (blocks + 1) // 2 - 7
