"""Similarity of layers: against its definition, by hand, and what it must not depend on."""

from itertools import permutations

import numpy as np
import pytest

from posecore.errors import ConfigError
from posecore.similarity import cka as cka_module
from posecore.similarity.cka import Products, cka, cka_interval, multiply, similarities


def products(one, other, batches=1):
    """Products of features (n, D) and (n, D'), one layer each, cut into batches."""
    rows = [
        multiply([similarities(a)], [similarities(b)])
        for a, b in zip(np.array_split(one, batches), np.array_split(other, batches), strict=True)
    ]
    return Products(*(np.stack(part) for part in zip(*rows, strict=True)))


def unbiased(k, m):
    """Unbiased HSIC as Song et al. 2012 define it: a mean over all four different people."""
    fours = list(permutations(range(len(k)), 4))
    return sum(k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q]) for i, j, q, r in fours) / len(fours)


def test_products_are_the_mean_over_four_different_people():
    rng = np.random.default_rng(0)
    a, b = rng.normal(3, 1, (6, 4)), rng.normal(-1, 2, (6, 3))
    cross, one, other = multiply([similarities(a)], [similarities(b)])
    k, m = a @ a.T, b @ b.T
    assert cross[0, 0] == pytest.approx(unbiased(k, m))
    assert one[0] == pytest.approx(unbiased(k, k))
    assert other[0] == pytest.approx(unbiased(m, m))


def test_four_people_by_hand():
    # Products of (0, 1, 2, 3) but for the diagonal: rows sum to 0, 5, 8, 9, together 22. U-centred, of 0
    # and 1: 0 - 0/2 - 5/2 + 22/6 = 7/6. Of (0, 1, 1, 0) rows sum to 0, 1, 1, 0, so of 0 and 1:
    # -1/2 + 2/6 = -1/6.
    a, b = np.array([[0.0], [1], [2], [3]]), np.array([[0.0], [1], [1], [0]])
    first, second = similarities(a), similarities(b)
    assert first == pytest.approx(
        np.array([[0, 7, -2, -5], [7, 0, -5, -2], [-2, -5, 0, 7], [-5, -2, 7, 0]]) / 6, abs=1e-12
    )
    assert second == pytest.approx(
        np.array([[0, -1, -1, 2], [-1, 0, 2, -1], [-1, 2, 0, -1], [2, -1, -1, 0]]) / 6, abs=1e-12
    )
    cross, one, other = multiply([first], [second])
    # Sums over ordered pairs, in 36ths -60, 312 and 24, divided by n (n - 3) = 4.
    assert (cross[0, 0], one[0], other[0]) == pytest.approx((-5 / 12, 13 / 6, 1 / 6))
    assert cka(products(a, b)) == pytest.approx(np.array([[-5 / (2 * 13**0.5)]]))


def test_turning_scaling_and_shifting_change_nothing():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(20, 5)), rng.normal(size=(20, 8))
    b[:, :5] += a
    turned = 7 * b @ np.linalg.qr(rng.normal(size=(8, 8)))[0] + 100
    expected = cka(products(a, b))
    assert 0.3 < expected < 0.95
    assert cka(products(a, turned)) == pytest.approx(expected)
    assert cka(products(b, turned)) == pytest.approx(np.array([[1.0]]))
    # Not so a stretch of one direction: rotation is all that is free.
    assert abs(cka(products(b, b * np.linspace(1, 30, 8))) - 1) > 0.05


def test_columns_are_worked_on_in_parts(monkeypatch):
    features = np.random.default_rng(2).normal(size=(9, 23))
    whole = similarities(features)
    monkeypatch.setattr(cka_module, "COLUMNS", 5)
    assert similarities(features) == pytest.approx(whole)


def test_wide_layers_of_few_people_are_not_called_alike():
    rng = np.random.default_rng(3)
    # Plain CKA of these, more numbers than people, is about 0.9.
    found = cka(products(rng.normal(size=(160, 2000)), rng.normal(size=(160, 2000)), batches=5))
    assert abs(found[0, 0]) < 0.1


def test_a_layer_with_itself_is_1_in_every_draw_and_one_that_does_not_vary_is_unknown():
    rng = np.random.default_rng(4)
    layers = [rng.normal(size=(30, 3)), np.zeros((30, 2))]
    rows = []
    for part in np.array_split(np.arange(30), 3):
        alike = [similarities(layer[part]) for layer in layers]
        rows.append(multiply(alike, alike))
    both = Products(*(np.stack(part) for part in zip(*rows, strict=True)))
    for found in (cka(both), *cka_interval(both)):
        assert found[0, 0] == pytest.approx(1)
        assert np.isnan(found[[0, 1, 1], [1, 0, 1]]).all()


def test_an_interval_holds_the_value_and_needs_two_batches():
    rng = np.random.default_rng(5)
    a = rng.normal(size=(80, 4))
    both = products(a, a + rng.normal(size=(80, 4)), batches=8)
    low, high = cka_interval(both)
    assert low[0, 0] < cka(both)[0, 0] < high[0, 0]
    assert np.isnan(cka_interval(products(a, a))[0]).all()


def test_three_people_are_too_few():
    with pytest.raises(ConfigError, match="at least 4"):
        similarities(np.eye(3))
