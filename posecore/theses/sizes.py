"""The criterion of the claim on a PCK radius that is the same for everybody."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from posecore.attributes.correlations import correlate
from posecore.bundle.studies import study_command
from posecore.errors import BundleError, DataError
from posecore.statistics import bootstrap
from posecore.studies.claims.results import ClaimsStudy
from posecore.studies.pair.results import KIND
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
        *_networks(studies),
    )
    return against(part, R_MATTERS, Unit.PLAIN, notes=notes)


def _networks(studies: Stored) -> list[str]:
    """Which of two networks is ahead by PCK and by OKS, over the people of both, a sentence for every other
    network that this one was compared with; or what is missing for that."""
    if not studies.beside:
        command = study_command(studies.bundle, f"{KIND}-OTHER")
        return [
            "Whether PCK and OKS order networks alike is not known here: "
            f"`{command}` puts a network beside this one."
        ]
    return [
        f"Whether PCK and OKS order this network and that of {name} alike is not known here: {other}."
        if isinstance(other, BundleError)
        else _ahead(studies.claims, other, name)
        for name, other in studies.beside.items()
    ]


def _ahead(ours: ClaimsStudy, theirs: ClaimsStudy, name: str) -> str:
    _, one, two = np.intersect1d(ours.sized_ids, theirs.sized_ids, return_indices=True)
    apart = np.stack([ours.pck[one] - theirs.pck[two], ours.oks[one] - theirs.oks[two]], 1).astype(np.float64)
    apart = apart[np.isclose(ours.sizes[one], theirs.sizes[two]) & np.isfinite(apart).all(axis=1)]
    if len(apart) < LEAST:
        return f"Too few people are those of {name}, too, to tell how PCK and OKS order both networks."
    found = bootstrap(apart)
    by_pck, by_oks = (
        "{} points ({} to {})".format(*(Unit.PLAIN.figure(100 * value) for value in values))
        for values in zip(found.mean, found.low, found.high, strict=True)
    )
    ways = np.where(found.low > 0, 1, np.where(found.high < 0, -1, 0))
    if not ways.all():
        unsure = " and ".join(score for score, way in zip(("PCK", "OKS"), ways, strict=True) if not way)
        said = f"by {unsure} neither is surely ahead, so whether both order networks alike cannot be told"
    else:
        said = "both put the same one ahead" if ways[0] == ways[1] else "they put another one ahead each"
    return (
        f"This network less that of {name}, over the {len(apart):,} people of both: PCK {by_pck}, OKS "
        f"{by_oks}; {said}."
    )
