"""What changes with every switch of the Skip lab; it runs alone, so that a click is answered at once."""

import numpy as np
import streamlit as st

from dashboard import components, loaders, sources, state
from dashboard.lab_answer import (
    ALL_JOINTS,
    HEATMAP,
    LOST,
    Answer,
    difference,
    from_heatmaps,
    from_peaks,
    heat,
    moves,
    skeleton,
)
from dashboard.lab_sheet import all_maps, sheet
from dashboard.lab_switches import Cut, replacement, switches
from dashboard.picture_source import Subject
from dashboard.picture_steps import show_steps
from posecore import drawing
from posecore.ablation import ALL_MASKS, LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.keypoints import K
from posecore.metrics.pck import PCK_RADIUS
from posecore.samples import read_peaks, read_points


@st.fragment
def show_lab(bundle: Bundle, subject: Subject) -> None:
    """Switches, pictures and table for somebody whose picture is at hand."""
    assert subject.crop is not None
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        left, right = st.container(width=330), st.container(width=770)
    try:
        with left:
            st.markdown("**Skip connections**, on = used")
            mask = switches(bundle.manifest.built_skips)
            stand_in, donor, donor_crop = replacement(bundle, subject.sample_id)
            cut = Cut(mask, stand_in, donor)
            maps = loaders.all_masks(bundle, subject.crop, stand_in, donor_crop, subject.own)
            st.image(
                drawing.jpeg(subject.crop if donor_crop is None else np.hstack([subject.crop, donor_crop])),
                width=170 if donor_crop is None else 300, alt="The crop that the network sees",
                caption="What the network sees" + (f", and {donor}" if donor else ""),
            )  # fmt: skip
    except PosecoreError as error:
        st.error(f"The network cannot be asked. {error}")
        return
    answer = Answer(
        subject,
        from_heatmaps("All four skips on", maps[0]),
        from_heatmaps(cut.title(), maps[ALL_MASKS.index(mask)]),
    )
    source = f"n = 1, {subject.who} · {components.network_name(bundle)}{_trained_on(bundle)}"
    how = f"In place of a cut skip: {stand_in}" + (f", {donor}" if donor else "")
    with right:
        _pictures(answer, source)
    _headline(answer)
    _table(answer)
    _downloads(answer, source, how)
    _details(bundle, answer)


def show_without_picture(bundle: Bundle, subject: Subject) -> None:
    """What can be said of a person without the picture: stored prediction against the latent alone."""
    st.info(
        "Single switches need this person's picture, which is not at hand: choose an example or a picture of "
        "your own above, or start the dashboard with POSE_IMAGES set to a prepared data folder, and they "
        "work. All four cut needs only the stored latent, so that is shown.",
        icon=":material/no_photography:",
    )
    table = bundle.samples.iloc[[bundle.row(subject.sample_id)]]
    stored = from_peaks(
        "All four skips on (stored)", read_points(table, "predicted")[0], read_peaks(table)[0]
    )
    try:
        latent = from_heatmaps("All four skips cut", loaders.latent_heatmaps(bundle, subject.sample_id))
    except PosecoreError as error:
        st.error(f"The network cannot be asked. {error}")
        return
    answer = Answer(subject, stored, latent)
    tiles = (
        (components.heatmap_of(bundle, subject.sample_id, HEATMAP), skeleton(answer, stored), stored.title),
        (heat(answer, latent, ALL_JOINTS), skeleton(answer, latent), latent.title),
    )
    for column, (maps, joints, title) in zip(st.columns([1, 1, 1])[:2], tiles, strict=True):
        column.markdown(f"**{title}**")
        column.image(drawing.jpeg(joints), width="stretch", alt=f"Skeleton: {title}")
        column.image(drawing.jpeg(maps), width="stretch", alt=f"Heatmaps: {title}")
    st.caption(
        f"n = 1, {subject.who} · {components.network_name(bundle)}{_trained_on(bundle)}. "
        + _cut_means(bundle)
    )
    _headline(answer)
    _table(answer)


def _pictures(answer: Answer, source: str) -> None:
    before, after = answer.before, answer.after
    columns = st.columns(3, gap="small")
    titles = (before.title, after.title, "What changed")
    drawn = (skeleton(answer, before), skeleton(answer, after), moves(answer))
    for column, title, picture in zip(columns, titles, drawn, strict=True):
        column.markdown(f"**{title}**")
        words = f"Arrows from where joints were to where they are: {after.title}"
        column.image(
            drawing.jpeg(picture), width="stretch", alt=words if title == titles[2] else f"Skeleton: {title}"
        )
    joint = components.joint_picker(state.LAB_JOINT)
    drawn = (heat(answer, before, joint), heat(answer, after, joint), difference(answer, joint))
    for column, title, picture in zip(st.columns(3, gap="small"), titles, drawn, strict=True):
        words = "Heatmaps after minus before" if title == titles[2] else f"Heatmaps, {title}"
        column.image(drawing.jpeg(picture), width="stretch", alt=f"{words}: {joint}")
    st.caption(
        f"{source}. The heatmaps before and after share one scale, from 0 to the "
        + ("median" if joint == ALL_JOINTS else "joint's")
        + " peak before. In the difference blue is less than before, orange more"
        + (", in each cell of the joint that changed most there." if joint == ALL_JOINTS else ".")
    )


