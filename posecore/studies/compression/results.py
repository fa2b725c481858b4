"""The file of the study of compression: what every network finds of every person, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.compression.ranking import Ranking
from posecore.config import from_dict
from posecore.files import atomic_file
from posecore.metrics.paired import counted
from posecore.metrics.pck import Hits
from posecore.studies.compression.facts import LIVE, MASKED, Point
from posecore.studies.networks.facts import DataSet

NAME: Final = "compression"
FILE: Final = "results.npz"

STEPS: Final = 200
"""Into which a heatmap's 0 to 1 is cut where peaks are stored, in a byte each."""

SWEPT: Final = (MASKED, LIVE)
"""Kinds of points that fewer people are shown to."""


@dataclass(frozen=True, eq=False)
class People:
    """The people of one data set. N of them, S of whom saw the swept networks; J joints.

    sample_ids: (N,). swept: (S,) rows of those. hits: per point (N or S, J) int8, 1 found, 0 not, -1 not
    labelled. visible: (N, J). peak, second: (N, J) of the dense control, see
    heatmap_measures, to STEPS. attributes:
    (N, A), nan where unknown; kinds: (N, T) words for rendered people, none for others. shown: (G,) rows of
    rendered people that compressed networks lose the most of; pictures: of these, encoded as one WEBP of 128
    pixels each, in one row; cells: (P, G, J, 2) where each point of all people finds their joints.
    """

    sample_ids: NDArray[np.str_]
    swept: NDArray[np.int64]
    hits: tuple[NDArray[np.int8], ...]
    visible: NDArray[np.bool_]
    peak: NDArray[np.float64]
    second: NDArray[np.float64]
    attributes: NDArray[np.float64]
    kinds: NDArray[np.str_]
    shown: NDArray[np.int64]
    pictures: bytes
    cells: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Hessian:
    """How far the Bayesian ranking differs from one by the same weights' norms: rank correlation over all
    groups, relative to their width's mean, and within each width, mean; overlap: of the groups that are taken
    away at a share, how many both take away."""

    seed: int
    strength: float | None
    correlation: float
    within: float
    overlap: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class CompressionStudy:
    """P points, of which the first F saw everybody, over D data sets.

    scores: by name (P, D), nan where there is none. milliseconds: (P, 2), of each point and of the dense
    network beside it, medians; nan where the network stays as large. widths: (P, W) channels that stay, by
    name, 0 for another kind of network. live: the Bayesian ranking of one seed, of the shipped network's
    channels; None where none fits it.
    """

    points: tuple[Point, ...]
    data: tuple[DataSet, ...]
    people: tuple[People, ...]
    scores: Mapping[str, NDArray[np.float64]]
    milliseconds: NDArray[np.float64]
    width_names: tuple[str, ...]
    widths: NDArray[np.int64]
    attribute_names: tuple[str, ...]
    kind_names: tuple[str, ...]
    hessians: tuple[Hessian, ...]
    live: Ranking | None
    created: str
    info: Mapping[str, Any]

    def place(self, point: Point) -> int:
        """Where a point stands among all."""
        return self.points.index(point)

    def hits(self, point: Point, data: int) -> Hits:
        """(N or S, J) hits of a point, nan where a joint is not labelled; rows as in `rows`."""
        return counted(self.people[data].hits[self.place(point)])

    def rows(self, point: Point, data: int) -> NDArray[np.int64]:
        """Which people a point was shown."""
        people = self.people[data]
        return people.swept if point.kind in SWEPT else np.arange(len(people.sample_ids))

    def same_people(self, point: Point, other: Point, data: int) -> tuple[Hits, Hits]:
        """Hits of two points over the people whom both were shown."""
        both = np.intersect1d(self.rows(point, data), self.rows(other, data))
        found = [self.hits(one, data)[np.searchsorted(self.rows(one, data), both)] for one in (point, other)]
        return found[0], found[1]


def save_compression_study(
    folder: Path,
    people: Sequence[People],
    milliseconds: NDArray[np.floating],
    widths: NDArray[np.integer],
    scores: Mapping[str, NDArray[np.floating]],
    live: Ranking | None,
) -> None:
    """Write the study's file to `folder`; as in CompressionStudy."""
    arrays: dict[str, NDArray[Any]] = {
        "milliseconds": np.asarray(milliseconds, np.float32),
        "widths": np.asarray(widths, np.int16),
    }
    arrays |= {f"score_{name}": np.asarray(values, np.float32) for name, values in scores.items()}
    if live is not None:
        arrays |= {f"live_{name}": np.asarray(part, np.float16) for name, part in live.scores.items()}
    for d, one in enumerate(people):
        arrays |= {
            f"ids_{d}": one.sample_ids,
            f"swept_{d}": one.swept.astype(np.int32),
            f"visible_{d}": one.visible,
            f"peak_{d}": _in_steps(one.peak),
            f"second_{d}": _in_steps(one.second),
            f"attributes_{d}": one.attributes.astype(np.float16),
            f"kinds_{d}": one.kinds,
            f"shown_{d}": one.shown.astype(np.int32),
            f"pictures_{d}": np.frombuffer(one.pictures, np.uint8),
            f"cells_{d}": one.cells,
        }
        arrays |= {f"hits_{d}_{p}": part for p, part in enumerate(one.hits)}
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def _in_steps(heights: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(heights * STEPS), 0, 255), np.uint8)


