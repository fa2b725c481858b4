"""Latent map: every person as a point in the plane of two principal components."""

import numpy as np
import streamlit as st

from dashboard import charts, components, loaders, state
from posecore.errors import PosecoreError

MOST_DRAWN = 20_000
COLOURINGS = ("PCK", "one colour")

st.title("Latent map")
bundle = components.current_bundle()
st.markdown(
    "Every point is a person; two points lie near each other where the bottleneck sees the two people "
    "alike, as far as the two components shown can tell. **Click a point** to see who it is."
)
try:
    fitted, scores = loaders.components(bundle)
except PosecoreError as error:
    st.info(f"No map can be drawn of this bundle: {error}")
    st.stop()

last = scores.shape[1]
for key in (state.MAP_X, state.MAP_Y):
    state.refuse_forged(key, f"a component from 1 to {last}", state.whole_number(1, last))
state.refuse_forged(state.MAP_COLOUR, " or ".join(COLOURINGS), COLOURINGS.__contains__)
state.follow_chart(state.MAP_CHART, state.MAP_PERSON)

left, right = st.columns([2, 1], gap="medium")
with left.container(horizontal=True, vertical_alignment="bottom"):
    x = st.number_input(
        "Across: component", 1, last, 1, key=state.MAP_X, bind="query-params", width=150,
        help="Component 1 is the direction in which people's latents differ most.",
    )  # fmt: skip
    y = st.number_input(
        "Up: component", 1, last, min(2, last), key=state.MAP_Y, bind="query-params", width=150
    )
    colouring = st.segmented_control(
        "Colour", COLOURINGS, default=COLOURINGS[0], required=True, key=state.MAP_COLOUR, bind="query-params"
    )
# Widgets' bounds hold in the browser only.
x, y = (int(np.clip(component, 1, last)) for component in (x, y))

with right:
    person = components.person_picker(bundle, state.MAP_PERSON, components.best_person(bundle))
    row = bundle.row(person)
    picture = components.picture_of(bundle, person)
    shown = [
        ("heatmaps", components.heatmap_of(bundle, person)),
        ("skeleton", components.skeleton_of(bundle, person, components.heatmap_of(bundle, person) // 3)),
    ]
    if picture is not None:
        shown[1] = ("picture, skeleton", components.skeleton_of(bundle, person, picture))
    st.markdown(f"**{person}** · {components.score_of(bundle, person)}")
    for column, (caption, image) in zip(st.columns(2), shown, strict=True):
        column.image(image, caption=caption, width="stretch", alt=f"Predicted {caption} of {person}")
    st.caption(
        f"Component {x}: {scores[row, x - 1]:+.2f} · component {y}: {scores[row, y - 1]:+.2f}"
        + (
            ""
            if picture is not None
            else " · The picture is not at hand; set POSE_IMAGES to a prepared data folder to see it."
        )
    )
    components.page_link(
        bundle, "skip_lab.py", "Open in the Skip lab", ":material/call_split:",
        **{state.LAB_PERSON: person},
    )  # fmt: skip

rows = np.arange(len(scores))
if len(rows) > MOST_DRAWN:
    rows = np.unique(np.append(np.random.default_rng(0).choice(rows, MOST_DRAWN, replace=False), row))
# The ring stays where it is while the person comes from a click: another figure would end the selection and
# draw the chart anew.
if person != state.picked_in_chart(state.MAP_CHART):
    st.session_state["_map_ring"] = person
ring = np.flatnonzero(rows == bundle.rows.get(st.session_state.get("_map_ring", person), row))
titles = tuple(
    f"component {component} ({fitted.explained[component - 1]:.1%} of the variance)" for component in (x, y)
)
with left:
    st.plotly_chart(
        charts.scatter(
            scores[rows][:, [x - 1, y - 1]],
            bundle.samples["sample_id"].to_numpy()[rows],
            titles,
            components.source_line(bundle, len(rows)),
            scores=bundle.samples["pck"].to_numpy(np.float32)[rows] if colouring == COLOURINGS[0] else None,
            ring=int(ring[0]) if len(ring) else None,
        ),
        key=state.MAP_CHART,
        on_select="rerun",
        selection_mode="points",
        config={"scrollZoom": True, "displaylogo": False},
        alt=f"{len(rows)} people in the plane of principal components {x} and {y}",
    )
    if x == y:
        st.caption("Both axes show the same component, so all points lie on one line.")
    kept = float(fitted.explained[[x - 1, y - 1]].sum()) if x != y else float(fitted.explained[x - 1])
    st.caption(
        f"The plane holds {kept:.0%} of the variance: people who look like neighbours here may be far apart "
        f"in the other {bundle.manifest.dimensions - 2:,} directions. Components were computed on "
        f"{fitted.people:,} people."
    )
