"""The second tab of PC walk: how many components matter, to the variance, against chance, and to the pose."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.pc_walk import charts
from dashboard.pc_walk import components_words as words
from dashboard.pc_walk.components_words import NOISE_FROM, SHARE
from dashboard.shared import bundles, figures, glossary, links, shown_here, studies, untrained, widgets
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.studies import ComponentCurve
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.components.parallel import QUANTILE
from posecore.errors import BundleError
from posecore.studies.components.results import SKIPS, ComponentStudy, has_worth
from posecore.studies.control.results import MODES, OWN, ControlStudy
from posecore.studies.control.summary import gain, highest_curve, reach
from posecore.studies.projection.results import Projection


def show(bundle: Bundle) -> None:
    """The whole tab."""
    headline = st.container()
    st.markdown(words.INTRODUCTION)
    control = untrained.reference(bundle)
    if control is None:
        st.info(untrained.missing(bundle), icon=":material/query_stats:")
    try:
        projection = studies.projection(bundle)
    except BundleError as error:
        projection = None
        st.info(words.variance_unknown(error), icon=":material/query_stats:")
    try:
        study, curves = studies.component_study(bundle), studies.component_curves(bundle)
    except BundleError as error:
        study, curves = None, {}
        st.info(words.pose_unknown(error), icon=":material/query_stats:")
    # Where the bundle's own network never learned there is nothing to compare.
    known = control is not None and not bundle.manifest.untrained
    costs = {mode: gain(control, mode) for mode in MODES} if control is not None and known else None
    if (shown := words.shown(curves, costs)) is not None:
        with headline:
            shown_here.draw(*shown)
    if projection is not None:
        _first(bundle, projection, study, curves)
        _variance(bundle, projection, control)
        _chance(bundle, projection, control)
    if study is not None:
        _pose(bundle, study, curves, control)
    glossary.explain(
        "Latent, Decoder, Autoencoder, Skip connection, PCK, Point, 95 % interval, Bootstrap, Component, "
        "Variance, Parallel analysis, Scree, Quantile",
        bundles.source_line(bundle),
    )


def _first(
    bundle: Bundle, projection: Projection, study: ComponentStudy | None, curves: dict[str, ComponentCurve]
) -> None:
    """What is to be said of one number of components that people ask for."""
    rank = len(projection.all_variances)
    k = widgets.whole_number(
        "The first so many components", 1, 10**6 - 1, min(NOISE_FROM, rank), links.WALK_KEPT, width=220
    )
    if k > rank:
        st.info(words.more_than_there_are(k, projection, bundle.manifest.dimensions), icon=":material/info:")
        return
    st.markdown(words.first(projection, k, study_command(bundle, "projection")))
    if study is not None:
        st.markdown(_listed(words.kept(study, curves, k)))


def _variance(bundle: Bundle, projection: Projection, control: ControlStudy | None) -> None:
    st.subheader("How many hold the variance?")
    needed = projection.needed_for(SHARE)
    figures.chart(
        charts.cumulative(
            projection.explained,
            SHARE,
            needed,
            _never_learned(control),
            bundles.source_line(bundle, projection.people),
        ),
        "components_cumulative",
        f"Share of the variance against the number of components; {needed} hold {SHARE:.0%}",
    )
    st.caption(words.variance(projection))
    if control is not None:
        beside = reach(control, "components for 95 %")
        st.markdown(words.variance_untrained(beside, len(control.sample_ids)))
    table = pd.DataFrame(
        {
            "component": np.arange(1, len(projection.explained) + 1),
            "variance": projection.all_variances,
            "share of the variance": projection.explained,
            "held together": np.cumsum(projection.explained, dtype=np.float64),
            "people": projection.people,
        }
    )
    figures.tabled("The variances as a table", table, "components-variance")


def _chance(bundle: Bundle, projection: Projection, control: ControlStudy | None) -> None:
    st.subheader("How many vary more than chance makes?")
    parallel = projection.parallel
    total = float(parallel.variances.sum(dtype=np.float64))
    figures.chart(
        charts.scree(
            parallel.variances / total,
            parallel.chance / total,
            parallel.count,
            _never_learned(control),
            bundles.source_line(bundle, parallel.people),
        ),
        "components_scree",
        f"Scree of the latents and of shuffled ones; {parallel.count} components lie above chance",
    )
    st.caption(words.chance(parallel))
    if control is not None:
        above = reach(control, "components above chance")
        st.markdown(words.chance_untrained(above, len(control.sample_ids)))
    table = pd.DataFrame(
        {
            "component": np.arange(1, len(parallel.variances) + 1),
            "variance": parallel.variances,
            f"{QUANTILE:.0%} quantile of shuffled": parallel.chance,
            "people": parallel.people,
        }
    )
    figures.tabled("The analysis as a table", table, "components-parallel")


def _never_learned(control: ControlStudy | None) -> NDArray[np.float32]:
    """(U, d) shares of the variance along first components of untrained networks; of none where unknown."""
    return np.empty((0, 0), np.float32) if control is None else control.explained[OWN + 1 :]


def _pose(
    bundle: Bundle, study: ComponentStudy, curves: dict[str, ComponentCurve], control: ControlStudy | None
) -> None:
    st.subheader("How many does the pose need?")
    n = len(study.sample_ids)
    command = study_command(bundle, "components")
    if len(study.skips) < len(SKIPS):
        st.info(words.without_mean(command), icon=":material/query_stats:")
    highest = None if control is None else highest_curve(control)
    figures.chart(
        charts.kept(
            study.counts,
            {f"skips {skips}": one.curve for skips, one in curves.items()},
            None if control is None or highest is None else (control.counts, highest),
            bundles.source_line(bundle, n),
        ),
        "components_kept",
        f"PCK of {n} people against how many components of their latents are kept, with intervals",
    )
    st.caption(words.how_kept(study, what_cutting_says(bundle)))
    if bundle.manifest.averaged:
        st.caption(words.AVERAGED_CURVE)
    if control is not None and highest is not None:
        people, networks = len(control.curve_people), len(control.networks) - 1
        st.markdown(words.pose_untrained(float(highest.max()), networks, people))
    lines = [words.enough(study, skips, one, command) for skips, one in curves.items()]
    lines += [words.knee(study, skips, one) for skips, one in curves.items() if one.enough is not None]
    st.markdown(_listed(lines))
    off = next(iter(curves))
    if has_worth(curves[off].loss):
        st.markdown(f"{words.thesis(off)}\n\n{_listed(words.thesis_counts(study, curves[off]))}")
    tables = [
        pd.DataFrame(
            {
                "skips": skips,
                "components kept": study.counts,
                "PCK": one.curve.mean,
                "95 % from": one.curve.low,
                "95 % to": one.curve.high,
                "lost, points": one.loss.mean * 100,
                "lost, 95 % from": one.loss.low * 100,
                "lost, 95 % to": one.loss.high * 100,
                "n": one.curve.n,
                "variance kept, people fitted on": study.explained[0],
                "variance kept, others": study.explained[1],
            }
        )
        for skips, one in curves.items()
    ]
    figures.tabled("The study as a table", pd.concat(tables), "components-pose")


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"* {sentence}" for sentence in sentences)
