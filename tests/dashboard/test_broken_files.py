"""A bundle whose files changed after it was written: every page says so."""

import shutil

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from reading import words

from dashboard.shared import bundles, cache
from dashboard.shared.background import worker
from posecore.bundle import open_bundle
from posecore.studies.projection.study import ProjectionSettings, project


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "people", people=40, pictures=True)
    project(open_bundle(path), ProjectionSettings(draws=3))
    return path


@pytest.fixture
def bundle(source, tmp_path):
    return shutil.copytree(source, tmp_path / "artifacts" / "people")


def flip(path, at=-1):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


PAGES = ("overview", "skip_lab", "latent_map", "clusters", "pc_walk")


@pytest.mark.parametrize("page", PAGES)
def test_changed_latents_are_not_shown(page, bundle, monkeypatch):
    flip(bundle / "latents.npy")
    app = open_page(monkeypatch, bundle.parent, page)
    assert "latents.npy is not as it was written" in app.error[0].value
    assert not app.get("plotly_chart") and not app.image


def test_large_latents_are_looked_at_behind_the_page(bundle, monkeypatch):
    monkeypatch.setattr(cache, "CHECKED_AT_ONCE", 0)
    flip(bundle / "latents.npy")
    app = open_page(monkeypatch, bundle.parent, "overview")
    worker.submit(int).result()  # whatever was asked for before is done
    app.run()
    assert bundles.LATENTS_CHANGED in app.error[0].value
    assert "latents.npy is not as it was written" in app.error[0].value


@pytest.mark.parametrize("page", ["skip_lab", "pc_walk"])
def test_changed_weights_do_not_answer(page, bundle, monkeypatch):
    flip(bundle / "model.safetensors")
    app = open_page(monkeypatch, bundle.parent, page)
    assert "model.safetensors is not as it was written" in words(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("change", [flip, lambda path: path.write_bytes(path.read_bytes()[:99])])
def test_a_study_that_is_broken_is_named_where_its_place_is_filled(page, change, bundle, monkeypatch):
    change(bundle / "studies" / "projection" / "projection.npz")
    app = open_page(monkeypatch, bundle.parent, page)
    [warning] = app.warning
    assert bundles.STUDY_LEFT_OUT in warning.value
    assert "studies/projection" in warning.value and "scripts/project.py" in warning.value


def test_a_picture_that_changed_is_named_and_not_shown(bundle, monkeypatch):
    person = open_bundle(bundle).samples["sample_id"].iloc[3]
    flip(bundle / "pictures" / f"{person}.webp")
    app = open_page(monkeypatch, bundle.parent, "skip_lab", lab_person=person)
    assert any(f"{person}.webp" in warning.value for warning in app.warning)
