"""The numbers in which people are compared, always named: whole latents, or their first components."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import LocalSource, check_shape, finite
from posecore.clustering.kmeans import sketch
from posecore.errors import ConfigError


@dataclass(frozen=True, eq=False)
class Space:
    """Some people in a space.

    name: of the space, to be shown. features: (M, D), finite. rows: (M,) of the table, ascending; all that is
    found out about these people is in this order. left_out: rows of who was asked for but holds nan. Made
    once and shared by many threads, as `source` and `sketched` are costly and are never changed.
    """

    name: str
    features: NDArray[np.floating]
    rows: NDArray[np.int64]
    left_out: NDArray[np.int64]

    @cached_property
    def source(self) -> LocalSource:
        """The people in blocks."""
        return LocalSource(self.features)

    @cached_property
    def sketched(self) -> NDArray[np.float32]:
        """(M, q) their sketch, see posecore.clustering.kmeans."""
        return sketch(self.source)


def latent_space(latents: NDArray[np.floating], rows: NDArray[np.integer] | None = None) -> Space:
    """Whole latents (N, D) of the people `rows`, or of all. Raises ConfigError where nobody's are finite."""
    check_shape(latents)
    return _space(f"the {latents.shape[1]:,} numbers of the latent", latents, rows)


def component_space(
    scores: NDArray[np.floating], components: int, rows: NDArray[np.integer] | None = None
) -> Space:
    """The first components of scores (N, d) of the people `rows`, or of all.

    Raises ConfigError for none or for more components than there are, or where nobody's scores are finite.
    """
    if scores.ndim != 2 or not 1 <= components <= scores.shape[1]:
        raise ConfigError(
            f"{components} components of scores {scores.shape}: expected 1 to as many as there are"
        )
    name = "the first component" if components == 1 else f"the first {components} components"
    return _space(name, scores[:, :components], rows)


def _space(name: str, features: NDArray[np.floating], rows: NDArray[np.integer] | None) -> Space:
    asked = np.arange(len(features)) if rows is None else np.unique(rows)
    if len(asked) and not 0 <= asked[0] <= asked[-1] < len(features):
        raise ConfigError(f"rows {asked[0]} to {asked[-1]} of {len(features)} people; choose people anew")
    chosen = features if rows is None else features[asked]
    unknown = np.flatnonzero(~finite(chosen))
    if len(unknown) == len(asked):
        raise ConfigError(f"of {len(asked)} people nobody has known numbers; choose other people")
    if len(unknown):
        chosen = np.delete(chosen, unknown, axis=0)
    return Space(name, chosen, np.delete(asked, unknown), asked[unknown])