def _headline(answer: Answer) -> None:
    found = answer.found()
    with st.container(horizontal=True):
        far, lost = int((answer.moved >= PCK_RADIUS).sum()), int(answer.lost.sum())
        st.metric(
            "Joints moved · joints lost", f"{far} · {lost} of {K}", border=True, width=250,
            help="Moved: by a PCK radius (12.8 pixels of the crop) or more. Lost: the heatmap holds nothing "
            "above zero any more, so it names no place, and no distance is given.",
        )  # fmt: skip
        st.metric(
            "Median movement", answer.median_moved(), border=True, width=200,
            help="In pixels of the 256-pixel crop, over the joints that are not lost.",
        )  # fmt: skip
        if found is not None:
            labelled = ~np.isnan(found[0])
            first, second = (int(np.nansum(side)) for side in found)
            st.metric(
                f"Found of {int(labelled.sum())} labelled joints", f"{first} → {second}", border=True,
                width=250,
            )  # fmt: skip
        st.metric(
            "Mean peak, before and after",
            f"{_height(answer.before.peaks.mean())} → {_height(answer.after.peaks.mean())}",
            border=True, width=230,
            help="A peak is the value of the strongest cell of a joint's heatmap. Its height speaks of how "
            "visible the network thinks the joint is, too: hidden joints were painted fainter or wider.",
        )  # fmt: skip


def _height(peak: float) -> str:
    """A peak with two digits, never "-0.00"."""
    return f"{round(float(peak), 2) + 0.0:.2f}"


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
            "moved, px": number(
                format="%.1f", width=95, help="In pixels of the 256-pixel crop; from the PCK radius of 12.8 "
                "on, what was exactly right is a miss",
            ),
            "found": st.column_config.TextColumn(
                width=75, help="✓ within a radius of the annotation, ✗ not, · not labelled: before → after"
            ),
        }
        | {
            f"{name} {when}": number(format="%.2f", width=95, help=words)
            for name, words in (
                ("peak", "Value of the strongest cell. It speaks of predicted visibility, too"),
                ("rival", "The strongest cell a radius or more from the peak, as a share of the peak: near "
                          "1, two places compete"),
                ("entropy", "How spread the map is: 0 one cell, 1 the same everywhere"),
            )
            for when in ("before", "after")
        },
        alt="How far every joint moved, and its peak, rival peak and entropy before and after",
    )  # fmt: skip


def _downloads(answer: Answer, source: str, how: str) -> None:
    name = f"skip-lab-{answer.subject.sample_id or 'picture'}"
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV", lambda: answer.table().to_csv(index=False), f"{name}.csv", "text/csv",
            key="_lab_csv", icon=":material/table:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Sheet as PNG", lambda: sheet(answer, source, how), f"{name}.png", "image/png",
            key="_lab_png", icon=":material/image:", on_click="ignore",
        )  # fmt: skip


def _details(bundle: Bundle, answer: Answer) -> None:
    maps = st.expander("All seventeen maps: before, after, difference", key="_lab_maps", on_change="rerun")
    if maps.open:
        maps.image(
            drawing.jpeg(all_maps(answer)), width="stretch",
            alt="Every joint's heatmap before, after, and the difference",
        )  # fmt: skip
    steps = st.expander("From the picture to the target", key="_lab_steps", on_change="rerun")
    if steps.open:
        with steps:
            show_steps(bundle, answer.subject)
    st.caption(_cut_means(bundle))


def _trained_on(bundle: Bundle) -> str:
    names = sources.training_names(bundle)
    return f", trained on {' and '.join(names)}" if names else ""


def _cut_means(bundle: Bundle) -> str:
    """What a cut skip says of the network, and what it doesn't."""
    built = bundle.manifest.built_skips
    absent = ", ".join(name for name, there in zip(LEVEL_NAMES, built, strict=True) if not there)
    words = (
        "Cut means *at test time*: the weights were trained with "
        + ("the others" if absent else "all four skips")
        + ". That is not the same as a network trained without them."
    )
    return words + (f" It was trained without {absent}: there is nothing to cut." if absent else "")
