"""The kinds of claims, a row each: its parameters, what its test asks of networks, and what is found.

A claim says that an effect lies beyond the smallest that matters, in a direction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.ablation import ALL_ON
from posecore.attributes.descriptions import joints_of, truth_of
from posecore.attributes.skeletons import joints_known
from posecore.attributes.table import attributes_of
from posecore.bundle.reader import Bundle
from posecore.causes.table import CAUSES
from posecore.components.pca import Components
from posecore.components.polygon import in_polygon
from posecore.errors import BundleError, ConfigError, DataError
from posecore.ledger.findings import Finding, change, correlation_of, difference_of, least_of, mean_of
from posecore.ledger.parameters import (
    MOST_CORNERS,
    Parameters,
    check_built,
    joint_groups,
    read_attribute,
    read_beside,
    read_cause,
    read_component,
    read_group,
    read_joints,
    read_masks,
    read_replacement,
    read_untrained,
    unpacked,
)
from posecore.samples import Prefix
from posecore.statistics import Floats
from posecore.studies.causes.results import load_cause_study
from posecore.studies.causes.summary import untrained_limit
from posecore.studies.projection.fitted import fitted_components
from posecore.studies.projection.results import load_projection

PLACEBO: Final = next(cause for cause in CAUSES.values() if cause.placebo)
"""What every cause is held against: another grain."""

UNTRAINED: Final = "untrained"
"""Parameter of a claim on a cause: how far the change moves components of networks that never learned."""


def _nothing(known: "Known", parameters: Parameters) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Known:
    """A bundle, and what claims about it speak of; its components and attributes are computed when asked
    for."""

    bundle: Bundle

    @cached_property
    def components(self) -> Components:
        """Those that every page shows."""
        try:
            stored = load_projection(self.bundle)
        except BundleError:
            stored = None
        return fitted_components(self.bundle, stored)[0]

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of all that is known of the bundle's people."""
        return tuple(map(str, attributes_in(self.bundle.samples, self.joints).columns))

    @property
    def joints(self) -> Prefix:
        """Which joints attributes are measured by."""
        return joints_known(self.bundle.samples)


def attributes_in(samples: pd.DataFrame, joints: Prefix) -> pd.DataFrame:
    """All that is known of a table's people, by sample_id, measured by those joints."""
    parts = [attributes_of(samples, joints), joints_of(samples, joints), truth_of(samples)]
    return pd.concat(parts, axis=1)


@dataclass(frozen=True)
class Asked:
    """What a test asks of networks, for every person.

    masks: of the own network, and replacement: what stands for cut skips. other: whether the other network is
    asked, with all skips. latents: whether latents are looked at. changes: causes and strengths.
    """

    masks: tuple[str, ...] = ()
    replacement: str = "zero"
    other: bool = False
    latents: bool = False
    changes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Answers:
    """What N people's test gave, as far as it was Asked.

    hits: (N, M, K) under every mask, then of the other network, nan where a joint is not labelled. latents:
    (N, 1 + C, D) as made and after every change, nan where it cannot be made. table: as of a bundle.
    """

    hits: Floats
    latents: NDArray[np.float32]
    table: pd.DataFrame


@dataclass(frozen=True)
class Kind:
    """key: in files and links. title: for people. unit: of its effect. smallest: the least effect that
    matters where nobody says otherwise, most: what it can be. directions: of those that a claim may have.
    fields: names of its parameters. recorded: what of the bundle's studies is written down with a claim that
    is made, as it is held against it; raises ConfigError. references: names of that, which claims made before
    it was looked at lack.

    check: the parameters as they are kept, of any that may be wrong; raises ConfigError. same: of those, what
    is the same for claims that say the same. asked, find: the test. beside: whether there is another network,
    of the bundle `beside` beside this one. rendered: whether people must be rendered ones.
    """

    key: str
    title: str
    unit: str
    smallest: float
    most: float
    fields: tuple[str, ...]
    check: Callable[[Known, Parameters], dict[str, Any]]
    asked: Callable[[Parameters], Asked]
    find: Callable[[Known, Parameters, Answers], Finding]
    same: Callable[[Parameters], Mapping[str, Any]] = dict
    recorded: Callable[[Known, Parameters], dict[str, Any]] = _nothing
    references: tuple[str, ...] = ()
    directions: Sequence[int] = (1, -1)
    beside: bool = False
    rendered: bool = False

    def read(self, known: Known, given: Parameters) -> dict[str, Any]:
        """The parameters as they are kept. Raises ConfigError where one is wrong, missing or not known."""
        if absent := [name for name in self.fields if name not in given]:
            raise ConfigError(f"{self.title}: {absent[0]} is not given")
        if strange := [name for name in given if name not in (*self.fields, *self.references)]:
            raise ConfigError(f"{self.title}: has no {strange[0]!r:.40}; it has {', '.join(self.fields)}")
        return self.check(known, given)

    def has(self, names: Collection[str]) -> bool:
        """Whether a claim of this kind may have parameters of these names."""
        return set(self.fields) <= set(names) <= {*self.fields, *self.references}


