import tracemalloc

import numpy as np
import pytest

from posecore.components import pca
from posecore.components.pca import Components, fit_components, needed_for, spectrum
from posecore.errors import ConfigError, DataError


def planted(people, dimensions, deviations, noise=0.0, seed=0):
    """float16 latents that vary by `deviations` along known orthonormal axes around a known mean."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(0, 1, (dimensions, len(deviations))))[0].T
    mean = rng.uniform(-2, 2, dimensions)
    scores = rng.normal(0, 1, (people, len(deviations))) * deviations
    latents = mean + scores @ axes + rng.normal(0, noise, (people, dimensions))
    return latents.astype(np.float16), axes, mean


def reference(latents):
    """Variances and axes by numpy, in float64."""
    data = latents.astype(np.float64)
    data -= data.mean(axis=0)
    _, singular, axes = np.linalg.svd(data, full_matrices=False)
    return singular**2 / (len(data) - 1), axes


# More people than numbers, fewer, and (with `wide_up_to` lowered) the way of large matrices, in float32.
SHAPES = [(400, 48, 1000), (60, 128, 1000), (500, 300, 40)]


@pytest.mark.parametrize(("people", "dimensions", "wide_up_to"), SHAPES)
def test_planted_components_are_recovered(monkeypatch, people, dimensions, wide_up_to):
    monkeypatch.setattr(pca, "WIDE_UP_TO", wide_up_to)
    latents, axes, _ = planted(people, dimensions, [12, 6, 3], noise=0.02)
    found = fit_components(latents, components=3)
    variances, numpy_axes = reference(latents)
    np.testing.assert_allclose(found.variances, variances[:3], rtol=1e-3)
    np.testing.assert_allclose(np.abs(np.sum(found.axes * numpy_axes[:3], axis=1)), 1, atol=1e-4)
    # The planted axes themselves span the same space, up to the noise.
    np.testing.assert_allclose(np.linalg.svd(found.axes @ axes.T)[1], 1, atol=1e-3)
    np.testing.assert_allclose(found.mean, latents.astype(np.float64).mean(axis=0), atol=1e-4)
    assert found.people == people


@pytest.mark.parametrize(("people", "dimensions", "wide_up_to"), SHAPES)
def test_variances_of_a_slowly_falling_spectrum_are_right_to_a_thousandth(
    monkeypatch, people, dimensions, wide_up_to
):
    monkeypatch.setattr(pca, "WIDE_UP_TO", wide_up_to)
    latents, _, _ = planted(people, dimensions, 3 * np.arange(1, 40) ** -0.4, noise=0.05)
    found = fit_components(latents, components=12)
    variances, _ = reference(latents)
    np.testing.assert_allclose(found.variances, variances[:12], rtol=1e-3)
    assert found.total_variance == pytest.approx(variances.sum(), rel=1e-3)
    np.testing.assert_allclose(found.explained, variances[:12] / variances.sum(), rtol=2e-3)


def test_by_hand():
    # Along (3, 4) / 5 by -10, 0, 10 and nothing else: variance 100, all of it.
    latents = np.array([[1 - 6, 2 - 8], [1, 2], [1 + 6, 2 + 8]], np.float16)
    found = fit_components(latents)
    np.testing.assert_allclose(found.mean, [1, 2], atol=1e-6)
    np.testing.assert_allclose(found.axes[0], [0.6, 0.8], atol=1e-6)
    np.testing.assert_allclose(found.variances, [100, 0], atol=1e-4)
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-6)
    np.testing.assert_allclose(found.project(latents)[:, 0], [-10, 0, 10], atol=1e-5)


def test_the_largest_entry_of_every_axis_is_positive():
    latents, _, _ = planted(100, 30, [5, 4, 3, 2])
    for sign in (1, -1):
        axes = fit_components(sign * latents, components=4).axes
        assert (axes[np.arange(4), np.abs(axes).argmax(axis=1)] > 0).all()
    np.testing.assert_allclose(axes, fit_components(latents, components=4).axes, atol=1e-4)


def test_axes_are_orthonormal_and_scores_have_the_variances():
    latents, _, _ = planted(300, 40, [5, 4, 3], noise=0.5)
    found = fit_components(latents, components=10)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(10), atol=1e-5)
    scores = found.project(latents)
    assert (scores.shape, scores.dtype) == ((300, 10), np.float32)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(scores.var(axis=0, ddof=1), found.variances, rtol=1e-4)


def test_there_are_no_more_components_than_the_data_have():
    latents, _, _ = planted(5, 30, [5, 4, 3])
    assert fit_components(latents).axes.shape == (4, 30)
    latents, _, _ = planted(50, 6, [5, 4, 3])
    assert fit_components(latents).axes.shape == (6, 6)


def test_many_people_need_no_copy_of_their_latents():
    latents = np.random.default_rng(0).normal(0, 1, (24_000, 200)).astype(np.float16)
    tracemalloc.start()
    fit_components(latents, components=8)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.7 * latents.size * 4


def test_people_whose_latents_are_not_finite_are_left_out_and_named(monkeypatch):
    monkeypatch.setattr(pca, "AT_ONCE", 16)
    latents = planted(50, 8, [5, 4, 3], noise=0.2)[0]
    broken = np.insert(latents, [20, 33], [[np.nan] * 8, [1, np.inf, *[2] * 6]], axis=0)
    whole, found = fit_components(latents, components=3), fit_components(broken, components=3)
    assert found.left_out.tolist() == [20, 34]
    assert (found.people, whole.left_out.tolist()) == (50, [])
    for name in ("mean", "axes", "variances"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), atol=1e-4)
    scores = found.project(broken)
    assert np.flatnonzero(np.isnan(scores).all(axis=1)).tolist() == [20, 34]
    np.testing.assert_allclose(np.delete(scores, [20, 34], axis=0), whole.project(latents), atol=1e-3)


def test_the_first_components_alone_and_none_beyond_the_rank():
    found = fit_components(planted(12, 30, [5, 4, 3], noise=0.1)[0])
    two = found.first(2)
    np.testing.assert_array_equal(two.axes, found.axes[:2])
    np.testing.assert_array_equal(two.explained, found.explained[:2])
    for count in (0, 12):
        with pytest.raises(
            ConfigError, match=f"{count} components: 11 are kept, and 12 people .* at most 11"
        ):
            found.first(count)


def test_all_scores_restore_the_latents_and_the_first_ones_what_lies_along_them():
    latents = planted(40, 12, [5, 4, 3], noise=0.5)[0]
    found = fit_components(latents)
    np.testing.assert_allclose(found.restore(found.project(latents)), latents.astype(float), atol=1e-3)
    two = found.first(2)
    np.testing.assert_allclose(
        two.project(two.restore(found.project(latents)[:, :2])), two.project(latents), atol=1e-3
    )


@pytest.mark.parametrize(("people", "dimensions", "wide_up_to"), SHAPES)
def test_the_spectrum_holds_all_variances(monkeypatch, people, dimensions, wide_up_to):
    monkeypatch.setattr(pca, "WIDE_UP_TO", wide_up_to)
    latents = planted(people, dimensions, [12, 6, 3], noise=0.5)[0]
    variances = reference(latents)[0][: min(people - 1, dimensions)]
    found = spectrum(latents)
    np.testing.assert_allclose(found, variances, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found[:5], fit_components(latents, 5).variances, rtol=1e-4)


def test_components_needed_for_a_share_by_hand():
    variances = np.array([60, 20, 10, 10], np.float32)
    assert [needed_for(variances, share) for share in (0.5, 0.6, 0.61, 0.9, 0.95, 1.0)] == [1, 1, 2, 3, 4, 4]


def test_latents_stay_as_they_are():
    latents = planted(30, 10, [3, 2])[0].astype(np.float32)
    before = latents.copy()
    fit_components(latents).project(latents)
    np.testing.assert_array_equal(latents, before)


def test_saved_and_loaded_is_the_same(tmp_path):
    found = fit_components(planted(30, 10, [3, 2])[0], components=4)
    found.save(tmp_path / "pca.npz")
    loaded = Components.load(tmp_path / "pca.npz")
    for name in ("mean", "axes", "variances"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(found, name))
        assert getattr(loaded, name).dtype == np.float32
    assert (loaded.total_variance, loaded.people) == (found.total_variance, 30)
    assert [path.name for path in tmp_path.iterdir()] == ["pca.npz"]


def test_broken_files_are_refused(tmp_path):
    path = tmp_path / "pca.npz"
    with pytest.raises(DataError, match=r"pca\.npz: no readable components"):
        Components.load(path)
    path.write_bytes(b"PK nonsense")
    with pytest.raises(DataError, match="no readable components"):
        Components.load(path)
    arrays = {"mean": np.array([{}], object), "axes": 0, "variances": 0, "total_variance": 0, "people": 0}
    np.savez(path, **arrays)  # pickled inside
    with pytest.raises(DataError, match="no readable components"):
        Components.load(path)
    np.savez(
        path,
        mean=np.zeros(3),
        axes=np.zeros((2, 4)),
        variances=np.zeros(2),
        total_variance=1,
        people=5,
        left_out=np.zeros(0, int),
    )
    with pytest.raises(DataError, match="do not fit together"):
        Components.load(path)


def test_what_cannot_be_analysed_is_refused():
    latents = planted(20, 6, [3, 2])[0]
    with pytest.raises(ConfigError, match="0 components: expected at least 1"):
        fit_components(latents, components=0)
    with pytest.raises(ConfigError, match="latents are of one person"):
        fit_components(latents[:1])
    with pytest.raises(ConfigError, match="latents of all 20 people are equal"):
        fit_components(np.broadcast_to(latents[0], latents.shape))
    broken = latents.copy()
    broken[3, 2] = np.nan
    with pytest.raises(ConfigError, match="latents are of one person, and 1 hold nan or infinity"):
        fit_components(broken[2:4])
    with pytest.raises(ConfigError, match=r"shape \(20, 5\); these components are of \(N, 6\)"):
        fit_components(latents).project(latents[:, :5])


def test_axes_of_no_variance_are_unit_vectors_too():
    # Six people, three of them twice: the data have two directions, four components are asked for.
    latents = np.repeat(planted(3, 40, [5, 4])[0], 2, axis=0)
    found = fit_components(latents, components=4)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(4), atol=1e-5)
    np.testing.assert_allclose(found.variances[2:], 0, atol=1e-5)


@pytest.mark.parametrize("converges", [True, False])
def test_few_components_of_a_large_matrix_are_those_of_the_whole_one(monkeypatch, converges):
    """By Lanczos iterations, or where these don't converge by a whole decomposition."""
    import scipy.sparse.linalg

    latents = planted(500, 300, [12, 6, 3, 2, 2], noise=0.3)[0]
    variances, axes = reference(latents)
    calls = []

    def iterate(matrix, count, **options):
        calls.append(count)
        if not converges:
            raise scipy.sparse.linalg.ArpackNoConvergence("no convergence", np.empty(0), np.empty((300, 0)))
        return original(matrix, count, **options)

    original = scipy.sparse.linalg.eigsh
    monkeypatch.setattr(scipy.sparse.linalg, "eigsh", iterate)
    monkeypatch.setattr(pca, "WIDE_UP_TO", 40)
    found = fit_components(latents, components=8)
    assert calls == [8]
    np.testing.assert_allclose(found.variances, variances[:8], rtol=1e-4)
    np.testing.assert_allclose(np.abs((found.axes[:3] * axes[:3]).sum(axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(8), atol=1e-5)
    np.testing.assert_array_equal(found.axes, fit_components(latents, components=8).axes)
