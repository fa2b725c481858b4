import json

import pytest
import torch
from safetensors.torch import save_file

from posecore.errors import CheckpointError
from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.registry import MODELS

SMALL = {"channels": 8}

OTHERS = {
    "hourglass": {**SMALL, "stacks": 2, "mean_rgb": (0.1, 0.2, 0.3)},
    "pose_resnet": {"depth": 18, "joints": 16},
}
"""Of every network, a small one that is not as by default."""


@pytest.mark.parametrize("name", MODELS)
def test_a_saved_network_computes_the_same_after_loading(name, tmp_path):
    model = MODELS[name]
    network = model.build(model.config(**OTHERS[name]))
    network(torch.rand(4, 3, 64, 64))  # so that the running statistics are no longer the initial ones
    network.eval()
    save_checkpoint(tmp_path / "a.safetensors", network)
    loaded = load_checkpoint(tmp_path / "a.safetensors")
    image = torch.rand(1, 3, 64, 64)
    assert loaded.config == network.config
    assert not loaded.training
    assert torch.equal(loaded(image), network(image))
    assert weights_digest(loaded) == weights_digest(network)


def test_half_precision_halves_the_file_and_loads_as_float32(tmp_path):
    network = MODELS["hourglass"].build(MODELS["hourglass"].config(channels=32)).eval()
    save_checkpoint(tmp_path / "full.safetensors", network)
    save_checkpoint(tmp_path / "half.safetensors", network, half=True)
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (
        tmp_path / "full.safetensors"
    ).stat().st_size
    loaded = load_checkpoint(tmp_path / "half.safetensors")
    assert {p.dtype for p in loaded.parameters()} == {torch.float32}
    assert weights_digest(loaded) != weights_digest(network)


def broken(folder, metadata, weights=None):
    path = folder / "broken.safetensors"
    save_file(weights or {"a": torch.zeros(1)}, path, metadata=metadata)
    return path


def test_what_is_no_checkpoint_is_refused_by_name(tmp_path):
    text = tmp_path / "text.safetensors"
    text.write_text("these are no weights")
    cases = [
        (tmp_path / "none.safetensors", "no such file"),
        (text, "not a readable safetensors file"),
        (broken(tmp_path, None), "an unnamed network"),
    ]
    for path, words in cases:
        with pytest.raises(CheckpointError, match=words) as error:
            load_checkpoint(path)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"model": "resnet", "config": {}}, "'resnet'; expected one of hourglass"),
        ({"model": "hourglass", "config": {"depth": 5}}, "does not know depth"),
        ({"model": "hourglass", "config": {"channels": 7}}, "channels is 7"),
        ({"model": "hourglass", "config": {"channels": 8}}, "tensors do not fit"),
        ({"model": "pose_resnet", "config": {"channels": 8}}, "does not know channels"),
        ({"model": "pose_resnet", "config": {"depth": 34}}, "depth is 34"),
        ({"model": "pose_resnet", "config": {"depth": 18, "widths": [8]}}, "expected 15 for depth 18"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, description, words):
    with pytest.raises(CheckpointError, match=words):
        load_checkpoint(broken(tmp_path, {"network": json.dumps(description)}))


def test_equal_weights_make_equal_files(tmp_path):
    network = MODELS["hourglass"].build(MODELS["hourglass"].config(**SMALL))
    for name in "abcdef":
        save_checkpoint(tmp_path / name, network)
    assert len({(tmp_path / name).read_bytes() for name in "abcdef"}) == 1
