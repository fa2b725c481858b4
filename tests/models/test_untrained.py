"""Networks that never learned."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from posecore.data.heatmaps import decode
from posecore.errors import ConfigError
from posecore.inference import Predictor
from posecore.models.configs import HourglassConfig, PoseResNetConfig
from posecore.models.untrained import drawn, untrained

pytestmark = pytest.mark.usefixtures("one_thread")

CONFIG = HourglassConfig(channels=8, stacks=2)


def picture(row: int) -> np.ndarray:
    rng = np.random.default_rng(row)
    return np.repeat(np.repeat(rng.integers(0, 256, (16, 16, 3), np.uint8), 16, 0), 16, 1)


def weights(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}


def test_the_same_seed_gives_the_same_network_and_leaves_other_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first = untrained(CONFIG, 1, 9, picture)
    assert torch.equal(torch.rand(3), expected)
    again, other = untrained(CONFIG, 1, 9, picture), untrained(CONFIG, 2, 9, picture)
    same = {name: np.array_equal(value, weights(again)[name]) for name, value in weights(first).items()}
    assert all(same.values())
    assert not torch.equal(first.stem.body[0].weight, other.stem.body[0].weight)
    assert not first.training and not any(parameter.requires_grad for parameter in first.parameters())


@pytest.mark.parametrize("initialisation", ["glorot", "he"])
def test_weights_are_as_he_et_al_draw_them_and_every_head_speaks(initialisation):
    network = drawn(HourglassConfig(channels=64, initialisation=initialisation), 0)
    convolution = network.hourglasses[0].down[0].body[5]
    fan_in = convolution.weight[0].numel()
    assert convolution.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.05)
    for head in drawn(CONFIG, 0).heads:
        assert head.last.weight.abs().min() > 0


def test_a_pose_resnet_that_never_learned_is_drawn_and_measured_alike():
    config = PoseResNetConfig(depth=18, widths=(8,) * 15)
    network, again = (untrained(config, 0, 8, picture) for _ in range(2))
    assert network.config == config and not network.training
    assert all(np.array_equal(value, weights(again)[name]) for name, value in weights(network).items())
    # Where the loss would begin at nothing, nothing would be said.
    for layer in (network.up[0], network.up[3], network.head):
        fan_in = layer.weight[0].numel()
        assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)
    heatmaps = Predictor(network, "fp32").heatmaps(np.stack([picture(row) for row in range(4)]))
    assert len({tuple(person) for person in decode(heatmaps)[0].reshape(4, -1).tolist()}) == 4


def test_batch_norm_has_the_statistics_of_the_people_it_is_run_over():
    network = untrained(CONFIG, 0, 8, picture)
    seen = {}
    norm = network.hourglasses[1].bottleneck[2].body[0]
    # Copies, as the next layer works in its place.
    norm.register_forward_hook(lambda _, given, made: seen.update(given=given[0].clone(), made=made.clone()))
    pictures = torch.from_numpy(np.stack([picture(row) for row in range(8)]))
    with torch.no_grad():
        network(pictures.permute(0, 3, 1, 2).float() / 255)
    # One batch, so its own mean and variance; but for the rounding of what a bundle stores.
    mean, variance = seen["given"].mean(dim=(0, 2, 3)), seen["given"].var(dim=(0, 2, 3))
    torch.testing.assert_close(norm.running_mean, mean, atol=0.02, rtol=0.02)
    torch.testing.assert_close(norm.running_var, variance, atol=0.02, rtol=0.02)
    assert seen["made"].std() == pytest.approx(1, abs=0.05)
    assert norm.momentum == nn.BatchNorm2d(2).momentum


def test_people_are_taken_evenly_over_all():
    asked = []
    untrained(HourglassConfig(channels=2), 0, 1000, lambda row: asked.append(row) or picture(row))
    assert len(asked) == 128 and asked[0] == 0 and asked[-1] == 999
    assert set(np.diff(asked)) <= {7, 8}


def test_it_is_rounded_as_a_bundle_stores_it_and_answers_differ_between_people():
    network = untrained(CONFIG, 3, 12, picture)
    for name, value in weights(network).items():
        if value.dtype == np.float32:
            np.testing.assert_array_equal(value, value.astype(np.float16), err_msg=name)
            assert np.isfinite(value).all()
    predictor = Predictor(network, "fp32")
    points = decode(predictor.heatmaps(np.stack([picture(row) for row in range(4)])))[0]
    assert np.ptp(points, axis=0).any()


def test_what_has_no_statistics_is_refused():
    with pytest.raises(ConfigError, match="statistics of 1 people: expected two or more"):
        untrained(CONFIG, 0, 1, picture)


def test_its_shape_is_the_networks_but_for_how_weights_begin():
    config = HourglassConfig(channels=8, bottleneck_channels=4, autoencoder=5, skips="1010")
    network = untrained(config, 0, 4, picture)
    assert network.config == dataclasses.replace(config, initialisation="he")
