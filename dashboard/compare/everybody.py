"""All people of both bundles: what cut skips cost, which joints are found, who got better and who worse."""

import hashlib
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from dashboard.compare import baselines, charts, masks, words
from dashboard.compare import pair as compare_pair
from dashboard.compare.gallery import draw_people
from dashboard.compare.pair import Pair
from dashboard.shared import cache, claiming, figures, links, shown_here, widgets
from posecore.ablation import ALL_MASKS, ALL_ON, LEVEL_NAMES, parse_mask
from posecore.bundle.studies import study_command
from posecore.errors import BundleError
from posecore.metrics.paired import Paired, counted, paired
from posecore.metrics.pck import scores
from posecore.studies.control.summary import reach
from posecore.verdict import Verdict

WORDS: Final = "Crop, Latent, Skip connection, Mask, PCK, Point, 95 % interval, Bootstrap"
"""Of glossary.TERMS, those that the tab uses."""

PER_PAGE: Final = 16
BETTER, WORSE, APART, BY_ID = ORDERS = (
    "B better first",
    "B worse first",
    "farthest apart first",
    "by sample id",
)
FOUND: Final = "PCK, all skips on"
"""Of posecore.studies.control.summary.FIGURES."""
WHOLE: Final = ALL_ON.title


class Seen(NamedTuple):
    """N people as both networks see them under one mask: points (2, N, K, 2) in crop pixels, nan of an empty
    heatmap, and hits (2, N, K), -1 where a joint is not labelled."""

    sample_ids: NDArray[np.str_]
    points: NDArray[np.float32]
    hits: NDArray[np.int8]


def show(pair: Pair) -> None:
    """The whole tab."""
    top = st.container()
    st.markdown(words.EVERYBODY)
    masks.draw_masks(pair)
    known = _masks(pair)
    if not known:
        return
    mask = _choose_mask(known)
    seen = _seen(pair, mask)
    if not len(seen.sample_ids):
        st.info(words.NOBODY_STUDIED, icon=":material/info:")
        return
    labelled = bool((seen.hits >= 0).any())
    if labelled:
        _draw_shown(pair, seen, top)
        _joints(pair, seen, mask)
        if mask == WHOLE:
            claimed = {links.LEDGER_BESIDE: pair.other.path.name}
            claiming.claim_link(pair.one, claiming.NETWORKS, **claimed)
    else:
        st.info(words.NOTHING_LABELLED, icon=":material/info:")
    _gallery(pair, seen, mask, labelled)


def _masks(pair: Pair) -> list[str]:
    """Masks of which something is known of both, all skips first; none, with a sentence, without studies."""
    whole, why = True, ""
    try:
        compare_pair.study(pair)
    except BundleError as error:
        whole, why = False, str(error)
    lacking = [bundle for bundle in (pair.one, pair.other) if masks.skip_study(bundle) is None]
    if not lacking:
        return [mask.title for mask in ALL_MASKS]
    commands = " and ".join(f"`{study_command(bundle, 'skips')}`" for bundle in lacking)
    if not whole:
        st.info(words.no_comparison(why, commands), icon=":material/query_stats:")
        return []
    st.caption(words.no_cuts(commands))
    return [WHOLE]


def _choose_mask(known: list[str]) -> str:
    if len(known) == 1:
        # No widget is drawn that would refuse another one.
        links.refuse_forged(links.COMPARE_MASK, links.one_of(known), known.__contains__)
        return known[0]
    return widgets.select(
        "Skips cut (0) and kept (1), at test time, in both",
        known,
        links.COMPARE_MASK,
        width=330,
        help=f"One digit per level, {', '.join(LEVEL_NAMES)}. Cutting a skip that a network was not built "
        "with changes nothing.",
    )


def _seen(pair: Pair, mask: str) -> Seen:
    """All common people with all skips, from the comparison; else those of both skip studies."""
    if mask == WHOLE:
        try:
            study = compare_pair.study(pair)
        except BundleError:
            pass
        else:
            return Seen(study.sample_ids, study.points, study.hits)
    studied = masks.studied(pair)
    assert studied is not None
    at = parse_mask(mask).position
    right = np.nan_to_num(studied.hits[:, :, at], nan=-1).astype(np.int8)
    return Seen(studied.sample_ids, studied.points[:, :, at], right)


@cache.cached(16, "Drawing people again …")
def _paired(digest: str, _hits: NDArray[np.int8]) -> Paired:
    return paired(_hits[0], _hits[1])


