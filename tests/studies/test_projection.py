import os
import subprocess
import sys

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change

from posecore.blocks import blocks
from posecore.bundle import open_bundle, verify
from posecore.components.pca import fit_components
from posecore.errors import BundleError, ConfigError
from posecore.studies.projection import results as projection_module
from posecore.studies.projection import study as project_module
from posecore.studies.projection.results import load_projection
from posecore.studies.projection.study import ProjectionSettings, project, umap_plane


def make(folder, people=40, change=None):
    """A fake bundle whose latents are changed, and its files' hashes with them."""
    path = make_fake_bundle(folder, people=people)
    if change is not None:
        latents = np.load(path / "latents.npy")
        np.save(path / "latents.npy", change(latents))
        note_change(path, "latents.npy")
    return open_bundle(path)


@pytest.fixture(scope="module")
def projected(tmp_path_factory):
    bundle = make(tmp_path_factory.mktemp("artifacts") / "fake", 60)
    project(bundle, ProjectionSettings(draws=4))
    return bundle


def test_what_is_stored_is_what_is_fitted(projected):
    fitted, found = fit_components(projected.latents), load_projection(projected)
    scores = fitted.project(projected.latents)
    assert found.scores.shape == (60, 59) and found.people == 60 and found.left_out == []
    np.testing.assert_allclose(found.scores, scores, atol=2e-3 * np.sqrt(fitted.variances).max())
    np.testing.assert_allclose(found.explained[:10], fitted.explained[:10], rtol=1e-4)
    assert found.explained.sum() == pytest.approx(1, abs=1e-5)
    assert found.needed_for(1.0) == 59 and found.needed_for(found.explained[0] * 0.99) == 1
    assert found.parallel.people == 60 and found.parallel.draws == 4
    # Two clusters of people: one component that is more than chance.
    assert found.parallel.count >= 1
    assert found.umap.shape == (60, 2) and np.isfinite(found.umap).all()
    assert verify(projected.path) == []
    assert not list((projected.path / "studies").glob(".*"))


def test_axes_come_back_from_scores_and_latents(projected):
    fitted = fit_components(projected.latents)
    back = load_projection(projected).components(projected.latents)
    np.testing.assert_allclose(back.axes @ back.axes.T, np.eye(59), atol=5e-3)
    np.testing.assert_allclose((back.axes * fitted.axes).sum(axis=1)[:30], 1, atol=1e-4)
    np.testing.assert_allclose(back.mean, fitted.mean)
    assert (back.people, back.total_variance) == (60, pytest.approx(fitted.total_variance, rel=1e-4))


def test_axes_come_back_in_blocks_too(projected, monkeypatch):
    found = load_projection(projected)
    whole = found.components(projected.latents).axes
    monkeypatch.setattr(projection_module, "blocks", lambda latents: blocks(latents, 16))
    np.testing.assert_allclose(found.components(projected.latents).axes, whole, atol=1e-4)


def test_umap_is_seeded_and_keeps_clusters_apart(projected):
    scores = load_projection(projected).scores
    plane = umap_plane(scores, seed=0)
    np.testing.assert_array_equal(plane, umap_plane(scores, seed=0))
    sits = np.arange(60) % 2 == 1
    apart = np.linalg.norm(plane[sits].mean(axis=0) - plane[~sits].mean(axis=0))
    assert apart > 2 * plane[sits].std(axis=0).max()


def test_a_stopped_run_goes_on_to_the_same_result(projected, tmp_path, monkeypatch):
    bundle = make(tmp_path / "fake", 60)

    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(project_module, "umap_plane", stop)
        with pytest.raises(KeyboardInterrupt):
            project(bundle, ProjectionSettings(draws=4))
        patched.setattr(project_module, "fit_components", stop)  # done already
        patched.setattr(project_module, "spectrum", stop)
        patched.setattr(project_module, "umap_plane", umap_plane)
        project(bundle, ProjectionSettings(draws=4))
    whole, parts = load_projection(projected), load_projection(bundle)
    for name in ("scores", "umap", "all_variances", "mean"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))
    np.testing.assert_array_equal(whole.parallel.chance, parts.parallel.chance)


