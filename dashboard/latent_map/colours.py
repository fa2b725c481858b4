"""What the points' colours mean: any column becomes a few classes, each a row of the legend."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared import latents
from dashboard.shared.attribute_words import column_of, value_of, words_of
from dashboard.shared.charts import CATEGORIES, GREY, SCORE_SCALE, category
from dashboard.shared.clustering import answers
from dashboard.shared.numbers import number, significant
from posecore.attributes.descriptions import CIRCLES
from posecore.attributes.skeletons import PEAK, joints_known
from posecore.attributes.table import ATTRIBUTES, attributes_for
from posecore.bundle import Bundle
from posecore.samples import read_peaks, read_visibility, truth_columns

PCK: Final = "PCK"
CLUSTER: Final = "cluster"
JOINT: Final = " (joint)"
"""Ends the name of a joint's colouring, so that it is not taken for an attribute's."""

STEPS: Final = len(SCORE_SCALE)
UNKNOWN: Final = "not known"


class Class(NamedTuple):
    """A row of the legend. symbol: of charts.SYMBOLS."""

    label: str
    colour: str
    symbol: str = "circle"


class Colouring(NamedTuple):
    """codes: (N,) everybody's class. values: (N,) the same in words, for one person at a time."""

    name: str
    classes: tuple[Class, ...]
    codes: NDArray[np.uint8]
    values: Sequence[object] | NDArray[Any]
    unit: str = ""

    def of(self, row: int) -> str:
        """What is known of the person in this row of the table."""
        value = self.values[row]
        if isinstance(value, (float, np.floating)):
            said = f"{significant(float(value))} {self.unit}".strip() if np.isfinite(value) else UNKNOWN
        else:
            said = str(value)
        if self.name == CLUSTER:
            return said
        return f"{self.name.removesuffix(JOINT)}: {said}"


def colourings(bundle: Bundle) -> list[str]:
    """Names of everything that people can be coloured by."""
    return [PCK, CLUSTER, *_attributes(bundle), *_joints(bundle), *_truth(bundle)]


def colour(bundle: Bundle, name: str, clusters: int) -> Colouring:
    """Everybody's colours by the name of a colouring. Raises ConfigError where people cannot be clustered."""
    table = bundle.samples
    if name == CLUSTER:
        numbers = answers.cluster_numbers(bundle, clusters)
        colours = [Class(f"cluster {one + 1}", *category(one)) for one in range(clusters)]
        return _kinds(name, numbers, colours)
    if name in _joints(bundle):
        return _joint(bundle, name)
    if name in _truth(bundle):
        return _caused(name, table[_truth(bundle)[name]], _truth(bundle)[name])
    if name in _attributes(bundle):
        attribute = _attributes(bundle)[name]
        values = latents.attributes(bundle)[attribute].to_numpy(np.float64)
        return _quantity(name, values, ATTRIBUTES[attribute].unit)
    return _quantity(PCK, table["pck"].to_numpy(np.float64), edges=np.linspace(0, 1, 6))


def _attributes(bundle: Bundle) -> dict[str, str]:
    """Names for people to names of attributes; the number of labelled joints first."""
    first, joints = "labelled_joints", joints_known(bundle.samples)
    others = (name for name in attributes_for(bundle.keypoints) if name != first)
    return {words_of(name, joints).axis: name for name in (first, *others)}


def _joints(bundle: Bundle) -> dict[str, int]:
    return {f"{name}{JOINT}": index for index, name in enumerate(bundle.keypoints.labels)}


def _truth(bundle: Bundle) -> dict[str, str]:
    """Names for people to columns that say how rendered people were made, and differ between them."""
    joints = joints_known(bundle.samples)
    return {
        column_of(name, joints): name
        for name, column in truth_columns(bundle.samples).items()
        if name != "truth_seed" and column.nunique() > 1
    }