def _draw_shown(pair: Pair, seen: Seen, top: DeltaGenerator) -> None:
    """The sentence at the top of the tab; without control studies the commands that make them."""
    with top:
        for line in baselines.missing(pair):
            st.caption(line)
        if (said := shown(pair, found_by(seen.hits))) is not None:
            shown_here.draw(*said)


def shown(pair: Pair, found: Paired) -> tuple[str, Verdict] | None:
    """Whether one finds more joints than the other; None where a control study is lacking."""
    known = baselines.known(pair)
    if len(known) < 2:
        return None
    return words.shown(found.overall, max(reach(study, FOUND).highest for study in known))


def found_by(hits: NDArray[np.int8]) -> Paired:
    """What both networks find, of hits as in Seen."""
    return _paired(hashlib.sha256(hits.tobytes()).hexdigest(), hits)


def _joints(pair: Pair, seen: Seen, mask: str) -> None:
    st.subheader("Which joints do they find?")
    found = found_by(seen.hits)
    st.markdown(words.joints(pair, found.overall))
    names, beside = joint_names(pair), baselines.known(pair)
    never = baselines.joints(beside, parse_mask(mask), len(pair.one.keypoints))
    figures.chart(joints_chart(pair, found, len(seen.sample_ids), never), "compare_joints", words.JOINTS_ALT)
    if beside:
        st.caption(words.never_found(max(len(study.skip_people) for study in beside), never[:, 0]))
    st.caption(words.HOW_JOINTS)
    table = masks.table("joint", names, found.rows, never)
    figures.tabled("The same as a table", table, f"compare-joints-{mask}")


def joint_names(pair: Pair) -> list[str]:
    """Of the rows of found.rows: all joints, then each."""
    return [words.ALL_JOINTS, *pair.one.keypoints.labels]


def joints_chart(pair: Pair, found: Paired, people: int, never: NDArray[np.floating]) -> go.Figure:
    """How often both find each joint. never: as of baselines.joints."""
    return charts.scores(joint_names(pair), found.rows, pair.names, pair.source(people), never)


def median_apart(points: NDArray[np.floating]) -> NDArray[np.floating]:
    """(N,) how far apart, in the middle, A and B find a person's joints, of points (2, N, K, 2): over the
    joints that neither loses; nan where there is none."""
    apart = np.linalg.norm(points[1] - points[0], axis=-1)
    middle = np.full(len(apart), np.nan)
    known = np.isfinite(apart).any(axis=-1)
    middle[known] = np.nanmedian(apart[known], axis=-1)
    return middle


def _gallery(pair: Pair, seen: Seen, mask: str, labelled: bool) -> None:
    st.subheader("Who got better, who worse?")
    pcks = scores(np.stack([counted(side) for side in seen.hits], axis=1))
    gain = pcks[:, 1] - pcks[:, 0]
    apart = median_apart(seen.points)
    if labelled:
        st.markdown(words.better_and_worse(gain))
    orders = ORDERS if labelled else ORDERS[2:]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        order = widgets.select("Order", orders, links.COMPARE_ORDER, width=220)
        page = widgets.page_of(-(-len(gain) // PER_PAGE), links.COMPARE_PAGE)
    # Who has no label is neither better nor worse, and comes last.
    ranks = {BETTER: -gain, WORSE: gain, APART: -apart}
    bare = ~compare_pair.pictured(pair, seen.sample_ids)
    places = np.argsort(seen.sample_ids, kind="stable")
    if order != BY_ID:
        places = np.lexsort((seen.sample_ids, bare, np.nan_to_num(ranks[order], nan=np.inf)))
    shown = places[(page - 1) * PER_PAGE : page * PER_PAGE]
    facts = [words.pck_of_both(*pcks[row]) if labelled else words.apart(apart[row]) for row in shown]
    draw_people(pair, seen.sample_ids[shown].tolist(), seen.points[:, shown], facts, parse_mask(mask))
    st.caption(words.how_arrows(labelled, bool(bare.any())))
    table = pd.DataFrame(
        {
            "sample_id": seen.sample_ids,
            "PCK of A": pcks[:, 0],
            "PCK of B": pcks[:, 1],
            words.MORE: gain,
            "median distance, crop pixels": apart,
        }
    ).iloc[places]
    figures.tabled("Everybody as a table", table, f"compare-people-{mask}")
