import pytest
import torch

from posecore.ablation import ALL_MASKS, ALL_ON
from posecore.errors import ConfigError
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.registry import MODELS

TINY = HourglassConfig(channels=8, joints=5)


def network(config: HourglassConfig = TINY) -> StackedHourglass:
    torch.manual_seed(0)
    return StackedHourglass(config).eval()


def images(count: int = 2, size: int = 128) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("stacks", [1, 2, 3])
def test_every_model_has_the_stated_shapes_and_every_parameter_a_gradient(name, stacks):
    model = MODELS[name]
    net = model.build(model.config(channels=8, stacks=stacks)).train()
    heatmaps = net(images())
    assert heatmaps.shape == (2, stacks, 17, 32, 32)
    assert heatmaps.dtype == torch.float32
    heatmaps.square().sum().backward()
    without = [name for name, parameter in net.named_parameters() if parameter.grad is None]
    assert not without
    assert torch.isfinite(heatmaps).all()


def test_the_thesis_network_has_about_four_million_parameters():
    assert sum(p.numel() for p in StackedHourglass(HourglassConfig()).parameters()) == 3_904_613


def test_the_bottleneck_of_a_256_pixel_image_is_4096_numbers_and_every_residual_is_returned():
    with torch.no_grad():
        encoded = StackedHourglass(HourglassConfig(bottleneck_residuals=3)).eval().encode(images(1, 256))
    assert [b.shape for b in encoded.bottlenecks] == [(1, 256, 4, 4)] * 3
    assert encoded.bottleneck is encoded.bottlenecks[2]
    assert [s.shape[-1] for s in encoded.skips] == [64, 32, 16, 8]


@torch.no_grad()
def test_all_on_equals_plain_and_every_single_cut_changes_the_output():
    net, x = network(), images()
    plain = net(x)
    assert torch.equal(net(x, torch.tensor(ALL_ON)), plain)
    cuts = [net(x, torch.tensor(mask)) for mask in ALL_MASKS if sum(mask) == 3]
    for cut in cuts:
        assert not torch.allclose(cut, plain, atol=1e-6)
    for i, first in enumerate(cuts):
        for second in cuts[i + 1 :]:
            assert not torch.allclose(first, second, atol=1e-6)


@torch.no_grad()
def test_the_first_digit_of_a_mask_is_the_finest_skip():
    net, x = network(), images()
    encoded = net.encode(x)
    emptied = [torch.zeros_like(encoded.skips[0]), *encoded.skips[1:]]
    cut = net.decode(encoded.bottleneck, encoded.skips, torch.tensor([False, True, True, True]))
    assert torch.equal(cut, net.decode(encoded.bottleneck, emptied))


@torch.no_grad()
def test_a_batch_may_carry_one_mask_per_image():
    net, x = network(), images(3)
    masks = torch.tensor([[True, False, True, True], [True] * 4, [False] * 4])
    together = net(x, masks)
    for i in range(3):
        assert torch.allclose(together[i : i + 1], net(x[i : i + 1], masks[i]), atol=1e-5)


@torch.no_grad()
def test_decoding_twice_with_another_image_in_between_is_bit_equal():
    net, x = network(), images()
    encoded = net.encode(x)
    first = net.decode(encoded.bottleneck, encoded.skips)
    net(images(1) * 0.3)
    assert torch.equal(net.decode(encoded.bottleneck, encoded.skips), first)


@torch.no_grad()
def test_a_mask_holds_for_every_stack():
    net = network(HourglassConfig(channels=8, joints=5, stacks=2))
    x, off = images(), torch.tensor([False] * 4)
    plain, cut = net(x), net(x, off)
    assert not torch.allclose(plain[:, 0], cut[:, 0], atol=1e-6)
    assert torch.equal(net.encode(x, off).earlier_heatmaps, cut[:, :1])


def test_the_head_computes_in_float32_even_when_the_rest_does_not():
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        heatmaps = network()(images())
    # In bfloat16 a heatmap of 1,024 cells would hold at most a few hundred different values.
    assert heatmaps.dtype == torch.float32
    assert all(len(heatmap.unique()) > 900 for heatmap in heatmaps.flatten(0, 2))


def test_the_mean_colour_is_subtracted():
    torch.manual_seed(0)
    centred = StackedHourglass(HourglassConfig(channels=8, mean_rgb=(0.1, 0.2, 0.3))).eval()
    torch.manual_seed(0)
    plain = StackedHourglass(HourglassConfig(channels=8, mean_rgb=(0.0, 0.0, 0.0))).eval()
    x = images()
    with torch.no_grad():
        assert torch.allclose(
            centred(x + torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1)), plain(x), atol=1e-4
        )


@pytest.mark.parametrize(
    ("scheme", "gain"), [("glorot", lambda i, o: 2 / (i + o)), ("he", lambda i, o: 2 / i)]
)
def test_initial_weights_have_the_variance_of_their_scheme(scheme, gain):
    net = StackedHourglass(HourglassConfig(channels=64, initialisation=scheme))
    weight = net.hourglasses[0].skip[0].body[5].weight  # 3x3, 32 to 32 channels
    assert weight.var().item() == pytest.approx(gain(32 * 9, 32 * 9), rel=0.05)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"stacks": 0}, "stacks is 0"),
        ({"channels": 7}, "channels is 7"),
        ({"initialisation": "zero"}, "'zero'"),
    ],
)
def test_an_impossible_configuration_is_refused(values, words):
    with pytest.raises(ConfigError, match=words):
        HourglassConfig(**values)
