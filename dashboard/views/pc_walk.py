"""PC walk: stops along one principal component, and the nearest real person at each."""

import numpy as np
import streamlit as st

from dashboard import charts, components, loaders, state
from posecore.errors import PosecoreError
from posecore.latent.walks import walk

WIDEST, MOST_STEPS = 4.0, 13
STEPS = tuple(range(3, MOST_STEPS + 1, 2))

st.title("PC walk")
bundle = components.current_bundle()
st.markdown(
    "From the mean of all people, walk *c* standard deviations back and forth along **one component** of "
    "the latents, and see at every stop the real person who is nearest. What changes from left to right is "
    "what the component is about."
)
try:
    fitted, scores = loaders.components(bundle)
except PosecoreError as error:
    st.info(f"There is nothing to walk along in this bundle: {error}")
    st.stop()

last = scores.shape[1]
state.refuse_forged(state.WALK_COMPONENT, f"a component from 1 to {last}", state.whole_number(1, last))
state.refuse_forged(
    state.WALK_STEPS, f"one of {', '.join(map(str, STEPS))}", [str(s) for s in STEPS].__contains__
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    component = st.number_input(
        "Component", 1, last, 1, key=state.WALK_COMPONENT, bind="query-params", width=150
    )
    reach = st.slider(
        "c, from minus to plus", 0.5, WIDEST, 2.0, 0.5, key=state.WALK_RANGE, bind="query-params", width=260
    )
    count = st.select_slider(
        "Number of stops", STEPS, 7, key=state.WALK_STEPS, bind="query-params", width=260
    )
# Widgets' bounds hold in the browser only.
component, reach = int(np.clip(component, 1, last)), float(np.clip(reach, 0.5, WIDEST))
count = count if count in STEPS else 7

steps = np.linspace(-reach, reach, count)
found = walk(fitted, scores, component - 1, steps)
ids = bundle.samples["sample_id"].to_numpy()[found.nearest]
typical = loaders.neighbour_distance(bundle)

st.caption(
    f"Component {component} holds {fitted.explained[component - 1]:.1%} of the variance. "
    + components.source_line(bundle)
)
with st.container(horizontal=True, gap="medium"):
    for c, sample_id, distance in zip(steps, ids, found.distance, strict=True):
        with st.container(width=135):
            heatmap = components.heatmap_of(bundle, sample_id)
            picture = components.picture_of(bundle, sample_id)
            st.markdown(f"**c = {c:+.2f}**".replace("-", "−"))
            st.image(
                heatmap, width="stretch", alt=f"Predicted heatmaps of {sample_id}, nearest at c = {c:+.2f}"
            )
            st.image(
                components.skeleton_of(bundle, sample_id, heatmap // 3 if picture is None else picture),
                width="stretch",
                alt=f"Predicted skeleton of {sample_id}",
            )
            st.caption(f"{sample_id}  \n{components.score_of(bundle, sample_id)}  \ndistance {distance:.1f}")

people, often = np.unique(ids, return_counts=True)
if (often > 1).any():
    again = ", ".join(
        f"{who} at {times} of {count} stops" for who, times in zip(people, often, strict=True) if times > 1
    )
    st.info(
        f"The same person is the nearest more than once: {again}. Nobody else is nearer to those stops; "
        "with fewer stops each step is longer.",
        icon=":material/repeat:",
    )

st.subheader("How near is the nearest?")
st.plotly_chart(
    charts.distances(steps, found.distance, typical, components.source_line(bundle)),
    key="walk_distance",
    config={"displaylogo": False},
    alt=f"Distance to the nearest person at {count} stops, at most {found.distance.max():.1f}",
)
st.caption(
    f"Distances are taken in the space of the first {last} components. A stop far above the dashed line "
    "lies where no people are, so its person says little about the component."
)
