import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from harming import HARMS

import posecore.bundle.manifest as manifest_module
import posecore.extraction.extract as module
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import open_bundle, verify
from posecore.components.pca import fit_components
from posecore.components.walks import stop_latents
from posecore.config import to_dict
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import open_prepared
from posecore.drawing import fuse_heatmaps
from posecore.errors import BundleError, ConfigError
from posecore.extraction.extract import choose_people, extract
from posecore.inference import Predictor
from posecore.metrics.pck import hits, scores
from posecore.models.configs import WIDTHS, HourglassConfig, PoseResNetConfig
from posecore.models.hourglass import StackedHourglass
from posecore.models.registry import build
from posecore.prediction import predict
from posecore.samples import read_points, read_visibility
from posecore.training.autoencoder import train_autoencoder
from posecore.training.record import RunFolder


def predictor(stacks: int = 1) -> Predictor:
    torch.manual_seed(0)
    network = StackedHourglass(HourglassConfig(channels=8, stacks=stacks)).eval()
    # Weights as a bundle stores them, so that stored and live numbers are the same.
    for parameter in network.parameters():
        parameter.data = parameter.data.half().float()
    return Predictor(network, "fp32")


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 5)
    monkeypatch.setattr(module, "CHUNK", 10)


def test_a_bundle_holds_what_the_network_makes_of_each_person(prepared_dir, tmp_path, small_batches):
    p, data = predictor(), open_prepared(prepared_dir)
    assert extract(p, data, "train", tmp_path / "b", annotations=True) == 24
    bundle = open_bundle(tmp_path / "b")
    assert verify(bundle.path) == []
    crops = CropDataset(data, "train")
    pictures = np.stack([crops.picture(i) for i in range(24)])
    encoded = p.encode(pictures)
    heatmaps = p.decode(encoded, (ALL_ON,))[0]
    points, _ = decode(heatmaps)
    assert bundle.samples["sample_id"].tolist() == crops.table["sample_id"].tolist()
    assert np.allclose(bundle.latents, encoded.bottleneck.flatten(1), atol=1e-2, rtol=1e-2)
    # Reading the stored weights gives the stored joints: one network, one precision.
    again, _ = decode(Predictor(bundle.network(), bundle.manifest.precision).heatmaps(pictures))
    stored = read_points(bundle.samples, "predicted")
    assert np.mean(np.all(stored == points, axis=-1)) > 0.99
    assert np.mean(np.all(stored == again, axis=-1)) > 0.99
    pck = scores(hits(stored, read_points(crops.table, "annotated"), read_visibility(crops.table)))
    assert np.allclose(bundle.samples["pck"], pck, equal_nan=True)
    for stored_mean, skip in zip(bundle.skip_means(), encoded.skips, strict=True):
        assert np.allclose(stored_mean, skip.mean(dim=0), atol=1e-2, rtol=1e-2)
    tile = np.asarray(bundle.thumbnail(crops.table["sample_id"][7]), int)
    own = np.abs(tile - fuse_heatmaps(heatmaps[7]).astype(int)).mean()
    assert own < np.abs(tile - fuse_heatmaps(heatmaps[8]).astype(int)).mean()


@pytest.mark.parametrize("depth", [18, 50])
def test_a_bundle_of_another_network_of_the_registry(
    prepared_dir, tmp_path, small_batches, monkeypatch, depth
):
    for place in (module, manifest_module):
        monkeypatch.setattr(place, "WHOLE_PEOPLE", 12)
    torch.manual_seed(0)
    config = PoseResNetConfig(depth=depth, widths=(8,) * WIDTHS[depth])
    p, data = Predictor(build(config).eval(), "fp32"), open_prepared(prepared_dir)
    assert extract(p, data, "train", tmp_path / "b") == 24
    bundle = open_bundle(tmp_path / "b")
    assert verify(bundle.path) == []
    assert bundle.manifest.model == {"name": "pose_resnet", "config": json.loads(json.dumps(to_dict(config)))}
    assert bundle.network().config == bundle.manifest.network_config == config
    assert bundle.manifest.built_skips == ALL_OFF and not any(mean.any() for mean in bundle.skip_means())
    assert bundle.manifest.dimensions == 8 * 16 and bundle.manifest.averaged
    crops = CropDataset(data, "train")
    encoded = p.encode(np.stack([crops.picture(i) for i in range(24)]))
    whole = p.whole_latents(encoded)
    averages = encoded.bottleneck.reshape(24, 8, 4, 2, 4, 2).mean(dim=(3, 5)).flatten(1)
    np.testing.assert_allclose(bundle.latents, averages, atol=1e-2, rtol=1e-2)
    # Of the first people, also across batches of 5, whole ones; of the others one sentence.
    ids = bundle.samples["sample_id"].tolist()
    for row in (0, 7, 11):
        np.testing.assert_allclose(bundle.whole_latent(ids[row]), whole[row], atol=1e-2, rtol=1e-2)
    np.testing.assert_allclose(bundle.whole_latent(""), whole[:12].mean(axis=0), atol=1e-2, rtol=1e-2)
    with pytest.raises(BundleError, match=f"{ids[12]} is not stored, only those of the first 12"):
        bundle.whole_latent(ids[12])
    heatmaps = p.decode_latents(bundle.whole_latent(ids[7])[None])
    np.testing.assert_allclose(heatmaps[0], p.decode(encoded, (ALL_ON,))[0][7], atol=1e-2, rtol=1e-2)
    with pytest.raises(ConfigError, match="only an hourglass takes an autoencoder"):
        train_autoencoder(bundle, RunFolder(tmp_path / "ae"))


