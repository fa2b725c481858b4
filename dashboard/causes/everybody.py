"""What a cause does to everybody: causes by components, from the bundle's study, readable both ways."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.causes import charts, controls
from dashboard.causes import study_words as words
from dashboard.shared import bundles, claiming, figures, links, shown_here, studies, widgets
from posecore.bundle import Bundle, study_command
from posecore.causes.cause import Cause
from posecore.causes.table import CAUSES
from posecore.keypoints import sized_set
from posecore.studies.causes.results import NAME, CauseStudy
from posecore.studies.causes.summary import STRONGER, Matrix

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

CELLS = "cause_matrix"


def draw_study(bundle: Bundle, cause: Cause, headline: "DeltaGenerator") -> None:
    """The whole section. headline: where the page says what it shows."""
    st.subheader(words.TITLE)
    study = studies.cause_study(bundle)
    if study is None:
        with headline:
            shown_here.draw(*words.not_studied(cause))
        st.info(words.no_study(study_command(bundle, NAME)), icon=":material/query_stats:")
        return
    spaces = study.spaces.tolist()
    space = 0
    if len(spaces) > 1:
        space = spaces.index(widgets.segments("Latents of", spaces, links.CAUSE_SPACE))
    else:
        links.refuse_forged(links.CAUSE_SPACE, links.one_of(spaces), spaces.__contains__)
    found = studies.cause_matrix(bundle, space)
    assert found is not None
    with headline:
        shown_here.draw(*words.shown(found, cause))
    source = bundles.source_line(bundle, len(study.sample_ids))
    names = [CAUSES[key].name for key in found.causes]
    row = found.causes.index(cause.key) if cause.key in found.causes else None
    components = found.floor.shape[0]
    # Before the matrix, which marks what it says; below the chart, where it is read.
    chart = st.container()
    component = widgets.whole_number(
        "Read one component down", 1, components, 1, links.CAUSE_COMPONENT, width=220
    )
    with chart:
        st.markdown(words.INTRODUCTION)
        st.plotly_chart(
            charts.matrix(found, names, row, component - 1, source),
            key=CELLS,
            on_select=_open_cell,
            selection_mode="points",
            config={"displaylogo": False},
            alt=words.matrix_alt(found),
        )
        st.caption(words.how(found, len(study.untrained)))
    across, down = st.columns(2, gap="medium")
    with across:
        st.markdown(words.across(found, cause))
        if row is not None:
            figures.chart(
                charts.movements(
                    [f"component {k + 1}" for k in range(components)],
                    charts.of_cause(found, row),
                    source,
                ),
                "cause_across",
                words.across_alt(cause, components),
            )
    with down:
        st.markdown(words.down(found, component - 1))
        figures.chart(
            charts.movements(names, charts.of_component(found, component - 1), source),
            "cause_down",
            words.down_alt(component, len(names)),
        )
    if not cause.placebo:
        claimed = {links.LEDGER_CAUSE: cause.name, links.LEDGER_COMPONENT: str(component)}
        claiming.claim_link(bundle, claiming.CAUSE, **claimed)
    figures.tabled(words.MATRIX_TABLE, matrix_table(found), "cause-matrix")
    _joints_and_clusters(bundle, study, cause)


def matrix_table(found: Matrix) -> pd.DataFrame:
    """A row per cause and component."""
    c, d = found.signed.mean.shape
    rows, columns = (each.ravel() for each in np.indices((c, d)))
    return pd.DataFrame(
        {
            "cause": [CAUSES[found.causes[row]].name for row in rows],
            "changed by": [found.strengths[row] for row in rows],
            "component": columns + 1,
            "verdict": found.verdict.ravel(),
            "movement": found.signed.mean.ravel(),
            "95 % from": found.signed.low.ravel(),
            "95 % to": found.signed.high.ravel(),
            "either way": found.absolute.mean.ravel(),
            "either way, 95 % from": found.absolute.low.ravel(),
            "either way, 95 % to": found.absolute.high.ravel(),
            "another grain": found.floor[columns],
            "untrained, at most": found.untrained.max(axis=0)[rows],
            "n": found.people[rows],
        }
    )


def _joints_and_clusters(bundle: Bundle, study: CauseStudy, cause: Cause) -> None:
    found, causes = studies.cause_scores(bundle), study.causes.tolist()
    assert found is not None
    if cause.key in causes:
        row = causes.index(cause.key)
        st.markdown(words.joints_and_clusters(study, found, row))
        figures.tabled(words.PEAKS_TABLE, peaks_table(study, found, row), f"cause-{cause.key}-peaks")
    figures.tabled(words.SCORES_TABLE, scores_table(study, found), "cause-scores")


def scores_table(study: CauseStudy, found: studies.CauseScores) -> pd.DataFrame:
    """A row per cause: what the stronger change does to PCK, in points, and to clusters, in per cent."""
    columns: dict[str, object] = {
        "cause": [CAUSES[key].name for key in study.causes.tolist()],
        "changed by": study.strengths[:, STRONGER],
    }
    ways = {"all skips": (found.pck, ())} | {
        str(name): (found.cut_pck, (place,)) for place, name in enumerate(study.cuts)
    }
    for name, (estimate, place) in ways.items():
        mean, low, high = (100 * part[:, STRONGER][(slice(None), *place)] for part in estimate[:3])
        columns |= {f"PCK, {name}": mean, f"PCK, {name}, from": low, f"PCK, {name}, to": high}
    for number, k in enumerate(study.ks.tolist()):
        columns[f"other cluster, K = {k}, %"] = 100 * found.cluster.mean[:, STRONGER, number]
    return pd.DataFrame(columns)


def peaks_table(study: CauseStudy, found: studies.CauseScores, row: int) -> pd.DataFrame:
    """A row per joint: how much higher its peak is after the stronger change of the cause at `row`."""
    columns: dict[str, object] = {
        "joint": [*sized_set(found.peak.mean.shape[-1]).labels],
        "all skips": found.peak.mean[row, STRONGER],
        "all skips, from": found.peak.low[row, STRONGER],
        "all skips, to": found.peak.high[row, STRONGER],
    }
    for place, name in enumerate(study.cuts.tolist()):
        columns[name] = found.cut_peak.mean[row, STRONGER, place]
    return pd.DataFrame(columns)


def _open_cell() -> None:
    """Before a rerun: the cause and the component of the cell that was clicked, on the same person."""
    points = st.session_state[CELLS]["selection"]["points"]
    if not points:
        return
    key, component = points[0]["customdata"][:2]
    if key not in CAUSES:
        return
    cause = CAUSES[key]
    links.set_widgets({links.CAUSE: cause.name, links.CAUSE_X: str(int(component))})
    st.session_state[links.CAUSE_COMPONENT] = int(component)
    st.session_state[controls.key_of(cause)] = (
        cause.choices[int(cause.strengths[1])] if cause.choices else float(cause.strengths[1])
    )
