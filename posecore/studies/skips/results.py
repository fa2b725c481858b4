"""The file of a skip study: where every joint of every person is found under every mask, and whether rightly.

Small enough to be shipped: a point is the centre of a heatmap cell, so two bytes hold it, one more holds the
peak in 255 steps, and what all replacements share, the network with all skips on, is kept once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, REPLACEMENTS
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import broken_study, open_study, study_arrays
from posecore.data.heatmaps import STRIDE, where_found
from posecore.errors import ConfigError
from posecore.files import atomic_file

NAME: Final = "skips"
FILE: Final = "results.npz"
CUT: Final = len(ALL_MASKS) - 1
"""Masks that cut anything."""


@dataclass(frozen=True, eq=False)
class SkipStudy:
    """A skip study of N people, R replacements and V = 1 + 15 R variants of the network.

    Variant 0 has all skips on; then follow, per replacement, the other masks in the order of ALL_MASKS.

    sample_ids: (N,). donors: (N,) whose features stand in for a person's under "other", a place in
    sample_ids. cells: (N, V, K, 2) uint8 heatmap cells, column then row. peaks: (N, V, K) float32 heights,
    rounded to multiples of `step` above the lowest. hits: (N, V, K) int8, 1 found, 0 not, -1 not labelled.
    info: the study's settings and what is known of the labels; see posecore.studies.skips.study.
    """

    sample_ids: NDArray[np.str_]
    replacements: tuple[str, ...]
    donors: NDArray[np.int64]
    cells: NDArray[np.uint8]
    peaks: NDArray[np.float32]
    step: float
    hits: NDArray[np.int8]
    info: Mapping[str, Any]

    def points_under(self, replacement: str) -> NDArray[np.float32]:
        """(N, 16, K, 2) crop pixels, x then y, under every mask; nan of an empty heatmap."""
        cells = self.cells[:, self._variants(replacement)]
        return where_found((cells + np.float32(0.5)) * STRIDE, self.peaks_under(replacement))

    def peaks_under(self, replacement: str) -> NDArray[np.float32]:
        """(N, 16, K) heights of the heatmaps' maxima under every mask."""
        return self.peaks[:, self._variants(replacement)]

    def hits_under(self, replacement: str) -> NDArray[np.float64]:
        """(N, 16, K) hits under every mask, as in posecore.metrics.pck; nan where nothing is labelled."""
        hits = self.hits[:, self._variants(replacement)]
        return np.where(hits < 0, np.nan, hits.astype(np.float64))

    def _variants(self, replacement: str) -> NDArray[np.int64]:
        """The sixteen masks among the variants. Raises ConfigError for what was not studied."""
        if replacement not in self.replacements:
            raise ConfigError(
                f"replacement {replacement!r:.40}: this study has {', '.join(self.replacements)}"
            )
        first = 1 + CUT * self.replacements.index(replacement)
        return np.array([0, *range(first, first + CUT)])


def save_results(
    folder: Path,
    sample_ids: NDArray[np.str_],
    replacements: tuple[str, ...],
    donors: NDArray[np.int64],
    cells: NDArray[np.uint8],
    peaks: NDArray[np.float32],
    hits: NDArray[np.int8],
) -> None:
    """Write the study's file to `folder`; arrays as in SkipStudy. Peaks are rounded to 255 steps."""
    low = float(peaks.min())
    step = max((float(peaks.max()) - low) / 255, 1e-9)
    with atomic_file(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            sample_ids=sample_ids,
            replacements=np.array(replacements),
            donors=donors.astype(np.int32),
            cells=cells,
            peaks=np.rint((peaks - low) / step).astype(np.uint8),
            peak_scale=np.array([low, step]),
            hits=hits,
        )


def load_skip_study(bundle: Bundle) -> SkipStudy:
    """The bundle's skip study. Raises BundleError, with the command that makes it, where none is usable."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as values:
        low, step = values.pop("peak_scale").astype(np.float32)
        replacements = tuple(str(name) for name in values["replacements"])
        found = SkipStudy(
            sample_ids=values["sample_ids"],
            replacements=replacements,
            donors=values["donors"].astype(np.int64),
            cells=values["cells"],
            peaks=low + step * values["peaks"].astype(np.float32),
            step=float(step),
            hits=values["hits"],
            info=study.info,
        )
    people = len(found.sample_ids)
    shape = (people, 1 + CUT * len(replacements), len(bundle.keypoints))
    fits = (
        people > 0
        and len(replacements) > 0
        and set(replacements) <= set(REPLACEMENTS)
        and found.cells.shape == (*shape, 2)
        and found.peaks.shape == found.hits.shape == shape
        and found.donors.shape == (people,)
        and set(found.sample_ids.tolist()) <= set(bundle.rows)
    )
    if not fits:
        raise broken_study(bundle, NAME, f"{FILE} does not hold what a skip study holds")
    return found
