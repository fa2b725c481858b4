"""The Skip lab's second tab: whether what one picture shows holds over the whole data set."""

from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.shared import bundles, claiming, figures, glossary, links, studies, untrained, widgets
from dashboard.shared.carried import carried
from dashboard.shared.claim_words import verdict
from dashboard.shared.numbers import PCK_POINTS
from dashboard.shared.shown_here import Verdict
from dashboard.skip_lab import reference, study_charts, study_gallery
from dashboard.skip_lab import study_words as words
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, LEVEL_NAMES, REPLACEMENTS, parse_mask
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.statistics import Estimate
from posecore.studies.skips.effects import LossGaps, judged, tells_the_claim
from posecore.studies.skips.results import SkipStudy
from posecore.studies.skips.summary import SkipSummary, agreement, easy_faces

CUTS: Final = tuple(mask.title for mask in reversed(ALL_MASKS) if mask != ALL_ON)
"""The masks that cut anything, all cut first."""
REPLACEABLE: Final = ("zero", "mean")
"""Replacements that a claim may be about."""
EFFECTS: Final = ("lost hits", "moved")


def show(bundle: Bundle) -> None:
    """The whole tab."""
    if bundle.manifest.built_skips == ALL_OFF:
        st.info(words.NOTHING_TO_CUT, icon=":material/info:")
        return
    try:
        study = studies.skip_study(bundle)
    except BundleError as error:
        st.info(words.no_study(error), icon=":material/query_stats:")
        return
    st.markdown(words.introduction(bundle))
    created = studies.skip_study_created(bundle)
    claims = studies.skip_claims(bundle, created, found_only=True)
    opening = _opening(claims, study.replacements[0])
    links.follow_defaults({links.LAB_STUDY_MASK: opening})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        replacement = widgets.segments(
            "What replaces a cut skip", study.replacements, links.LAB_STUDY_REPLACEMENT, wrap=True
        )
        mask = widgets.select(
            "Skips cut (0) and kept (1)", CUTS, links.LAB_STUDY_MASK, opening, width=200, help=words.MASK_HELP
        )
    st.caption(REPLACEMENTS[replacement])
    summaries = {name: studies.skip_summary(bundle, created, name) for name in study.replacements}
    summary = summaries[replacement]
    source = bundles.source_line(bundle, len(study.sample_ids))
    labelled = bool(np.isfinite(summary.scores).any())
    if not labelled:
        st.info(words.UNLABELLED, icon=":material/info:")
    else:
        _histograms(bundle, summary, replacement, mask, source)
    _effects(bundle, summary, replacement, source, labelled)
    if labelled:
        _shares(bundle, summaries, source)
        _claims(bundle, study, claims, replacement, mask, source)
    _agreement(bundle, created, summaries, labelled)
    if labelled:
        study_gallery.gallery(bundle, study, summary, replacement, mask)
    glossary.explain(words.GLOSSARY + (words.GLOSSARY_OF_LABELS if labelled else ""), source)


def _opening(claims: LossGaps, replacement: str) -> str:
    """The first mask under which the thesis's claim can be answered; the first of all where there is none."""
    return next((mask for mask in CUTS if claims[replacement, mask].answers), CUTS[0])


def _histograms(bundle: Bundle, summary: SkipSummary, replacement: str, mask: str, source: str) -> None:
    st.subheader("PCK with and without")
    place = parse_mask(mask).position
    known = np.isfinite(summary.scores[:, 0])
    people = int(known.sum())
    before, after = summary.scores[known, 0], summary.scores[known, place]
    theirs = reference.pck(bundle, replacement, place)
    figures.chart(
        study_charts.score_histograms(before, after, f"skips {mask}, {replacement}", source, theirs),
        "lab_study_histogram",
        words.histograms_alt(people, mask),
    )
    st.caption(words.mean_pck(people, summary.pck, place, mask) + words.never_learned_pck(theirs, mask))
    if replacement in REPLACEABLE:
        chosen = {links.LEDGER_MASKS[1]: mask, links.LEDGER_REPLACEMENT: replacement}
        claiming.claim_link(bundle, claiming.CUTS, **chosen)
    else:
        st.caption(words.NO_CLAIM)
    table = _table(summary.pck, 100, {"mask": [mask.title for mask in ALL_MASKS]}, "PCK, %")
    figures.tabled("All sixteen masks as a table", table, f"skips-pck-{replacement}")


