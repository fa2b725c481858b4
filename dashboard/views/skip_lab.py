"""Skip lab: one person's heatmaps with all skip connections, and with some of them cut at test time."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard import components, loaders, state
from posecore import drawing
from posecore.ablation import ALL_OFF, LEVEL_NAMES, format_mask
from posecore.bundle import Bundle
from posecore.data.heatmaps import decode
from posecore.errors import PosecoreError
from posecore.keypoints import KEYPOINTS, K, label
from posecore.metrics.pck import PCK_RADIUS
from posecore.samples import read_peaks, read_points

SOURCES = ("a person of the bundle", "your own picture")
ALL_JOINTS = "all joints"
JOINTS = (ALL_JOINTS, *(label(name) for name in KEYPOINTS))


class Side(NamedTuple):
    """What the network says under one mask: points (17, 2) in crop pixels, peaks (17,), maps if at hand."""

    title: str
    points: NDArray[np.float32]
    peaks: NDArray[np.float32]
    heatmaps: NDArray[np.float32] | None


def from_heatmaps(title: str, heatmaps: NDArray[np.float32]) -> Side:
    """A side whose maps (17, 64, 64) are at hand."""
    points, peaks = decode(heatmaps[None])
    return Side(title, points[0], peaks[0], heatmaps)


def uploaded_crop() -> NDArray[np.uint8] | None:
    """The crop of the user's picture, (256, 256, 3); None as long as there is none."""
    from posecore.data.crops import SquareCrop

    file = st.file_uploader(
        "A picture with one person, who should fill most of the square", ["jpg", "jpeg", "png", "webp"],
        key="lab_upload", help="It stays in this session's memory and is not stored.",
    )  # fmt: skip
    if file is None:
        return None
    data = file.getvalue()
    picture = loaders.uploaded_picture(data)
    name, side = hashlib.sha256(data).hexdigest()[:12], float(min(picture.size))
    with st.expander(f"Choose the square ({picture.width} × {picture.height} pixels in all)"):
        x, y, length = st.columns(3)
        left = x.number_input(
            "Left edge", -side, float(picture.width), (picture.width - side) / 2, 8.0, key=f"_lab_x_{name}"
        )
        top = y.number_input(
            "Top edge", -side, float(picture.height), (picture.height - side) / 2, 8.0, key=f"_lab_y_{name}"
        )
        length_ = length.number_input(
            "Side", min(16.0, side), 2.0 * max(picture.size), side, 8.0, key=f"_lab_side_{name}"
        )
        st.caption("In pixels of your picture. What lies outside it is black.")
    return SquareCrop(left, top, length_).cut(picture)


def show_side(
    side: Side, crop: NDArray[np.uint8] | None, stored: NDArray[np.uint8] | None, joint: str, vmax: float
) -> None:
    """Heatmaps above, skeleton below."""
    st.markdown(f"**{side.title}**")
    if side.heatmaps is None:
        assert stored is not None
        heat = stored
    elif joint == ALL_JOINTS:
        heat = drawing.overlay(drawing.ground() if crop is None else crop, side.heatmaps, vmax=vmax)
    else:
        heat = drawing.enlarge(drawing.heatmap_image(side.heatmaps[JOINTS.index(joint) - 1], vmax))
    st.image(heat, width="stretch", alt=f"Heatmaps, {joint}: {side.title}")
    st.image(
        drawing.draw_skeleton(drawing.ground() if crop is None else crop, side.points),
        width="stretch",
        alt=f"Skeleton: {side.title}",
    )


def joint_table(before: Side, after: Side, moved: NDArray[np.float32]) -> pd.DataFrame:
    """One row per joint."""
    return pd.DataFrame(
        {
            "joint": [label(name) for name in KEYPOINTS],
            "moved, px": moved,
            "PCK radii": moved / PCK_RADIUS,
            "peak before": before.peaks,
            "peak after": after.peaks,
        }
    )


def stored_sides(bundle: Bundle, person: str) -> tuple[Side, Side]:
    """What can be said without the picture: the stored prediction, and what the latent alone decodes to."""
    table = bundle.samples.iloc[[bundle.row(person)]]
    before = Side(
        "All four skips on (stored)", read_points(table, "predicted")[0], read_peaks(table)[0], None
    )
    return before, from_heatmaps("All four skips cut", loaders.latent_heatmaps(bundle, person))


st.title("Skip lab")
bundle = components.current_bundle()
st.markdown(
    "What do the ways around the bottleneck carry? On the left the network as trained, on the right **the "
    "same network with skip connections cut**; a joint that moves by more than one PCK radius (12.8 "
    "pixels) no longer counts as the same place."
)
state.refuse_forged(state.LAB_SOURCE, " or ".join(SOURCES), SOURCES.__contains__)
state.refuse_forged(state.LAB_JOINT, "all joints or the name of one", JOINTS.__contains__)
for key in state.LAB_SKIPS:
    state.refuse_forged(key, "true or false", lambda text: text.lower() in ("true", "false"))

top = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
source = top.segmented_control(
    "Show", SOURCES, default=SOURCES[0], required=True, key=state.LAB_SOURCE, bind="query-params"
)
person, crop = "", None
try:
    if source == SOURCES[1]:
        crop, who = uploaded_crop(), "your picture"
        if crop is None:
            st.info("Choose a picture above, or go back to a person of the bundle.", icon=":material/upload:")
            st.stop()
    else:
        with top:
            person = components.person_picker(bundle, state.LAB_PERSON, components.best_person(bundle))
        crop, who = components.picture_of(bundle, person), f"{person}, {components.score_of(bundle, person)}"
except PosecoreError as error:
    st.error(str(error))
    st.stop()

with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
    st.markdown("Skip connections, on = used:")
    if crop is not None:
        mask = tuple(
            st.toggle(
                name,
                False,
                key=key,
                bind="query-params",
                help=f"The way around the bottleneck with {name} cells",
            )
            for name, key in zip(LEVEL_NAMES, state.LAB_SKIPS, strict=True)
        )
    else:
        # Under other keys, so that what is in the link waits for a picture.
        for name, key in zip(LEVEL_NAMES, state.LAB_SKIPS, strict=True):
            st.toggle(name, False, key=f"_{key}_off", disabled=True)
        mask = ALL_OFF
if crop is None:
    st.info(
        "Single switches need this person's picture, which is not at hand: upload a picture of your own, "
        "or start the dashboard with POSE_IMAGES set to a prepared data folder, and they work. All four "
        "cut needs only the stored latent, so that is shown.",
        icon=":material/no_photography:",
    )

try:
    if crop is None:
        before, after = stored_sides(bundle, person)
    else:
        off = [name for name, on in zip(LEVEL_NAMES, mask, strict=True) if not on]
        title = {0: "Nothing is cut", 4: "All four skips cut"}.get(len(off), f"Cut: {', '.join(off)}")
        before = from_heatmaps("All four skips on", loaders.crop_heatmaps(bundle, crop, "1111"))
        after = from_heatmaps(title, loaders.crop_heatmaps(bundle, crop, format_mask(mask)))
except PosecoreError as error:
    st.error(f"The network cannot be asked. {error}")
    st.stop()

moved = np.linalg.norm(after.points - before.points, axis=1)
with st.container(horizontal=True):
    far = int((moved >= PCK_RADIUS).sum())
    st.metric("Joints moved by a radius or more", f"{far} of {K}", border=True, width=250)
    st.metric("Median movement", f"{np.median(moved):.1f} px", border=True, width=200)
    st.metric(
        "Mean peak, before and after", f"{before.peaks.mean():.2f} → {after.peaks.mean():.2f}",
        border=True, width=250,
        help="A peak is the value of the strongest cell of a joint's heatmap.",
    )  # fmt: skip

side_by_side = st.container(horizontal=True, gap="medium")
with side_by_side.container(width=660):
    joint = ALL_JOINTS
    if before.heatmaps is not None:
        joint = st.selectbox("Heatmaps of", JOINTS, key=state.LAB_JOINT, bind="query-params", width=220)
    joint = joint if joint in JOINTS else ALL_JOINTS
    stored = components.heatmap_of(bundle, person) if before.heatmaps is None else None
    chosen = slice(None) if joint == ALL_JOINTS else JOINTS.index(joint) - 1
    vmax = float(np.max(before.peaks[chosen]))
    for column, side in zip(st.columns(2), (before, after), strict=True):
        with column:
            show_side(side, crop, stored, joint, vmax)
    st.caption(
        f"n = 1, {who} · {components.network_name(bundle)}, trained on {bundle.manifest.dataset['name']}. "
        "Both sides share one scale, from 0 to the strongest peak on the left."
        + (" Above, the crop as the network sees it lies under the heatmaps." if crop is not None else "")
    )
with side_by_side.container(width=500):
    st.dataframe(
        joint_table(before, after, moved),
        hide_index=True,
        height="content",
        column_config={
            "joint": st.column_config.TextColumn(width=105),
            "moved, px": st.column_config.NumberColumn(
                format="%.1f", width=80, help="Pixels of the 256-pixel crop"
            ),
            "PCK radii": st.column_config.ProgressColumn(
                format="%.1f",
                width=130,
                min_value=0,
                max_value=max(5.0, float(moved.max() / PCK_RADIUS)),
                help="The same in PCK radii of 12.8 pixels; from 1 on, what was exactly right is a miss",
            ),
            "peak before": st.column_config.NumberColumn(
                format="%.2f", width=85, help="Peak with all skips on"
            ),
            "peak after": st.column_config.NumberColumn(
                format="%.2f", width=85, help="Peak with the skips cut"
            ),
        },
        alt="How far every joint moved and its peak before and after",
    )
st.caption(
    "Cut means: what that skip connection adds counts as zero while the network runs; its weights were "
    "trained with all four. That is not the same as a network trained without them."
)
if before.heatmaps is not None and after.heatmaps is not None:
    with st.expander("All seventeen heatmaps, before (first of each pair) and after"):
        pairs = [
            drawing.grid(
                [
                    drawing.enlarge(drawing.heatmap_image(maps[k], vmax), 128)
                    for maps in (before.heatmaps, after.heatmaps)
                ],
                2,
                0,
            )
            for k in range(K)
        ]
        for column, k in zip([column for _ in range(5) for column in st.columns(4)], range(K), strict=False):
            column.image(
                pairs[k], caption=JOINTS[k + 1], width="stretch", alt=f"{JOINTS[k + 1]} before and after"
            )
