"""All people of both bundles: what cut skips cost, which joints are found, who got better and who worse."""

import hashlib
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import charts, words
from dashboard.compare import masks as compare_masks
from dashboard.compare import pair as compare_pair
from dashboard.compare.gallery import show_people
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures, links
from posecore.ablation import ALL_MASKS, ALL_ON, LEVEL_NAMES, parse_mask
from posecore.bundle.studies import study_command
from posecore.errors import BundleError
from posecore.keypoints import KEYPOINTS, label
from posecore.metrics.paired import Paired, counted, paired
from posecore.metrics.pck import scores

WORDS: Final = "Crop, Latent, Skip connection, Mask, PCK, Point, 95 % interval, Bootstrap"
"""Of glossary.TERMS, those that the tab uses."""

PER_PAGE: Final = 16
BETTER, WORSE, APART, BY_ID = ORDERS = (
    "B better first",
    "B worse first",
    "farthest apart first",
    "by sample id",
)
WHOLE: Final = ALL_ON.title


class Seen(NamedTuple):
    """N people as both networks see them under one mask: points (2, N, 17, 2) in crop pixels and hits
    (2, N, 17), -1 where a joint is not labelled."""

    sample_ids: NDArray[np.str_]
    points: NDArray[np.float32]
    hits: NDArray[np.int8]


def show(pair: Pair) -> None:
    """The whole tab."""
    st.markdown(
        "Everybody with themselves: what makes a person hard is hard for both networks, so the "
        "**difference** is known better than either score. An interval that holds 0 says that these people "
        "do not tell which of the two is better."
    )
    compare_masks.show(pair)
    masks = _masks(pair)
    if not masks:
        return
    links.refuse_forged(links.COMPARE_MASK, f"one of {', '.join(masks)}", masks.__contains__)
    mask = masks[0]
    if len(masks) > 1:
        mask = st.selectbox(
            "Skips cut (0) and kept (1), at test time, in both",
            masks,
            key=links.COMPARE_MASK,
            bind="query-params",
            width=330,
            help=f"One digit per level, {', '.join(LEVEL_NAMES)}. Cutting a skip that a network was not "
            "built with changes nothing.",
        )
        mask = mask if mask in masks else masks[0]
    seen = _seen(pair, mask)
    if not len(seen.sample_ids):
        st.info("The two skip studies have no people in common.", icon=":material/info:")
        return
    labelled = bool((seen.hits >= 0).any())
    if labelled:
        _joints(pair, seen, mask)
    else:
        st.info(
            "Nothing is known of where these people's joints are, so there is no right and wrong here: only "
            "how far apart the two networks find them.",
            icon=":material/info:",
        )
    _gallery(pair, seen, mask, labelled)


def _masks(pair: Pair) -> list[str]:
    """Masks of which something is known of both, all skips first; none, with a sentence, without studies."""
    whole, why = True, ""
    try:
        compare_pair.study(pair)
    except BundleError as error:
        whole, why = False, str(error)
    lacking = [bundle for bundle in (pair.one, pair.other) if compare_masks.skip_study(bundle) is None]
    if not lacking:
        return [mask.title for mask in ALL_MASKS]
    commands = " and ".join(f"`{study_command(bundle, 'skips')}`" for bundle in lacking)
    if not whole:
        st.info(
            f"There is no comparison of the two yet. {why}, or with {commands}, which also tells what cut "
            "skips cost both.",
            icon=":material/query_stats:",
        )
        return []
    st.caption(f"With cut skips they can be compared after {commands}.")
    return [WHOLE]


def _seen(pair: Pair, mask: str) -> Seen:
    """All common people with all skips, from the comparison; else those of both skip studies."""
    if mask == WHOLE:
        try:
            study = compare_pair.study(pair)
        except BundleError:
            pass
        else:
            return Seen(study.sample_ids, study.points, study.hits)
    studied = compare_masks.studied(pair)
    assert studied is not None
    at = parse_mask(mask).position
    right = np.nan_to_num(studied.hits[:, :, at], nan=-1).astype(np.int8)
    return Seen(studied.sample_ids, studied.points[:, :, at], right)


@cache.cached(16, "Drawing people anew …")
def _paired(digest: str, _hits: NDArray[np.int8]) -> Paired:
    return paired(_hits[0], _hits[1])


