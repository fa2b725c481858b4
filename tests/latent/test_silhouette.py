import numpy as np
import pytest
from sklearn.metrics import silhouette_samples, silhouette_score

from posecore.errors import ConfigError
from posecore.latent.silhouette import silhouette

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