def test_people_with_nan_are_left_out_and_named(tmp_path):
    def change(latents):
        latents[[4, 11], 3] = np.nan
        return latents

    bundle = make(tmp_path / "fake", 40, change)
    project(bundle, ProjectionSettings(draws=2))
    found = load_projection(bundle)
    ids = list(bundle.rows)
    assert found.left_out == [ids[4], ids[11]] and found.people == 38 and found.info["left_out"] == 2
    assert np.isnan(found.umap[[4, 11]]).all() and np.isfinite(np.delete(found.umap, [4, 11], axis=0)).all()
    assert found.components(bundle.latents).left_out.tolist() == [4, 11]


def test_three_people_have_two_components_and_no_umap(tmp_path):
    bundle = make(tmp_path / "fake", 3)
    project(bundle, ProjectionSettings(draws=2))
    found = load_projection(bundle)
    assert found.scores.shape == (3, 2) and found.umap is None
    assert found.info["umap"] == "UMAP needs more than 30 people; there are 3"


def test_what_cannot_be_projected_is_refused(tmp_path):
    constant = make(
        tmp_path / "constant", 5, lambda latents: np.broadcast_to(latents[:1], latents.shape).copy()
    )
    with pytest.raises(ConfigError, match="latents of all 5 people are equal"):
        project(constant, ProjectionSettings())
    with pytest.raises(ConfigError, match="of 2 people: expected three or more"):
        project(make(tmp_path / "two", 2), ProjectionSettings())
    with pytest.raises(ConfigError, match="9 components: 7 are kept, and 8 people"):
        project(make(tmp_path / "eight", 8), ProjectionSettings(components=9, draws=1))
    # Eight people, of whom there are only four different ones.
    bundle = make(tmp_path / "twice", 8, lambda latents: np.repeat(latents[::2], 2, axis=0))
    project(bundle, ProjectionSettings(draws=1))
    assert load_projection(bundle).scores.shape == (8, 3)


def test_without_a_projection_or_with_a_broken_one_the_command_is_named(projected, tmp_path):
    bundle = make(tmp_path / "fake", 4)
    with pytest.raises(
        BundleError, match=r"projection: no such study; make it with `python scripts/project\.py"
    ):
        load_projection(bundle)
    project(bundle, ProjectionSettings(draws=1))
    file = bundle.path / "studies" / "projection" / "projection.npz"
    size = file.stat().st_size
    file.write_bytes(b"x" * size)
    note_change(file.parent, file.name)
    with pytest.raises(BundleError, match=r"projection\.npz is not readable \(.*\); make it with"):
        load_projection(bundle)


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


def test_where_numba_may_keep_nothing_umap_compiles_in_a_temporary_folder(tmp_path):
    code = (
        "import os; from posecore.studies.projection.study import load_umap\n"
        "print(load_umap().__name__); print(len(os.listdir(os.environ['NUMBA_CACHE_DIR'])) > 0)\n"
        "print(os.environ['NUMBA_CACHE_DIR'])"
    )
    # Of all places where numba would keep what it compiles, only the one that is named to it is left.
    done = run_python(code, NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    name, used, folder = done.stdout.splitlines()
    assert (name, used) == ("UMAP", "True") and folder.startswith(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_what_keeps_umap_from_running_is_known_before_the_long_work(tmp_path, monkeypatch):
    def broken():
        raise OSError(2, "No usable temporary directory found")

    bundle = make(tmp_path / "fake", 40)
    with monkeypatch.context() as patched:
        patched.setattr(project_module, "load_umap", broken)
        patched.setattr(project_module, "fit_components", lambda *a: pytest.fail("the long work was begun"))
        with pytest.raises(OSError, match="No usable temporary directory"):
            project(bundle, ProjectionSettings(draws=2))
    # Too few people for a UMAP do not need it.
    monkeypatch.setattr(project_module, "load_umap", broken)
    project(make(tmp_path / "few", 5), ProjectionSettings(draws=1))


def test_reading_one_needs_neither_torch_nor_numba(projected):
    code = (
        "import sys; from pathlib import Path; from posecore.bundle import open_bundle\n"
        "from posecore.studies.projection.results import load_projection\n"
        f"load_projection(open_bundle(Path({str(projected.path)!r})))\n"
        "print({'torch', 'numba', 'umap'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
