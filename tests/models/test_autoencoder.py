from dataclasses import replace

import pytest
import torch
from torch import nn

from posecore.errors import CheckpointError, ConfigError
from posecore.models.autoencoder import Autoencoder, AutoencoderConfig
from posecore.models.checkpoint import (
    load_autoencoder,
    load_checkpoint,
    save_autoencoder,
    save_checkpoint,
    weights_digest,
)
from posecore.models.extend import with_autoencoder
from posecore.models.hourglass import HourglassConfig, StackedHourglass


def small(numbers: int = 50) -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(AutoencoderConfig(channels=8, numbers=numbers)).eval()


def plain(**values) -> StackedHourglass:
    torch.manual_seed(1)
    network = StackedHourglass(HourglassConfig(channels=8, **values))
    network(torch.rand(4, 3, 64, 64))  # so that the running statistics are no longer the initial ones
    return network.eval()


def images(size: int = 256) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(2))


def test_the_layers_are_the_thesis_s():
    autoencoder = Autoencoder(AutoencoderConfig())
    half = [3 * 3 * a * b + b for a, b in ((256, 192), (192, 128), (128, 64))]
    back = [3 * 3 * b * a + a for a, b in ((256, 192), (192, 128), (128, 64))]
    linear = [1024 * 50 + 50, 50 * 1024 + 1024]
    assert sum(p.numel() for p in autoencoder.parameters()) == sum(half + back + linear)
    names = [
        type(layer).__name__
        for part in (autoencoder.down, [autoencoder.to_numbers, autoencoder.from_numbers], autoencoder.up)
        for layer in part
    ]
    assert names == [*["Conv2d", "ReLU"] * 3, "Linear", "Linear", *["Conv2d", "ReLU"] * 2, "Conv2d"]
    bottleneck = torch.randn(3, 256, 4, 4)
    assert autoencoder.encode(bottleneck).shape == (3, 50)
    assert autoencoder(bottleneck).shape == bottleneck.shape
    # Half width keeps the proportions.
    assert Autoencoder(AutoencoderConfig(channels=128)).to_numbers.in_features == 512


