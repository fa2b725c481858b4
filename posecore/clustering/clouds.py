"""People of known making, with and without groups, to see how often a verdict on clusters is right.

Every cloud has its own spectrum: variances fall as a power of the component's number, from all alike to as
steeply as a network's latents fall. Shapes: N people, D components.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from posecore.clustering.silhouette import mean_silhouette, silhouettes_from

Floats = NDArray[np.float64]
Random = np.random.Generator

STEEPEST: Final = 1.2
"""Power with which variances fall at most; the first 50 components of the shipped networks fall so."""

CLEAR, MEDIUM = 0.3, 0.15
"""Mean silhouettes of the true labels of planted groups."""

STEPS: Final = 12
"""Halvings of the distance between planted groups: to a thousandth of what it can be."""


def gaussian(rng: Random, people: int, components: int) -> Floats:
    """(N, D) of a normal distribution of total variance 1."""
    variances = np.arange(1, components + 1) ** -rng.uniform(0, STEEPEST)
    drawn: Floats = rng.standard_normal((people, components)) * np.sqrt(variances / variances.sum())
    return drawn


def heavy_tailed(rng: Random, people: int, components: int) -> Floats:
    """(N, D) of a multivariate t distribution with five degrees of freedom."""
    drawn: Floats = gaussian(rng, people, components) / np.sqrt(rng.chisquare(5, people) / 5)[:, None]
    return drawn


def bent(rng: Random, people: int, components: int) -> Floats:
    """(N, D) along a horseshoe in a random plane, evenly over 180 to 290 degrees, which holds 40 to 70 % of
    the variance; the rest is normal."""
    opening, share = rng.uniform(1, 1.6) * np.pi, rng.uniform(0.4, 0.7)
    angles = rng.uniform(-opening / 2, opening / 2, people)
    arc = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    arc *= np.sqrt(share / arc.var(axis=0).sum())
    found: Floats = arc @ _plane(rng, components) + np.sqrt(1 - share) * gaussian(rng, people, components)
    return found


def planted(rng: Random, people: int, components: int, silhouette: float) -> tuple[Floats, NDArray[np.int64]]:
    """(N, D) of three normal groups at the corners of a triangle in a random plane, so far apart that their
    mean silhouette is `silhouette`; and their labels (N,). Sizes differ a little, at random."""
    people_of = rng.multinomial(people, rng.dirichlet([20, 20, 20]))
    labels = np.repeat(np.arange(3), people_of)
    corners = np.array([[0, 1], [3**0.5 / 2, -0.5], [-(3**0.5) / 2, -0.5]]) @ _plane(rng, components)
    within = gaussian(rng, people, components)
    at_one = within + corners[labels]
    own, shifted, apart = (np.square(cdist(one, one)) for one in (within, at_one, corners[labels]))
    near, far = 0.0, 4.0  # at which the silhouette is above 0.7
    for _ in range(STEPS):
        middle = (near + far) / 2
        squares = own + middle * (shifted - own - apart) + middle**2 * apart
        distances = np.sqrt(squares.clip(0)).astype(np.float32)
        reached = mean_silhouette(silhouettes_from(distances, labels[None])[0])
        near, far = (middle, far) if reached < silhouette else (near, middle)
    return within + far * corners[labels], labels


def _plane(rng: Random, components: int) -> Floats:
    """(2, D) two directions at right angles."""
    directions: Floats = np.linalg.qr(rng.standard_normal((components, 2)))[0].T
    return directions


KINDS: Final[Mapping[str, tuple[int, Callable[[Random, int, int], Floats]]]] = {
    "normal cloud": (1, gaussian),
    "bent cloud": (1, bent),
    "heavy tails": (1, heavy_tailed),
    "three groups, clear": (3, lambda rng, people, components: planted(rng, people, components, CLEAR)[0]),
    "three groups, medium": (3, lambda rng, people, components: planted(rng, people, components, MEDIUM)[0]),
}
"""By name how many groups there are, 1 for a single cloud, and how people (N, D) are drawn."""
