"""What pages know of a bundle's latents: components, attributes, walks and their studies, all cached."""

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import cache
from dashboard.shared.studies import projection
from posecore.bundle import Bundle
from posecore.errors import BundleError, PosecoreError
from posecore.subsample import subsample

if TYPE_CHECKING:
    import pandas as pd

    from posecore.components.outliers import ReferenceDistances
    from posecore.components.pca import Components

MOST_CORRELATED: Final = 5_000
"""People whose scores are shuffled at most while somebody waits."""


def components(bundle: Bundle) -> "tuple[Components, NDArray[np.float32]]":
    """The components and everybody's scores (N, d) along them, nan for people whose latents hold nan.

    See posecore.studies.projection.fitted. Raises ConfigError where there are none.
    """
    return _components(bundle, projected(bundle))


def projected(bundle: Bundle) -> str:
    """When the projection was stored that `components` takes; empty where it takes none. A key."""
    from posecore.bundle.studies import open_study

    try:
        projection(bundle)
        return open_study(bundle, "projection").created
    except BundleError:
        return ""


@cache.cached(2, "Computing principal components …")
def _components(bundle: Bundle, projected: str) -> "tuple[Components, NDArray[np.float32]]":
    from posecore.studies.projection.fitted import fitted_components

    fitted, scores = fitted_components(bundle, projection(bundle) if projected else None)
    scores.flags.writeable = False
    return fitted, scores


def reference_distances(bundle: Bundle) -> "ReferenceDistances":
    """What is usual among the people with scores. Raises ConfigError for fewer than two."""
    return _reference_distances(bundle, projected(bundle))


@cache.cached(2, "Comparing people …")
def _reference_distances(bundle: Bundle, projected: str) -> "ReferenceDistances":
    from posecore.components.outliers import reference_distances as usual

    return usual(components(bundle)[1])


@cache.cached(2, "Measuring skeletons …")
def attributes(bundle: Bundle) -> "pd.DataFrame":
    """Everything else known of people, a row per sample_id; see posecore.attributes.descriptions."""
    import pandas as pd

    from posecore.attributes.descriptions import joints_of, truth_of
    from posecore.attributes.table import attributes_of

    samples = bundle.samples
    return pd.concat([attributes_of(samples), joints_of(samples), truth_of(samples)], axis=1)


def known_of_people(bundle: Bundle) -> "pd.DataFrame":
    """The same, how many of their joints were found, and the side of their crop."""
    import pandas as pd

    from posecore.attributes.traits import PCK, SIDE

    more = bundle.samples.set_index("sample_id")[[PCK, SIDE]]
    return pd.concat([attributes(bundle), more.astype(float)], axis=1)


def contrast(bundle: Bundle, people: "NDArray[Any]", selected: "NDArray[Any]") -> "pd.DataFrame":
    """What sets the sample_ids `selected` apart from all other `people`: see attributes.contrasts."""
    chosen = set(selected.tolist())
    digest = hashlib.sha256("|".join([*people.tolist(), "", *sorted(chosen)]).encode()).hexdigest()
    return _contrast(bundle, digest, people, chosen)


@cache.cached(16, "Comparing people …", copied=True)
def _contrast(bundle: Bundle, digest: str, _people: "NDArray[Any]", _selected: set[str]) -> "pd.DataFrame":
    from posecore.attributes.contrasts import contrast as compare

    return compare(attributes(bundle).loc[_people], _selected)


def meaning(bundle: Bundle, component: int) -> "pd.DataFrame":
    """How a component, from 0, goes with every attribute; see posecore.attributes.correlations.correlate."""
    return _meaning(bundle, projected(bundle), component)


@cache.cached(64, "Shuffling people …", copied=True)
def _meaning(bundle: Bundle, projected: str, component: int) -> "pd.DataFrame":
    from posecore.attributes.correlations import correlate

    rows = subsample(np.arange(len(bundle.latents)), MOST_CORRELATED)
    ids = bundle.samples["sample_id"].to_numpy(str)[rows]
    return correlate(components(bundle)[1][rows, component], ids, attributes(bundle))


def fitted_components(bundle: Bundle) -> "tuple[Components, NDArray[np.float32]]":
    """The components and everybody's scores (N, d). Who has none is named; where nobody has any, a sentence
    says why and the page ends."""
    try:
        fitted, scores = components(bundle)
    except PosecoreError as error:
        st.info(f"This bundle has no principal components to look at: {error}", icon=":material/info:")
        st.stop()
    unknown = np.flatnonzero(np.isnan(scores[:, 0]))
    if len(unknown):
        names = bundle.samples["sample_id"].iloc[unknown[:5]].tolist()
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        st.warning(
            f"{len(unknown):,} of {len(scores):,} people are left out here, as their latents hold nan or "
            f"infinity: {', '.join(names)}{more}. `python scripts/extract_latents.py` makes the bundle anew."
        )
    return fitted, scores