def _effects(bundle: Bundle, summary: SkipSummary, replacement: str, source: str, labelled: bool) -> None:
    st.subheader("What each level does to each joint")
    offered = EFFECTS if labelled else EFFECTS[1:]
    what = widgets.segments("Effect of cutting the level alone", offered, links.LAB_STUDY_EFFECT)
    lost = what == EFFECTS[0]
    effect, factor = (summary.loss, 100) if lost else (summary.moved, 1)
    unit = words.LOST if lost else words.MOVED
    theirs = reference.effect(bundle, replacement, lost)
    of_joints = reference.joint_loss(bundle, replacement) if lost else None
    figures.chart(
        study_charts.effect_map(effect, unit, factor, source, theirs, of_joints),
        "lab_study_effects",
        words.effects_alt(unit, replacement, len(bundle.keypoints)),
    )
    st.caption(
        words.effects(effect, unit, replacement)
        + words.never_learned_effect(theirs, unit, factor)
        + ("" if theirs is None else words.never_learned_joints(of_joints, unit, factor))
    )
    names = bundle.keypoints.labels
    rows = {
        "level": np.repeat(LEVEL_NAMES, len(names)).tolist(),
        "joint": [*names] * len(LEVEL_NAMES),
    }
    table = _table(effect, factor, rows, unit)
    if of_joints is not None:
        table[untrained.AT_MOST] = factor * study_charts.strongest(of_joints).ravel()
    figures.tabled(
        "The same as a table",
        table,
        f"skips-{what}-{replacement}".replace(" ", "-"),
    )


def _shares(bundle: Bundle, summaries: dict[str, SkipSummary], source: str) -> None:
    st.subheader("How much of the PCK each level carries")
    theirs = {name: found for name in summaries if (found := reference.shares(bundle, name)) is not None}
    figures.chart(
        study_charts.shapley_bars({name: one.shapley for name, one in summaries.items()}, source, theirs),
        "lab_study_shapley",
        words.SHAPLEY_ALT,
    )
    st.caption(words.SHAPLEY + words.never_learned_shares(theirs))
    tables = [
        _table(one.shapley, 100, {"replacement": [name] * 4, "level": list(LEVEL_NAMES)}, PCK_POINTS)
        for name, one in summaries.items()
    ]
    figures.tabled("The same as a table", pd.concat(tables), "skips-shapley")


def _claims(
    bundle: Bundle, study: SkipStudy, claims: LossGaps, replacement: str, mask: str, source: str
) -> None:
    st.subheader("Do small joints lose more than big ones?")
    if not tells_the_claim(bundle.keypoints):
        st.info(words.no_small_joints(bundle.keypoints.title), icon=":material/info:")
        return
    every = studies.skip_claims(bundle, studies.skip_study_created(bundle), found_only=False)
    found = carried(bundle)
    finds = Verdict.UNKNOWN if found is None else found.finds
    st.markdown(words.claim(claims, finds, judged(claims, finds)))
    figures.chart(study_charts.claim_map(claims, source), "lab_study_claims", words.CLAIMS_ALT)
    cell = replacement, mask
    st.markdown(words.claim_cell(*cell, claims[cell], every[cell], len(claims)))
    theirs = reference.pck(bundle, replacement, ALL_ON.position)
    st.caption(words.HOW_CLAIMS_ARE_TRIED + words.never_learned_claim(theirs))
    rows = [
        {
            "replacement": name,
            "mask": cut,
            "verdict": verdict(one),
            "difference, points": one.mean * 100,
            "95 % from": one.low * 100,
            "95 % to": one.high * 100,
            "small lose, %": one.small * 100,
            "big lose, %": one.big * 100,
            "p": one.p,
            "p, corrected": one.corrected,
            "n": one.n,
        }
        for (name, cut), one in claims.items()
    ]
    figures.tabled("All cells as a table", pd.DataFrame(rows), "skips-claim")
    share = easy_faces(study.info)
    if share is not None:
        people = study.info["labelled_faces"]["people"]
        st.warning(words.easy_faces(share, people), icon=":material/warning:")


def _agreement(bundle: Bundle, created: str, summaries: dict[str, SkipSummary], labelled: bool) -> None:
    st.subheader("Do the replacements agree?")
    if len(summaries) < 2:
        st.markdown(words.one_replacement(next(iter(summaries))))
        return
    effects = {name: one.loss.mean if labelled else one.moved.mean for name, one in summaries.items()}
    pairs = agreement(effects)
    ranked = summaries.items() if labelled else ()
    orders = {name: np.argsort(-one.shapley.mean).tolist() for name, one in ranked}
    st.markdown(words.agreement(pairs, orders))
    table = pd.DataFrame(
        [(*pair, value) for pair, value in pairs.items()], columns=["one", "other", "Spearman"]
    )
    figures.tabled("The rank correlations as a table", table, "skips-agreement")
    if labelled:
        _differences(summaries, studies.skip_differences(bundle, created))


def _differences(summaries: dict[str, SkipSummary], differences: dict[tuple[str, str], Estimate]) -> None:
    """What a level alone is worth under two replacements, side by side."""
    st.markdown(words.differences(differences))
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
            f"difference, {PCK_POINTS}",
        )
        for (one, other), difference in differences.items()
    ]
    figures.tabled("The comparisons as a table", pd.concat(tables), "skips-differences")


def _table(estimate: Estimate, factor: float, rows: dict[str, Any], unit: str) -> pd.DataFrame:
    """An estimate, row by row, under the names of its cells."""
    mean, low, high = (np.ravel(values) * factor for values in estimate[:3])
    numbers = {unit: mean, "95 % from": low, "95 % to": high, "n": np.ravel(estimate.n)}
    return pd.DataFrame(rows | numbers)
