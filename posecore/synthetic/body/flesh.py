"""Cross-sections of the trunk and the limbs: how wide and deep a body is along its bones.

All tables are in body heights of an average adult; the build scales them.
"""

from dataclasses import dataclass, replace

import numpy as np

from posecore.synthetic.body.proportions import Build
from posecore.synthetic.geometry.mesh import angles
from posecore.synthetic.geometry.rotations import Array


@dataclass(frozen=True)
class Rings:
    """Sections along a chain of bones, metres.

    at: (n,) place along. radii: (n, 2) across and ahead. offset: (n, 2) of the middle.
    swell: (n, around + 1) factors, or None.
    """

    at: Array
    radii: Array
    offset: Array
    swell: Array | None = None

    def between(self, low: float, high: float) -> "Rings":
        """The rings of [low, high], with one at each end."""
        inside = self.at[(self.at > low + 1e-6) & (self.at < high - 1e-6)]
        return self.resampled(np.concatenate([[low], inside, [high]]))

    def resampled(self, at: Array) -> "Rings":
        """Rings at other places, interpolated."""

        def column(values: Array) -> Array:
            return np.stack([np.interp(at, self.at, values[:, k]) for k in range(values.shape[1])], axis=1)

        swell = None if self.swell is None else column(self.swell)
        return Rings(at, column(self.radii), column(self.offset), swell)

    def eased(self, ease: float | Array) -> "Rings":
        """Wider by `ease` all around."""
        return replace(self, radii=self.radii + np.reshape(ease, (-1, 1)))


# Height above the ground, half width, half depth, shift ahead; of somebody one unit tall.
_TRUNK = np.array(
    [
        (0.478, 0.000, 0.000, -0.004),
        (0.482, 0.036, 0.030, -0.004),
        (0.495, 0.070, 0.050, -0.004),
        (0.515, 0.090, 0.063, -0.006),
        (0.545, 0.097, 0.067, -0.007),
        (0.575, 0.095, 0.064, -0.004),
        (0.605, 0.088, 0.057, 0.000),
        (0.640, 0.082, 0.053, 0.002),
        (0.675, 0.084, 0.056, 0.001),
        (0.710, 0.091, 0.062, 0.000),
        (0.745, 0.098, 0.066, -0.001),
        (0.775, 0.101, 0.063, -0.003),
        (0.800, 0.098, 0.054, -0.006),
        (0.818, 0.087, 0.045, -0.008),
        (0.832, 0.066, 0.038, -0.009),
        (0.845, 0.044, 0.034, -0.008),
        (0.860, 0.034, 0.033, -0.005),
        (0.880, 0.031, 0.033, 0.000),
        (0.905, 0.031, 0.034, 0.004),
    ]
)
_HIPS, _NECK = 0.53, 0.835
AROUND = 20
"""Corners of a section of the trunk."""


def trunk_at(build: Build, height: float) -> float:
    """Metres above the hip joints of a height given in shares of the body's."""
    return (height - _HIPS) / (_NECK - _HIPS) * build.trunk


def trunk_rings(build: Build) -> Rings:
    """From the crotch to under the skull."""
    height = _TRUNK[:, 0]
    waist = np.exp(-(((height - 0.64) / 0.045) ** 2))
    hips = np.exp(-(((height - 0.53) / 0.05) ** 2))
    chest = np.exp(-(((height - 0.775) / 0.06) ** 2))
    belly = np.exp(-(((height - 0.61) / 0.06) ** 2))
    neck = np.clip((height - 0.83) / 0.02, 0, 1)
    girth = 1 + (build.girth - 1) * (1 - 0.5 * neck) + neck * 0.25 * (build.head - 1)
    wide = girth * (1 - 0.07 * build.curve * waist + 0.06 * build.curve * hips + 0.03 * build.muscle * chest)
    wide *= 1 + chest * (build.shoulder / 0.104 - 1) + hips * (build.hip / 0.053 - 1)
    deep = girth * (1 + 0.32 * build.belly * belly + 0.08 * build.muscle * chest - 0.06 * build.curve * waist)
    radii = _TRUNK[:, 1:3] * np.stack([wide, deep], axis=1) * (1 - 0.12 * build.curve * neck)[:, None]
    offset = np.zeros((len(height), 2))
    offset[:, 1] = _TRUNK[:, 3] + 0.02 * build.belly * belly
    theta = angles(AROUND)[None]
    bust = np.exp(-(((height - 0.745) / 0.026) ** 2))[:, None]
    sides = np.exp(-(((np.abs(theta - np.pi / 2) - 0.62) / 0.38) ** 2))
    seat = np.exp(-(((height - 0.515) / 0.032) ** 2))[:, None]
    behind = np.exp(-(((np.abs(np.abs(theta - np.pi / 2) - np.pi) - 0.55) / 0.5) ** 2))
    swell = 1 + 0.30 * build.bust * bust * sides + 0.05 * build.muscle * bust * sides + 0.22 * seat * behind
    at = (height - _HIPS) / (_NECK - _HIPS) * build.trunk
    return Rings(at, radii * build.height, offset * build.height, swell)


