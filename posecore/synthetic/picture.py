"""What a camera and a file format do to a picture: exposure, blur, noise, colour, JPEG."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Lens:
    """Everything that spoils a picture.

    blur, motion: pixels; motion_angle: degrees; shrink: times by which the picture was once smaller;
    depth_blur: pixels, of what lies behind; noise: standard deviation, 0 to 1; brightness: the mean, 0 to
    1, that the camera aims at.
    """

    depth_blur: float
    blur: float
    motion: float
    motion_angle: float
    shrink: float
    noise: float
    brightness: float
    contrast: float
    saturation: float
    cast: tuple[float, float, float]
    quality: int


def draw_lens(rng: np.random.Generator, longer: int) -> Lens:
    """Mostly a decent picture, now and then a bad one. longer: the picture's longer side in pixels."""
    red, green, blue = rng.normal(1, 0.035, 3).tolist()
    return Lens(
        depth_blur=float(rng.gamma(1.3, 1.3) * longer / 400) if rng.random() < 0.75 else 0.0,
        blur=float(rng.uniform(0.5, 1.4)) if rng.random() < 0.3 else 0.0,
        motion=float(rng.uniform(3, 8)) if rng.random() < 0.07 else 0.0,
        motion_angle=float(rng.uniform(0, 180)),
        shrink=float(rng.uniform(1.3, 2.6)) if rng.random() < 0.14 else 1.0,
        noise=float(rng.gamma(1.2, 0.010)),
        brightness=float(np.clip(rng.normal(0.46, 0.07), 0.25, 0.65)),
        contrast=float(rng.normal(1.06, 0.10)),
        saturation=0.0 if rng.random() < 0.03 else float(rng.normal(0.97, 0.15)),
        cast=(red, green, blue),
        quality=int(rng.integers(60, 96)),
    )


def develop(
    image: Floats, lens: Lens, rng: np.random.Generator, gain: float | None = None
) -> tuple[NDArray[np.uint8], float]:
    """(H, W, 3) display RGB, 0 to 1, to bytes as a camera would deliver them, and the gain of its exposure.

    gain: what the light is multiplied by; None where the camera meters it.
    """
    height, width = image.shape[:2]
    if lens.shrink > 1:
        small = (max(1, round(width / lens.shrink)), max(1, round(height / lens.shrink)))
        image = cv2.resize(  # type: ignore[assignment]
            cv2.resize(image, small, interpolation=cv2.INTER_AREA), (width, height)
        )
    if lens.blur:
        image = cv2.GaussianBlur(image, (0, 0), lens.blur)  # type: ignore[assignment]
    if lens.motion:
        image = cv2.filter2D(image, -1, _streak(lens.motion, lens.motion_angle))  # type: ignore[assignment]
    if gain is None:  # the camera meters the light, though not quite
        gain = (lens.brightness / max(float(image.mean()), 0.02)) ** 0.75
    image = image * (np.array(lens.cast, np.float32) * np.float32(gain))
    grey = image.mean(axis=2, keepdims=True)
    image = grey + (image - grey) * np.float32(lens.saturation)
    image = (image - np.float32(0.5)) * np.float32(lens.contrast) + np.float32(0.5)
    grain = rng.standard_normal((height, width), dtype=np.float32) * np.float32(lens.noise)
    image = image + grain[..., None]
    # Bright light fades into white instead of breaking off.
    image = np.where(image > 0.85, 0.85 + 0.15 * np.tanh((image - 0.85) / 0.15), image)
    return np.asarray(np.rint(image.clip(0, 1) * 255), np.uint8), gain


def _streak(length: float, angle: float) -> Floats:
    side = int(length) | 1
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    reach = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * middle
    start, end = np.rint(middle - reach).astype(int), np.rint(middle + reach).astype(int)
    cv2.line(kernel, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 1.0, 1)
    kernel /= kernel.sum()
    return kernel
