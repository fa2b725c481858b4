"""The first tab: PCK against what a network costs, and one person's heatmaps as groups go."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compression import charts, known, live, thesis, words
from dashboard.shared import bundle_people, certainty, figures, links, pictures, two_heatmaps
from dashboard.shared.person_search import person_search
from dashboard.shared.subject import Subject, bundle_person
from dashboard.shared.two_heatmaps import HEATMAP, Answer, from_heatmaps, heat
from posecore import drawing
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.metrics.pck import per_joint
from posecore.statistics import Estimate
from posecore.studies.compression.facts import LIVE, under_trained
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.compression.summary import control, visible_pck

PANEL: Final = 372
"""Pixels that a panel is wide where there is room; on a narrow page they stand below each other."""

PARTS: Final = ("mean", "low", "high", "n")
"""Of an Estimate."""


def show(bundle: Bundle, study: CompressionStudy, data: int) -> None:
    """The whole tab."""
    st.markdown(words.trade(study))
    told = known.figures(bundle, study.created, data)
    percent = _share(study)
    marked = charts.marked_places(study, percent)
    source = words.source(study, data)
    with st.container(horizontal=True, gap="small"):
        for one in charts.PANELS:
            with st.container(width=PANEL):
                figures.chart(
                    charts.panel(one, study, told.pck, marked, source),
                    f"cpr_{one.key}",
                    words.panel_alt(one.axis, study, told.pck),
                )
    st.caption(words.how_to_read(study, data))
    if heads := words.heads(study, data):
        st.caption(heads)
    if said := words.at_share(study, told.pck, marked):
        st.markdown("\n".join(f"* {line}" for line in said))
    figures.tabled("All networks as a table", _table(study, told, bundle.keypoints.labels), "compression")
    if told.lost:
        st.subheader("What is lost against the dense control")
        names = [words.point(study, one) for one, _ in told.lost]
        lost = Estimate(
            *(np.array([getattr(found.difference, part) for _, found in told.lost]) for part in PARTS)
        )
        figures.chart(
            charts.losses(names, lost, "points of PCK lost", source), "cpr_lost", words.lost_alt(names, lost)
        )
        st.caption(words.against(study))
        figures.tabled("The same as a table", _lost_table(study, told), "compression-lost")
    st.subheader("One person")
    _person(bundle, study, percent)
    st.subheader("What the thesis reports")
    st.markdown(words.THESIS)
    figures.chart(charts.from_the_thesis(words.THESIS_SOURCE), "cpr_thesis", words.thesis_alt())
    figures.tabled("The thesis's figures", _thesis_table(), "compression-thesis")


def _share(study: CompressionStudy) -> float:
    """The share that is marked and masked: one of those studied, asked for in percent."""
    shares = sorted({one.keep for one in study.points if one.keep is not None})
    names = [words.percent(share) for share in shares]
    usual = words.percent(min(shares, key=lambda share: abs(share - 1 / 3))) if shares else ""
    if len(names) < 2:
        return shares[0] if shares else 0.0
    links.refuse_forged(links.COMPRESSION_SHARE, links.one_of(names), names.__contains__)
    chosen = st.select_slider(
        "Share of the parameters kept",
        names,
        usual,
        key=links.COMPRESSION_SHARE,
        bind="query-params",
        help=words.SHARE_HELP,
    )
    return shares[names.index(chosen if chosen in names else usual)]


def _person(bundle: Bundle, study: CompressionStudy, share: float) -> None:
    person = person_search(bundle, links.COMPRESSION_PERSON, bundle_people.best_person(bundle))
    subject = bundle_person(bundle, person)
    if subject.crop is None:
        st.info(pictures.absent(bundle, person), icon=":material/no_photography:")
        return
    try:
        _three(bundle, study, share, subject)
    except PosecoreError as error:
        st.error(words.no_person(error))


def _three(bundle: Bundle, study: CompressionStudy, share: float, subject: Subject) -> None:
    """Dense, only masked, and the smaller network that ships; the scale of colours is the dense one's."""
    assert subject.crop is not None
    limit = certainty.limit(bundle)
    dense = from_heatmaps(words.DENSE_TITLE, live.whole_heatmaps(bundle, subject.crop), limit)
    sides = [dense]
    has_point = any(one.kind == LIVE and one.keep == share for one in study.points)
    if study.live is not None and has_point:
        maps = live.masked_heatmaps(bundle, study.created, share, subject.crop)
        sides.append(from_heatmaps(words.masked_title(share), maps, limit))
    other = known.compressed_beside(bundle)
    if other is not None:
        maps = live.whole_heatmaps(other, subject.crop)
        sides.append(from_heatmaps(words.tuned_title(bundle, other), maps, certainty.limit(other)))
    joint = two_heatmaps.joint_picker(links.COMPRESSION_JOINT, bundle.keypoints)
    for column, side in zip(st.columns(3, gap="small"), sides, strict=False):
        answer = Answer(subject, dense, side)
        column.markdown(f"**{side.title}**  \n{words.joints(answer)}")
        column.image(
            drawing.jpeg(heat(answer, side, joint)), width=HEATMAP, alt=words.heatmap_alt(side.title, joint)
        )
        column.image(
            drawing.jpeg(two_heatmaps.skeleton(answer, side)),
            width=HEATMAP,
            alt=words.skeleton_alt(side.title),
        )
    st.caption("  \n".join(words.what_is_masked(study, share, has_point, other is not None)))


def _table(study: CompressionStudy, told: known.Figures, labels: Sequence[str]) -> pd.DataFrame:
    rows = []
    for place, (point, pck) in enumerate(zip(study.points, told.pck, strict=True)):
        shares, _ = per_joint(study.hits(point, told.data))
        own, dense = study.milliseconds[place]
        row: dict[str, object] = {
            "network": words.series(point.kind, point.method),
            "kind": point.network,
            "seed": point.seed,
            "strength": point.strength,
            "share asked for": point.keep,
            "steps": point.steps,
            "skips cut": point.cut_skips,
            "teacher": point.teacher,
            "under-trained": "under-trained" if under_trained(point, study.points) else "",
            "PCK": float(pck.mean),
            "95 % from": float(pck.low),
            "95 % to": float(pck.high),
            "n": int(pck.n),
            "PCK, visible joints": visible_pck(study, point, told.data),
            **{name.upper(): float(score[place, told.data]) for name, score in study.scores.items()},
            "parameters": point.parameters,
            "of them not zero": point.left,
            "multiply-accumulates": point.multiplications,
            "bytes": point.bytes,
            "ms": float(own),
            "ms, dense beside it": float(dense),
        }
        rows.append(row | dict(zip(labels, shares.tolist(), strict=True)))
    return pd.DataFrame(rows)


def _lost_table(study: CompressionStudy, told: known.Figures) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "network": words.point(study, point),
            "against": words.point(study, control(study)),
            "points of PCK lost": float(found.difference.mean) * 100,
            "95 % from": float(found.difference.low) * 100,
            "95 % to": float(found.difference.high) * 100,
            "n": int(found.difference.n),
        }
        for point, found in told.lost
    )


def _thesis_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "network": words.thesis_series(row.method, row.tuned),
            "strength": row.strength,
            "share of parameters": row.kept,
            "PCKh": row.pckh,
        }
        for row in thesis.ROWS
    )
