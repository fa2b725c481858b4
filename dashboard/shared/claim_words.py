"""The thesis's claim, that small joints lose more than big ones, in the words of all pages."""

from dashboard.shared.numbers import p_value, points
from posecore.statistics import FLIPS
from posecore.studies.skips.effects import Claim


def verdict(claim: Claim) -> str:
    """What the claim's interval says of it."""
    if claim.low > 0:
        return "small joints lose more"
    return "big joints lose more" if claim.high < 0 else "no difference can be told"


def claim_sentence(claim: Claim) -> str:
    """The test in plain words, with mean, interval, n and p."""
    if claim.n == 0:
        return "nobody has joints of both kinds, so this cannot be said."
    return (
        f"**{verdict(claim)}**: small ones lose {claim.small:.1%}, big ones {claim.big:.1%}; difference "
        f"{points(claim.mean, sign=True)} points, 95 % interval {points(claim.low)} to {points(claim.high)}, "
        f"n = {claim.n:,} people, {p_value(claim.p, 1 / (FLIPS + 1))}."
    )
