"""How much of the pose a linear readout finds in the latents of two networks, from the comparison of them."""

import hashlib
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import charts, masks, words
from dashboard.compare import pair as compare_pair
from dashboard.compare.masks import estimate_at
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures
from posecore.ablation import ALL_OFF
from posecore.bundle.studies import study_command
from posecore.errors import BundleError
from posecore.keypoints import KEYPOINTS, label
from posecore.metrics.paired import Comparison, paired
from posecore.probes.readout import FOLDS
from posecore.studies.pair.results import study_name

PLACE = "mean place, without latents"


class Read(NamedTuple):
    """Estimates (18,), all joints and every joint: of A beside B, and of both beside the mean place."""

    both: Comparison
    beyond: tuple[Comparison, Comparison]


def show(pair: Pair) -> None:
    """The whole part."""
    st.subheader("How much of the pose does a linear readout find?")
    try:
        study = compare_pair.study(pair)
    except BundleError as error:
        st.info(f"Not known yet. {error}", icon=":material/query_stats:")
        return
    if not (study.readout >= 0).any():
        why = (
            f"This comparison has no readout: it was made before there was one, or fewer than {FOLDS} people "
            f"are labelled. `{study_command(pair.one, study_name(pair.other))}` makes it anew."
            if (study.hits >= 0).any()
            else "Nothing is known of where these people's joints are, so nothing can be read off."
        )
        st.info(why, icon=":material/info:")
        return
    people = int((study.readout[0] >= 0).any(axis=1).sum())
    found = _read(hashlib.sha256(study.readout.tobytes()).hexdigest(), study.readout)
    st.markdown("\n".join(f"* {line}" for line in sentences(pair, found)))
    names = ["all joints (PCK)", *(label(name) for name in KEYPOINTS)]
    mean = found.beyond[0].one
    figures.chart(
        charts.scores(names, found.both, pair.names, pair.source(people), (PLACE, mean)),
        "compare_readout",
        "Share of each joint that a linear readout finds in A's and in B's latents, and the difference",
    )
    one, other = (bundle.manifest.dimensions for bundle in (pair.one, pair.other))
    sizes = (
        f"{one:,} stored numbers of each"
        if one == other
        else (f"{one:,} stored numbers of A and {other:,} of B")
    )
    st.caption(
        "A linear readout is a weighted sum of a latent's numbers: here ridge regression (Hoerl and Kennard "
        f"1970; as a probe, Alain and Bengio 2016) of where the labelled joints are, from the {sizes}, "
        f"centred. People are dealt into {FOLDS} parts, the same for both; each part is "
        "read off by what the others taught, and how strongly weights are held small is chosen among these "
        f"others, joint by joint. Found as in PCK. 95 % bootstrap intervals over n = {people:,} people, with "
        "the readouts as they are; not corrected for how many joints there are."
    )
    table = masks.table("joint", names, found.both)
    table.insert(7, f"{PLACE}, %", 100 * mean.mean)
    figures.tabled("The readout as a table", table, "compare-readout")
    st.markdown(
        "**What this does not show.** That a network uses what can be read off. What its latent holds in any "
        "other form than a weighted sum. How much of it training put there: what an untrained network's "
        "latent would give is not beside it. More people would teach a better readout, so both scores are "
        "of this many people."
    )


@cache.cached(4, "Drawing people anew …")
def _read(digest: str, _hits: NDArray[np.int8]) -> Read:
    one, other, mean = _hits
    return Read(paired(one, other).rows, (paired(mean, one).rows, paired(mean, other).rows))


def sentences(pair: Pair, found: Read) -> list[str]:
    """What is found over all joints: by each, beyond the mean place, and by the networks' own decoders."""
    one, other, more = (estimate_at(part, 0) for part in found.both)
    mean = estimate_at(found.beyond[0].one, 0)
    beyond = [words.more(estimate_at(side.difference, 0)) for side in found.beyond]
    lines = [
        f"From A's latents **{one.mean:.1%}** of the joints of people it did not learn from, from B's "
        f"**{other.mean:.1%}**. B minus A: {words.more(more)}, n = {int(more.n):,}, so "
        f"{_verdict(pair, float(more.low), float(more.high))}.",
        f"Without any latent, by the mean place of each joint, {mean.mean:.1%}. Beyond that A's latents tell "
        f"{beyond[0]}, B's {beyond[1]}.",
    ]
    if (known := masks.compared(pair)) is not None:
        decoded = [estimate_at(part, ALL_OFF.position) for part in known[1]]
        lines.append(
            f"Their own decoders, given the bottleneck alone (all skips cut), find {decoded[0].mean:.1%} (A) "
            f"and {decoded[1].mean:.1%} (B) of the n = {int(decoded[2].n):,} people of both skip studies."
        )
    return lines


def _verdict(pair: Pair, low: float, high: float) -> str:
    if low > 0:
        return f"**more can be read off B ({pair.other.path.name})**"
    if high < 0:
        return f"**more can be read off A ({pair.one.path.name})**"
    return "**no difference can be told**"
