"""Random changes to a training crop; image and points are moved by one affine.

People in everyday pictures are often cut off, covered, far away and blurred, those in training sets of sports
seldom: `part`, `occluder`, `coarse` and `noise` make such people of the others.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.keypoints import sized_set

Image = NDArray[np.uint8]
"""(S, S, 3) RGB."""


@dataclass(frozen=True)
class Augmentation:
    """Ranges to draw from.

    rotation: at most this many radians either way. smallest, largest: range of the magnification,
    drawn evenly in its logarithm. shift: at most this share of the image's side, along each axis.
    flip: probability of a mirror image. colour: gain of each channel and of the contrast, at most this
    share either way. grey: probability of a picture without colour.

    Probabilities as well: part: of a crop around a part of the body, as of a person whom the picture's
    border or a table cuts off. occluder: of something in front. coarse: of a resolution up to five times
    lower. noise: of a sensor's noise.
    """

    rotation: float = 0.45
    smallest: float = 0.8
    largest: float = 1.25
    shift: float = 0.08
    flip: float = 0.5
    colour: float = 0.2
    grey: float = 0.05
    part: float = 0.3
    occluder: float = 0.3
    coarse: float = 0.3
    noise: float = 0.2


def augment(
    image: Image,
    points: NDArray[np.float32],
    visibility: NDArray[np.int8],
    rng: np.random.Generator,
    augmentation: Augmentation,
) -> tuple[Image, NDArray[np.float32], NDArray[np.int8]]:
    """Image (S, S, 3), points (K, 2) in its pixels and visibility (K,), changed at random alike.

    What comes from outside the image is black, as in a padded crop. A point that leaves the image
    becomes unlabelled; one behind an occluder stays labelled, as people are asked to guess it.
    """
    size = image.shape[0]
    affine = _random_affine(size, augmentation, rng)
    if rng.random() < augmentation.part and (visibility > 0).sum() >= LEAST_JOINTS:
        image, visibility, window = _part(image, points, visibility, rng)
        affine = affine @ window
    if rng.random() < augmentation.flip:
        mirror = np.array([[-1.0, 0.0, size], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        affine = mirror @ affine
        flip = list(sized_set(len(points)).flip)
        points, visibility = points[flip], visibility[flip]
    # OpenCV counts from the centre of a pixel, points from its corner.
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    matrix = (np.linalg.inv(half) @ affine @ half)[:2]
    moved: Image = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR)  # type: ignore[assignment]
    points = (points @ affine[:2, :2].T + affine[:2, 2]).astype(np.float32)
    inside = ((points >= 0) & (points < size)).all(axis=-1)
    if rng.random() < augmentation.occluder:
        moved = _occlude(moved, rng)
    moved = _recolour(moved, augmentation, rng)
    if rng.random() < augmentation.coarse:
        moved = _coarsen(moved, rng)
    if rng.random() < augmentation.noise:
        spread = rng.uniform(2, 12)
        noisy = moved + rng.normal(0, spread, moved.shape).astype(np.float32)
        moved = np.clip(noisy, 0, 255).astype(np.uint8)
    return moved, points, np.where(inside, visibility, 0).astype(np.int8)


LEAST_JOINTS: Final = 4
"""Labelled joints from which on a person can be cut to a part: half of them remain."""

SMALLEST_PART: Final = 0.35
"""Side of the smallest part as a share of the image's: what is smaller is too blurred to learn from."""


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


def _part(
    image: Image, points: NDArray[np.float32], visibility: NDArray[np.int8], rng: np.random.Generator
) -> tuple[Image, NDArray[np.int8], NDArray[np.float64]]:
    """A square around the joints on one side of a straight cut, and the affine that makes it the image.

    The upper part stays most often, as in a picture of somebody at a table. Every other time the picture
    ends at the cut: it is black from there on, and what was there is not labelled.
    """
    size = image.shape[0]
    axis, first = ((1, True), (1, True), (1, True), (1, False), (0, True), (0, False))[rng.integers(6)]
    labelled = points[visibility > 0]
    order = np.argsort(labelled[:, axis])
    count = rng.integers((len(order) + 1) // 2, len(order))
    kept = labelled[order[:count] if first else order[-count:]]
    low, high = kept.min(axis=0), kept.max(axis=0)
    side = max(1.15 * float((high - low).max()), SMALLEST_PART * size)
    corner = (low + high) / 2 - side / 2
    if rng.random() < 0.5:
        edge = float(high[axis]) + 0.03 * size if first else float(low[axis]) - 0.03 * size
        beyond = np.arange(size) >= edge if first else np.arange(size) < edge
        image = np.where(beyond[:, None, None] if axis == 1 else beyond[:, None], np.uint8(0), image)
        gone = points[:, axis] >= edge if first else points[:, axis] < edge
        visibility = np.where(gone, 0, visibility).astype(np.int8)
    zoom = size / side
    window = np.array([[zoom, 0, -zoom * corner[0]], [0, zoom, -zoom * corner[1]], [0, 0, 1]])
    return image, visibility, window


def _occlude(image: Image, rng: np.random.Generator) -> Image:
    """One or two rectangles or ellipses in front, of one colour or showing another part of the picture."""
    size = image.shape[0]
    covered = image.copy()
    for _ in range(rng.integers(1, 3)):
        x, y = rng.uniform(0, size, 2)
        width, height = rng.uniform(0.06, 0.2, 2) * size
        stencil = np.zeros((size, size), np.uint8)
        if rng.random() < 0.5:
            corners = cv2.boxPoints(((x, y), (2 * width, 2 * height), rng.uniform(0, 90)))
            cv2.fillConvexPoly(stencil, corners.astype(np.int32), 1)
        else:
            cv2.ellipse(
                stencil, (int(x), int(y)), (int(width), int(height)), rng.uniform(0, 180), 0, 360, 1, -1
            )
        filling = (
            np.roll(image, tuple(rng.integers(size // 4, 3 * size // 4, 2)), (0, 1))
            if rng.random() < 0.5
            else np.broadcast_to(rng.integers(0, 256, 3).astype(np.uint8), image.shape)
        )
        covered = np.where(stencil[..., None] > 0, filling, covered)
    return covered


def _coarsen(image: Image, rng: np.random.Generator) -> Image:
    size = image.shape[0]
    cells = max(8, round(size / float(np.exp(rng.uniform(np.log(1.5), np.log(5.0))))))
    small = cv2.resize(image, (cells, cells), interpolation=cv2.INTER_AREA)
    coarse: Image = cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    return coarse


def _recolour(image: Image, augmentation: Augmentation, rng: np.random.Generator) -> Image:
    if rng.random() < augmentation.grey:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    reach = augmentation.colour
    gains = rng.uniform(1 - reach, 1 + reach, 3) * rng.uniform(1 - reach, 1 + reach)
    contrast = rng.uniform(1 - reach, 1 + reach)
    # One table per channel: contrast about mid-grey, then the gain.
    table = np.clip(((np.arange(256)[:, None] - 128) * contrast + 128) * gains, 0, 255).astype(np.uint8)
    recoloured: Image = cv2.LUT(image, table[None])  # type: ignore[assignment]
    return recoloured
