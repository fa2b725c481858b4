import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from posecore import blocks
from posecore.clustering import silhouette
from posecore.clustering import sweep as module
from posecore.clustering.methods import largest_first
from posecore.clustering.space import latent_space
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.errors import ConfigError

FEW = SweepSettings(least=2, most=5, restarts=3, seed=1)


def planted(sizes=(60, 40, 25), seed=0, dimensions=24):
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = rng.normal(0, 4, (len(sizes), dimensions))
    return (centres[truth] + rng.normal(0, 1, (len(truth), dimensions))).astype(np.float16), truth


def test_planted_clusters_have_the_best_silhouette():
    latents, truth = planted()
    found = sweep(latent_space(latents), FEW)
    assert found.ks.tolist() == [2] * 3 + [3] * 3 + [4] * 3 + [5] * 3
    assert found.numbers.tolist() == [2, 3, 4, 5]
    assert found.ks[found.silhouettes.argmax()] == 3
    assert adjusted_rand_score(truth, found.labels[found.best(3)]) == 1
    for labels, k, mean in zip(found.labels, found.ks, found.silhouettes, strict=True):
        assert mean == pytest.approx(silhouette_score(latents.astype(float), labels), abs=1e-5)
        np.testing.assert_array_equal(labels, largest_first(labels))
        assert labels.max() == k - 1
    for k in (2, 3, 4, 5):
        own = found.ks == k
        assert found.silhouettes[found.best(k)] == found.silhouettes[own].max()
        assert found.inertia[found.tightest(k)] == found.inertia[own].min()
        assert found.of_best(k).mean() == pytest.approx(found.silhouettes[found.best(k)])
    for ask in (found.best, found.tightest, found.of_best):
        with pytest.raises(ConfigError, match="K = 6 is not in the sweep; it has 2 to 5"):
            ask(6)


def test_the_seed_fixes_the_result():
    space = latent_space(np.random.default_rng(0).normal(0, 1, (150, 12)))
    first, again = sweep(space, FEW), sweep(space, FEW)
    np.testing.assert_array_equal(first.labels, again.labels)
    np.testing.assert_array_equal(first.values, again.values)
    other = sweep(space, SweepSettings(least=2, most=5, restarts=3, seed=2))
    assert (first.labels != other.labels).any()


def test_one_k_after_the_other_is_the_same(tmp_path, monkeypatch):
    space = latent_space(planted()[0])
    at_once = sweep(space, FEW)
    monkeypatch.setattr(module, "COPY_UP_TO", 0)
    apart = sweep(space, FEW, tmp_path)
    assert sorted(path.name for path in tmp_path.glob("labels*")) == [
        f"labels-00{k}.npz" for k in (2, 3, 4, 5)
    ]
    np.testing.assert_allclose(at_once.inertia, apart.inertia, rtol=1e-5)
    np.testing.assert_allclose(at_once.silhouettes, apart.silhouettes, atol=1e-5)


@pytest.mark.parametrize("killed_in", ["kmeans", "silhouettes"])
def test_a_stopped_sweep_goes_on_to_the_same_result(tmp_path, monkeypatch, killed_in):
    monkeypatch.setattr(module, "COPY_UP_TO", 0)
    monkeypatch.setattr(silhouette, "SAVED_EVERY", 0.0)
    space = latent_space(planted()[0])
    whole, calls = sweep(space, FEW), []
    real, real_run = module.kmeans, blocks.LocalSource.run

    def killed(*arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    def killed_run(self, work, tasks, shared=()):
        for result in real_run(self, work, tasks, shared):
            if work is silhouette._cluster_sums:
                calls.append(1)
                if len(calls) == 2:
                    raise KeyboardInterrupt
            yield result

    with monkeypatch.context() as patch:
        if killed_in == "kmeans":
            patch.setattr(module, "kmeans", killed)
        else:
            patch.setattr(blocks.LocalSource, "run", killed_run)
        with pytest.raises(KeyboardInterrupt):
            sweep(space, FEW, tmp_path)
    done = len(list(tmp_path.glob("labels-*")))
    assert done == (2 if killed_in == "kmeans" else 4)
    asked = []
    monkeypatch.setattr(module, "kmeans", lambda *a, **o: asked.append(1) or real(*a, **o))
    found = sweep(space, FEW, tmp_path)
    assert len(asked) == 4 - done
    for name, values in vars(whole).items():
        np.testing.assert_array_equal(getattr(found, name), values)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"least": 1}, "K from 1 to 10"),
        ({"least": 5, "most": 4}, "K from 5 to 4"),
        ({"most": 256}, "K from 2 to 256"),
        ({"restarts": 0}, "0 restarts: expected at least 1"),
    ],
)
def test_settings_out_of_bounds_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        SweepSettings(**options)


def test_people_who_cannot_be_swept_over_are_refused():
    latents, _ = planted((5, 5))
    with pytest.raises(ConfigError, match="10 clusters of 10 people: expected 2 to 9"):
        sweep(latent_space(latents), SweepSettings())
    with pytest.raises(ConfigError, match="1 people: clusters need three or more"):
        sweep(latent_space(latents[:1]), SweepSettings())
    with pytest.raises(ConfigError, match="5 clusters: the latents have only 2 distinct values"):
        sweep(latent_space(np.repeat(latents[:2], 5, axis=0)), FEW)
