from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, parse_mask
from posecore.errors import ConfigError
from posecore.inference import Predictor, decode_latents
from posecore.models.hourglass import HourglassConfig, StackedHourglass


def predictor(stacks: int = 1, precision="fp32") -> Predictor:
    torch.manual_seed(0)
    return Predictor(StackedHourglass(HourglassConfig(channels=8, stacks=stacks)), precision)


def pictures(count: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 256, 256, 3)).astype(np.uint8)


def test_every_mask_decoded_in_one_batch_gives_what_a_pass_of_its_own_gives():
    p, x = predictor(), pictures()
    together = p.decode(p.encode(x), ALL_MASKS)
    assert together.shape == (16, 2, 17, 64, 64)
    for mask, heatmaps in zip(ALL_MASKS, together, strict=True):
        assert np.allclose(heatmaps, p.heatmaps(x, mask), atol=1e-4)


def test_pictures_are_rgb_between_0_and_255_and_height_comes_first():
    p, x = predictor(), pictures(1)
    with torch.no_grad():
        expected = p.network(torch.from_numpy(x).permute(0, 3, 1, 2) / 255)[:, -1].numpy()
    assert np.allclose(p.heatmaps(x), expected, atol=1e-5)


def test_a_latent_alone_decodes_to_what_all_skips_off_gives():
    p, x = predictor(), pictures()
    encoded = p.encode(x)
    latents = encoded.bottleneck.flatten(1).numpy()
    assert latents.shape == (2, 8 * 16)
    assert np.allclose(p.decode_latents(latents), p.decode(encoded, [ALL_OFF])[0], atol=1e-5)


def test_threads_with_different_masks_get_the_answers_of_their_own_masks():
    p, x = predictor(stacks=2), pictures(1)
    masks = [ALL_ON, ALL_OFF, parse_mask("0111"), parse_mask("1010")]
    alone = [p.heatmaps(x, mask) for mask in masks]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda mask: p.heatmaps(x, mask), masks * 5))
    for i, heatmaps in enumerate(together):
        assert np.allclose(heatmaps, alone[i % 4], atol=1e-5)


def test_bf16_stays_near_float32_and_keeps_a_fine_head():
    x = pictures(1)
    exact, fast = predictor().heatmaps(x), predictor(precision="bf16").heatmaps(x)
    assert fast.dtype == np.float32
    assert not np.array_equal(fast, exact)
    assert np.abs(fast - exact).mean() < 0.05 * exact.std()


def test_an_unknown_precision_is_refused():
    with pytest.raises(ConfigError, match="'fp8'"):
        predictor(precision="fp8")


def test_every_stack_s_heatmaps_are_kept_and_the_last_is_what_heatmaps_gives():
    p, x = predictor(stacks=3), pictures(2)
    for mask in (ALL_ON, parse_mask("0110")):
        every = p.stack_heatmaps(x, mask)
        assert every.shape == (2, 3, 17, 64, 64)
        assert np.array_equal(every[:, -1], p.heatmaps(x, mask))
        assert np.array_equal(every[:, :-1], p.encode(x, mask).earlier_heatmaps.numpy())
    assert not np.allclose(every[:, 0], every[:, 2], atol=1e-3)


def squeezed(**values) -> Predictor:
    torch.manual_seed(0)
    return Predictor(StackedHourglass(HourglassConfig(channels=8, autoencoder=50, **values)), "fp32")


def test_an_autoencoder_s_numbers_decode_to_what_all_skips_off_gives():
    p, x = squeezed(), pictures()
    encoded = p.encode(x)
    numbers, bottleneck = p.latents(encoded, "autoencoder"), p.latents(encoded, "bottleneck")
    assert (numbers.shape, bottleneck.shape) == ((2, 50), (2, 128))
    expected = p.heatmaps(x, ALL_OFF)
    assert np.allclose(p.decode_latents(numbers), expected, atol=1e-5)
    assert np.allclose(p.decode_latents(bottleneck), expected, atol=1e-5)
    assert np.allclose(
        decode_latents(p, numbers, encoded.skips)[0], p.decode(encoded, [ALL_ON])[0, 0], atol=1e-5
    )
    together = p.decode_all(encoded)
    assert np.allclose(together[0], p.heatmaps(x), atol=1e-4)
    assert np.allclose(together[-1], expected, atol=1e-4)


def test_latents_of_another_network_are_refused():
    with pytest.raises(ConfigError, match=r"\(1, 4096\); this network's have 128 numbers each$"):
        predictor().decode_latents(np.zeros((1, 4096)))
    with pytest.raises(ConfigError, match="have 128 numbers each, or 50 of its autoencoder"):
        squeezed().decode_latents(np.zeros((1, 51)))
    with pytest.raises(ConfigError, match="has no autoencoder"):
        predictor().latents(predictor().encode(pictures(1)), "autoencoder")


def test_a_narrow_bottleneck_s_latents_are_as_few_as_it_holds():
    torch.manual_seed(0)
    p = Predictor(StackedHourglass(HourglassConfig(channels=8, bottleneck_channels=2)), "fp32")
    encoded = p.encode(pictures())
    latents = p.latents(encoded, "bottleneck")
    assert latents.shape == (2, 32)
    assert np.allclose(p.decode_latents(latents), p.decode_all(encoded)[-1], atol=1e-5)
