"""What people look like in plain words, from their attributes, and the sentence that says it of a cluster."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared import latents
from dashboard.shared.attribute_words import words_of
from posecore.attributes.contrasts import contrast
from posecore.attributes.traits import PCK, SIDE, TRAITS, traits_of
from posecore.bundle import Bundle
from posecore.clustering.confounds import Accuracy
from posecore.samples import Prefix

NUISANCE: Final = "size, place and joints together"


def described(bundle: Bundle) -> pd.DataFrame:
    """All that is known of people, by sample_id: attributes, PCK and the side of their crop."""
    more = bundle.samples.set_index("sample_id")[[PCK, SIDE]]
    return pd.concat([latents.attributes(bundle), more.astype(float)], axis=1)


def sentence(table: pd.DataFrame, members: NDArray[np.str_], apart: pd.DataFrame, joints: Prefix) -> str:
    """What a cluster of sample_ids is: traits that most of it have and surely fewer of the others of `table`.

    table: `described` of everybody who was clustered. apart: what sets the cluster apart, see contrasts.
    joints: whose joints the attributes are of.
    """
    compared = contrast(traits_of(table), members.tolist())
    said = [
        f"**{word}** ({row['selected']:.0%} of the {int(row['n_selected']):,} of whom it is known; of the "
        f"others {row['rest']:.0%})"
        for word, row in compared.reindex([trait.word for trait in TRAITS]).iterrows()
        if row["selected"] > 0.5 and row["low"] > 0
    ]
    size = f"{len(members):,} of {len(table):,} people"
    if said:
        return f"Mostly {', '.join(said)}; {size}."
    oftener = compared[compared["low"] > 0]
    if not oftener.empty:
        first = oftener.iloc[0]
        return (
            f"Oftener than the others **{oftener.index[0]}** ({first['selected']:.0%} of the "
            f"{int(first['n_selected']):,} of whom it is known; of the others {first['rest']:.0%}), yet that "
            f"is not most of them; {size}."
        )
    known = apart[apart["effect"].notna()]
    sure = known[(known["low"] > 0) | (known["high"] < 0)]
    if sure.empty:
        return f"Nothing that is known of people surely sets it apart; {size}."
    first = sure.iloc[0]
    words = words_of(str(sure.index[0]), joints)
    most = f"No plain word fits; what sets it apart most: **{words.axis}**"
    if first["kind"] == "share":
        return f"{most}, {first['selected']:.0%} against {first['rest']:.0%} of the others; {size}."
    return f"{most}, on average {first['selected']:.3g} against {first['rest']:.3g} of the others; {size}."


def verdict(found: Mapping[str, Accuracy]) -> str:
    """Whether it is only person size or missing joints, in a sentence."""
    if not found:
        return "A cluster with a single person cannot be told from anything."
    nuisance, pose = found[NUISANCE], found["pose"]
    told = (
        f"From person size and labelled joints alone **{nuisance.right:.0%}** of people are put into their "
        f"cluster (95 % interval {nuisance.low:.0%} to {nuisance.high:.0%}; guessing gives "
        f"{nuisance.chance:.0%}), from the pose {pose.right:.0%} ({pose.low:.0%} to {pose.high:.0%})"
    )
    if nuisance.low <= nuisance.chance:
        return f"{told}. **It is not only size or missing joints**: they say nothing of the clusters."
    if nuisance.right >= 0.9:
        return f"{told}. **It is nearly only that**: who is in which cluster follows from size and joints."
    if nuisance.low > pose.high:
        return f"{told}. **It is more that than the pose**: doubt that these are groups of poses."
    if pose.low > nuisance.high:
        return f"{told}. **It is not only that**: the pose says more, but size and joints have a part in it."
    return f"{told}. **It may be that**: size and joints say as much of the clusters as the pose does."
