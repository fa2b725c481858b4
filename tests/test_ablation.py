import pytest

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, format_mask, parse_mask
from posecore.errors import ConfigError


def test_the_sixteen_masks_are_all_there_are():
    assert len(set(ALL_MASKS)) == 16
    assert ALL_MASKS[0] == ALL_ON
    assert ALL_MASKS[-1] == ALL_OFF
    assert [parse_mask(format_mask(mask)) for mask in ALL_MASKS] == list(ALL_MASKS)


def test_the_first_digit_is_the_finest_level():
    assert parse_mask("0111") == (False, True, True, True)
    assert format_mask((True, True, True, False)) == "1110"


@pytest.mark.parametrize("text", ["", "111", "11111", "1121", "on", "１１１１"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ConfigError, match="four digits"):
        parse_mask(text)
