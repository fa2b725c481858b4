"""What is kept is kept under everything it depends on: nobody is shown the answer to an older question."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from fake_bundle import make_fake_bundle

from dashboard.shared import cache, latents, predictions, studies
from dashboard.shared.clustering import stored
from posecore.ablation import parse_mask
from posecore.bundle import Bundle, open_bundle, write_study
from posecore.bundle.manifest import LATENTS, MANIFEST, SAMPLES, SKIP_MEANS, WEIGHTS
from posecore.bundle.reader import LEVEL_KEYS
from posecore.bundle.studies import study_folder
from posecore.files import sha256
from posecore.inference import Predictor
from posecore.keypoints import COCO17
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import columns

PEOPLE = 12
CROP = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
DONORS = np.random.default_rng(1).integers(0, 256, (2, 256, 256, 3)).astype(np.uint8)
SOMEBODY = "train-1007"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSE_ARTIFACTS", str(tmp_path))
    return make_fake_bundle(tmp_path / "people", PEOPLE, annotations=True)


def new_weights(path: Path) -> None:
    torch.manual_seed(99)
    save_checkpoint(path / WEIGHTS, StackedHourglass(HourglassConfig(channels=8)), half=True)


def new_latents(path: Path) -> None:
    np.save(path / LATENTS, np.random.default_rng(99).normal(0, 1, (PEOPLE, 128)).astype(np.float16))


def new_samples(path: Path) -> None:
    table = pd.read_parquet(path / SAMPLES)
    table[[*columns(COCO17, "annotated", "y")]] *= 0.5
    table.to_parquet(path / SAMPLES, index=False)


def new_means(path: Path) -> None:
    with np.load(path / SKIP_MEANS) as arrays:
        np.savez(path / SKIP_MEANS, **{key: arrays[key] + np.float16(1) for key in LEVEL_KEYS})


def made_anew(path: Path, name: str, change: Callable[[Path], None]) -> None:
    """Another bundle in the same place, with another file of this name."""
    change(path)
    manifest = json.loads((path / MANIFEST).read_text())
    size = (path / name).stat().st_size
    manifest["files"][name] = {"sha256": sha256(path / name), "bytes": size}
    (path / MANIFEST).write_text(json.dumps(manifest))


ANSWERS: dict[str, tuple[str, Callable[[Path], None], Callable[[Bundle], Any]]] = {
    "all masks": (WEIGHTS, new_weights, lambda bundle: predictions.all_masks(bundle, CROP)),
    "gallery": (
        WEIGHTS,
        new_weights,
        lambda bundle: predictions.cut_heatmaps(bundle, CROP, "0110", "zero", None),
    ),
    "from the latent": (WEIGHTS, new_weights, lambda bundle: predictions.latent_heatmaps(bundle, SOMEBODY)),
    "walk": (
        WEIGHTS,
        new_weights,
        lambda bundle: predictions.stop_heatmaps(bundle, 0, (0.0, 1.0), SOMEBODY, "off", None),
    ),
    "latent": (LATENTS, new_latents, lambda bundle: predictions.latent_heatmaps(bundle, SOMEBODY)),
    "components": (LATENTS, new_latents, lambda bundle: latents.components(bundle)[1]),
    "what is usual": (LATENTS, new_latents, lambda bundle: latents.reference_distances(bundle).norms),
    "attributes": (
        SAMPLES,
        new_samples,
        lambda bundle: latents.attributes(bundle).select_dtypes("number").to_numpy(),
    ),
    "mean, all masks": (SKIP_MEANS, new_means, lambda bundle: predictions.all_masks(bundle, CROP, "mean")),
    "mean, gallery": (
        SKIP_MEANS,
        new_means,
        lambda bundle: predictions.cut_heatmaps(bundle, CROP, "0110", "mean", None),
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_bundle_made_anew_in_the_same_place_shows_no_answer_of_the_old_one(answer: str, path: Path) -> None:
    name, change, ask = ANSWERS[answer]
    before = ask(cache.load_bundle("people"))
    assert np.array_equal(ask(cache.load_bundle("people")), before, equal_nan=True)
    made_anew(path, name, change)
    after = ask(cache.load_bundle("people"))
    assert not np.array_equal(after, before, equal_nan=True)


@pytest.mark.parametrize("replacement", ["zero", "mean", "other"])
def test_what_takes_the_place_of_a_skip_is_what_is_asked_for(replacement: str, path: Path) -> None:
    bundle = open_bundle(path)
    predictor = Predictor(bundle.network(), "fp32")
    donor = DONORS[0] if replacement == "other" else None
    stand_ins = {
        "zero": None,
        "mean": predictor.features(bundle.skip_means()),
        "other": predictor.encode(DONORS[:1]).skips,
    }
    expected = predictor.decode_all(predictor.encode(CROP[None]), stand_ins[replacement])[:, 0]
    assert np.allclose(predictions.all_masks(bundle, CROP, replacement, donor), expected, atol=1e-5)
    found = predictions.cut_heatmaps(bundle, CROP, "0110", replacement, donor)
    assert np.allclose(found, expected[[0, parse_mask("0110").position]], atol=1e-5)
    assert not np.allclose(found[1], found[0], atol=1e-5)


def test_of_two_masks_two_heatmaps_are_decoded_and_once(path: Path) -> None:
    bundle, passed = open_bundle(path), []
    head = predictions.predictor(bundle).network.heads[-1]
    hook = head.register_forward_hook(lambda module, given, maps: passed.append(len(maps)))
    for _ in range(2):
        predictions.cut_heatmaps(bundle, CROP, "0110", "zero", None)
    hook.remove()
    assert sum(passed) == 2


def test_another_donor_and_another_mask_are_another_question(path: Path) -> None:
    bundle = open_bundle(path)
    masks = [predictions.cut_heatmaps(bundle, CROP, mask, "zero", None)[1] for mask in ("0000", "0001")]
    assert not np.array_equal(*masks)
    for ask in (
        lambda donor: predictions.all_masks(bundle, CROP, "other", donor),
        lambda donor: predictions.cut_heatmaps(bundle, CROP, "0000", "other", donor),
    ):
        assert not np.array_equal(ask(DONORS[0]), ask(DONORS[1]))


def test_people_are_set_apart_from_the_people_asked_about(path: Path) -> None:
    bundle = open_bundle(path)
    ids = bundle.samples["sample_id"].to_numpy(str)

    def counted(people: np.ndarray, selected: np.ndarray) -> tuple[int, int]:
        found = latents.contrast(bundle, people, selected)
        return int(found["n_selected"].max()), int(found["n_rest"].max())

    assert counted(ids, ids[:3]) == (3, 9)
    assert counted(ids[:8], ids[:3]) == (3, 5)
    assert counted(ids, ids[:4]) == (4, 8)


STUDIES = {
    "skips": (studies.skip_study, "posecore.studies.skips.results.load_skip_study"),
    "projection": (studies.projection, "posecore.studies.projection.results.load_projection"),
    "components": (
        studies.component_study,
        "posecore.studies.components.results.load_component_study",
    ),
    "clusters": (stored.study, "posecore.studies.clusters.results.load_cluster_study"),
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_read_once_and_a_new_one_anew(
    name: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, read = STUDIES[name]
    monkeypatch.setattr(read, lambda bundle: object())
    bundle = open_bundle(path)
    folder = study_folder(bundle, name)
    partial = folder.with_name(".partial")
    partial.mkdir(parents=True)
    (partial / "results.npz").write_bytes(b"")
    write_study(bundle, name, partial, {})
    first = load(bundle)
    assert load(bundle) is first
    values = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(values | {"created": "2026-01-02T03:04:06+00:00"}))
    assert load(bundle) is not first
