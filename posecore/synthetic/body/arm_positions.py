"""Where people hold an arm in daily life and sports, each with its own variation."""

from collections.abc import Callable

from posecore.synthetic.body.pose import Arm, Rng

Uniform = Callable[[float, float], float]

ARMS: dict[str, Callable[[Uniform], Arm]] = {
    "hang": lambda u: Arm(u(-12, 15), u(4, 16), u(-5, 35), u(3, 30), u(0, 60), 0, u(0.1, 0.6)),
    "hip": lambda u: Arm(u(-35, -15), u(35, 55), u(50, 78), u(85, 110), u(-20, 20), u(-30, 10), 0.4),
    "pocket": lambda u: Arm(u(-30, -10), u(14, 24), u(10, 35), u(30, 50), u(0, 30), 0, 0.4),
    "carry": lambda u: Arm(u(0, 35), u(5, 20), u(0, 45), u(65, 110), u(-30, 60), u(-20, 20), u(0.4, 0.9)),
    "fold": lambda u: Arm(u(15, 35), u(5, 15), u(60, 80), u(85, 110), u(20, 60), 0, 0.4),
    "point": lambda u: Arm(u(55, 110), u(0, 40), u(-20, 30), u(0, 35), u(0, 60), u(-20, 20), u(0.1, 1)),
    "side": lambda u: Arm(u(-15, 25), u(55, 110), u(-30, 40), u(5, 60), u(0, 70), u(-20, 20), u(0, 0.6)),
    "phone": lambda u: Arm(u(20, 45), u(5, 20), u(10, 40), u(105, 135), u(-30, 30), u(-10, 20), 0.8),
    "ear": lambda u: Arm(u(20, 50), u(35, 60), u(10, 40), u(130, 145), u(0, 30), u(-20, 20), 0.8),
    "back": lambda u: Arm(u(-45, -25), u(5, 20), u(30, 70), u(15, 60), u(0, 60), 0, 0.4),
    "throw": lambda u: Arm(u(-10, 30), u(80, 115), u(-70, -30), u(60, 110), u(0, 60), u(-30, 30), 0.8),
    "reach": lambda u: Arm(u(95, 165), u(-5, 35), u(-20, 40), u(5, 70), u(0, 60), u(-20, 20), u(0, 0.8)),
    "high": lambda u: Arm(u(-10, 25), u(125, 175), u(-25, 25), u(0, 60), u(0, 60), u(-20, 20), u(0, 1)),
    "guard": lambda u: Arm(u(25, 60), u(5, 35), u(5, 40), u(100, 135), u(0, 60), 0, 1.0),
}
"""Positions of one arm that people take in daily life and sports."""

CALM = ("hang", "hang", "hang", "hip", "pocket", "carry", "fold", "phone", "ear", "back")
LIVELY = ("point", "side", "throw", "reach", "high", "guard", "carry")


def arm_position(rng: Rng, *names: str) -> Arm:
    """One of the named everyday arm positions, or of all."""
    name = str(rng.choice(names or tuple(ARMS)))
    return ARMS[name](rng.uniform)
