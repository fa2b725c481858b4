"""Bundles that are not whole, or lie."""

import json
import os
import shutil

import numpy as np
import pytest
from editing import edit_manifest, edit_table, refused, rewrite
from PIL import Image

from posecore.bundle import open_bundle
from posecore.errors import BundleError


def test_a_missing_folder_and_a_missing_manifest(tmp_path):
    assert "no such folder" in refused(tmp_path / "absent")
    assert "no manifest.json" in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"schema_version": 1,}', "\udcff"])
def test_a_manifest_that_is_not_json(copy, text):
    (copy / "manifest.json").write_text(text, errors="surrogateescape")
    assert "manifest.json is not readable JSON" in refused(copy)


@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"schema_version": "1"}', '{"schema_version": true}'])
def test_json_that_is_no_manifest(copy, text):
    (copy / "manifest.json").write_text(text)
    assert "no schema_version" in refused(copy)


def test_a_newer_and_an_older_schema(copy):
    edit_manifest(copy, lambda values: values.update(schema_version=2, something="new"))
    message = refused(copy)
    assert "schema version 2 is newer than this program's 1" in message
    assert "git pull" in message
    edit_manifest(copy, lambda values: values.update(schema_version=0))
    assert "schema version 0 is older than this program's 1" in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("training"), "training"),
        (lambda m: m.update(extra=1), "does not know extra"),
        (lambda m: m.update(name=7), "name is 7, expected str"),
        (lambda m: m.update(files=[]), "files is [], expected dict"),
        (lambda m: m.update(precision="fp16"), "precision is 'fp16', expected bf16 or fp32"),
        (lambda m: m.update(precision=[]), "precision is [], expected bf16 or fp32"),
        (lambda m: m["dataset"].pop("split"), "dataset has no split"),
        (lambda m: m["dataset"].update(people=True), "dataset.people is True, expected int"),
        (lambda m: m["dataset"].update(people=0), "dataset.people is 0, expected at least 1"),
        (lambda m: m["dataset"].update(people="300"), "dataset.people is '300', expected int"),
        (
            lambda m: m["model"].update(name="lenet"),
            "model.name is 'lenet', expected hourglass or",
        ),
        (
            lambda m: m["model"].update(config={}),
            "in row order, expected float16 (300, 4096)",
        ),
        (lambda m: m["model"]["config"].update(channels=None), "model.config.channels is None, expected int"),
        (lambda m: m["model"]["config"].update(depth=18), "HourglassConfig does not know depth"),
        (lambda m: m["model"].update(name="pose_resnet"), "PoseResNetConfig does not know"),
        (lambda m: m["model"]["config"].update(skips="012"), "skip mask '012'"),
        (lambda m: m["model"]["config"].update(skips=1111), "model.config.skips is 1111, expected str"),
        (lambda m: m["model"]["config"].update(bottleneck_channels="4"), "bottleneck_channels is '4'"),
        (lambda m: m["model"]["config"].update(autoencoder=None), "model.config.autoencoder is None"),
        (lambda m: m.update(latent="pixels"), "latent is 'pixels', expected bottleneck or autoencoder"),
        (lambda m: m.update(latent="autoencoder"), "latent is 'autoencoder', but the network has none"),
        (lambda m: m["figures"].update(val=3), "figures.val is 3, expected dict"),
        (lambda m: m["files"].update(x={"bytes": 1}), "files.x has no sha256"),
        (lambda m: m["files"].pop("latents.npy"), "does not list latents.npy"),
    ],
)
def test_a_manifest_with_a_wrong_value(copy, change, message):
    edit_manifest(copy, change)
    assert message in refused(copy)


@pytest.mark.parametrize(
    "name", ["../secret", "a/../../secret", "/etc/passwd", "a\\b", "./x", "a//b", "nul\0", ""]
)
def test_a_path_out_of_the_folder(copy, name):
    (copy.parent / "secret").write_text("secret")
    edit_manifest(copy, lambda values: values["files"].update({name: {"sha256": "0", "bytes": 6}}))
    message = refused(copy)
    assert repr(name) in message
    assert "does not lie inside the bundle" in message


def test_a_link_out_of_the_folder(copy, tmp_path):
    shutil.move(copy / "history.jsonl", tmp_path / "elsewhere")
    (copy / "history.jsonl").symlink_to(tmp_path / "elsewhere")
    assert "history.jsonl is a link" in refused(copy)


def test_a_linked_folder(copy, tmp_path):
    shutil.move(copy / "thumbnails", tmp_path / "elsewhere")
    (copy / "thumbnails").symlink_to(tmp_path / "elsewhere")
    assert "thumbnails is a link" in refused(copy)


@pytest.mark.parametrize(
    "name",
    [
        "samples.parquet",
        "latents.npy",
        "model.safetensors",
        "skip_means.npz",
        "history.jsonl",
        "thumbnails/sheet-001.webp",
    ],
)
def test_a_missing_and_a_truncated_file(copy, name):
    size = (copy / name).stat().st_size
    os.truncate(copy / name, size - 1)
    message = refused(copy)
    assert f"{name} has {size - 1} bytes, expected {size}" in message
    assert "git checkout -- " in message
    (copy / name).unlink()
    assert f"{name} is missing" in refused(copy)


