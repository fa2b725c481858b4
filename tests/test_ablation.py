import pickle

import numpy as np
import pytest

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, SkipMask, draw_mask, parse_mask
from posecore.errors import ConfigError


def test_the_sixteen_masks_are_all_there_are():
    assert len(set(ALL_MASKS)) == 16
    assert ALL_MASKS[0] == ALL_ON
    assert ALL_MASKS[-1] == ALL_OFF
    assert [parse_mask(mask.title) for mask in ALL_MASKS] == list(ALL_MASKS)


def test_the_first_digit_is_the_finest_level():
    assert parse_mask("0111") == (False, True, True, True)
    assert SkipMask((True, True, True, False)).title == "1110"


def test_a_mask_knows_its_place_its_digits_and_what_it_shares():
    assert [mask.position for mask in ALL_MASKS] == list(range(16))
    assert [SkipMask.only(level).title for level in range(4)] == ["1000", "0100", "0010", "0001"]
    assert [SkipMask.all_but(level).title for level in range(4)] == ["0111", "1011", "1101", "1110"]
    both = parse_mask("0110") & parse_mask("1100")
    assert both == parse_mask("0100") and isinstance(both, SkipMask)
    assert {both: 1}[(False, True, False, False)] == 1
    assert pickle.loads(pickle.dumps(both)) == both
    for switches in ((), (True,) * 3, (True,) * 5):
        with pytest.raises(ValueError, match=f"{len(switches)} switches: expected 4"):
            SkipMask(switches)


@pytest.mark.parametrize("text", ["", "111", "11111", "1121", "on", "１１１１"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ConfigError, match="four digits"):
        parse_mask(text)


def test_drawn_masks_have_the_stated_shares():
    rng = np.random.default_rng(0)
    masks = [draw_mask(0.5, rng) for _ in range(16_000)]
    shares = {mask: masks.count(mask) / len(masks) for mask in ALL_MASKS}
    # Half of the pictures keep all; of the others a sixteenth does by chance.
    assert shares.pop(ALL_ON) == pytest.approx(0.5 + 0.5 / 16, abs=0.02)
    assert all(share == pytest.approx(0.5 / 16, abs=0.006) for share in shares.values())
    assert {draw_mask(0.0, rng) for _ in range(100)} == {ALL_ON}
