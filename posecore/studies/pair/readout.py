"""What a linear readout finds in the latents that two bundles hold of the same people."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.people import People
from posecore.bundle.reader import Bundle
from posecore.probes.readout import FOLDS, readout

MOST: Final = 2000
"""People whose latents are read off, drawn at random of more: what it takes grows with their cube."""


def read_off(one: Bundle, other: Bundle, people: People, seed: int) -> NDArray[np.int8]:
    """(3, N, K) hits of readouts of `one` and `other`, and of the mean place: 1 found, 0 not, -1 not read.

    The same folds for both; see posecore.probes.readout. Not read is a joint that is not labelled, who holds
    nan in a latent, and everybody where fewer than FOLDS are left.
    """
    stored = np.full((3, *people.visibility.shape), -1, np.int8)
    labelled = np.flatnonzero((people.visibility > 0).any(axis=1))
    drawn = np.sort(np.random.default_rng(seed).permutation(labelled)[:MOST])
    sides = []
    for bundle in (one, other):
        rows = [bundle.row(people.sample_ids[place]) for place in drawn]
        sides.append(np.asarray(bundle.latents[rows]))
    finite = np.isfinite(sides[0]).all(axis=1) & np.isfinite(sides[1]).all(axis=1)
    chosen = drawn[finite]
    if len(chosen) < FOLDS:
        return stored
    labels = people.annotated[chosen], people.visibility[chosen]
    first, second = (readout(side[finite], *labels, seed) for side in sides)
    right = np.stack([first.found, second.found, first.mean])
    stored[:, chosen] = np.where(np.isnan(right), -1, right)
    return stored
