"""All masks at once, on a network whose cut outputs are known numbers and on random ones."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from posecore.ablation import ALL_MASKS, parse_mask
from posecore.inference import Predictor
from posecore.models.hourglass import HourglassConfig, StackedHourglass

SKIP_ADDS = (8.0, 4.0, 2.0, 1.0)
"""What the skips of the hand-made network add, finest level first: a mask reads as a binary number."""
BOTTLENECK = 0.5


def hand_made() -> Predictor:
    """A network that sees nothing: joint k's map is (k + 1) times the sum of what reaches the head."""
    network = StackedHourglass(HourglassConfig(channels=2))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "weight" in name and parameter.dim() == 4:
                parameter.zero_()
        hourglass, head = network.hourglasses[0], network.heads[0]
        for skip, adds in zip(hourglass.skip, SKIP_ADDS, strict=True):
            skip.body[-1].bias[0] = adds
        hourglass.bottleneck[-1].body[-1].bias[0] = BOTTLENECK
        head.body[0].weight[:, 0] = 1
        head.last.weight[:, :, 0, 0] = torch.diag(torch.arange(1.0, 18))
    return Predictor(network, "fp32")


def random(stacks: int = 1) -> Predictor:
    torch.manual_seed(0)
    return Predictor(StackedHourglass(HourglassConfig(channels=8, stacks=stacks)), "fp32")


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 256, 256, 3)).astype(np.uint8)


def test_cut_outputs_of_a_hand_made_network_are_known_numbers():
    p = hand_made()
    heatmaps = p.decode_all(p.encode(pictures(2)))
    assert heatmaps.shape == (16, 2, 17, 64, 64)
    for mask, maps in zip(ALL_MASKS, heatmaps, strict=True):
        adds = BOTTLENECK + int(mask.title, 2)
        for joint in range(17):
            assert np.allclose(maps[:, joint], (joint + 1) * adds, rtol=1e-4), (mask, joint)


def test_what_replaces_a_cut_skip_of_a_hand_made_network_is_added_in_its_place():
    p = hand_made()
    # 0.1, 0.2, 0.3 and 0.4 in the channel that is read; the other one must not matter.
    arrays = [np.full((2, 64 >> level, 64 >> level), 7.0) for level in range(4)]
    for level, array in enumerate(arrays):
        array[0] = (level + 1) / 10
    # One cell of the finest level's stand-in differs, so it differs in the maps, in that place only.
    arrays[0][0, 3, 5] = 20
    heatmaps = p.decode_all(p.encode(pictures(1)), p.features(arrays))[:, 0, 0]
    for mask, heatmap in zip(ALL_MASKS, heatmaps, strict=True):
        stand_ins = ((level + 1) / 10 for level in range(4))
        adds = [own if on else other for own, other, on in zip(SKIP_ADDS, stand_ins, mask, strict=True)]
        assert heatmap[0, 0] == pytest.approx(BOTTLENECK + sum(adds), rel=1e-4), mask
        assert heatmap[3, 5] - heatmap[0, 0] == pytest.approx(0 if mask[0] else 19.9, rel=1e-4, abs=1e-4)
        assert np.ptp(np.delete(heatmap.ravel(), 3 * 64 + 5)) == 0


@pytest.mark.parametrize("stacks", [1, 2])
@pytest.mark.parametrize("replacement", ["zero", "mean", "other"])
def test_the_tree_gives_what_every_mask_gives_alone(stacks, replacement):
    p, rng = random(stacks), np.random.default_rng(1)
    encoded = p.encode(pictures(2))
    means = p.features([rng.normal(0, 3, (8, 64 >> level, 64 >> level)) for level in range(4)])
    others = p.encode(pictures(2, seed=1)).skips
    stand_ins = {"zero": None, "mean": means, "other": others}[replacement]
    together = p.decode_all(encoded, stand_ins)
    assert together.dtype == np.float32
    for i, mask in enumerate(ALL_MASKS):
        if stand_ins is None:
            alone = p.decode(encoded, [mask])[0]
        else:
            skips = [
                own if on else other.expand_as(own)
                for own, other, on in zip(encoded.skips, stand_ins, mask, strict=True)
            ]
            with torch.inference_mode():
                alone = p.network.decode(encoded.bottleneck, skips).numpy()
        assert np.allclose(together[i], alone, atol=1e-5 * np.abs(alone).max()), mask


@pytest.mark.parametrize("replaced", [False, True])
def test_of_some_masks_only_what_they_need_is_computed(replaced):
    p = random(2)
    encoded = p.encode(pictures(2))
    stand_ins = p.encode(pictures(2, seed=1)).skips if replaced else None
    whole, passed = p.decode_all(encoded, stand_ins), []
    p.network.heads[-1].register_forward_hook(lambda module, given, maps: passed.append(len(maps)))
    for titles in (["1111", "0110"], ["0110", "1111"], ["1000", "0000"], ["1010"], ["0111", "0111"]):
        masks = [parse_mask(title) for title in titles]
        passed.clear()
        found = p.decode_all(encoded, stand_ins, masks)
        expected = whole[[mask.position for mask in masks]]
        assert np.allclose(found, expected, atol=1e-5 * np.abs(expected).max()), titles
        assert sum(passed) == 2 * len(set(masks))


def test_threads_with_different_pictures_and_replacements_get_their_own_answers():
    p = random()
    jobs = [(picture, stand_in) for picture in pictures(3) for stand_in in (None, p.encode(pictures(1, 9)))]

    def answer(job):
        picture, other = job
        return p.decode_all(p.encode(picture[None]), other and other.skips)

    alone = [answer(job) for job in jobs]
    assert not np.allclose(alone[0], alone[1])
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(answer, jobs * 3))
    for i, heatmaps in enumerate(together):
        assert np.allclose(heatmaps, alone[i % len(jobs)], atol=1e-5)


def test_threads_with_different_masks_get_what_they_get_one_by_one():
    p = random()
    encoded = p.encode(pictures(1))
    alone = p.decode_all(encoded)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda mask: p.decode(encoded, [mask])[0], ALL_MASKS * 2))
    for i, heatmaps in enumerate(together):
        assert np.allclose(heatmaps, alone[i % 16], atol=1e-5)


@pytest.mark.parametrize("built", ["0000", "0111", "1010"])
def test_switching_a_skip_that_was_not_built_changes_nothing(built):
    torch.manual_seed(0)
    p = Predictor(StackedHourglass(HourglassConfig(channels=8, skips=built)), "fp32")
    encoded, others = p.encode(pictures(1)), p.encode(pictures(1, seed=1)).skips
    foreign = p.features([np.ones((8, 64 >> level, 64 >> level)) for level in range(4)])
    there = np.array([digit == "1" for digit in built])
    for stand_ins in (None, others, foreign):
        together = p.decode_all(encoded, stand_ins)[:, 0]
        for i, mask in enumerate(ALL_MASKS):
            # Masks that agree where there is anything to switch.
            same = next(
                j for j, m in enumerate(ALL_MASKS) if (np.array(m)[there] == np.array(mask)[there]).all()
            )
            assert np.allclose(together[i], together[same], atol=1e-5), (mask.title, stand_ins is None)
        different = 2 ** int(there.sum())
        assert len({together[i].round(4).tobytes() for i in range(16)}) >= different
    assert np.allclose(p.decode_all(encoded)[0, 0], p.heatmaps(pictures(1))[0], atol=1e-4)
