import pytest

from dashboard.shared.p_values import p_words


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
    assert p_words(p, least) == said
