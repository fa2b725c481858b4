"""The second tab of PC walk: how many components matter, to the variance, against chance, and to the pose."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.pc_walk import charts
from dashboard.shared import bundles, figures, glossary, links, studies
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.numbers import points
from dashboard.shared.studies import ComponentCurve
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.components.parallel import QUANTILE
from posecore.errors import BundleError
from posecore.studies.components.results import SKIPS, ComponentStudy
from posecore.studies.projection.results import Projection

SHARE: Final = 0.95
NOISE_FROM: Final = 50
"""From this component on the thesis speaks of noise."""
WORTHLESS: Final = 0.01
"""Where the mean in a latent's place costs less PCK than this, none of its components can show its worth."""

THESIS: Final = "The thesis needed 541 for 95 %, of 7,017 people."
ITS_COUNTS: Final = {
    16: "hold 95 % of the variance in its network with an autoencoder",
    NOISE_FROM: "come before what it calls noise",
    541: "hold 95 % of the variance in its network without one",
}
"""Components that the thesis names, and why."""
KNEES: Final = (0.5, 0.9)
"""Shares of what the whole latent adds whose counts tell where a curve bends."""


def show(bundle: Bundle) -> None:
    """The whole tab."""
    st.markdown(
        "How many components tell something? Three answers that need not agree: how many **hold the "
        "variance**, how many vary **more than chance** makes, and how many the **pose** needs. Of N people "
        "there are never more than N − 1, so every count is told with its N."
    )
    try:
        projection = studies.projection(bundle)
    except BundleError as error:
        projection = None
        st.info(f"Variance and chance are not known here. {error}", icon=":material/query_stats:")
    try:
        study, curves = studies.component_study(bundle), studies.component_curves(bundle)
    except BundleError as error:
        study, curves = None, {}
        st.info(f"How many the pose needs is not known here. {error}", icon=":material/query_stats:")
    if projection is not None:
        _first(bundle, projection, study, curves)
        _variance(bundle, projection)
        _chance(bundle, projection)
    if study is not None:
        _pose(bundle, study, curves)
    glossary.show(
        "Latent, Decoder, Autoencoder, Skip connection, PCK, Point, 95 % interval, Bootstrap, Component, "
        "Variance, Parallel analysis, Scree, Quantile",
        bundles.source_line(bundle),
    )


def _first(
    bundle: Bundle, projection: Projection, study: ComponentStudy | None, curves: dict[str, ComponentCurve]
) -> None:
    """What is to be said of one number of components that people ask for."""
    rank = len(projection.all_variances)
    links.refuse_forged(
        links.WALK_KEPT, f"a whole number from 1 to {10**6 - 1}", links.whole_number(1, 10**6 - 1)
    )
    k = int(
        st.number_input(
            "The first so many components",
            1,
            10**6 - 1,
            min(NOISE_FROM, rank),
            key=links.WALK_KEPT,
            bind="query-params",
            width=220,
        )
    )
    if k > rank:
        st.info(
            f"{k:,} components are more than there are: {projection.people:,} people with "
            f"{bundle.manifest.dimensions:,} numbers each have {rank:,}. More people have more: make a "
            "bundle of more with `python scripts/extract_latents.py --samples N`.",
            icon=":material/info:",
        )
        return
    together = float(projection.explained[:k].sum(dtype=np.float64))
    words = [f"The first **{k:,}** hold **{together:.1%}** of the variance of {projection.people:,} people"]
    among = f" of {projection.parallel.people:,} people"
    if k > projection.parallel.count:
        words.append(f"the last of them varies no more than chance makes{among}")
    else:
        words.append(f"all vary more than chance makes{among}")
    kept = len(projection.variances)
    if k > kept:
        words.append(
            f"the bundle keeps scores of {kept}, which is as far as walks and maps go; "
            f"`{study_command(bundle, 'projection')} --components {k}` keeps them"
        )
    st.markdown("; ".join(words) + ".")
    if study is not None:
        st.markdown("\n".join(f"* {sentence}" for sentence in kept_sentences(study, curves, k)))


def kept_sentences(study: ComponentStudy, curves: dict[str, ComponentCurve], k: int) -> list[str]:
    """What is lost when the first `k` components alone are kept: for every choice of skips a sentence.

    Of the counts tried the largest up to `k` speaks for it.
    """
    place = int(np.flatnonzero(study.counts <= k)[-1])
    count = int(study.counts[place])
    tried = "" if count == k else f" ({k:,} was not tried, the next below is {count:,})"
    found = []
    for skips, (curve, loss, _) in curves.items():
        if not curve.n[place]:
            found.append(f"Skips {skips}: nobody's picture was at hand, so this is not known.")
            continue
        low, high = loss.low[place], loss.high[place]
        if loss.mean[0] < WORTHLESS:
            verdict = "the whole latent is worth no more here, so this **tells nothing** of its components"
        elif low > 0:
            verdict = "**the components after them matter to the pose**"
        else:
            verdict = "no loss can be told, so the components after them may be noise **to the pose**"
        found.append(
            f"Skips {skips}: keeping the first {count:,}{tried} gives PCK {curve.mean[place]:.3f}, the "
            f"latent itself {curve.mean[-1]:.3f}, everybody's mean in its place {curve.mean[0]:.3f}. "
            f"{points(loss.mean[place])} points are lost (95 % interval {points(low)} to {points(high)}, "
            f"n = {curve.n[place]:,} people): {verdict}."
        )
    return found


