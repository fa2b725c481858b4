import pytest
import torch

from posecore.ablation import ALL_MASKS, ALL_ON, parse_mask
from posecore.errors import ConfigError
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.registry import MODELS

TINY = HourglassConfig(channels=8, joints=5)


def network(config: HourglassConfig = TINY) -> StackedHourglass:
    torch.manual_seed(0)
    return StackedHourglass(config).eval()


def images(count: int = 2, size: int = 128) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1))


BUILT = {
    "hourglass": [{"channels": 8, "stacks": stacks} for stacks in (1, 2, 3)],
    "pose_resnet": [{"depth": 18}, {"depth": 50}],
}


@pytest.mark.parametrize(("name", "values"), [(name, values) for name in MODELS for values in BUILT[name]])
def test_every_model_has_the_stated_shapes_and_every_parameter_a_gradient(name, values):
    model = MODELS[name]
    net = model.build(model.config(**values)).train()
    heatmaps = net(images())
    assert heatmaps.shape == (2, net.config.stacks, 17, 32, 32)
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
        ({"skips": "012"}, "skip mask '012'"),
        ({"bottleneck_channels": 3}, "bottleneck_channels is 3"),
        ({"bottleneck_channels": 0}, "bottleneck_channels is 0"),
        ({"channels": 8, "autoencoder": -1}, "numbers is -1"),
    ],
)
def test_an_impossible_configuration_is_refused(values, words):
    with pytest.raises(ConfigError, match=words):
        HourglassConfig(**values)


# Networks that were built otherwise


@pytest.mark.parametrize("stacks", [1, 2])
@pytest.mark.parametrize("mask", ["0000", "0111", "1010"])
def test_a_network_built_without_skips_is_the_whole_one_with_them_cut(mask, stacks):
    whole = network(HourglassConfig(channels=8, joints=5, stacks=stacks))
    without = network(HourglassConfig(channels=8, joints=5, stacks=stacks, skips=mask))
    shared = {name: weight for name, weight in whole.state_dict().items() if name in without.state_dict()}
    without.load_state_dict(shared)  # strict: nothing else is in it
    gone = {name for name in whole.state_dict() if name not in shared}
    levels = [str(level) for level, digit in enumerate(mask) if digit == "0"]
    assert {name.split(".")[3] for name in gone} == set(levels)
    assert all(name.split(".")[2] == "skip" for name in gone)
    one = sum(parameter.numel() for parameter in whole.hourglasses[0].skip[0].parameters())
    counts = [sum(parameter.numel() for parameter in net.parameters()) for net in (whole, without)]
    assert counts[0] - counts[1] == one * len(levels) * stacks
    with torch.no_grad():
        cut = whole(images(), torch.tensor(parse_mask(mask)))
        assert torch.equal(without(images()), cut)
        # What is not there cannot be switched on, nor cut.
        assert torch.equal(without(images(), torch.tensor([True] * 4)), cut)
        assert torch.equal(without(images(), torch.tensor(parse_mask(mask))), cut)


@torch.no_grad()
def test_a_skip_that_was_not_built_carries_zeros_of_its_shape_and_nothing_can_be_put_into_it():
    net = network(HourglassConfig(channels=8, joints=5, skips="1011"))
    encoded = net.encode(images())
    assert [tuple(skip.shape) for skip in encoded.skips] == [(2, 8, 32 >> i, 32 >> i) for i in range(4)]
    assert [bool(skip.any()) for skip in encoded.skips] == [True, False, True, True]
    foreign = [encoded.skips[0], torch.ones(2, 8, 16, 16), *encoded.skips[2:]]
    expected = net.decode(encoded.bottleneck, encoded.skips)
    assert torch.equal(net.decode(encoded.bottleneck, foreign), expected)


@torch.no_grad()
def test_a_narrow_bottleneck_is_narrow_inside_and_as_wide_as_the_rest_outside():
    net = network(HourglassConfig(channels=8, joints=5, bottleneck_channels=2, stacks=2))
    encoded = net.encode(images(2, 256))
    assert [tuple(b.shape) for b in encoded.bottlenecks] == [(2, 2, 4, 4)] * 3
    assert net.config.bottleneck_numbers == 32
    assert net(images()).shape == (2, 2, 5, 32, 32)
    other = net.decode(encoded.bottleneck + 1, encoded.skips)
    assert not torch.allclose(other, net.decode(encoded.bottleneck, encoded.skips), atol=1e-4)
    for stack in net.hourglasses:
        assert {type(stack.narrow), type(stack.widen)} == {torch.nn.Conv2d}


@torch.no_grad()
def test_the_second_stack_sees_the_first_one_s_heatmaps():
    net, x = network(HourglassConfig(channels=8, joints=5, stacks=2)), images()
    before = net(x)
    # What the first stack's features hand on stays; its heatmaps alone are shifted, joint by joint.
    net.heads[0].last.bias += torch.arange(5.0)
    after = net(x)
    shift = torch.arange(5.0).view(1, 5, 1, 1)
    assert torch.allclose(after[:, 0], before[:, 0] + shift, atol=1e-5)
    assert not torch.allclose(after[:, 1], before[:, 1], atol=1e-3)
    # They come in by this one way only.
    net.merge_heatmaps[0].weight.zero_()
    deaf = net(x)
    net.heads[0].last.bias -= torch.arange(5.0)
    assert torch.equal(net(x)[:, 1], deaf[:, 1])
