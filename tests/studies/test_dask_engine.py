"""The cluster analyses on a Dask cluster of two processes, against those in this process."""

import os
import signal

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from sklearn.metrics import adjusted_rand_score

from posecore.bundle import open_bundle
from posecore.clustering.space import latent_space
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.components.pca import fit_components
from posecore.errors import ConfigError
from posecore.studies.clusters.dask_engine import (
    DaskEngine,
    DaskSource,
    chunked,
    dask_client,
    fit_components_on,
)
from posecore.studies.clusters.results import load_cluster_study
from scripts import cluster_sweep

distributed = pytest.importorskip("distributed")


def people(count=1500, dimensions=96):
    rng = np.random.default_rng(0)
    latents = rng.normal(0, 1, (count, dimensions)) * np.arange(1, dimensions + 1) ** -0.5
    latents[: count // 3, :4] += 2
    return latents.astype(np.float16)


@pytest.fixture(scope="module")
def client():
    own = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with own, distributed.Client(own) as client:
        yield client


class Losing:
    """A source on a cluster that loses a worker, with the blocks on it, when some results have come."""

    def __init__(self, client, source, after):
        self.people, self.dimensions, self.bounds = source.people, source.dimensions, source.bounds
        self._client, self._source, self._left = client, source, after
        self.killed = None

    def run(self, work, tasks, shared=()):
        for result in self._source.run(work, tasks, shared):
            self._left -= 1
            if self._left == 0:
                self.killed = next(iter(self._client.run(os.getpid).values()))
                os.kill(self.killed, signal.SIGKILL)
            yield result


def test_a_sweep_outlives_a_worker(client, tmp_path):
    np.save(tmp_path / "latents.npy", people())
    space = latent_space(np.load(tmp_path / "latents.npy", mmap_mode="r"))
    settings = SweepSettings(most=5, restarts=3)
    here = sweep(space, settings)
    source = Losing(client, DaskEngine(client).source(space), after=60)
    there = sweep(space, settings, source=source)
    client.wait_for_workers(2, timeout=60)
    assert source.killed is not None and source.killed not in client.run(os.getpid).values()
    for ours, theirs in zip(here.labels, there.labels, strict=True):
        assert adjusted_rand_score(ours, theirs) >= 0.999
    np.testing.assert_allclose(there.inertia, here.inertia, rtol=1e-5)
    np.testing.assert_allclose(there.silhouettes, here.silhouettes, atol=1e-4)


def test_components_are_those_of_this_process(client):
    latents = people(400, 40)
    here, there = fit_components(latents, 6), fit_components_on(client, chunked(latents), 6)
    np.testing.assert_allclose(there.axes, here.axes, atol=1e-3)
    for name in ("mean", "variances", "total_variance"):
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-4, atol=1e-5)
    assert there.people == 400
    with pytest.raises(ConfigError, match="0 components of 400 people"):
        fit_components_on(client, chunked(latents), 0)
    with pytest.raises(ConfigError, match="the latents of all 9 people are equal"):
        fit_components_on(client, chunked(np.ones((9, 3))), 1)


def test_a_dask_array_is_taken_as_it_is(client):
    import dask.array as da

    latents = people(300, 20).astype(np.float32)
    source = DaskSource(client, da.from_array(latents, chunks=(130, 7)))
    assert source.bounds.tolist() == [0, 130, 260, 300]
    blocks = list(source.run(np.copy, [((i,), ()) for i in range(3)]))
    np.testing.assert_allclose(np.concatenate(blocks), latents - latents.mean(axis=0), atol=1e-5)


def test_the_script_runs_on_a_cluster_by_its_address(client, tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=40)
    quick = ["--bundle", str(path), "--most", "3", "--restarts", "2", "--draws", "0", "--resamples", "0"]
    address = ["--engine", "dask", "--scheduler", client.scheduler.address]
    assert cluster_sweep.main([*quick, "--components", "4", "--no-controls"]) == 0
    here = load_cluster_study(open_bundle(path)).sweep
    assert cluster_sweep.main([*quick, "--components", "4", "--no-controls", *address, "--seed", "0"]) == 0
    there = load_cluster_study(open_bundle(path)).sweep
    np.testing.assert_allclose(there.silhouettes, here.silhouettes, atol=1e-4)
    capsys.readouterr()


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("posecore.studies.clusters.dask_engine.PATIENCE", 1)
    with (
        pytest.raises(ConfigError, match="no Dask scheduler answers at"),
        dask_client("tcp://127.0.0.1:9"),
    ):
        pass
