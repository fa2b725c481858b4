"""Colours in numbers that mean what the eye sees."""

import cv2
import numpy as np

from posecore.synthetic.surfaces.materials import Colour


def lab(colour: Colour) -> tuple[float, float, float]:
    """CIELAB of a colour RGB 0 to 1: lightness 0 to 100, from green to red, and from blue to yellow."""
    pixel = np.asarray(cv2.cvtColor(np.array([[colour]], np.float32), cv2.COLOR_RGB2LAB))
    lightness, redness, yellowness = pixel[0, 0].tolist()
    return lightness, redness, yellowness
