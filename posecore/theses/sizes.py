"""The criterion of the claim on a PCK radius that is the same for everybody."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from posecore.attributes.correlations import correlate
from posecore.errors import DataError
from posecore.theses.finding import Finding, Part, Unit, against
from posecore.theses.latents import R_MATTERS
from posecore.theses.stored import Stored

LEAST: Final = 20
"""People below which nothing is told."""


def fixed_radius_misjudges(studies: Stored) -> Finding:
    """Small people stand higher among all by PCK, whose radius is the same for everybody, than by OKS, whose
    tolerance grows with the person."""
    study = studies.claims
    known = np.isfinite(study.sizes) & np.isfinite(study.pck) & np.isfinite(study.oks)
    n = int(known.sum())
    if n < LEAST:
        raise DataError("OKS is known of too few people here")
    sizes, pck, oks = (values[known].astype(np.float64) for values in (study.sizes, study.pck, study.oks))
    favoured = rankdata(pck) - rankdata(oks)
    ids = study.sized_ids[known]
    small = pd.DataFrame({"small": -sizes}, index=ids)
    # Only r and its interval are asked for, so nothing is shuffled.
    row = correlate(favoured, ids, small, permutations=1).iloc[0]
    r, low, high = (float(row[name]) for name in ("r", "low", "high"))
    part = Part("rank correlation of being small with standing higher by PCK than by OKS", r, low, high, n)
    alike = float(spearmanr(pck, oks).statistic)
    notes = (
        f"People are ordered alike by both with a rank correlation of {alike:.2f}.",
        f"The middle half of the people measure {np.quantile(sizes, 0.25):.0f} to "
        f"{np.quantile(sizes, 0.75):.0f} of the crop's 256 pixels: crops are made around people, which takes "
        "most of their size away.",
    )
    return against(part, R_MATTERS, Unit.PLAIN, notes=notes)