def _check_masks(known: Known, given: Parameters) -> dict[str, Any]:
    masks = read_masks(given["masks"])
    check_built(known.bundle, masks)
    joints = read_joints(known.bundle.keypoints, given["joints"])
    return {"masks": masks, "joints": joints, "replacement": read_replacement(given["replacement"])}


def _same_masks(parameters: Parameters) -> Mapping[str, Any]:
    """Of 'A finds more than B' and 'B finds fewer than A', which are one claim."""
    return {**parameters, "masks": sorted(parameters["masks"], reverse=True)}


def _compared(known: Known, parameters: Parameters, answers: Answers) -> Finding:
    """By how many points the first hits lie above the second, at the claim's joints."""
    joints = list(joint_groups(known.bundle.keypoints)[parameters["joints"]])
    hits = answers.hits[:, :, joints]
    return mean_of(change(hits[:, 0], hits[:, 1]), most=100)


def _check_component(known: Known, given: Parameters) -> dict[str, Any]:
    return {
        "component": read_component(given["component"], len(known.components.axes)),
        "attribute": read_attribute(given["attribute"], known.attributes),
    }


def _find_component(known: Known, parameters: Parameters, answers: Answers) -> Finding:
    number = parameters["component"]
    scores = known.components.first(number).project(answers.latents[:, 0])[:, number - 1]
    return correlation_of(scores, _attribute(known, parameters, answers))


def _check_group(known: Known, given: Parameters) -> dict[str, Any]:
    count = len(known.components.axes)
    return {
        "group": read_group(given["group"], known.bundle.manifest.dimensions, count),
        "attribute": read_attribute(given["attribute"], known.attributes),
    }


def _same_group(parameters: Parameters) -> Mapping[str, Any]:
    """An area is the same from whichever corner on, and either way round, it was drawn."""
    group = parameters["group"]
    if group["of"] != "area":
        return parameters
    corners = group["corners"]
    if len(corners) > MOST_CORNERS:  # a file's: there are as many ways to draw them, twice, of as many each
        raise ValueError(f"more than {MOST_CORNERS} corners")
    drawn = [way[start:] + way[:start] for way in (corners, corners[::-1]) for start in range(len(corners))]
    return {**parameters, "group": {**group, "corners": min(drawn)}}


def _find_group(known: Known, parameters: Parameters, answers: Answers) -> Finding:
    inside = in_group(known, parameters["group"], answers.latents[:, 0])
    return difference_of(_attribute(known, parameters, answers), inside)


def in_group(known: Known, group: Mapping[str, Any], latents: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) whose latents (N, D) lie in a group: nearest its centroid, or within its corners."""
    if group["of"] == "area":
        axes = [axis - 1 for axis in group["plane"]]
        places = known.components.first(max(axes) + 1).project(latents)[:, axes]
        return in_polygon(np.array(group["corners"], np.float64), places)
    centroids, space = unpacked(group["centroids"]), group["components"]
    places = latents if space is None else known.components.first(space).project(latents)
    far = np.stack([np.square(places - centre).sum(axis=1, dtype=np.float64) for centre in centroids])
    inside: NDArray[np.bool_] = far.argmin(axis=0) == group["cluster"] - 1
    return inside


def _attribute(known: Known, parameters: Parameters, answers: Answers) -> Floats:
    """(N,) of the claim's attribute; of a kind that none of these people is, 0 for all."""
    table, name = attributes_in(answers.table, known.joints), parameters["attribute"]
    if name in table:
        return table[name].to_numpy(np.float64, na_value=np.nan)
    # What is the same for everybody is left out of the table.
    return np.zeros(len(table))


def _check_cause(known: Known, given: Parameters) -> dict[str, Any]:
    key, value = read_cause(given["cause"], given["strength"])
    component = read_component(given["component"], len(known.components.axes))
    found = {"cause": key, "strength": value, "component": component}
    return found | ({UNTRAINED: read_untrained(given[UNTRAINED])} if UNTRAINED in given else {})