# Place along (0 to 1 the upper bone, 1 to 2 the lower), half width, half depth, shift ahead.
_ARM = np.array(
    [
        (0.00, 0.0310, 0.033, 0.000),
        (0.12, 0.0305, 0.0325, 0.000),
        (0.30, 0.0265, 0.0295, 0.001),
        (0.50, 0.0255, 0.0285, 0.002),
        (0.70, 0.0235, 0.0255, 0.001),
        (0.88, 0.0215, 0.0220, 0.000),
        (1.00, 0.0210, 0.0215, -0.001),
        (1.12, 0.0225, 0.0230, 0.001),
        (1.30, 0.0230, 0.0235, 0.002),
        (1.55, 0.0195, 0.0205, 0.001),
        (1.80, 0.0150, 0.0175, 0.000),
        (2.00, 0.0135, 0.0175, 0.000),
        (2.10, 0.0130, 0.0180, 0.000),
    ]
)
_LEG = np.array(
    [
        (0.00, 0.0530, 0.0570, -0.002),
        (0.10, 0.0530, 0.0560, -0.001),
        (0.25, 0.0500, 0.0530, 0.001),
        (0.45, 0.0450, 0.0480, 0.002),
        (0.65, 0.0390, 0.0410, 0.002),
        (0.85, 0.0335, 0.0345, 0.001),
        (1.00, 0.0315, 0.0330, 0.003),
        (1.10, 0.0300, 0.0320, 0.000),
        (1.25, 0.0325, 0.0350, -0.006),
        (1.40, 0.0315, 0.0340, -0.007),
        (1.60, 0.0250, 0.0265, -0.004),
        (1.80, 0.0195, 0.0210, -0.002),
        (1.95, 0.0190, 0.0215, -0.002),
        (2.03, 0.0200, 0.0230, -0.002),
    ]
)


def arm_rings(build: Build) -> Rings:
    """From a round shoulder to just past the wrist."""
    place = _ARM[:, 0]
    upper = np.exp(-(((place - 0.4) / 0.3) ** 2))
    size = build.girth * (1 - 0.06 * build.curve) * (1 + 0.16 * build.muscle * upper)
    size = 1 + (size - 1) * np.interp(place, [0, 1.5, 2.1], [1, 1, 0.45])
    return _limb(_ARM, size, build.height, build.length("upper_arm"), build.length("forearm"))


def leg_rings(build: Build) -> Rings:
    """From a round hip to just past the ankle."""
    place = _LEG[:, 0]
    thigh = np.exp(-(((place - 0.2) / 0.4) ** 2))
    size = build.girth * (1 + 0.05 * build.curve * thigh + 0.06 * build.muscle)
    size = 1 + (size - 1) * np.interp(place, [0, 1.5, 2.05], [1, 0.9, 0.45])
    return _limb(_LEG, size, build.height, build.length("thigh"), build.length("shank"))


def _limb(table: Array, size: Array, height: float, upper: float, lower: float) -> Rings:
    at = np.where(table[:, 0] < 1, table[:, 0] * upper, upper + (table[:, 0] - 1) * lower)
    radii = table[:, 1:3] * size[:, None] * height
    # A half ball closes the upper end.
    turn = np.radians((88.0, 62.0, 34.0))
    cap_radii = radii[0] * np.cos(turn)[:, None]
    cap_at = -radii[0].mean() * np.sin(turn)
    offset = np.stack([np.zeros(len(at)), table[:, 3] * height], axis=1)
    return Rings(
        np.concatenate([cap_at, at]),
        np.concatenate([cap_radii, radii]),
        np.concatenate([np.repeat(offset[:1], 3, axis=0), offset]),
    )