def test_a_damaged_or_absent_whole_latent_is_told_of(prepared_dir, tmp_path):
    network = build(PoseResNetConfig(depth=18, widths=(8,) * 15)).eval()
    extract(Predictor(network, "fp32"), open_prepared(prepared_dir), "train", tmp_path / "b", samples=6)
    bundle, file = open_bundle(tmp_path / "b"), tmp_path / "b" / "whole_latents.npy"
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(BundleError, match=r"whole_latents\.npy is not as it was written"):
        bundle.whole_latent("")
    manifest = json.loads((bundle.path / "manifest.json").read_text())
    del manifest["files"]["whole_latents.npy"]
    (bundle.path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"does not list whole_latents\.npy"):
        open_bundle(bundle.path)


def test_without_leave_no_annotation_is_in_the_bundle_and_figures_state_their_skips(prepared_dir, tmp_path):
    extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "b", samples=6)
    bundle = open_bundle(tmp_path / "b")
    assert not [name for name in bundle.samples.columns if "annotated" in name or "bbox" in name]
    figures = bundle.manifest.figures
    assert {name: (f["images"], f["skips"]) for name, f in figures.items()} == {
        "tiny_coco train, the people of this bundle": (6, "1111"),
        "tiny_coco val": (8, "1111"),
        "tiny_coco val, all skips cut": (8, "0000"),
    }


def test_a_killed_extraction_goes_on_and_ends_with_the_same(
    prepared_dir, tmp_path, small_batches, monkeypatch
):
    data = open_prepared(prepared_dir)
    extract(predictor(), data, "train", tmp_path / "whole")
    real, encoded = Predictor.encode, []

    def dies(self, pictures, *mask):
        encoded.append(len(pictures))
        if len(encoded) == 4:
            raise KeyboardInterrupt
        return real(self, pictures, *mask)

    monkeypatch.setattr(Predictor, "encode", dies)
    with pytest.raises(KeyboardInterrupt):
        extract(predictor(), data, "train", tmp_path / "parts")
    assert not (tmp_path / "parts").exists()
    encoded.clear()
    monkeypatch.setattr(Predictor, "encode", lambda *a: (encoded.append(len(a[1])), real(*a))[1])
    extract(predictor(), data, "train", tmp_path / "parts")
    assert sum(encoded) == 24 - 10 + 8  # ten people were done; eight are the validation people
    whole, parts = (
        json.loads((tmp_path / f / "manifest.json").read_text())["files"] for f in ("whole", "parts")
    )
    assert whole == parts


