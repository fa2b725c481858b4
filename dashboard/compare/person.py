"""One person as two networks see them, with the same skips cut in both."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compare import words
from dashboard.compare.pair import Pair
from dashboard.shared import (
    bundle_people,
    certainty,
    links,
    pictures,
    predictions,
    shown_here,
    two_heatmaps,
    widgets,
)
from dashboard.shared.alone import runs_alone
from dashboard.shared.person_search import person_search
from dashboard.shared.shown_here import Verdict
from dashboard.shared.subject import Subject, bundle_person
from dashboard.shared.two_heatmaps import (
    ALL_JOINTS,
    HEATMAP,
    LOST,
    Answer,
    Side,
    difference,
    from_heatmaps,
    from_peaks,
    heat,
    mark,
    moves,
    skeleton,
)
from posecore import drawing
from posecore.ablation import LEVEL_NAMES, SkipMask
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.metrics.pck import PCK_RADIUS
from posecore.samples import read_peaks, read_points
from posecore.studies.pair.people import restricted

WORDS: Final = "Crop, Heatmap, Peak, Lost joint, Latent, Skip connection, PCK, PCK radius"
"""Of glossary.TERMS, those that the tab uses."""


def show(pair: Pair) -> None:
    """The whole tab."""
    shown_here.draw(words.ONE_PERSON, Verdict.UNKNOWN)
    st.markdown(words.PERSON)
    people = restricted(pair.one, pair.common.one)
    try:
        person = person_search(people, links.COMPARE_PERSON, bundle_people.best_person(people))
        _seen(pair, person)
    except PosecoreError as error:
        st.error(words.no_person(error))


def open_person(person: str, mask: SkipMask) -> None:
    """Before a rerun: this tab, with this person and these skips."""
    links.set_widgets({links.COMPARE_PERSON: person, **dict(zip(links.COMPARE_SKIPS, mask, strict=True))})
    st.session_state[links.COMPARE_TAB] = links.COMPARE_TABS[1]


@runs_alone
def _seen(pair: Pair, person: str) -> None:
    """What changes with every switch; it runs alone, so that a click is answered at once."""
    subject = _subject(pair, person)
    if subject.crop is None:
        st.info(words.not_switchable(pictures.absent(pair.one, person)), icon=":material/no_photography:")
        sides = [_stored(bundle, name, person) for bundle, name in _both(pair)]
        skips = [words.STORED] * 2
    else:
        asked = _switches([bundle.manifest.built_skips for bundle, _ in _both(pair)])
        st.caption("  \n".join(words.cutting(pair)))
        sides, skips = [], []
        for bundle, name in _both(pair):
            built = bundle.manifest.built_skips
            mask = asked & built
            maps = predictions.all_masks(bundle, subject.crop)
            limit = certainty.limit(bundle, mask)
            sides.append(from_heatmaps(name, maps[mask.position], limit))
            skips.append(words.skips(asked, built))
    answer = Answer(subject, sides[0], sides[1])
    _headline(answer)
    _pictures(pair, answer, skips)
    _table(answer)


def _both(pair: Pair) -> list[tuple[Bundle, str]]:
    return [(pair.one, pair.names[0]), (pair.other, pair.names[1])]


def _subject(pair: Pair, person: str) -> Subject:
    """Who it is, with the picture and the labels of whichever bundle holds them."""
    subject, again = bundle_person(pair.one, person), bundle_person(pair.other, person)
    known = subject if subject.annotated is not None else again
    return replace(
        subject,
        who=person,
        crop=again.crop if subject.crop is None else subject.crop,
        annotated=known.annotated,
        visibility=known.visibility,
    )


def _stored(bundle: Bundle, name: str, person: str) -> Side:
    table = bundle.samples.iloc[[bundle.row(person)]]
    limit = certainty.limit(bundle)
    return from_peaks(name, read_points(table, "predicted")[0], read_peaks(table)[0], limit)


def _switches(built: list[SkipMask]) -> SkipMask:
    """One switch per level for both networks; what neither has cannot be switched."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.markdown("**Skip connections**, on = used", width="content")
        return SkipMask(
            widgets.toggle(
                name,
                True,
                key,
                disabled=not any(there),
                help=f"The way around the bottleneck with {name} cells; off means cut in both, at test time"
                if any(there)
                else "Neither network was trained with it",
            )
            for name, key, *there in zip(LEVEL_NAMES, links.COMPARE_SKIPS, *built, strict=True)
        )


