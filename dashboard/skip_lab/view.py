"""What changes with every switch of the Skip lab; it runs alone, so that a click is answered at once."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, cache, certainty, links, predictions, two_heatmaps
from dashboard.shared.alone import runs_alone
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.skip_switches import Cut, switches
from dashboard.shared.subject import Subject
from dashboard.shared.two_heatmaps import (
    ALL_JOINTS,
    HEATMAP,
    LOST,
    Answer,
    from_heatmaps,
    from_peaks,
    heat,
    skeleton,
)
from dashboard.skip_lab import beside as lab_beside
from dashboard.skip_lab import words
from dashboard.skip_lab.opening import Opening
from dashboard.skip_lab.replacement import replacement
from dashboard.skip_lab.rows import ask, heatmap_row, skeleton_row
from dashboard.skip_lab.sheet import all_maps, sheet
from dashboard.skip_lab.steps import picture_to_target
from posecore import drawing
from posecore.ablation import ALL_OFF
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.metrics.pck import PCK_RADIUS
from posecore.samples import read_peaks, read_points
from posecore.studies.skips.example import REPLACEMENT

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


@runs_alone
def switches_and_answer(bundle: Bundle, subject: Subject | None, opening: Opening) -> None:
    """Switches, pictures and table for somebody whose picture is at hand; without anybody the switches alone.

    All widgets are there all the time: those that go and come again, as while one picture follows another,
    may come back with their default in the browser, and say something else than the page.
    """
    first = st.container()
    # Four places, so that in a narrow window the skeletons follow the switches.
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        switching, skeletons = st.container(width=330), st.container(width=770)
        replacing, heatmaps = st.container(width=330), st.container(width=770)
    with switching:
        st.markdown(words.SWITCHES)
        mask = switches(bundle.manifest.built_skips, opening.mask, links.LAB_SKIPS)
        beside = lab_beside.choose_other(bundle)
    try:
        with replacing:
            stand_in, donor, donor_crop = replacement(bundle, subject.sample_id if subject else "")
        with heatmaps:
            joint = two_heatmaps.joint_picker(links.LAB_JOINT, bundle.keypoints)
        if subject is None:
            skeletons.info(words.NO_PICTURE_YET, icon=":material/image:")
            return
        assert subject.crop is not None
        cut = Cut(mask, stand_in, donor)
        with skeletons:
            answer = ask(bundle, subject, cut, donor_crop)
    except PosecoreError as error:
        skeletons.error(words.cannot_be_asked(error))
        return
    with first:
        _nobody(answer)
    source = words.source(bundle, answer)
    with skeletons:
        skeleton_row(answer)
        if opening == Opening(subject.sample_id, mask, picked=True) and stand_in == REPLACEMENT:
            st.caption(words.PICKED)
    replacing.image(
        drawing.jpeg(subject.crop if donor_crop is None else np.hstack([subject.crop, donor_crop])),
        width=170 if donor_crop is None else 300,
        alt=words.CROP_ALT,
        caption=words.seen(donor),
    )
    with heatmaps:
        heatmap_row(answer, joint, source)
    if beside is not None:
        _beside(beside, answer, cut, donor_crop, joint, skeletons, heatmaps)
    _headline(answer)
    _table(answer)
    _downloads(answer, source, words.in_place(stand_in, donor))
    _details(bundle, answer)


def _beside(
    name: str,
    answer: Answer,
    cut: Cut,
    donor_crop: NDArray[np.uint8] | None,
    joint: str,
    skeletons: "DeltaGenerator",
    heatmaps: "DeltaGenerator",
) -> None:
    """A second row in both places, of the network of the bundle `name`."""
    try:
        with skeletons:
            other = cache.load_bundle(name)
            again = ask(other, answer.subject, cut, donor_crop)
    except PosecoreError as error:
        skeletons.error(words.cannot_be_asked(error, name))
        return
    with skeletons:
        lab_beside.second_skeletons(other, again)
    with heatmaps:
        lab_beside.second_heatmaps(other, again, joint)


def stored_against_latent(bundle: Bundle, subject: Subject) -> None:
    """What can be said of a person without the picture: stored prediction against the latent alone."""
    st.info(words.without_picture(bundle, subject.sample_id), icon=":material/no_photography:")
    table = bundle.samples.iloc[[bundle.row(subject.sample_id)]]
    stored = from_peaks(
        words.STORED_TITLE,
        read_points(table, "predicted")[0],
        read_peaks(table)[0],
        certainty.limit(bundle),
    )
    try:
        maps = predictions.latent_heatmaps(bundle, subject.sample_id)
        latent = from_heatmaps(words.LATENT_TITLE, maps, certainty.limit(bundle, ALL_OFF))
    except PosecoreError as error:
        st.error(words.cannot_be_asked(error))
        return
    answer = Answer(subject, stored, latent)
    _nobody(answer)
    tiles = (
        (bundle_people.heatmap_of(bundle, subject.sample_id, HEATMAP), stored),
        (heat(answer, latent, ALL_JOINTS), latent),
    )
    for column, (picture, side) in zip(st.columns([1, 1, 1])[:2], tiles, strict=True):
        column.markdown(f"**{side.title}**  \n:small[{side.how_sure()}]")
        if side.lost.all():
            column.caption(words.ALL_EMPTY)
            continue
        for drawn, alt in (
            (skeleton(answer, side), words.skeleton_alt(side.title)),
            (picture, f"Heatmaps: {side.title}"),
        ):
            column.image(drawing.jpeg(drawn), width="stretch", alt=alt)
    st.caption(words.sure_means(answer))
    st.caption(f"{words.source(bundle, answer)}. {what_cutting_says(bundle)}")
    _headline(answer)
    _table(answer)


def _nobody(answer: Answer) -> None:
    """First of all: whether the network, with all its skips, finds anybody in the picture."""
    before = answer.before
    if certainty.nobody(before.sure, before.limit):
        st.warning(certainty.verdict(before.sure, before.limit), icon=":material/person_off:")


def _headline(answer: Answer) -> None:
    found = answer.found()
    with st.container(horizontal=True):
        far, lost = int((answer.moved >= PCK_RADIUS).sum()), int(answer.lost.sum())
        st.metric(
            "Joints moved · joints lost",
            f"{far} · {lost} of {len(answer.moved)}",
            border=True,
            width=250,
            help=words.MOVED_AND_LOST_HELP,
        )
        st.metric(
            "Median movement",
            answer.median_moved(),
            border=True,
            width=200,
            help=words.MEDIAN_HELP,
        )
        if found is not None:
            labelled = ~np.isnan(found[0])
            first, second = (int(np.nansum(side)) for side in found)
            st.metric(
                f"Found of {int(labelled.sum())} labelled joints",
                f"{first} → {second}",
                border=True,
                width=250,
            )
        st.metric(
            "Mean peak, before and after",
            words.peaks(answer),
            border=True,
            width=230,
            help=words.PEAK_HELP,
        )


def _table(answer: Answer) -> None:
    table = answer.table()
    peaks = ["peak before", "peak after"]
    table[peaks] = table[peaks].where(table[peaks].abs() >= 0.005, 0.0)  # no "-0.00"
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder=LOST,
        column_config={
            "joint": st.column_config.TextColumn(width=110),
            "moved, px": number(format="%.1f", width=95, help=words.MOVED_COLUMN),
            "found": st.column_config.TextColumn(width=75, help=words.FOUND_COLUMN),
            "sure": st.column_config.TextColumn(width=75, help=words.SURE_COLUMN),
        }
        | {
            f"{name} {when}": number(format="%.2f", width=95, help=about)
            for name, about in words.MEASURES.items()
            for when in ("before", "after")
        },
        alt=words.TABLE_ALT,
    )


def _downloads(answer: Answer, source: str, how: str) -> None:
    name = f"skip-lab-{answer.subject.sample_id or 'picture'}"
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            lambda: answer.table().to_csv(index=False),
            f"{name}.csv",
            "text/csv",
            key="_lab_csv",
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            "Sheet as PNG",
            lambda: sheet(answer, source, how),
            f"{name}.png",
            "image/png",
            key="_lab_png",
            icon=":material/image:",
            on_click="ignore",
        )


def _details(bundle: Bundle, answer: Answer) -> None:
    maps = st.expander("All maps: before, after, difference", key="_lab_maps", on_change="rerun")
    if maps.open:
        maps.image(
            drawing.jpeg(all_maps(answer)),
            width="stretch",
            alt=words.MAPS_ALT,
        )
    steps = st.expander("From the picture to the target", key="_lab_steps", on_change="rerun")
    if steps.open:
        with steps:
            picture_to_target(bundle, answer.subject)
    st.caption(what_cutting_says(bundle))