@pytest.mark.parametrize("name", ["done.npz", "job.json", "latents.npy", "predicted.npy", "tiles.npy"])
def test_work_that_a_killed_run_left_unreadable_is_done_anew(name, prepared_dir, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    data, same = open_prepared(prepared_dir), predictor()
    extract(same, data, "val", tmp_path / "whole")
    whole = json.loads((tmp_path / "whole" / "manifest.json").read_text())["files"]
    # Missing is what is left by a run that was killed when it had begun to remove what is not the bundle's.
    for harm in (Path.unlink, *HARMS.values()):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(module, "write_thumbnails", killed)
            extract(same, data, "val", tmp_path / "parts")
        harm(tmp_path / ".parts.partial" / name)
        extract(same, data, "val", tmp_path / "parts")
        assert json.loads((tmp_path / "parts" / "manifest.json").read_text())["files"] == whole
        assert not (tmp_path / ".parts.partial").exists()


def test_of_shown_people_who_are_done_pictures_that_cannot_be_read_are_made_anew(
    prepared_dir, tmp_path, small_batches, monkeypatch
):
    data, shown = open_prepared(prepared_dir), {"annotations": True, "pictures": 9}
    extract(predictor(), data, "train", tmp_path / "whole", **shown)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "write_thumbnails", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        extract(predictor(), data, "train", tmp_path / "parts", **shown)
    pictures = sorted((tmp_path / ".parts.partial" / "pictures").iterdir())
    assert len(pictures) == 9
    for picture, harm in zip(pictures, [Path.unlink, *HARMS.values()], strict=False):
        harm(picture)
    encoded, real = [], Predictor.encode
    monkeypatch.setattr(Predictor, "encode", lambda *a: (encoded.append(len(a[1])), real(*a))[1])
    extract(predictor(), data, "train", tmp_path / "parts", **shown)
    assert sum(encoded) == 8  # the validation people; all others were done
    whole, parts = (
        json.loads((tmp_path / f / "manifest.json").read_text())["files"] for f in ("whole", "parts")
    )
    assert whole == parts


def test_another_network_does_not_go_on_with_the_work_of_the_first(
    prepared_dir, tmp_path, small_batches, monkeypatch
):
    data = open_prepared(prepared_dir)
    monkeypatch.setattr(module, "write_thumbnails", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        extract(predictor(), data, "train", tmp_path / "b")
    monkeypatch.undo()
    other = predictor(stacks=2)
    extract(other, data, "train", tmp_path / "b")
    crops = CropDataset(data, "train")
    encoded = other.encode(np.stack([crops.picture(i) for i in range(24)]))
    latents = open_bundle(tmp_path / "b").latents
    assert np.allclose(latents, encoded.bottleneck.flatten(1), atol=1e-2, rtol=1e-2)


def test_a_disk_too_small_is_found_before_anything_is_computed(prepared_dir, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(OSError, match=r"No space left on device.*latents\.npy"):
        extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "b")
    assert not list(tmp_path.iterdir())


def test_people_are_drawn_by_seed_without_replacement(prepared_dir):
    table = open_prepared(prepared_dir).table("train")
    first = choose_people(table, 10, False, seed=0)
    assert len(set(first)) == 10
    assert np.array_equal(first, np.sort(first))
    assert np.array_equal(first, choose_people(table, 10, False, seed=0))
    assert not np.array_equal(first, choose_people(table, 10, False, seed=1))
    complete = choose_people(table, None, True, seed=0)
    assert (read_visibility(table)[complete] > 0).all()
    assert len(complete) == (read_visibility(table) > 0).all(axis=1).sum() < len(table)
    with pytest.raises(ConfigError, match="--samples 0: expected 1 or more people"):
        choose_people(table, 0, False, seed=0)


def test_of_fewer_people_than_asked_for_all_are_taken(prepared_dir):
    table = open_prepared(prepared_dir).table("train")
    for samples in (24, 25, 10_000):
        assert choose_people(table, samples, False, seed=0).tolist() == list(range(24))
    complete = choose_people(table, None, True, seed=0)
    assert np.array_equal(choose_people(table, 10_000, True, seed=0), complete)


def test_where_nobody_is_complete_it_is_said(prepared_dir, tmp_path):
    data = open_prepared(prepared_dir)
    table = data.table("train")
    table["annotated_nose_v"] = 0
    for samples in (None, 5):
        with pytest.raises(ConfigError, match="--complete-only: none of the 24 people of this split has all"):
            choose_people(table, samples, True, seed=0)


def test_what_is_no_bundle_is_not_replaced(prepared_dir, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BundleError, match="left alone"):
        extract(predictor(), open_prepared(prepared_dir), "train", tmp_path)


@pytest.mark.parametrize("stacks", [1, 2])
def test_predicting_under_several_masks_is_predicting_under_each(stacks, prepared_dir):
    p, crops = predictor(stacks), CropDataset(open_prepared(prepared_dir), "val")
    together = predict(p, crops, (ALL_ON, ALL_OFF, ALL_MASKS[5]))
    for mask, (points, peaks) in together.items():
        alone, alone_peaks = decode(p.heatmaps(np.stack([crops.picture(i) for i in range(8)]), mask))
        assert np.mean(np.all(points == alone, axis=-1)) > 0.98
        assert np.allclose(peaks, alone_peaks, atol=1e-4)


def squeezed(**values) -> Predictor:
    torch.manual_seed(0)
    network = StackedHourglass(HourglassConfig(channels=8, autoencoder=50, **values)).eval()
    for parameter in network.parameters():
        parameter.data = parameter.data.half().float()
    return Predictor(network, "fp32")


def test_an_autoencoder_s_numbers_are_a_latent_space_of_their_own(prepared_dir, tmp_path):
    p, data = squeezed(), open_prepared(prepared_dir)
    extract(p, data, "train", tmp_path / "numbers", latent="autoencoder")
    extract(p, data, "train", tmp_path / "bottleneck")
    numbers, bottleneck = (open_bundle(tmp_path / name) for name in ("numbers", "bottleneck"))
    assert verify(numbers.path) == verify(bottleneck.path) == []
    assert (numbers.manifest.latent, numbers.manifest.dimensions) == ("autoencoder", 50)
    assert (bottleneck.manifest.latent, bottleneck.manifest.dimensions) == ("bottleneck", 128)
    crops = CropDataset(data, "train")
    encoded = p.encode(np.stack([crops.picture(i) for i in range(24)]))
    assert numbers.latents.shape == (24, 50)
    assert np.allclose(numbers.latents, p.latents(encoded, "autoencoder"), atol=1e-2, rtol=1e-2)
    assert np.allclose(bottleneck.latents, p.latents(encoded, "bottleneck"), atol=1e-2, rtol=1e-2)
    # A stop of a walk through the numbers decodes as the network itself would from there.
    components = fit_components(numbers.latents, 10)
    stop = stop_latents(components, 0, [2.0])
    decoded = Predictor(numbers.network(), "fp32").decode_latents(stop)
    autoencoder = p.network.hourglasses[-1].autoencoder
    with torch.no_grad():
        widened = autoencoder.decode(torch.from_numpy(stop))
    plain = StackedHourglass(replace(p.network.config, autoencoder=0)).eval()
    plain.load_state_dict({k: v for k, v in p.network.state_dict().items() if ".autoencoder." not in k})
    assert np.allclose(
        decoded, Predictor(plain, "fp32").decode_latents(widened.flatten(1).numpy()), atol=1e-4
    )


def test_without_an_autoencoder_its_numbers_are_refused(prepared_dir, tmp_path):
    with pytest.raises(ConfigError, match="--latent autoencoder: this network has no autoencoder"):
        extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "b", latent="autoencoder")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "built",
    [
        {"skips": "0110"},
        {"stacks": 2, "skips": "0000"},
        {"bottleneck_channels": 2},
        {"autoencoder": 20},
    ],
)
def test_a_bundle_says_which_network_it_is_and_loads_it_again(built, prepared_dir, tmp_path):
    torch.manual_seed(0)
    network = StackedHourglass(HourglassConfig(channels=8, **built)).eval()
    extract(Predictor(network, "fp32"), open_prepared(prepared_dir), "val", tmp_path / "b")
    bundle = open_bundle(tmp_path / "b")
    assert bundle.network().config == network.config
    config = bundle.manifest.model["config"]
    assert {name: config[name] for name in built} == built
    assert bundle.manifest.built_skips.title == built.get("skips", "1111")
    assert bundle.latents.shape == (8, 16 * built.get("bottleneck_channels", 8))
    # What a skip that was not built adds on average is nothing.
    there = [bool(mean.any()) for mean in bundle.skip_means()]
    assert there == list(bundle.manifest.built_skips)


def test_a_stack_s_own_joints_are_found(prepared_dir):
    p, crops = predictor(stacks=2), CropDataset(open_prepared(prepared_dir), "val")
    every = p.stack_heatmaps(np.stack([crops.picture(i) for i in range(8)]), ALL_OFF)
    for stack in (1, 2):
        points, _ = predict(p, crops, (ALL_OFF,), stack)[ALL_OFF]
        assert np.mean(np.all(points == decode(every[:, stack - 1])[0], axis=-1)) > 0.98
    first, last = (predict(p, crops, (ALL_ON,), stack)[ALL_ON][0] for stack in (1, None))
    assert not np.array_equal(first, last)
    for wrong in (0, 3):
        with pytest.raises(ConfigError, match=f"stack {wrong}: expected 1 to 2"):
            predict(p, crops, (ALL_ON,), wrong)
