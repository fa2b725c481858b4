"""What a component means: which attributes go with it, how surely, and who is at its two ends."""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from dashboard.pc_walk import charts, words
from dashboard.pc_walk.words import LEAST_P
from dashboard.shared import (
    bundle_people,
    bundles,
    causal_words,
    claiming,
    figures,
    latents,
    links,
    shown_here,
    studies,
    untrained,
)
from dashboard.shared.attribute_words import words_of
from posecore import drawing
from posecore.attributes.correlations import SURE, Strongest, strongest
from posecore.attributes.skeletons import joints_known
from posecore.attributes.table import ATTRIBUTES
from posecore.bundle import Bundle
from posecore.components.walks import both_ends
from posecore.samples import Prefix
from posecore.studies.causes.agreement import component_verdicts, correlated, disagreements
from posecore.studies.causes.summary import Matrix
from posecore.studies.checks.measures import correlation_beyond
from posecore.studies.control.results import ControlStudy
from posecore.studies.control.summary import Reach, strongest_correlation

SHOWN: Final = 15
AT_AN_END: Final = 8


def draw_meaning(
    bundle: Bundle, scores: NDArray[np.float32], component: int, headline: DeltaGenerator
) -> None:
    """The whole section. scores: (N, d), component: from 0. headline: where the page says what it shows."""
    st.subheader(f"What component {component + 1} means")
    if (found := correlated_with(bundle, component)) is None:
        st.info(words.NO_ATTRIBUTE, icon=":material/info:")
    else:
        _correlations(bundle, found, component, headline)
    _ends(bundle, scores, component)


class Correlated(NamedTuple):
    """What a component goes with. tested: every attribute, the strongest first; found: the strongest of them.
    reference: what networks that never learned reach; None where that is not known, or this one never
    learned."""

    tested: pd.DataFrame
    found: Strongest
    reference: Reach | None


def correlated_with(bundle: Bundle, component: int) -> Correlated | None:
    """component: from 0. None where no attribute could be tested."""
    every = latents.meaning(bundle, component)
    tested = every[every["p"].notna()]
    if tested.empty:
        return None
    control = untrained.reference(bundle)
    # Where the bundle's own network never learned there is nothing to compare.
    known = control is not None and not bundle.manifest.untrained
    reference = strongest_correlation(control) if control is not None and known else None
    found = strongest(tested, None if reference is None else reference.highest)
    if control is not None and found.above and not _beyond_by_interval(control, component):
        found = replace(found, above=None)
    return Correlated(tested, found, reference)


def chart(bundle: Bundle, correlated: Correlated) -> go.Figure:
    """The strongest correlations."""
    shown, joints = correlated.tested.head(SHOWN), joints_known(bundle.samples)
    return charts.correlations(
        shown,
        [words_of(str(name), joints).axis for name in shown.index],
        SURE,
        LEAST_P,
        None if correlated.reference is None else correlated.reference.highest,
        bundles.source_line(bundle, min(bundle.manifest.people, latents.MOST_CORRELATED)),
    )


def table(found: pd.DataFrame, joints: Prefix, causes: Matrix | None, component: int) -> pd.DataFrame:
    """The correlations under names for people, with how each attribute is computed, and what changing it does
    where that was studied. component: from 0."""
    how = [ATTRIBUTES[name].how if name in ATTRIBUTES else "" for name in found.index]
    columns: dict[str, object] = {
        "attribute": [words_of(str(name), joints).axis for name in found.index],
        "rank correlation": found["r"].to_numpy(),
        "95 % from": found["low"].to_numpy(),
        "95 % to": found["high"].to_numpy(),
        "n": found["n"].to_numpy(),
        "p": found["p"].to_numpy(),
        "p, corrected": found["p_corrected"].to_numpy(),
        "how it is computed": how,
    }
    if causes is not None:
        columns[causal_words.COLUMN] = [
            causal_words.what_changing_does(causes, str(name), component) for name in found.index
        ]
    return pd.DataFrame(columns)


def _disagreements(bundle: Bundle, tested: pd.DataFrame, component: int) -> Matrix | None:
    """First where correlation and cause do not agree. Returns what was studied, if this component was."""
    causes = studies.cause_matrix(bundle)
    if causes is None or component >= len(causes.floor):
        return None
    along = {
        str(name): correlated(float(r), float(p))
        for name, r, p in zip(tested.index, tested["r"], tested["p_corrected"], strict=True)
    }
    joints = joints_known(bundle.samples)
    said = [
        causal_words.disagree(one, causes, component, joints)
        for one in disagreements(along, component_verdicts(causes, component))
    ]
    if said:
        st.markdown("\n".join(f"* {line}" for line in said))
    return causes


def _correlations(bundle: Bundle, correlated: Correlated, component: int, headline: DeltaGenerator) -> None:
    joints, control = joints_known(bundle.samples), untrained.reference(bundle)
    tested, found, reference = correlated
    causes = _disagreements(bundle, tested, component)
    with headline:
        shown_here.draw(*words.shown(component + 1, found, reference, joints))
    st.markdown(words.meaning(tested, found, reference is not None, joints))
    if control is not None and reference is not None:
        st.markdown(words.untrained(found, reference, len(control.sample_ids)))
    elif bundle.manifest.untrained:
        st.info(words.NEVER_LEARNED, icon=":material/info:")
    else:
        st.info(untrained.missing(bundle), icon=":material/query_stats:")
    shown = min(SHOWN, len(tested))
    figures.chart(chart(bundle, correlated), "walk_meaning", words.correlations_alt(component + 1, shown))
    st.caption(words.how_correlated(len(tested), shown, joints))
    if causes is not None:
        st.caption(causal_words.HOW)
    claimed = {
        links.LEDGER_COMPONENT: str(component + 1),
        links.LEDGER_ATTRIBUTE: words_of(found.attribute, joints).axis,
        links.LEDGER_WAY: claiming.UP if found.r > 0 else claiming.DOWN,
    }
    claiming.claim_link(bundle, claiming.COMPONENT, **claimed)
    figures.tabled(
        "Every attribute as a table",
        table(tested, joints, causes, component),
        f"walk-component-{component + 1}-meaning",
    )


def _beyond_by_interval(control: ControlStudy, component: int) -> bool:
    """Whether the component of the same number lies above networks that never learned over the same people,
    too: all people of the bundle together may tell more surely what they alone show."""
    return component >= control.correlation.shape[1] or correlation_beyond(control, component + 1).low > 0


def _ends(bundle: Bundle, scores: NDArray[np.float32], component: int) -> None:
    low, high = both_ends(scores, component, AT_AN_END)
    rows = np.concatenate([low, high])
    ids = bundle.samples["sample_id"].iloc[rows].tolist()
    st.markdown("**The people at both ends**")
    sides = (("lowest", ids[: len(low)]), ("highest", ids[len(low) :]))
    for column, (name, people) in zip(st.columns(2), sides, strict=True):
        if not people:
            continue
        tiles = [bundle_people.heatmap_of(bundle, one, 128) for one in people]
        column.image(
            drawing.jpeg(drawing.grid(tiles, AT_AN_END // 2)),
            width="stretch",
            caption=words.end(name, people),
            alt=f"Predicted heatmaps of the {len(people)} people with the {name} scores",
        )
    ends = pd.DataFrame(
        {
            "end": ["lowest"] * len(low) + ["highest"] * len(high),
            "sample id": ids,
            "score": scores[rows, component],
        }
    )
    figures.tabled("The people at both ends as a table", ends, f"walk-component-{component + 1}-ends")