def _variance(bundle: Bundle, projection: Projection) -> None:
    st.subheader("How many hold the variance?")
    needed = projection.needed_for(SHARE)
    figures.chart(
        charts.cumulative(
            projection.explained, SHARE, needed, bundles.source_line(bundle, projection.people)
        ),
        "components_cumulative",
        f"Share of the variance against the number of components; {needed} hold {SHARE:.0%}",
    )
    st.caption(
        f"{needed:,} of {len(projection.all_variances):,} components hold {SHARE:.0%} of the variance of "
        f"N = {projection.people:,} people. {THESIS} Few people cannot need many, so the two counts "
        "compare only where N is alike."
    )
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


def _chance(bundle: Bundle, projection: Projection) -> None:
    st.subheader("How many vary more than chance makes?")
    parallel = projection.parallel
    total = float(parallel.variances.sum(dtype=np.float64))
    figures.chart(
        charts.scree(
            parallel.variances / total,
            parallel.chance / total,
            parallel.count,
            bundles.source_line(bundle, parallel.people),
        ),
        "components_scree",
        f"Scree of the latents and of shuffled ones; {parallel.count} components lie above chance",
    )
    st.caption(
        f"Parallel analysis (Horn): every number of the latents was shuffled among N = {parallel.people:,} "
        f"people, {parallel.draws} times; the dashed line is the {QUANTILE:.0%} quantile of what varies "
        f"then. The first **{parallel.count}** components vary more. That tells what goes together "
        "in the latents, not what the pose needs; with more people chance makes less, and more "
        "components count."
    )
    table = pd.DataFrame(
        {
            "component": np.arange(1, len(parallel.variances) + 1),
            "variance": parallel.variances,
            f"{QUANTILE:.0%} quantile of shuffled": parallel.chance,
            "people": parallel.people,
        }
    )
    figures.tabled("The analysis as a table", table, "components-parallel")


def _pose(bundle: Bundle, study: ComponentStudy, curves: dict[str, ComponentCurve]) -> None:
    st.subheader("How many does the pose need?")
    n = len(study.sample_ids)
    figures.chart(
        charts.kept(
            study.counts,
            {f"skips {skips}": one.curve for skips, one in curves.items()},
            bundles.source_line(bundle, n),
        ),
        "components_kept",
        f"PCK of {n} people against how many components of their latents are kept, with intervals",
    )
    legend = "; ".join(f"skips {name}: {words}" for name, words in SKIPS.items())
    st.caption(
        f"Components were fitted on {study.people:,} people; of each latent of {n:,} **others** only the "
        f"first k were kept, 0 being the mean of all, and decoded. {legend}. Whiskers: 95 % bootstrap "
        f"intervals over people.  \n{what_cutting_says(bundle)}"
    )
    lines = []
    for skips, one in curves.items():
        if one.enough is None:
            lines.append(
                f"* Skips {skips}: nobody's picture was at hand; `{study_command(bundle, 'components')}`"
            )
        else:
            lines.append(
                f"* Skips {skips}: from **{one.enough:,}** components on, surely less than one point of PCK "
                f"is lost (n = {one.curve.n[-1]:,} people, components of {study.people:,} others)."
            )
    lines += [knee_sentence(study, skips, one) for skips, one in curves.items() if one.enough is not None]
    st.markdown("\n".join(lines))
    off = next(iter(curves))
    if curves[off].curve.n.all():
        st.markdown(
            f"The thesis's three counts, all of 7,017 people, with the skips {off} here:\n\n"
            + "\n".join(thesis_sentences(study, curves[off]))
        )
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


def knee_sentence(study: ComponentStudy, skips: str, found: ComponentCurve) -> str:
    """Where a curve bends: how many components keep half, and nine tenths, of what the latent adds."""
    mean, whole = found.curve.mean[0], found.curve.mean[-1]
    begins = (
        f"* Skips {skips}: PCK is {mean:.3f} with everybody's mean in the latent's place and {whole:.3f} "
    )
    if found.loss.mean[0] < WORTHLESS:
        return begins + "with the latent itself: a flat line, which **tells nothing** of its components."
    reached = [(f"{share:.0%}", study.knee(skips, share)) for share in KNEES]
    there = [
        f"{part} of the difference only with the latent itself"
        if count == study.counts[-1]
        else f"{part} of the difference from **{count:,}** components on"
        for part, count in reached
    ]
    return begins + f"with the latent itself; there is {', '.join(there)}."


def thesis_sentences(study: ComponentStudy, found: ComponentCurve) -> list[str]:
    """For each count that the thesis names: what is lost here when so many are kept."""
    most, said = int(study.counts[-2]), []
    for count, why in ITS_COUNTS.items():
        place = int(np.flatnonzero(study.counts[:-1] <= count)[-1])
        tried = int(study.counts[place])
        lost = (
            f"{points(found.loss.mean[place])} points of PCK are lost (95 % interval "
            f"{points(found.loss.low[place])} to {points(found.loss.high[place])})"
        )
        if tried == count:
            here = f"here {lost}"
        elif tried == most:
            here = f"{study.people:,} people have no more than {most:,}, and with these {lost}"
        else:
            here = f"it was not tried here; with {tried:,} {lost}"
        said.append(f"* The first **{count}** {why}: {here}.")
    return said
