"""How much of the pose a linear readout finds in the latents of two networks, from the comparison of them."""

import hashlib
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import baselines, charts, masks
from dashboard.compare import latents_words as words
from dashboard.compare import pair as compare_pair
from dashboard.compare.pair import Pair
from dashboard.compare.words import ALL_JOINTS
from dashboard.shared import cache, figures
from posecore.ablation import ALL_OFF
from posecore.bundle.studies import study_command
from posecore.errors import BundleError
from posecore.metrics.paired import Comparison, paired
from posecore.studies.pair.results import study_name

PLACE = "mean place, without latents"


class Read(NamedTuple):
    """Estimates (K + 1,), all joints and every joint: of A beside B, and of both beside the mean place."""

    both: Comparison
    beyond: tuple[Comparison, Comparison]


def draw_readout(pair: Pair) -> None:
    """The whole part."""
    st.subheader("How much of the pose does a linear readout find?")
    try:
        study = compare_pair.study(pair)
    except BundleError as error:
        st.info(words.not_yet(error), icon=":material/query_stats:")
        return
    if not (study.readout >= 0).any():
        command = study_command(pair.one, study_name(pair.other))
        labelled = (study.hits >= 0).any()
        why = words.no_readout(command) if labelled else words.NOTHING_TO_READ
        st.info(why, icon=":material/info:")
        return
    people = int((study.readout[0] >= 0).any(axis=1).sum())
    found = _read(hashlib.sha256(study.readout.tobytes()).hexdigest(), study.readout)
    beyond = found.beyond[0].at(0), found.beyond[1].at(0)
    lines = words.readout(pair, found.both.at(0), beyond, _decoded(pair))
    st.markdown("\n".join(f"* {line}" for line in lines))
    names = [ALL_JOINTS, *pair.one.keypoints.labels]
    mean = found.beyond[0].one
    beside = baselines.known(pair)
    never = baselines.readout(beside, len(pair.one.keypoints))
    figures.chart(
        charts.scores(names, found.both, pair.names, pair.source(people), never, (PLACE, mean)),
        "compare_readout",
        "Share of each joint that a linear readout finds in A's and in B's latents, and the difference",
    )
    dimensions = [bundle.manifest.dimensions for bundle in (pair.one, pair.other)]
    if beside:
        asked = max(len(study.sample_ids) for study in beside)
        st.caption(words.readout_untrained(asked, never[:, 0]))
    st.caption(words.how_readout(dimensions, people))
    table = masks.table("joint", names, found.both, never)
    table.insert(7, f"{PLACE}, %", 100 * mean.mean)
    figures.tabled("The readout as a table", table, "compare-readout")
    st.markdown(words.not_shown_by_readout(bool(beside)))


def _decoded(pair: Pair) -> Comparison | None:
    """What the networks' own decoders find of the bottleneck alone, shape (); None where it is not known."""
    known = masks.compared(pair)
    return None if known is None else known[1].at(ALL_OFF.position)


@cache.cached(4, "Drawing people again …")
def _read(digest: str, _hits: NDArray[np.int8]) -> Read:
    one, other, mean = _hits
    return Read(paired(one, other).rows, (paired(mean, one).rows, paired(mean, other).rows))
