"""What goes into a bundle of people who may be passed on: pictures, annotations, how they were made."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from posecore.ablation import ALL_ON
from posecore.bundle import open_bundle
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepare import Settings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import ConfigError
from posecore.inference import Predictor
from posecore.latent.extract import extract
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


def test_how_people_were_made_goes_from_the_annotations_into_the_bundle(coco_dir, tmp_path):
    file = coco_dir / "annotations" / "person_keypoints_train2017.json"
    content = json.loads(file.read_text())
    for number, annotation in enumerate(content["annotations"]):
        annotation["attributes"] = {"family": f"f{number % 3}", "lean": number / 2, "odd name": 1, "list": []}
    file.write_text(json.dumps(content))
    prepare(coco_dir, tmp_path / "data", Settings(test_size=0), workers=1)
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
    prepare(coco_dir, other, Settings(test_size=0), name="other people", workers=1)
    extract(predictor(), open_prepared(prepared_dir), "train", tmp_path / "b", training={"preset": "fast"},
            history=[{"epoch": 1, "val_pck": 0.5}])  # fmt: skip
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