def _recorded_cause(known: Known, parameters: Parameters) -> dict[str, Any]:
    """What the page Causes holds the movement against, too. It is of the study, as there: untrained networks
    take their statistics and components of many people, and it stands before anybody new is seen."""
    try:
        limit = untrained_limit(load_cause_study(known.bundle), parameters["cause"], parameters["strength"])
    except (BundleError, DataError) as error:
        raise ConfigError(f"whether this cause moves a component cannot be told here: {error}") from error
    return {UNTRAINED: limit}


def _same_cause(parameters: Parameters) -> Mapping[str, Any]:
    """A study made anew gives nobody other people for the same claim."""
    return {name: value for name, value in parameters.items() if name != UNTRAINED}


def _find_cause(known: Known, parameters: Parameters, answers: Answers) -> Finding:
    """How much farther the cause moves people along the component, either way, than another grain does, and
    than untrained networks move."""
    number = parameters["component"]
    fitted = known.components.first(number)
    people, pictures, dimensions = answers.latents.shape
    scores = fitted.project(answers.latents.reshape(-1, dimensions))[:, number - 1]
    scores = scores.reshape(people, pictures).astype(np.float64) / np.sqrt(float(fitted.variances[-1]))
    moved = np.abs(scores[:, 1:] - scores[:, :1])
    beyond_grain = mean_of(moved[:, 0] - moved[:, 1:].mean(axis=1))
    if UNTRAINED not in parameters:  # sealed when nothing but another grain was looked at
        return beyond_grain
    return least_of([beyond_grain, mean_of(moved[:, 0] - parameters[UNTRAINED])])


def _same_networks(parameters: Parameters) -> Mapping[str, Any]:
    """The other network is sealed by its weights, whatever its bundle is called."""
    return {name: value for name, value in parameters.items() if name != "beside"}


def _check_networks(known: Known, given: Parameters) -> dict[str, Any]:
    name = read_beside(given["beside"])
    if name == known.bundle.path.name:
        raise ConfigError(f"network {name!r:.60}: expected that of another bundle")
    return {"beside": name, "joints": read_joints(known.bundle.keypoints, given["joints"])}


_KINDS: Final = (
    Kind(
        key="masks",
        title="Two ways to cut skips, compared at some joints",
        unit="points of PCK",
        smallest=2.0,
        most=100.0,
        fields=("masks", "joints", "replacement"),
        check=_check_masks,
        same=_same_masks,
        asked=lambda parameters: Asked(tuple(parameters["masks"]), parameters["replacement"]),
        find=_compared,
    ),
    Kind(
        key="component",
        title="A component goes with an attribute",
        unit="rank correlation",
        smallest=0.2,
        most=0.95,
        fields=("component", "attribute"),
        check=_check_component,
        asked=lambda _: Asked(latents=True),
        find=_find_component,
    ),
    Kind(
        key="group",
        title="A group differs in an attribute from the rest",
        unit="standard deviations",
        smallest=0.2,
        most=10.0,
        fields=("group", "attribute"),
        check=_check_group,
        same=_same_group,
        asked=lambda _: Asked(latents=True),
        find=_find_group,
    ),
    Kind(
        key="cause",
        title="A cause moves a component",
        unit="standard deviations of people",
        smallest=0.1,
        most=10.0,
        fields=("cause", "strength", "component"),
        check=_check_cause,
        recorded=_recorded_cause,
        references=(UNTRAINED,),
        same=_same_cause,
        asked=lambda parameters: Asked(
            latents=True,
            changes=(
                (parameters["cause"], parameters["strength"]),
                *((PLACEBO.key, strength) for strength in PLACEBO.strengths),
            ),
        ),
        find=_find_cause,
        directions=(1,),
        rendered=True,
    ),
    Kind(
        key="networks",
        title="This network finds more joints than another",
        unit="points of PCK",
        smallest=2.0,
        most=100.0,
        fields=("beside", "joints"),
        check=_check_networks,
        same=_same_networks,
        asked=lambda _: Asked((ALL_ON.title,), other=True),
        find=_compared,
        beside=True,
    ),
)

KINDS: Final[Mapping[str, Kind]] = {kind.key: kind for kind in _KINDS}
"""By key."""


def kind_of(key: object) -> Kind:
    """The row of that key. Raises ConfigError, which names those there are."""
    if not isinstance(key, str) or key not in KINDS:
        raise ConfigError(f"claim of kind {key!r:.40}: there is none; there are: {', '.join(KINDS)}")
    return KINDS[key]