def _joints(pair: Pair, seen: Seen, mask: str) -> None:
    st.subheader("Which joints do they find?")
    found = _paired(hashlib.sha256(seen.hits.tobytes()).hexdigest(), seen.hits)
    one, other, more = found.overall
    st.markdown(
        f"PCK **{one.mean:.1%}** of A and **{other.mean:.1%}** of B over the same n = {int(more.n):,} "
        f"people. B minus A: {words.more(more)}, so {words.verdict(pair, more)}."
    )
    names = ["all joints (PCK)", *(label(name) for name in KEYPOINTS)]
    figures.chart(
        charts.scores(names, found.rows, pair.names, pair.source(len(seen.sample_ids))),
        "compare_joints",
        "Share of each joint that A and B find, and the difference with its interval",
    )
    st.caption(
        "All joints: the mean of people's PCK. A joint: the share of people of whom it is found, of those on "
        "whom it is labelled. 95 % bootstrap intervals over people, each drawn with both answers; not "
        "corrected for how many joints there are."
    )
    table = compare_masks.table("joint", names, found.rows)
    figures.tabled("The same as a table", table, f"compare-joints-{mask}")


def _gallery(pair: Pair, seen: Seen, mask: str, labelled: bool) -> None:
    st.subheader("Who got better, who worse?")
    pcks = scores(np.stack([counted(side) for side in seen.hits], axis=1))
    gain = pcks[:, 1] - pcks[:, 0]
    apart = np.median(np.linalg.norm(seen.points[1] - seen.points[0], axis=-1), axis=-1)
    if labelled:
        better, worse = int((gain > 0).sum()), int((gain < 0).sum())
        same = int(np.isfinite(gain).sum()) - better - worse
        st.markdown(
            f"Of **{better:,}** people B finds more joints than A, of **{worse:,}** fewer, of {same:,} as "
            "many."
        )
    orders = ORDERS if labelled else ORDERS[2:]
    links.refuse_forged(links.COMPARE_ORDER, f"one of {', '.join(orders)}", orders.__contains__)
    pages = -(-len(gain) // PER_PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        order = st.selectbox("Order", orders, key=links.COMPARE_ORDER, bind="query-params", width=220)
        page = 1
        if pages > 1:
            links.refuse_forged(links.COMPARE_PAGE, f"a page from 1 to {pages}", links.whole_number(1, pages))
            if int(st.session_state.get(links.COMPARE_PAGE, 1)) > pages:
                st.session_state[links.COMPARE_PAGE] = 1
            asked = st.pagination(pages, key=links.COMPARE_PAGE, bind="query-params")
            page = int(np.clip(asked, 1, pages))
    # Who has no label is neither better nor worse, and comes last.
    ranks = {BETTER: -gain, WORSE: gain, APART: -apart}
    bare = ~compare_pair.pictured(pair, seen.sample_ids)
    places = np.argsort(seen.sample_ids, kind="stable")
    if order != BY_ID:
        places = np.lexsort((seen.sample_ids, bare, np.nan_to_num(ranks[order], nan=np.inf)))
    shown = places[(page - 1) * PER_PAGE : page * PER_PAGE]
    facts = [
        f"PCK {_score(pcks[row, 0])} → {_score(pcks[row, 1])}" if labelled else f"{apart[row]:.1f} px apart"
        for row in shown
    ]
    show_people(pair, seen.sample_ids[shown].tolist(), seen.points[:, shown], facts, parse_mask(mask))
    st.caption(
        "Arrows lead from where A finds a joint to where B does. A click opens the person. Beside each: "
        + (
            "PCK of A → B."
            if labelled
            else "the median distance between the two, in pixels of the 256-pixel crop."
        )
        + (
            " Among equals people with a picture come first; the others' arrows are on A's heatmaps."
            if bare.any()
            else ""
        )
    )
    table = pd.DataFrame(
        {
            "sample_id": seen.sample_ids,
            "PCK of A": pcks[:, 0],
            "PCK of B": pcks[:, 1],
            "B minus A": gain,
            "median distance, crop pixels": apart,
        }
    ).iloc[places]
    figures.tabled("Everybody as a table", table, f"compare-people-{mask}")


def _score(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"
