import pytest

from dashboard.shared.numbers import UNKNOWN, number, p_value, points, significant


@pytest.mark.parametrize(
    ("p", "least", "said"),
    [
        (0.0274, 0.0274, "p ≤ 0.027"),
        (0.0548, 0.0274, "p = 0.055"),
        (0.0002, 0.0002, "p < 0.001"),
        (0.0009, 0.0002, "p < 0.001"),
        (0.25, 1 / 10_001, "p = 0.250"),
    ],
)
def test_the_least_that_shuffles_can_tell_is_a_bound(p: float, least: float, said: str) -> None:
    assert p_value(p, least) == said


@pytest.mark.parametrize(
    ("value", "digits", "sign", "said"),
    [
        (-0.0123, 3, False, "−0.012"),
        (-0.0004, 3, False, "0.000"),
        (-0.0, 2, True, "0.00"),
        (1e-9, 2, True, "0.00"),
        (-1.5, 2, True, "−1.50"),
        (10.0, 2, True, "+10.00"),
        (12345.6, 1, False, "12,345.6"),
        (float("nan"), 3, False, UNKNOWN),
        (float("-inf"), 3, True, UNKNOWN),
    ],
)
def test_numbers_have_a_true_minus_and_no_signed_zero(
    value: float, digits: int, sign: bool, said: str
) -> None:
    assert number(value, digits, sign) == said


def test_points_are_hundredths_with_one_digit() -> None:
    assert [points(share) for share in (-0.0001, 0.0123, -0.5)] == ["0.0", "1.2", "−50.0"]
    assert [points(share, sign=True) for share in (0.0123, -0.0001)] == ["+1.2", "0.0"]


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (-179.96, 3, "−180"),
        (0.0123456, 3, "0.0123"),
        (0.5, 4, "0.5"),
        (-0.0, 3, "0"),
        (float("nan"), 3, UNKNOWN),
    ],
)
def test_a_quantity_has_its_first_digits(value: float, digits: int, said: str) -> None:
    assert significant(value, digits) == said
