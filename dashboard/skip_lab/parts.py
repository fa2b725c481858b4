"""The Skip lab's third tab: what each part of the network knows of people, by a linear readout."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.shared import bundles, figures, glossary, links, studies, widgets
from dashboard.shared.readout_words import part
from dashboard.skip_lab import parts_charts
from dashboard.skip_lab import parts_words as words
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.studies.probe import summary
from posecore.studies.probe.results import ProbeStudy
from posecore.verdict import verdict_of

MEASURES: Final = {"R²": summary.r2, "PCK": summary.pck}


def show(bundle: Bundle) -> None:
    """The whole tab."""
    try:
        study = studies.probe_study(bundle)
    except BundleError as error:
        st.info(words.no_study(error), icon=":material/query_stats:")
        # Of the sentence at the top, too.
        glossary.explain(words.GLOSSARY, bundles.source_line(bundle))
        return
    st.markdown(words.introduction(study))
    measure = widgets.segments("Measure", list(MEASURES), links.LAB_PARTS_MEASURE)
    found = MEASURES[measure](study)
    source = bundles.source_line(bundle, int(found.n.max()))
    figures.chart(
        parts_charts.part_chart(study, found, measure, source), "lab_parts", words.chart_alt(measure)
    )
    st.caption(words.HOW_TO_READ[measure])
    st.markdown(words.verdict(study, verdict_of(summary.is_learned(study))))
    figures.tabled("Every part as a table", _table(study), "parts")
    glossary.explain(words.GLOSSARY, source)


def _table(study: ProbeStudy) -> pd.DataFrame:
    """A row per part, with both measures."""
    columns = {"part": [part(str(name)) for name in study.inputs], "numbers read": study.numbers}
    for measure, of in MEASURES.items():
        found = of(study)
        columns |= {
            measure: found.mean,
            f"{measure}, 95 % from": found.low,
            f"{measure}, 95 % to": found.high,
            f"n of {measure}": found.n,
        }
    return pd.DataFrame(columns)
