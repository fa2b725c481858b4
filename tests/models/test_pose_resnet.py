import numpy as np
import pytest
import torch

from posecore.ablation import ALL_MASKS, ALL_OFF
from posecore.errors import ConfigError
from posecore.inference import Predictor
from posecore.models.pose_resnet import PoseResNet, PoseResNetConfig


def network(**values) -> PoseResNet:
    torch.manual_seed(0)
    net = PoseResNet(PoseResNetConfig(**{"depth": 18, "joints": 5} | values)).eval()
    torch.nn.init.normal_(net.head.weight)
    return net


def test_the_second_thesis_network_has_its_parameters():
    assert sum(p.numel() for p in PoseResNet(PoseResNetConfig(joints=16)).parameters()) == 33_999_440


@pytest.mark.parametrize("depth", [18, 50])
def test_shapes_and_the_widths_that_it_says_it_has(depth):
    net = network(depth=depth)
    config = net.config
    with torch.no_grad():
        assert net(torch.rand(2, 3, 256, 256)).shape == (2, 1, 5, 64, 64)
        encoded = net.encode(torch.rand(2, 3, 256, 256))
    assert encoded.bottleneck.shape == (2, config.bottleneck_width, 8, 8)
    assert encoded.bottleneck[0].numel() == config.bottleneck_numbers
    assert encoded.earlier_heatmaps.shape == (2, 0, 5, 64, 64)
    assert [tuple(skip.shape) for skip in encoded.skips] == [(2, 1, n, n) for n in (64, 32, 16, 8)]
    assert not any(skip.any() for skip in encoded.skips)
    sizes = [width.size for width in net.structure().widths]
    same = PoseResNet(PoseResNetConfig(joints=5, depth=depth, widths=sizes))
    assert {n: w.shape for n, w in same.state_dict().items()} == {
        n: w.shape for n, w in net.state_dict().items()
    }
    assert PoseResNetConfig(depth=depth, widths=sizes).bottleneck_width == config.bottleneck_width


def test_a_predictor_takes_it_and_masks_mean_nothing_to_it():
    predictor = Predictor(network(), "fp32")
    pictures = torch.randint(0, 256, (2, 256, 256, 3), dtype=torch.uint8).numpy()
    encoded, whole = predictor.encode(pictures), predictor.heatmaps(pictures)
    every = predictor.decode_all(encoded)
    assert every.shape == (len(ALL_MASKS), 2, 5, 64, 64)
    assert all(abs(heatmaps - whole).max() < 1e-4 * abs(whole).max() for heatmaps in every)
    assert abs(predictor.decode(encoded, (ALL_OFF,))[0] - whole).max() < 1e-4 * abs(whole).max()
    latents = predictor.whole_latents(encoded)
    assert abs(predictor.decode_latents(latents) - whole).max() < 1e-4 * abs(whole).max()
    with pytest.raises(ConfigError, match="no autoencoder"):
        predictor.latents(encoded, "autoencoder")


def test_latents_are_averages_and_decoded_in_the_place_of_all_that_they_are_of():
    predictor = Predictor(network(), "fp32")
    encoded = predictor.encode(torch.randint(0, 256, (2, 256, 256, 3), dtype=torch.uint8).numpy())
    latents, config = predictor.latents(encoded, "bottleneck"), predictor.network.config
    cells = encoded.bottleneck.numpy().reshape(2, -1, 4, 2, 4, 2)
    averages = cells.mean(axis=(3, 5), keepdims=True)
    assert latents.shape == (2, config.latent_numbers) == (2, 512 * 16)
    np.testing.assert_allclose(latents, averages.reshape(2, -1), rtol=1e-4, atol=1e-5)
    repeated = np.broadcast_to(averages, cells.shape).reshape(2, config.bottleneck_numbers)
    expected = predictor.decode_latents(repeated)
    np.testing.assert_allclose(predictor.decode_latents(latents), expected, atol=1e-4 * abs(expected).max())
    with pytest.raises(ConfigError, match=r"have 8192 numbers each$"):
        predictor.decode_latents(latents[:, :4096])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"joints": 0}, "joints is 0"),
        ({"depth": 34}, "expected 18 or 50"),
        ({"widths": (8,)}, "expected 15 for depth 18"),
        ({"widths": (0,) * 15}, "whole numbers above 0"),
        ({"widths": "x" * 15}, "expected 15"),
    ],
)
def test_impossible_configurations_are_refused(values, words):
    with pytest.raises(ConfigError, match=words):
        PoseResNetConfig(**{"depth": 18} | values)
