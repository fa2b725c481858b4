"""p values from shuffles and sign flips in words."""


def p_words(p: float, least: float) -> str:
    """'p = 0.034', 'p < 0.001', or 'p ≤ 0.027' where `p` is the least that so many shuffles can tell."""
    if p < 0.001:
        return "p < 0.001"
    return f"p {'≤' if p <= least else '='} {p:.3f}"
