"""The Skip lab's second tab: whether what one picture shows holds over the whole data set."""

from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.shared import bundles, figures, glossary, links, studies
from dashboard.shared.claim_words import claim_sentence
from dashboard.shared.cut_words import what_cutting_says
from dashboard.skip_lab import study_charts, study_gallery
from posecore.ablation import ALL_MASKS, ALL_ON, LEVEL_NAMES, REPLACEMENTS, parse_mask
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.keypoints import KEYPOINTS, label
from posecore.statistics import Estimate
from posecore.studies.skips.results import SkipStudy
from posecore.studies.skips.summary import SkipSummary, agreement, easy_faces

CUTS: Final = tuple(mask.title for mask in reversed(ALL_MASKS) if mask != ALL_ON)
"""The masks that cut anything, all cut first."""
EFFECTS: Final = ("lost hits", "moved")
WORDS: Final = (
    "Crop, Decoder, Skip connection, Mask, Replacement, 95 % interval, Rank correlation, Heatmap, Latent"
)
OF_LABELS: Final = ", PCK, Point, Bootstrap, p, Flipping signs, Shapley value"
"""Of glossary.TERMS, those that this tab uses, and those that it adds where people are labelled."""


def show(bundle: Bundle) -> None:
    """The whole tab."""
    try:
        study = studies.skip_study(bundle)
    except BundleError as error:
        st.info(f"There is no study to show. {error}", icon=":material/query_stats:")
        return
    st.markdown(
        "Every person of the study went through the network sixteen times, once per combination of skip "
        "connections. A level's effect is what is lost when it is cut; an interval that holds 0 says that "
        f"the people seen do not tell whether there is any. {what_cutting_says(bundle)}"
    )
    for key, options in (
        (links.LAB_STUDY_REPLACEMENT, study.replacements),
        (links.LAB_STUDY_MASK, CUTS),
        (links.LAB_STUDY_EFFECT, EFFECTS),
    ):
        links.refuse_forged(key, f"one of {', '.join(options)}", options.__contains__)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        replacement = st.segmented_control(
            "What replaces a cut skip",
            study.replacements,
            default=study.replacements[0],
            required=True,
            key=links.LAB_STUDY_REPLACEMENT,
            bind="query-params",
            wrap=True,
        )
        mask = st.selectbox(
            "Skips cut (0) and kept (1)",
            CUTS,
            key=links.LAB_STUDY_MASK,
            bind="query-params",
            width=200,
            help=f"One digit per level, {', '.join(LEVEL_NAMES)}; 0000 cuts them all.",
        )
    st.caption(REPLACEMENTS[replacement])
    created = studies.skip_study_created(bundle)
    summaries = {name: studies.skip_summary(bundle, created, name) for name in study.replacements}
    summary = summaries[replacement]
    source = bundles.source_line(bundle, len(study.sample_ids))
    labelled = bool(np.isfinite(summary.scores).any())
    if not labelled:
        st.info(
            "Nothing is known of where these people's joints are, so there is no right and wrong here: "
            "only how far joints move.",
            icon=":material/info:",
        )
    else:
        _histograms(summary, replacement, mask, source)
    _effects(summary, replacement, source, labelled)
    if labelled:
        _shares(summaries, source)
        _claims(bundle, study, created, replacement, mask)
    _agreement(bundle, created, summaries, labelled)
    if labelled:
        study_gallery.show(bundle, study, summary, replacement, mask)
    glossary.show(WORDS + (OF_LABELS if labelled else ""), source)


def _histograms(summary: SkipSummary, replacement: str, mask: str, source: str) -> None:
    st.subheader("PCK with and without")
    place = parse_mask(mask).position
    known = np.isfinite(summary.scores[:, 0])
    before, after = summary.scores[known, 0], summary.scores[known, place]
    figures.chart(
        study_charts.score_histograms(before, after, f"skips {mask}, {replacement}", source),
        "lab_study_histogram",
        f"Histograms of {known.sum()} people's PCK with all skips and with skips {mask}",
    )
    st.caption(
        f"n = {known.sum():,} people with a labelled joint. Mean PCK {_share(summary.pck, 0)} with all "
        f"skips, {_share(summary.pck, place)} with {mask} (95 % bootstrap intervals over people)."
    )
    table = _table(summary.pck, 100, {"mask": [mask.title for mask in ALL_MASKS]}, "PCK, %")
    figures.tabled("All sixteen masks as a table", table, f"skips-pck-{replacement}")


def _effects(summary: SkipSummary, replacement: str, source: str, labelled: bool) -> None:
    st.subheader("What each level does to each joint")
    offered = EFFECTS if labelled else EFFECTS[1:]
    what = st.segmented_control(
        "Effect of cutting the level alone",
        offered,
        default=offered[0],
        required=True,
        key=links.LAB_STUDY_EFFECT,
        bind="query-params",
    )
    lost = what == EFFECTS[0]
    effect, factor = (summary.loss, 100) if lost else (summary.moved, 1)
    unit = "points of hit rate lost" if lost else "pixels of the crop moved"
    figures.chart(
        study_charts.effect_map(effect, unit, factor, source),
        "lab_study_effects",
        f"For four levels and 17 joints: {unit} when the level alone is cut, {replacement} in its place",
    )
    counts = effect.n[effect.n > 0]
    st.caption(
        f"In {unit}, {replacement} in the level's place; n = {counts.min():,} to {counts.max():,} people per "
        "cell, the interval on hover and in the table. Cells are not corrected for how many there are."
    )
    rows = {
        "level": np.repeat(LEVEL_NAMES, len(KEYPOINTS)).tolist(),
        "joint": [label(name) for name in KEYPOINTS] * len(LEVEL_NAMES),
    }
    figures.tabled(
        "The same as a table",
        _table(effect, factor, rows, unit),
        f"skips-{what}-{replacement}".replace(" ", "-"),
    )


