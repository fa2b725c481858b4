"""Layers of two networks beside networks that never learned, from the control studies of both bundles."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.compare.pair import Pair
from dashboard.shared import untrained
from posecore.studies.control.results import ControlStudy
from posecore.studies.control.summary import layer_baselines

Floats = NDArray[np.floating]


class Baselines(NamedTuple):
    """CKA (L, L') of a layer, a row each, with a layer of another network; nan where it is not known.

    untrained: of two networks that never learned. mixed: of one of these with A, or with B. Of what the two
    bundles' studies say the higher one.
    """

    untrained: Floats
    mixed: Floats


def baselines(pair: Pair, names: tuple[Sequence[str], Sequence[str]]) -> Baselines | None:
    """For layers of A and of B, by their names; None where either bundle lacks the study."""
    one, other = untrained.reference(pair.one), untrained.reference(pair.other)
    return None if one is None or other is None else of_both(one, other, names)


def of_both(one: ControlStudy, other: ControlStudy, names: tuple[Sequence[str], Sequence[str]]) -> Baselines:
    """The same of these studies of A and of B."""
    ours = [_named(values, one, names) for values in layer_baselines(one)]
    # In B's study B's layers come first.
    theirs = [_named(values, other, names[::-1]).T for values in layer_baselines(other)]
    mixed, nothing = (np.fmax(*both) for both in zip(ours, theirs, strict=True))
    return Baselines(nothing, mixed)


def missing(pair: Pair) -> list[str]:
    """What makes the studies that are lacking, a line for each."""
    sides = (pair.one, pair.other)
    return [untrained.missing(bundle) for bundle in sides if untrained.reference(bundle) is None]


def _named(values: Floats, study: ControlStudy, names: tuple[Sequence[str], Sequence[str]]) -> Floats:
    """Of values (F, F) by the study's layers those of the layers `names`, (L, L'); nan where it has none."""
    places = {str(name): place for place, name in enumerate(study.layers)}
    found = np.full((len(names[0]), len(names[1])), np.nan)
    for cell in np.ndindex(found.shape):
        row, column = (places.get(side[place]) for side, place in zip(names, cell, strict=True))
        if row is not None and column is not None:
            found[cell] = values[row, column]
    return found
