"""The components of a bundle that every page and claim speaks of, whether or not it has a projection."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.components.pca import Components, fit_components
from posecore.studies.projection.results import Projection
from posecore.subsample import subsample

COMPONENTS: Final = 50
"""Components of a bundle without a projection."""

MOST_FITTED: Final = 10_000
"""People that components are then fitted on at most; everybody is projected."""


def fitted_components(bundle: Bundle, stored: Projection | None) -> tuple[Components, NDArray[np.float32]]:
    """The components and everybody's scores (N, d) along them, nan for people whose latents hold nan.

    stored: the bundle's projection, whose they are; without one the first COMPONENTS are computed. Raises
    ConfigError where there are none.
    """
    if stored is not None:
        return stored.components(bundle.latents), stored.scores
    fitted = fit_components(
        bundle.latents[subsample(np.arange(len(bundle.latents)), MOST_FITTED)], COMPONENTS
    )
    return fitted, fitted.project(bundle.latents)
