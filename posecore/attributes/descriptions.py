"""Everything else known of people that a component may follow: joints, and how rendered people were made.

Tables are keyed by sample_id. A column of numbers is a quantity; one of booleans says who belongs to a kind,
so that quantities and kinds can be compared in the same way wherever a table is used.
"""

from typing import Final

import numpy as np
import pandas as pd

from posecore.attributes.skeletons import PEAK, joints_known
from posecore.samples import Prefix, read_peaks, read_visibility, table_keypoints, truth_columns

CIRCLES: Final = ("truth_view_degrees", "truth_light_azimuth")
"""Directions around the person, in degrees. 180 and -180 are the same, so they become a cosine and a sine."""

_SAYS_NOTHING: Final = ("truth_seed",)
FOUND: Final = " found"
"""Ends the names of columns that say whether a joint is there."""


def joints_of(samples: pd.DataFrame, source: Prefix | None = None) -> pd.DataFrame:
    """Which joints are labelled, or predicted with a peak of PEAK or more: (N, K) booleans."""
    source = joints_known(samples) if source is None else source
    known = read_visibility(samples) > 0 if source == "annotated" else read_peaks(samples) >= PEAK
    names = [f"{name}{FOUND}" for name in table_keypoints(samples, source).names]
    return pd.DataFrame(known, columns=names, index=pd.Index(samples["sample_id"], name="sample_id"))


def truth_of(samples: pd.DataFrame) -> pd.DataFrame:
    """How rendered people were made; no columns for photographs.

    Every value of a text becomes a column of its own, such as `truth_family: running`; directions become a
    cosine and a sine; what is the same for everybody is left out.
    """
    found: dict[str, pd.Series] = {}
    for name, column in truth_columns(samples).items():
        if name in _SAYS_NOTHING:
            continue
        if name in CIRCLES:
            radians = np.radians(column.to_numpy(np.float64))
            found[f"{name}, cosine"] = pd.Series(np.cos(radians), index=column.index)
            found[f"{name}, sine"] = pd.Series(np.sin(radians), index=column.index)
        elif pd.api.types.is_bool_dtype(column):
            found[name] = column
        elif pd.api.types.is_numeric_dtype(column):
            found[name] = column.astype(float)
        else:
            values = sorted(column.dropna().unique())
            found |= {f"{name}: {value}": column == value for value in values}
    varied = {name: column for name, column in found.items() if column.nunique() > 1}
    table = pd.DataFrame(varied, index=samples.index)
    return table.set_index(pd.Index(samples["sample_id"], name="sample_id"))
