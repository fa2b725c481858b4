"""Random changes to a training crop; image and points are moved by one affine."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.keypoints import FLIP


@dataclass(frozen=True)
class Augmentation:
    """Ranges to draw from.

    rotation: at most this many radians either way. smallest, largest: range of the magnification,
    drawn evenly in its logarithm. shift: at most this share of the image's side, along each axis.
    flip: probability of a mirror image. colour: gain of each channel and of the contrast, at most this
    share either way. grey: probability of a picture without colour.
    """

    rotation: float = 0.45
    smallest: float = 0.8
    largest: float = 1.25
    shift: float = 0.08
    flip: float = 0.5
    colour: float = 0.2
    grey: float = 0.05


def augment(
    image: NDArray[np.uint8],
    points: NDArray[np.float32],
    visibility: NDArray[np.int8],
    rng: np.random.Generator,
    augmentation: Augmentation,
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int8]]:
    """Image (S, S, 3), points (K, 2) in its pixels and visibility (K,), changed at random alike.

    What comes from outside the image is black, as in a padded crop. A point that leaves the image
    becomes unlabelled.
    """
    size = image.shape[0]
    affine = _random_affine(size, augmentation, rng)
    if rng.random() < augmentation.flip:
        mirror = np.array([[-1.0, 0.0, size], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        affine = affine @ mirror
        points, visibility = points[list(FLIP)], visibility[list(FLIP)]
    # OpenCV counts from the centre of a pixel, points from its corner.
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    matrix = (np.linalg.inv(half) @ affine @ half)[:2]
    moved: NDArray[np.uint8] = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR)  # type: ignore[assignment]
    points = (points @ affine[:2, :2].T + affine[:2, 2]).astype(np.float32)
    inside = ((points >= 0) & (points < size)).all(axis=-1)
    return _recolour(moved, augmentation, rng), points, np.where(inside, visibility, 0).astype(np.int8)


def _random_affine(size: int, augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    angle = rng.uniform(-augmentation.rotation, augmentation.rotation)
    zoom = np.exp(rng.uniform(np.log(augmentation.smallest), np.log(augmentation.largest)))
    cosine, sine = zoom * np.cos(angle), zoom * np.sin(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]])
    centre = np.array([size / 2, size / 2])
    shift = rng.uniform(-augmentation.shift, augmentation.shift, 2) * size
    affine = np.eye(3)
    affine[:2, :2] = linear
    affine[:2, 2] = centre + shift - linear @ centre
    return affine


def _recolour(
    image: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    if rng.random() < augmentation.grey:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    reach = augmentation.colour
    gains = rng.uniform(1 - reach, 1 + reach, 3) * rng.uniform(1 - reach, 1 + reach)
    contrast = rng.uniform(1 - reach, 1 + reach)
    # One table per channel: contrast about mid-grey, then the gain.
    table = np.clip(((np.arange(256)[:, None] - 128) * contrast + 128) * gains, 0, 255).astype(np.uint8)
    recoloured: NDArray[np.uint8] = cv2.LUT(image, table[None])  # type: ignore[assignment]
    return recoloured
