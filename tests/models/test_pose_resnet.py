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
    assert encoded.skips == () and encoded.earlier_heatmaps.shape == (2, 0, 5, 64, 64)
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
    latents = predictor.latents(encoded, "bottleneck")
    assert abs(predictor.decode_latents(latents) - whole).max() < 1e-4 * abs(whole).max()
    with pytest.raises(ConfigError, match="no autoencoder"):
        predictor.latents(encoded, "autoencoder")


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