def _joint(bundle: Bundle, name: str) -> Colouring:
    joint = _joints(bundle)[name]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    if joints_known(bundle.samples) == "annotated":
        labels = ("not labelled", "labelled, hidden", "labelled, visible")
        codes = read_visibility(bundle.samples)[:, joint].astype(np.int64)
        colours = (GREY, CATEGORIES[1], CATEGORIES[0])
    else:
        labels = (f"peak below {PEAK}", f"predicted with a peak of {PEAK} or more")
        codes = (read_peaks(bundle.samples)[:, joint] >= PEAK).astype(np.int64)
        colours = (GREY, CATEGORIES[0])
    return _kinds(name, codes, [Class(*pair) for pair in zip(labels, colours, strict=True)])


def _caused(name: str, column: pd.Series, source: str) -> Colouring:
    """How rendered people were made: a truth, a text, a number or a direction."""
    if pd.api.types.is_bool_dtype(column):
        return _kinds(
            name, column.to_numpy(np.int64), [Class("no", CATEGORIES[0]), Class("yes", CATEGORIES[1])]
        )
    if not pd.api.types.is_numeric_dtype(column):
        texts = sorted(column.dropna().unique())
        codes = pd.Categorical(column, texts).codes.astype(np.int64)
        classes = [Class(value_of(source, text), *category(i)) for i, text in enumerate(texts)]
        return _kinds(name, codes, classes)
    values = column.to_numpy(np.float64)
    if source in CIRCLES:
        # Both ends of the scale are the same direction, so no scale from dark to light fits.
        return _quantity(name, values, "degrees", edges=np.linspace(-180, 180, 9), palette=CATEGORIES)
    return _quantity(name, values)


def _kinds(name: str, codes: NDArray[np.integer], classes: Sequence[Class]) -> Colouring:
    """A colouring by kind; a code of -1 is not known."""
    unknown = codes < 0
    rows = (*classes, Class(UNKNOWN, GREY)) if unknown.any() else tuple(classes)
    places = np.where(unknown, len(classes), codes).astype(np.uint8)
    return Colouring(name, rows, places, np.array([row.label for row in rows], object)[places])


def _quantity(
    name: str,
    values: NDArray[np.float64],
    unit: str = "",
    edges: NDArray[np.float64] | None = None,
    palette: Sequence[str] = SCORE_SCALE,
) -> Colouring:
    """A colouring by number, in steps between `edges`; what lies beyond belongs to the first or last step."""
    known = np.isfinite(values)
    if not known.any():
        return _kinds(name, np.full(len(values), -1), [])
    edges = round_steps(values[known]) if edges is None else edges
    count = len(edges) - 1
    steps = np.digitize(values, edges[1:-1])
    # A scale of few steps takes colours from its whole length.
    places = np.linspace(0, len(palette) - 1, count) if count > 1 else np.array([0])
    classes = [
        Class(f"{significant(low, 4)} to {significant(high, 4)}", palette[round(place)])
        for low, high, place in zip(edges[:-1], edges[1:], places, strict=True)
    ]
    if len(np.unique(values[known])) <= count + 1 and (values[known] % 1 == 0).all():
        whole = np.unique(values[known])
        steps, count = np.searchsorted(whole, values), len(whole)
        places = np.linspace(0, len(palette) - 1, count)
        classes = [
            Class(number(value, 0), palette[round(place)]) for value, place in zip(whole, places, strict=True)
        ]
    found = _kinds(name, np.where(known, steps, -1), classes)
    return found._replace(values=values, unit=unit)


def round_steps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of at most STEPS equal steps of a round width, over the middle 98 % of the finite values."""
    low, high = np.quantile(values, [0.01, 0.99])
    if low == high:
        return np.array([low, high if high > low else low + 1])
    rough = (high - low) / STEPS
    power = 10.0 ** np.floor(np.log10(rough))
    for factor in (1, 2, 2.5, 5, 10, 20):
        width = factor * power
        first, last = np.floor(low / width), np.ceil(high / width)
        if last - first <= STEPS:
            break
    edges: NDArray[np.float64] = np.arange(first, last + 1) * width
    return edges