def describe(
    points: Sequence[Point],
    data: Sequence[DataSet],
    hessians: Sequence[Hessian],
    live: Ranking | None,
    names: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """What of a study goes into its manifest, as JSON. names: of widths, attributes, kinds, scores."""
    return {
        "points": [asdict(one) for one in points],
        "data": [asdict(one) for one in data],
        "hessians": [asdict(one) for one in hessians],
        "live": None if live is None else {"made": dict(live.made), "scale": live.scale},
        "names": {key: list(values) for key, values in names.items()},
    }


def load_compression_study(bundle: Bundle) -> CompressionStudy:
    """The bundle's study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as arrays:
        points = tuple(from_dict(Point, values) for values in study.info["points"])
        data = tuple(from_dict(DataSet, values) for values in study.info["data"])
        names = study.info["names"]
        found = CompressionStudy(
            points=points,
            data=data,
            people=tuple(_people(arrays, d, len(points)) for d in range(len(data))),
            scores={name: arrays[f"score_{name}"].astype(np.float64) for name in names["scores"]},
            milliseconds=arrays["milliseconds"].astype(np.float64),
            width_names=tuple(names["widths"]),
            widths=arrays["widths"].astype(np.int64),
            attribute_names=tuple(names["attributes"]),
            kind_names=tuple(names["kinds"]),
            hessians=tuple(from_dict(Hessian, values) for values in study.info["hessians"]),
            live=_live(study.info["live"], study.weights, arrays, names["widths"]),
            created=study.created,
            info=study.info,
        )
        fits = _fits(found)
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a study of compression holds")
    return found


def _people(arrays: Mapping[str, NDArray[Any]], d: int, points: int) -> People:
    peak, second = (arrays[f"{name}_{d}"] / STEPS for name in ("peak", "second"))
    attributes = arrays[f"attributes_{d}"].astype(np.float64)
    swept, shown = (arrays[f"{name}_{d}"].astype(np.int64) for name in ("swept", "shown"))
    return People(
        arrays[f"ids_{d}"],
        swept,
        tuple(arrays[f"hits_{d}_{p}"] for p in range(points)),
        arrays[f"visible_{d}"],
        peak,
        second,
        attributes,
        arrays[f"kinds_{d}"],
        shown,
        arrays[f"pictures_{d}"].tobytes(),
        arrays[f"cells_{d}"],
    )


def _live(
    told: Mapping[str, Any] | None, weights: str, arrays: Mapping[str, NDArray[Any]], widths: Sequence[str]
) -> Ranking | None:
    if told is None:
        return None
    scores = {name: arrays[f"live_{name}"].astype(np.float64).tolist() for name in widths}
    return Ranking(weights, "bayesian", told["scale"], scores, {}, told["made"])


def _fits(study: CompressionStudy) -> bool:
    count, sets = len(study.points), len(study.data)
    whole = [one.kind not in SWEPT for one in study.points]
    if not (
        0 < count == len({one.name for one in study.points})
        and sets > 0
        and whole == sorted(whole, reverse=True)
        and study.milliseconds.shape == (count, 2)
        and study.widths.shape == (count, len(study.width_names))
        and all(score.shape == (count, sets) for score in study.scores.values())
    ):
        return False
    for one, people in zip(study.data, study.people, strict=True):
        n, shown = one.people, len(people.shown)
        joints = people.visible.shape[-1]
        if not (
            people.sample_ids.shape == (n,)
            and n > 0
            and ((people.swept >= 0) & (people.swept < n)).all()
            and ((people.shown >= 0) & (people.shown < n)).all()
            and people.visible.shape == people.peak.shape == people.second.shape == (n, joints)
            and people.attributes.shape == (n, len(study.attribute_names))
            and people.kinds.shape == (n, len(study.kind_names))
            and people.cells.shape == (sum(whole), shown, joints, 2)
            and all(
                part.shape == (n if everybody else len(people.swept), joints)
                for part, everybody in zip(people.hits, whole, strict=True)
            )
        ):
            return False
    return True