def _headline(answer: Answer) -> None:
    found = answer.found()
    with st.container(horizontal=True):
        far = int((answer.moved >= PCK_RADIUS).sum())
        st.metric(
            "Joints a radius or more apart",
            f"{far} of {len(answer.moved)}",
            border=True,
            width=250,
            help="Where a network's heatmap holds nothing above zero it names no place, and no distance is "
            "given.",
        )
        st.metric("Median distance", answer.median_moved(), border=True, width=200)
        if found is not None:
            labelled = int((~np.isnan(found[0])).sum())
            first, second = (int(np.nansum(side)) for side in found)
            st.metric(
                f"Found of {labelled} labelled joints", f"A {first} · B {second}", border=True, width=250
            )


def _pictures(pair: Pair, answer: Answer, skips: list[str]) -> None:
    sides, columns = (answer.before, answer.after), st.columns(3, gap="small")
    for column, side, cut in zip(columns, sides, skips, strict=False):
        column.markdown(f"**{side.title}**  \n{cut}  \n{side.how_sure()}")
        column.image(drawing.jpeg(skeleton(answer, side)), width="stretch", alt=f"Skeleton, {side.title}")
    columns[2].markdown("**From A to B**  \nan arrow per joint  \nthin unless both are sure")
    columns[2].image(
        drawing.jpeg(moves(answer)), width="stretch", alt="Arrows from where A finds joints to where B does"
    )
    meanings = [certainty.meaning(side.limit) for side in sides]
    st.caption(f"A: {meanings[0]}  \nB: {meanings[1]}")
    if any(side.heatmaps is None for side in sides):
        for column, (bundle, name) in zip(st.columns(3, gap="small"), _both(pair), strict=False):
            maps = bundle_people.heatmap_of(bundle, answer.subject.sample_id, HEATMAP)
            column.image(drawing.jpeg(maps), width="stretch", alt=f"Stored heatmaps, {name}")
        return
    joint = two_heatmaps.joint_picker(links.COMPARE_JOINT, answer.keypoints)
    columns = st.columns(3, gap="small")
    for column, side in zip(columns, sides, strict=False):
        column.image(
            drawing.jpeg(heat(answer, side, joint)), width="stretch", alt=f"Heatmaps, {side.title}: {joint}"
        )
    columns[2].image(
        drawing.jpeg(difference(answer, joint)), width="stretch", alt=f"Heatmaps of B minus A: {joint}"
    )
    networks = pair.source(1).split("<br>")[1]
    st.caption(words.scale(answer.subject.who, networks, joint == ALL_JOINTS))


def table(answer: Answer) -> pd.DataFrame:
    """One row per joint, those farthest apart first."""
    columns: dict[str, object] = {
        "joint": answer.keypoints.labels,
        "apart, px": answer.moved,
    }
    if (found := answer.found()) is not None:
        for name, side in zip("AB", found, strict=True):
            columns[f"found by {name}"] = [mark(hit) for hit in side]
    columns |= {"A sure": answer.before.sure_marks, "B sure": answer.after.sure_marks}
    columns |= {"peak A": answer.before.peaks, "peak B": answer.after.peaks}
    return pd.DataFrame(columns).sort_values("apart, px", ascending=False, kind="stable", ignore_index=True)


def _table(answer: Answer) -> None:
    rows = table(answer)
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        placeholder=LOST,
        alt="How far apart the two networks find every joint",
        column_config={
            "joint": st.column_config.TextColumn(width=120),
            "apart, px": number(
                format="%.1f", width=95, help="In pixels of the 256-pixel crop, whose PCK radius is 12.8"
            ),
            "peak A": number(format="%.2f", width=95, help="Value of the strongest cell"),
            "peak B": number(format="%.2f", width=95, help="Value of the strongest cell"),
        }
        | {
            f"found by {name}": st.column_config.TextColumn(
                width=95, help="✓ within a radius of the annotation, ✗ not, · not labelled"
            )
            for name in "AB"
        }
        | {
            f"{name} sure": st.column_config.TextColumn(
                width=75, help="✓ the network is sure of it, ✗ not, · not known"
            )
            for name in "AB"
        },
    )
    st.download_button(
        "CSV",
        lambda: rows.to_csv(index=False),
        f"compare-{answer.subject.sample_id}.csv",
        "text/csv",
        key="_cmp_person_csv",
        icon=":material/download:",
        on_click="ignore",
    )
