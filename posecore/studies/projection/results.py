"""Everybody's place among the components and on a UMAP, computed once and kept with the bundle.

Small enough to be shipped: scores are kept in standard deviations as float16, right to three digits, and axes
are not kept at all, as scores and latents give them back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import blocks
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.components.parallel import Parallel
from posecore.components.pca import Components, needed_for
from posecore.files import atomic_file

NAME: Final = "projection"
FILE: Final = "projection.npz"


@dataclass(frozen=True, eq=False)
class Projection:
    """N people, d components kept.

    sample_ids: (N,). scores: (N, d), nan for people whose latents hold nan. mean: (D,). variances: (d,) along
    the axes. all_variances: (m,) along all min(people - 1, D) components. people: how many the components
    were fitted on. parallel: how many hold more than chance would. umap: (N, 2), nan as in scores; None where
    there are too few people, and why is info["umap"]. info: the settings.
    """

    sample_ids: NDArray[np.str_]
    scores: NDArray[np.float32]
    mean: NDArray[np.float32]
    variances: NDArray[np.float32]
    all_variances: NDArray[np.float32]
    people: int
    parallel: Parallel
    umap: NDArray[np.float32] | None
    info: Mapping[str, Any]

    @property
    def explained(self) -> NDArray[np.float32]:
        """Share of the total variance along every one of the m components, in [0, 1]."""
        return np.asarray(self.all_variances / self.all_variances.sum(dtype=np.float64), np.float32)

    @property
    def left_out(self) -> list[str]:
        """Who has no scores, as their latent holds nan or infinity."""
        return self.sample_ids[np.isnan(self.scores[:, 0])].tolist()  # type: ignore[no-any-return]

    def needed_for(self, share: float) -> int:
        """How many components hold `share` of the variance: of few people never many, so say `people` too."""
        return needed_for(self.all_variances, share)

    def components(self, latents: NDArray[np.floating]) -> Components:
        """The fitted components, with axes, from the bundle's latents (N, D); for decoding and new people.

        One product over the latents: 0.1 s for 1,000 people, some seconds for 124,040.
        """
        known = ~np.isnan(self.scores[:, 0])
        axes = np.zeros((len(self.variances), len(self.mean)), np.float32)
        for start, block in blocks(latents):
            rows = known[start : start + len(block)]
            axes += self.scores[start : start + len(block)][rows].T @ (block[rows] - self.mean)
        axes /= ((self.people - 1) * self.variances)[:, None]
        return Components(
            mean=self.mean,
            axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
            variances=self.variances,
            total_variance=float(self.all_variances.sum(dtype=np.float64)),
            people=self.people,
            left_out=np.flatnonzero(~known),
        )


def save_projection(
    folder: Path,
    sample_ids: NDArray[np.str_],
    components: Components,
    scores: NDArray[np.float32],
    all_variances: NDArray[np.float32],
    parallel: Parallel,
    umap: NDArray[np.float32] | None,
) -> None:
    """Write the study's file to `folder`; arrays as in Projection, of which none may have variance 0."""
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            sample_ids=sample_ids,
            scores=(scores / np.sqrt(components.variances)).astype(np.float16),
            mean=components.mean,
            variances=components.variances,
            all_variances=all_variances,
            people=components.people,
            parallel_variances=parallel.variances,
            parallel_chance=parallel.chance,
            parallel_people=parallel.people,
            parallel_draws=parallel.draws,
            umap=np.empty((0, 2), np.float32) if umap is None else umap.astype(np.float32),
        )


def load_projection(bundle: Bundle) -> Projection:
    """The bundle's projection. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as found:
        projection = Projection(
            sample_ids=found["sample_ids"],
            scores=found["scores"].astype(np.float32) * np.sqrt(found["variances"]),
            mean=found["mean"],
            variances=found["variances"],
            all_variances=found["all_variances"],
            people=int(found["people"]),
            parallel=Parallel(
                found["parallel_variances"],
                found["parallel_chance"],
                int(found["parallel_people"]),
                int(found["parallel_draws"]),
            ),
            umap=found["umap"] if len(found["umap"]) else None,
            info=study.info,
        )
        people, kept = projection.scores.shape
    fits = (
        projection.sample_ids.tolist() == list(bundle.rows)
        and people == len(projection.sample_ids)
        and projection.mean.shape == (bundle.manifest.dimensions,)
        and 0 < kept <= len(projection.all_variances)
        and projection.variances.shape == (kept,)
        and projection.parallel.variances.shape == projection.parallel.chance.shape
        and (projection.umap is None or projection.umap.shape == (people, 2))
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a projection holds")
    return projection