def seen_by_the_first_layer(autoencoder: Autoencoder, bottleneck: torch.Tensor) -> torch.Tensor:
    seen = []
    hook = autoencoder.down[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
    with torch.no_grad():
        autoencoder(bottleneck)
    hook.remove()
    return seen[0]


def test_the_noise_has_a_tenth_of_each_value_as_its_deviation():
    autoencoder = small().train()
    values = torch.tensor([-20.0, -1.0, 0.0, 0.5, 3.0, 10.0, 40.0, 100.0])
    bottleneck = values.view(1, 8, 1, 1).expand(4000, 8, 4, 4).contiguous()
    noise = seen_by_the_first_layer(autoencoder, bottleneck) - bottleneck
    for channel, value in enumerate(values.tolist()):
        drawn = noise[:, channel].double()
        # 64,000 draws: the deviation is known to 0.3 %, the mean to 0.4 % of a deviation.
        assert drawn.std().item() == pytest.approx(0.1 * abs(value), rel=0.02)
        assert drawn.mean().abs().item() <= 0.02 * 0.1 * abs(value)
    between = torch.corrcoef(noise[:, [0, 4, 5]].flatten(2).mean(dim=2).T)
    assert (between - torch.eye(3)).abs().max() < 0.1  # drawn for every number anew
    assert not torch.equal(noise[0], noise[1])


def test_there_is_no_noise_at_inference_nor_in_the_numbers():
    autoencoder, bottleneck = small(), torch.randn(2, 8, 4, 4)
    assert torch.equal(seen_by_the_first_layer(autoencoder, bottleneck), bottleneck)
    with torch.no_grad():
        numbers = autoencoder.encode(bottleneck)
        assert torch.equal(autoencoder.decode(numbers), autoencoder(bottleneck))
        assert torch.equal(autoencoder.train().encode(bottleneck), numbers)
        assert not torch.equal(autoencoder(bottleneck), autoencoder(bottleneck))


def test_a_bottleneck_of_a_smaller_picture_is_repeated_to_four_cells_and_averaged_back():
    autoencoder, bottleneck = small(), torch.randn(1, 8, 2, 2)
    repeated = bottleneck.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    assert torch.equal(seen_by_the_first_layer(autoencoder, bottleneck), repeated)
    with torch.no_grad():
        whole, small_one = autoencoder(repeated), autoencoder(bottleneck)
    assert torch.allclose(small_one, nn.functional.avg_pool2d(whole, 2), atol=1e-6)


def test_nothing_in_the_autoencoder_s_place_gives_the_plain_network_s_outputs():
    network, x = plain(), images()
    extended = with_autoencoder(network, small()).eval()
    with torch.no_grad():
        before, squeezed = network(x), extended(x)
        assert not torch.allclose(before, squeezed, atol=1e-3)
        extended.hourglasses[-1].autoencoder = nn.Identity()
        assert torch.equal(extended(x), before)


@pytest.mark.parametrize("stacks", [1, 2])
def test_both_networks_weights_survive_in_the_extended_one(stacks):
    network, autoencoder = plain(stacks=stacks), small()
    extended = with_autoencoder(network, autoencoder)
    state = extended.state_dict()
    assert all(torch.equal(state[name], weight) for name, weight in network.state_dict().items())
    own = extended.hourglasses[-1].autoencoder.state_dict()
    assert all(torch.equal(own[name], weight) for name, weight in autoencoder.state_dict().items())
    assert len(state) == len(network.state_dict()) + len(own)
    assert extended.config == replace(network.config, autoencoder=50)


@torch.no_grad()
def test_it_stands_behind_the_third_residual_and_the_numbers_decode_through_its_right_half():
    network, autoencoder, x = plain(), small(), images()
    extended = with_autoencoder(network, autoencoder).eval()
    encoded, before = extended.encode(x), network.encode(x)
    assert torch.equal(encoded.bottleneck, before.bottleneck)
    assert encoded.bottleneck is encoded.bottlenecks[2]
    expected = network.decode(autoencoder(before.bottleneck), before.skips)
    assert torch.equal(extended.decode(encoded.bottleneck, encoded.skips), expected)
    numbers = extended.squeeze(encoded.bottleneck)
    assert torch.equal(numbers, autoencoder.encode(before.bottleneck))
    assert torch.equal(extended.decode(numbers, encoded.skips), expected)
    with pytest.raises(ConfigError, match="has no autoencoder"):
        network.squeeze(before.bottleneck)


def test_the_whole_network_learns_with_noise_inside():
    extended = with_autoencoder(plain(), small()).train()
    torch.manual_seed(0)
    first, second = extended(images(64)), extended(images(64))
    assert not torch.equal(first, second)
    first.square().mean().backward()
    assert all(parameter.grad is not None for parameter in extended.parameters())


def test_saved_alone_and_inside_a_network_it_computes_the_same_after_loading(tmp_path):
    autoencoder = small(numbers=7)
    save_autoencoder(tmp_path / "a.safetensors", autoencoder)
    loaded = load_autoencoder(tmp_path / "a.safetensors")
    assert (loaded.config, loaded.training) == (autoencoder.config, False)
    assert weights_digest(loaded) == weights_digest(autoencoder)
    extended = with_autoencoder(plain(), loaded).eval()
    save_checkpoint(tmp_path / "b.safetensors", extended)
    again = load_checkpoint(tmp_path / "b.safetensors")
    assert again.config.autoencoder == 7
    with torch.no_grad():
        assert torch.equal(again(images()), extended(images()))


def test_one_kind_of_weights_is_not_taken_for_the_other(tmp_path):
    save_autoencoder(tmp_path / "a.safetensors", small())
    with pytest.raises(CheckpointError, match="'autoencoder'; expected one of hourglass"):
        load_checkpoint(tmp_path / "a.safetensors")
    save_checkpoint(tmp_path / "b.safetensors", plain())
    with pytest.raises(CheckpointError, match=r"'hourglass'; expected one of autoencoder.*train_autoencoder"):
        load_autoencoder(tmp_path / "b.safetensors")


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ConfigError, match=r"autoencoder is for 8 channels.*bottleneck has 16"):
        with_autoencoder(plain(bottleneck_channels=16), small())
    with pytest.raises(ConfigError, match="has an autoencoder already"):
        with_autoencoder(with_autoencoder(plain(), small()), small())
    with pytest.raises(ConfigError, match="numbers is 128; expected 1 to 127"):
        HourglassConfig(channels=8, autoencoder=128)
    with pytest.raises(ConfigError, match="at least 4"):
        AutoencoderConfig(channels=2)
