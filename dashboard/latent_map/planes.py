"""Where people lie: among the principal components, or on the bundle's UMAP; one plane of it at a time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.latent_map import words
from dashboard.shared import latents, studies
from posecore.bundle import Bundle, study_command
from posecore.errors import BundleError
from posecore.samples import read_visibility
from posecore.studies.projection.results import NAME

OFFERED: Final = 50
"""Components that can be an axis."""

UMAP_NAME: Final = "umap"
_, UMAP = PLANES = ("components", "UMAP")


@dataclass(frozen=True, eq=False)
class Planes:
    """N people, in the order of the table. scores: (N, d) along the first components, at most OFFERED; nan
    for people whose latents hold nan. explained: (d,) shares of the variance. people: how many the components
    were fitted on. umap: (N, 2), nan as in scores. without_umap: why there is none, else empty."""

    scores: NDArray[np.float32]
    explained: NDArray[np.float32]
    people: int
    umap: NDArray[np.float32] | None
    without_umap: str

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) who has a place."""
        return np.isfinite(self.scores[:, 0])


@dataclass(frozen=True, eq=False)
class Plane:
    """name: as it stands in links. places: (N, 2). titles: of the two axes. shown: in words, how much of
    the variance it shows."""

    name: str
    places: NDArray[np.float32]
    titles: tuple[str, str]
    shown: str

    def position(self, scores: NDArray[np.floating]) -> list[float] | None:
        """Where somebody with these scores (d,) lies in the plane; None where nobody can say."""
        if self.name == UMAP_NAME:
            return None
        return [float(scores[int(component) - 1]) for component in self.name.split("-")]


def open_space(bundle: Bundle) -> Planes:
    """The bundle's projection; without one, components computed now. Raises ConfigError without any."""
    try:
        stored = studies.projection(bundle)
    except BundleError as error:
        fitted, scores = latents.components(bundle)
        return Planes(
            scores[:, :OFFERED],
            fitted.explained[:OFFERED],
            fitted.people,
            None,
            words.no_umap(error),
        )
    reason = (
        ""
        if stored.umap is not None
        else words.no_umap_in_projection(stored.info.get("umap"), study_command(bundle, NAME))
    )
    return Planes(
        stored.scores[:, :OFFERED],
        stored.explained[: stored.scores.shape[1]][:OFFERED],
        stored.people,
        stored.umap,
        reason,
    )


def plane_of(space: Planes, x: int, y: int) -> Plane:
    """The plane of two components, counted from 1; they may be the same."""
    shares = [float(space.explained[component - 1]) for component in (x, y)]
    return Plane(
        f"{x}-{y}",
        np.ascontiguousarray(space.scores[:, [x - 1, y - 1]]),
        (words.axis(x, shares[0]), words.axis(y, shares[1])),
        words.plane(x, y, shares),
    )


def umap_plane(space: Planes) -> Plane:
    """The bundle's UMAP, which must be there."""
    assert space.umap is not None
    basis = min(OFFERED, len(space.explained))
    return Plane(
        UMAP_NAME,
        np.ascontiguousarray(space.umap),
        words.UMAP_AXES,
        words.umap(basis, float(space.explained[:basis].sum())),
    )


def plane_named(space: Planes, name: str) -> Plane:
    """The plane with this name, which must be there."""
    if name == UMAP_NAME:
        return umap_plane(space)
    x, y = map(int, name.split("-"))
    return plane_of(space, x, y)


def has_plane(space: Planes, name: str) -> bool:
    """Whether there is a plane of this name, as Plane.name writes it."""
    if name == UMAP_NAME:
        return space.umap is not None
    return all(1 <= int(component) <= len(space.explained) for component in name.split("-"))


def people_choices(bundle: Bundle) -> tuple[str, str]:
    """Everybody, and those who are completely labelled, as the page and links call them."""
    return "all", f"all {len(bundle.keypoints)} joints labelled"


def completely_labelled(bundle: Bundle) -> NDArray[np.bool_] | None:
    """(N,) whether all joints are labelled; None where the bundle holds no annotations."""
    if not bundle.manifest.dataset["annotations"]:
        return None
    return np.asarray((read_visibility(bundle.samples) > 0).all(axis=1))
