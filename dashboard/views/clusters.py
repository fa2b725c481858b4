"""Clusters: people sorted into K groups by K-Means, and how clear those groups are."""

import numpy as np
import streamlit as st

from dashboard import charts, components, loaders, state
from posecore.errors import PosecoreError

LEAST, MOST, DEFAULT = 2, 20, 4
MOST_RESTARTS = 20

st.title("Clusters")
bundle = components.current_bundle()
st.markdown(
    f"K-Means sorts people into K groups, **in the full latent space** ({bundle.manifest.dimensions:,} "
    "numbers per person), not in the plane of the map. A silhouette near 1: at home in the own cluster; "
    "near 0: between two; below 0: nearer to another one."
)
most = min(MOST, bundle.manifest.people - 1)
if most < LEAST:
    st.info("Clusters need three people or more; this bundle holds fewer.")
    st.stop()


def another_seed() -> None:
    """Before a rerun: start K-Means elsewhere."""
    st.session_state[state.CLUSTERS_SEED] = (int(st.session_state.get(state.CLUSTERS_SEED, 0)) + 1) % 10_000


state.refuse_forged(
    state.CLUSTERS_K, f"a whole number from {LEAST} to {most}", state.whole_number(LEAST, most)
)
state.refuse_forged(state.CLUSTERS_SEED, "a whole number from 0 to 9999", state.whole_number(0, 9999))
state.refuse_forged(
    state.CLUSTERS_RESTARTS, f"a whole number from 1 to {MOST_RESTARTS}", state.whole_number(1, MOST_RESTARTS)
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    if most > LEAST:
        k = st.slider(
            "K, how many clusters", LEAST, most, min(DEFAULT, most),
            key=state.CLUSTERS_K, bind="query-params", width=360,
        )  # fmt: skip
    else:
        k = LEAST
    st.button(
        "Run again with another seed", on_click=another_seed, key="_clu_again", icon=":material/refresh:"
    )
    with st.popover("Settings", icon=":material/tune:"):
        seed = st.number_input(
            "Seed", 0, 9999, key=state.CLUSTERS_SEED, bind="query-params",
            help="Where K-Means starts. The same seed gives the same clusters.",
        )  # fmt: skip
        restarts = st.number_input(
            "Restarts", 1, MOST_RESTARTS, 4, key=state.CLUSTERS_RESTARTS, bind="query-params",
            help="K-Means is run this often from different places; the tightest result is kept.",
        )  # fmt: skip

try:
    # Widgets' bounds hold in the browser only.
    if not (LEAST <= k <= most and 0 <= seed <= 9999 and 1 <= restarts <= MOST_RESTARTS):
        st.warning(
            f"K is {k}, seed {seed}, restarts {restarts}; expected K from {LEAST} to {most}. Set them anew "
            "above."
        )
        st.stop()
    result = loaders.clustered(bundle, int(k), int(restarts), int(seed))
    fitted, scores = loaders.components(bundle)
except PosecoreError as error:
    st.warning(str(error))
    st.stop()

labels, silhouette, rows = result.clustering.labels, result.silhouette, result.rows
ids = bundle.samples["sample_id"].to_numpy()[rows]
source = components.source_line(bundle, len(rows))
with st.container(horizontal=True):
    st.metric("Mean silhouette", components.rounded(silhouette.mean), border=True, width=200)
    sizes = np.bincount(labels, minlength=int(k))
    st.metric("Smallest and largest cluster", f"{sizes.min():,} – {sizes.max():,}", border=True, width=270)
    st.metric(
        "People nearer to another cluster", f"{(silhouette.values < 0).mean():.0%}", border=True, width=270,
        help="Share of people whose silhouette lies below 0.",
    )  # fmt: skip
if len(rows) < bundle.manifest.people:
    st.caption(
        f"Clustered are {len(rows):,} of {bundle.manifest.people:,} people, drawn at random, always the "
        "same ones."
    )

left, right = st.columns(2, gap="medium")
left.subheader("Silhouette of every person")
left.plotly_chart(
    charts.silhouettes(silhouette.values, labels, ids, silhouette.mean, source),
    key="clu_silhouette",
    config={"displaylogo": False},
    alt=f"Silhouettes of {len(rows)} people, sorted within {k} clusters; the mean is {silhouette.mean:.3f}",
)
right.subheader("The clusters on the map")
right.plotly_chart(
    charts.scatter(
        scores[rows][:, :2],
        ids,
        tuple(
            f"component {i + 1} ({share:.1%} of the variance)" for i, share in enumerate(fitted.explained[:2])
        ),
        source,
        labels=labels,
    ),
    key="clu_map",
    config={"scrollZoom": True, "displaylogo": False},
    alt=f"{len(rows)} people in the plane of the first two principal components, coloured by cluster",
)
left.caption(
    f"K = {k}, seed {seed}, {restarts} restarts, K-Means in {bundle.manifest.dimensions:,} dimensions."
)
right.caption(
    "The plane shows two directions only, so clusters that are apart in all of them may overlap here."
)

st.subheader("The people nearest each centroid")
st.caption(
    "Predicted heatmaps, nearest first: what the people of a cluster have in common should be seen here."
)
for label in range(int(k)):
    members = ids[result.nearest[label]]
    about, images = st.columns([1, 5], vertical_alignment="center")
    about.markdown(
        f"**Cluster {label + 1}**  \n{sizes[label]:,} people ({sizes[label] / len(rows):.0%})  \n"
        f"silhouette {components.rounded(silhouette.values[labels == label].mean())}"
    )
    images.image(
        components.strip(bundle, list(members), loaders.NEAREST),
        width="stretch",
        caption=" · ".join(members),
        alt=f"Heatmaps of the {len(members)} people nearest the centroid of cluster {label + 1}",
    )
