"""What sets clusters of networks that never learned apart: how far people in groups made of their latents
differ, in what is known of people. Whatever groups are made, something will; this says how much.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.attributes.contrasts import contrast
from posecore.attributes.traits import mostly, traits_of
from posecore.studies.control.results import OWN, ControlStudy

LEAST: Final = 10
"""People of a cluster that says anything: fewer differ a lot by chance alone."""


@dataclass(frozen=True, eq=False)
class Apart:
    """What sets `clusters` of `networks` that never learned apart, of `people` in K = `k` clusters each;
    those of fewer than LEAST people are left out.

    reach: an attribute a row. farthest: the largest |effect| of any cluster, see
    posecore.attributes.contrasts; lowest, highest: means or shares of one cluster; all nan where nothing is
    known. called: of how many clusters a word is said, by posecore.attributes.traits.mostly, the commonest
    first.
    """

    k: int
    networks: int
    clusters: int
    people: int
    reach: pd.DataFrame
    called: Mapping[str, int]


def untrained_apart(study: ControlStudy, k: int, known: pd.DataFrame) -> Apart | None:
    """known: what is known of people, by sample_id; all of the study's among them. None of a K that was not
    tried, a study that does not hold clusters, or clusters which are all too small, or hold everybody."""
    if study.labels is None or k not in study.ks:
        return None
    known = known.loc[study.sample_ids.tolist()]
    traits = traits_of(known)
    labels = study.labels[OWN + 1 :, study.ks.tolist().index(k)]
    members = [
        study.sample_ids[numbers == number].tolist()
        for numbers in labels
        for number in np.unique(numbers)
        if LEAST <= np.count_nonzero(numbers == number) < len(numbers)
    ]
    if not members:
        return None
    found = [contrast(known, some).reindex(known.columns) for some in members]
    called = Counter(word for some in members for word in mostly(contrast(traits, some)).index)
    inside = pd.concat([one["selected"].astype(float) for one in found], axis=1)
    effects = pd.concat([one["effect"].astype(float) for one in found], axis=1)
    return Apart(
        k,
        len(labels),
        len(members),
        len(known),
        pd.DataFrame(
            {
                "farthest": effects.abs().max(axis=1),
                "lowest": inside.min(axis=1),
                "highest": inside.max(axis=1),
            }
        ),
        dict(called.most_common()),
    )


def farther(found: pd.DataFrame, apart: Apart) -> NDArray[np.bool_]:
    """(A,) which of A differences, see posecore.attributes.contrasts, lie beyond what sets untrained
    networks' clusters apart, by their whole intervals."""
    reach = apart.reach["farthest"].reindex(found.index).to_numpy(np.float64)
    low, high = (found[side].to_numpy(np.float64) for side in ("low", "high"))
    return np.asarray((low > reach) | (high < -reach))


def nearest_k(study: ControlStudy, selected: int, people: int) -> int:
    """The K whose clusters hold, on average, the share of people nearest to that of so many selected."""
    return int(study.ks[np.abs(1 / study.ks - selected / people).argmin()])