def _shares(summaries: dict[str, SkipSummary], source: str) -> None:
    st.subheader("How much of the PCK each level carries")
    figures.chart(
        study_charts.shapley_bars({name: one.shapley for name, one in summaries.items()}, source),
        "lab_study_shapley",
        "Shapley value of every level, with intervals, for every replacement",
    )
    st.caption(
        "Exact Shapley values: what a level adds to the PCK, averaged over all orders in which the four can "
        "be switched on. The four of a colour sum to what all skips together add. Whiskers: 95 % bootstrap "
        "intervals over people."
    )
    tables = [
        _table(one.shapley, 100, {"replacement": [name] * 4, "level": list(LEVEL_NAMES)}, "points of PCK")
        for name, one in summaries.items()
    ]
    figures.tabled("The same as a table", pd.concat(tables), "skips-shapley")


def _claims(bundle: Bundle, study: SkipStudy, created: str, replacement: str, mask: str) -> None:
    st.subheader("Do small joints lose more than big ones?")
    found, everything = studies.skip_claims(bundle, created, replacement, mask)
    st.markdown(
        f"The thesis says so of nose, eyes and ears against shoulders, hips and knees. With skips {mask}, "
        f"{replacement} in place of what is cut:\n\n"
        f"* Over the joints **found with all skips**: {claim_sentence(found)}\n"
        f"* Over **all labelled joints**: {claim_sentence(everything)}"
    )
    st.caption(
        "Per person, mean loss of small joints minus that of big ones; people need both kinds. 95 % "
        "bootstrap interval over people, p by flipping people's signs. Over all labelled joints a joint that "
        "was never found has nothing to lose, so whichever kind was found more often stands to lose more."
    )
    share = easy_faces(study.info)
    if share is not None:
        st.warning(
            f"{share:.0%} of the {study.info['labelled_faces']['people']:,} people with a labelled face "
            "carry the very same pattern of visible and hidden face joints. So this data set labels faces as "
            "a whole, and hardly any that is difficult: of hard noses, eyes and ears this test says nothing.",
            icon=":material/warning:",
        )


def _agreement(bundle: Bundle, created: str, summaries: dict[str, SkipSummary], labelled: bool) -> None:
    st.subheader("Do the replacements agree?")
    if len(summaries) < 2:
        st.markdown(f"This study has one replacement only, {next(iter(summaries))}.")
        return
    effects = {name: one.loss.mean if labelled else one.moved.mean for name, one in summaries.items()}
    pairs = agreement(effects)
    lines = [f"{one} and {other} {value:.2f}" for (one, other), value in pairs.items()]
    text = (
        f"Rank correlation (Spearman) of the level-by-joint effects: {', '.join(lines)}; 1 is the same "
        "order, 0 none in common."
    )
    if labelled:
        orders = {
            name: " > ".join(LEVEL_NAMES[level] for level in np.argsort(-one.shapley.mean))
            for name, one in summaries.items()
        }
        if len(set(orders.values())) == 1:
            text += f" All put the levels in one order: {next(iter(orders.values()))}."
        else:
            listed = "; ".join(f"{name}: {order}" for name, order in orders.items())
            text += f" They do **not** put the levels in one order by Shapley value: {listed}."
    st.markdown(
        f"{text} What they agree on does not hang on what is put in place of a skip; the rest does, and "
        "should not be said of the skip alone."
    )
    table = pd.DataFrame(
        [(*pair, value) for pair, value in pairs.items()], columns=["one", "other", "Spearman"]
    )
    figures.tabled("The rank correlations as a table", table, "skips-agreement")
    if labelled:
        _differences(summaries, studies.skip_differences(bundle, created))


def _differences(summaries: dict[str, SkipSummary], differences: dict[tuple[str, str], Estimate]) -> None:
    """What a level alone is worth under two replacements, side by side."""
    apart = sum(int(np.sum((one.low > 0) | (one.high < 0))) for one in differences.values())
    st.markdown(
        f"Of {len(differences) * len(LEVEL_NAMES)} comparisons of what cutting one level alone costs under "
        f"two replacements, person by person, **{apart}** differ by an interval without 0."
    )
    tables = [
        _table(
            difference,
            100,
            {
                "level cut alone": list(LEVEL_NAMES),
                "one": [one] * 4,
                "other": [other] * 4,
                "lost under one": summaries[one].lost.mean * 100,
                "lost under other": summaries[other].lost.mean * 100,
            },
            "difference, points of PCK",
        )
        for (one, other), difference in differences.items()
    ]
    figures.tabled("The comparisons as a table", pd.concat(tables), "skips-differences")


def _table(estimate: Estimate, factor: float, rows: dict[str, Any], unit: str) -> pd.DataFrame:
    """An estimate, row by row, under the names of its cells."""
    mean, low, high = (np.ravel(values) * factor for values in estimate[:3])
    numbers = {unit: mean, "95 % from": low, "95 % to": high, "n": np.ravel(estimate.n)}
    return pd.DataFrame(rows | numbers)


def _share(estimate: Estimate, place: int) -> str:
    mean, low, high = (float(values[place]) for values in estimate[:3])
    return f"{mean:.1%} ({low:.1%} to {high:.1%})"
