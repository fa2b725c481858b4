"""What goes into a bundle of people who may be passed on: pictures, annotations, how they were made."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from posecore.ablation import ALL_ON
from posecore.bundle import open_bundle, verify
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import ConfigError
from posecore.extraction.extract import extract
from posecore.inference import Predictor
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import read_points
from scripts import evaluate, extract_latents


def predictor() -> Predictor:
    torch.manual_seed(0)
    return Predictor(StackedHourglass(HourglassConfig(channels=8)).eval(), "fp32")


def test_shipped_pictures_are_what_the_network_saw(prepared_dir, tmp_path):
    extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "b", annotations=True, pictures=10)
    bundle = open_bundle(tmp_path / "b")
    assert bundle.manifest.dataset["pictures"] == 10
    ids = bundle.samples["sample_id"].tolist()
    assert [bundle.picture_path(sample_id) is not None for sample_id in ids] == [True] * 10 + [False] * 14
    pictures = np.stack([np.asarray(Image.open(bundle.picture_path(s)).convert("RGB")) for s in ids[:10]])
    crops = CropDataset(open_prepared(prepared_dir), "train")
    assert not np.array_equal(pictures[0], crops.picture(0))  # compressed
    again = Predictor(bundle.network(), "fp32")
    encoded = again.encode(pictures)
    # To the last digit of float16, which the PNG would miss by far.
    assert np.allclose(bundle.latents[:10], encoded.bottleneck.flatten(1), atol=2e-3, rtol=2e-3)
    png = again.encode(np.stack([crops.picture(i) for i in range(10)]))
    assert not np.allclose(bundle.latents[:10], png.bottleneck.flatten(1), atol=2e-3, rtol=2e-3)
    points, _ = decode(again.decode(encoded, (ALL_ON,))[0])
    assert np.array_equal(read_points(bundle.samples, "predicted")[:10], points)
    with pytest.raises(ConfigError, match="--pictures 25: the bundle has 24 people"):
        extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "c", pictures=25)


def test_two_networks_share_the_pictures_of_the_same_people(prepared_dir, coco_dir, tmp_path):
    data = open_prepared(prepared_dir)
    extract(predictor(), data, "train", tmp_path / "one", annotations=True, pictures=10)
    extract(predictor(), data, "train", tmp_path / "two", annotations=True, pictures_in=tmp_path / "one")
    one, two = open_bundle(tmp_path / "one"), open_bundle(tmp_path / "two")
    assert verify(two.path) == []
    assert not (two.path / "pictures").exists()
    assert two.manifest.dataset["pictures"] == 10
    ids = one.samples["sample_id"].tolist()
    assert [two.picture_path(name) for name in ids] == [one.picture_path(name) for name in ids]
    # The same network saw the same bytes: those of the WebP where there is one.
    assert np.array_equal(one.latents, two.latents)
    # Some of the people only: their pictures alone are listed.
    extract(predictor(), data, "train", tmp_path / "few", samples=5, pictures_in=tmp_path / "one")
    few = open_bundle(tmp_path / "few")
    shown = [name for name in few.samples["sample_id"] if one.picture_path(name)]
    assert few.manifest.dataset["pictures"] == len(shown) < 5


def test_pictures_are_shared_with_a_neighbour_of_the_same_data_only(prepared_dir, coco_dir, tmp_path):
    data = open_prepared(prepared_dir)
    one = tmp_path / "one"
    extract(predictor(), data, "train", one, pictures=10)
    with pytest.raises(ConfigError, match="--pictures and --pictures-in"):
        extract(predictor(), data, "train", tmp_path / "two", pictures=3, pictures_in=one)
    with pytest.raises(ConfigError, match="expected a bundle beside"):
        extract(predictor(), data, "train", tmp_path / "deeper" / "two", pictures_in=one)
    prepare(coco_dir, tmp_path / "other", PrepareSettings(test_size=0, seed=3), name="other", workers=1)
    other = open_prepared(tmp_path / "other")
    other.info["fingerprint"] = "another"
    with pytest.raises(ConfigError, match="its people are not those of"):
        extract(predictor(), other, "train", tmp_path / "two", pictures_in=one)


def test_how_people_were_made_goes_from_the_annotations_into_the_bundle(coco_dir, tmp_path):
    file = coco_dir / "annotations" / "person_keypoints_train2017.json"
    content = json.loads(file.read_text())
    for number, annotation in enumerate(content["annotations"]):
        annotation["attributes"] = {"family": f"f{number % 3}", "lean": number / 2, "odd name": 1, "list": []}
    file.write_text(json.dumps(content))
    prepare(coco_dir, tmp_path / "data", PrepareSettings(test_size=0), workers=1)
    data = open_prepared(tmp_path / "data")
    for kept in (True, False):
        extract(predictor(), data, "train", tmp_path / "b", annotations=kept)
        samples = open_bundle(tmp_path / "b").samples
        truth = sorted(name for name in samples.columns if name.startswith("truth_"))
        assert truth == (["truth_family", "truth_lean"] if kept else [])
        if kept:
            numbers = {f"train-{a['id']}": i for i, a in enumerate(content["annotations"])}
            for row in samples.itertuples():
                assert (row.truth_family, row.truth_lean) == (
                    f"f{numbers[row.sample_id] % 3}",
                    numbers[row.sample_id] / 2,
                )


def test_a_bundle_is_made_anew_from_its_own_network_and_keeps_scores_on_other_data(
    prepared_dir, coco_dir, tmp_path, capsys
):
    data, other = str(prepared_dir), tmp_path / "other"
    prepare(coco_dir, other, PrepareSettings(test_size=0), name="other people", workers=1)
    extract(
        predictor(),
        open_prepared(prepared_dir),
        "train",
        tmp_path / "b",
        training={"preset": "fast"},
        history=[{"epoch": 1, "val_pck": 0.5}],
    )
    arguments = ["--bundle", str(tmp_path / "b"), "--threads", str(torch.get_num_threads())]
    assert evaluate.main([*arguments, "--data", str(other), "--store"]) == 0
    assert evaluate.main([*arguments, "--data", str(other), "--store", "--skips", "0000"]) == 0
    first = open_bundle(tmp_path / "b").manifest
    assert {"other people val", "other people val, all skips cut"} < set(first.figures)
    arguments = ["--bundle", str(tmp_path / "b"), "--data", data, "--out", str(tmp_path / "b")]
    assert extract_latents.main([*arguments, "--samples", "5"]) == 0
    again = open_bundle(tmp_path / "b")
    assert again.manifest.people == 5
    assert again.manifest.training == first.training
    assert again.history() == [{"epoch": 1, "val_pck": 0.5}]
    assert again.manifest.figures["other people val"] == first.figures["other people val"]
    assert again.manifest.figures["tiny_coco train, the people of this bundle"]["images"] == 5
    assert again.manifest.files["model.safetensors"] == first.files["model.safetensors"]


def test_scores_are_kept_in_a_bundle_only(prepared_dir, tmp_path, capsys):
    assert evaluate.main(["--checkpoint", "x", "--data", str(prepared_dir), "--store"]) == 2
    assert "name one with --bundle" in capsys.readouterr().err