def other_latents(make):
    return lambda path: np.save(path, make(np.load(path)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.write_bytes(b"not an array"), "latents.npy is not a readable array"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "latents.npy is not a readable array"),
        (other_latents(lambda a: a.astype(np.float32)), "latents.npy is float32 (300, 128)"),
        (other_latents(lambda a: a.astype(">f2")), "latents.npy is >f2 (300, 128)"),
        (other_latents(lambda a: a[:-1]), "latents.npy is float16 (299, 128)"),
        (other_latents(lambda a: a[:, :-1]), "float16 (300, 128) in row order"),
        (other_latents(np.asfortranarray), "in column order"),
        (lambda path: np.save(path, np.array([{}], object)), "latents.npy is not a readable array"),
    ],
)
def test_latents_that_do_not_fit(copy, change, message):
    rewrite(copy, "latents.npy", change)
    assert message in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="crop_side"), "lacks 1 columns, crop_side for one"),
        (lambda t: t.drop(columns=["predicted_nose_x", "pck"]), "lacks 2 columns, pck for one"),
        (lambda t: t.assign(pck="good"), "column pck holds str, expected numbers"),
        (lambda t: t.iloc[:-2], "samples.parquet has 298 people, manifest.json says 300"),
        (lambda t: t.assign(sample_id=["train-1000", *t["sample_id"][:-1]]), "holds train-1000 twice"),
        (
            lambda t: t.assign(sample_id=["../../x", *t["sample_id"][1:]]),
            "sample_id '../../x' is not made of",
        ),
        (lambda t: t.assign(sample_id=[None, *t["sample_id"][1:]]), "sample_id"),
        (lambda t: t.assign(split=".."), "split '..' is not made of"),
        (lambda t: t.assign(annotated_nose_x=1.0), "holds annotated_nose_x though"),
    ],
)
def test_a_table_that_does_not_fit(copy, change, message):
    edit_table(copy, change)
    assert message in refused(copy)


def test_a_table_that_is_none(copy):
    rewrite(copy, "samples.parquet", lambda path: path.write_bytes(b"PAR1 nonsense PAR1"))
    assert "samples.parquet is not a readable Parquet table" in refused(copy)


def test_annotations_promised_but_absent(copy):
    edit_manifest(copy, lambda values: values["dataset"].update(annotations=True))
    assert "lacks 51 columns, annotated_nose_x for one" in refused(copy)


def test_pictures_promised_but_absent(copy):
    edit_manifest(copy, lambda values: values["dataset"].update(pictures=3))
    assert "lists 0 pictures and says 3" in refused(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": 299}, "is of 299 people, the manifest of 300"),
        ({"sheets": ["sheet-000.webp"]}, "names 1 sheets, too few or too many for 300 people"),
        (
            {"sheets": ["sheet-000.webp", "../../secret"]},
            "names thumbnails/../../secret, which the manifest does not list",
        ),
        ({"tile": 0}, "below 1"),
        ({"columns": None}, "is not readable (TypeError)"),
    ],
)
def test_a_thumbnail_index_that_does_not_fit(copy, change, message):
    def edit(path):
        path.write_text(json.dumps(json.loads(path.read_text()) | change))

    rewrite(copy, "thumbnails/index.json", edit)
    assert message in refused(copy)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: Image.new("RGB", (1024, 32)).save(path, "WEBP"), "is 1024 x 32 pixels, too small"),
        (lambda path: path.write_text("no picture"), "is not a readable WebP picture"),
        (lambda path: Image.new("RGB", (1024, 1024)).save(path, "PNG"), "is not a readable WebP picture"),
    ],
)
def test_a_sheet_that_is_no_sheet(copy, write, message):
    rewrite(copy, "thumbnails/sheet-000.webp", write)
    bundle = open_bundle(copy)
    with pytest.raises(BundleError) as caught:
        bundle.thumbnail("train-1000")
    assert message in str(caught.value)


def test_history_skip_means_and_weights_that_do_not_fit(copy):
    rewrite(copy, "history.jsonl", lambda path: path.write_text('{"epoch": 1}\nbroken\n'))
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, level_64=np.zeros((8, 64, 64), np.float16)))
    rewrite(copy, "model.safetensors", lambda path: path.write_bytes(b"broken"))
    bundle = open_bundle(copy)
    with pytest.raises(BundleError, match=r"history\.jsonl, line 2, is not a JSON object"):
        bundle.history()
    with pytest.raises(BundleError, match=r"skip_means\.npz is not readable"):
        bundle.skip_means()
    with pytest.raises(BundleError, match=r"model\.safetensors is not usable"):
        bundle.network()


class Trap:
    """Unpickling one leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_nothing_is_unpickled(copy, tmp_path):
    trap = np.array([Trap(tmp_path / "sprung")], object)
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, level_64=trap, level_32=trap))
    bundle = open_bundle(copy)
    with pytest.raises(BundleError, match=r"skip_means\.npz is not readable"):
        bundle.skip_means()
    rewrite(copy, "latents.npy", lambda path: np.save(path, trap))
    assert "latents.npy is not a readable array" in refused(copy)
    assert not (tmp_path / "sprung").exists()


def test_skip_means_of_another_network(copy):
    shapes = {f"level_{n}": (8, n, n) for n in (64, 32, 16, 8)} | {"level_16": (4, 16, 16)}
    arrays = {key: np.zeros(shape, np.float16) for key, shape in shapes.items()}
    rewrite(copy, "skip_means.npz", lambda path: np.savez(path, **arrays))
    with pytest.raises(
        BundleError, match=r"level_16 is float16 \(4, 16, 16\), expected float16 \(8, 16, 16\)"
    ):
        open_bundle(copy).skip_means()


def test_weights_of_another_network_than_the_manifest_says(copy):
    edit_manifest(copy, lambda values: values["model"]["config"].update(initialisation="he"))
    with pytest.raises(BundleError, match="another configuration"):
        open_bundle(copy).network()
