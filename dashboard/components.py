"""Pieces that several pages share: the bundle, a person, their picture, what a chart is made of."""

from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import certainty, latent_loaders, loaders, sources, state
from posecore.ablation import ALL_ON, format_mask
from posecore.bundle import Bundle, Manifest
from posecore.data.heatmaps import where_found
from posecore.errors import BundleError, PosecoreError
from posecore.keypoints import KEYPOINTS, label
from posecore.samples import read_peaks, read_points

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from posecore.latent.pca import Components


CUTS: Final = "trained with skips cut at random"
NO_CUTS: Final = "trained with all skips"
"""What two networks that are otherwise alike are told apart by."""

ALL_JOINTS: Final = "all joints"
JOINTS: Final = (ALL_JOINTS, *(label(name) for name in KEYPOINTS))


def bundle_picker() -> None:
    """Let people choose where there is more than one bundle."""
    names = loaders.bundle_names()
    if len(names) > 1:
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.selectbox(
                "Bundle",
                names,
                key=state.BUNDLE,
                bind="query-params",
                width=260,
                help="A network together with the people whose latents were stored.",
            )


def current_bundle() -> Bundle:
    """The chosen bundle. If there is none or it is broken, a sentence says what to do and the page ends."""
    names = loaders.bundle_names()
    if not names:
        st.info(
            f"There is no bundle in {loaders.artifacts_folder()} yet. Make one with "
            "`python scripts/extract_latents.py --checkpoint FILE --data DIR --out artifacts/NAME`, "
            "then reload this page.",
            icon=":material/inventory_2:",
        )
        st.stop()
    chosen = st.session_state.get(state.BUNDLE, names[0])
    try:
        bundle = loaders.load_bundle(chosen if chosen in names else names[0])
    except BundleError as error:
        st.error(f"This bundle cannot be shown. {error}")
        st.stop()
    if problem := loaders.latents_problem(bundle):
        st.error(f"What this page would show of the latents is not true. {problem}")
        st.stop()
    say_broken_studies(bundle)
    return bundle


def say_broken_studies(bundle: Bundle) -> None:
    """Name the studies that are there and cannot be used: pages fill their place with what they compute."""
    for problem in loaders.study_faults(bundle):
        st.warning(f"A study of this bundle cannot be used and is left out. {problem}")


def fitted_components(bundle: Bundle) -> "tuple[Components, NDArray[np.float32]]":
    """The components and everybody's scores (N, d). Who has none is named; where nobody has any, a sentence
    says why and the page ends."""
    try:
        fitted, scores = latent_loaders.components(bundle)
    except PosecoreError as error:
        st.info(f"This bundle has no principal components to look at: {error}", icon=":material/info:")
        st.stop()
    unknown = np.flatnonzero(np.isnan(scores[:, 0]))
    if len(unknown):
        names = bundle.samples["sample_id"].iloc[unknown[:5]].tolist()
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        st.warning(
            f"{len(unknown):,} of {len(scores):,} people are left out here, as their latents hold nan or "
            f"infinity: {', '.join(names)}{more}. `python scripts/extract_latents.py` makes the bundle anew."
        )
    return fitted, scores


def source_line(bundle: Bundle, people: int | None = None) -> str:
    """What a chart is made of, as it stands above every chart."""
    return f"n = {sources.people_of(bundle, people)} · {network_name(bundle)}"


def network_name(bundle: Bundle) -> str:
    """The network in a few words: its size, and what was built into it or left out."""
    config = bundle.manifest.model["config"]
    stacks, skips = config.get("stacks", 1), config.get("skips", format_mask(ALL_ON))
    words = [
        str(bundle.manifest.model["name"]),
        f"{stacks} {'stacks' if stacks > 1 else 'stack'}",
        f"{config['channels']} channels",
    ]
    if skips != format_mask(ALL_ON):
        words.append(f"skips {skips}" if "1" in skips else "no skips")
    if config.get("bottleneck_channels"):
        words.append(f"bottleneck of {config['bottleneck_channels']}")
    if config.get("autoencoder"):
        words.append(f"autoencoder of {config['autoencoder']}")
    if how := trained_how(bundle):
        words.append(how)
    return ", ".join(words)


def trained_how(bundle: Bundle) -> str:
    """Whether a network that has all four skips met cut ones in training, in a few words; empty for one
    without some of them, and where its training is not recorded."""
    return how_trained(bundle.manifest)


def how_trained(manifest: Manifest) -> str:
    """The same of a manifest."""
    if manifest.built_skips != ALL_ON or not manifest.training:
        return ""
    return CUTS if manifest.training.get("cut_skips") else NO_CUTS


def met_cuts(bundle: Bundle) -> bool:
    """Whether skips were cut at random while the network was trained."""
    return bool(bundle.manifest.training.get("cut_skips"))


def joint_picker(key: str) -> str:
    """Which joint's heatmaps are shown, or ALL_JOINTS; kept in the URL under `key`."""
    state.refuse_forged(key, "all joints or the name of one", JOINTS.__contains__)
    joint = st.selectbox("Heatmaps of", JOINTS, key=key, bind="query-params", width=220)
    return joint if joint in JOINTS else ALL_JOINTS


def best_person(bundle: Bundle) -> str:
    """Whom a page shows first: somebody whose picture is shipped, if any; of these the highest PCK, and among
    equals the one whose weakest joint is surest."""
    table = bundle.samples
    peaks = table[
        [name for name in table.columns if name.startswith("predicted_") and name.endswith("_peak")]
    ]
    order = np.lexsort(
        (peaks.min(axis=1).to_numpy(), table["pck"].fillna(-1).to_numpy(), shipped_pictures(bundle))
    )
    return str(table["sample_id"].iloc[order[-1]])


def shipped_pictures(bundle: Bundle) -> NDArray[np.bool_]:
    """(N,) whether the bundle holds the person's picture."""
    files, names = bundle.manifest.files, bundle.samples["sample_id"]
    if not bundle.manifest.dataset["pictures"]:
        return np.zeros(len(names), np.bool_)
    return np.array([f"pictures/{name}.webp" in files for name in names.tolist()], np.bool_)


def person_picker(bundle: Bundle, key: str, default: str) -> str:
    """A field for a sample_id, in the URL under `key`, and a button to the next; returns a real person."""

    def go_on() -> None:
        here = st.session_state.get(key) or default
        row = bundle.rows.get(here, -1)
        st.session_state[key] = str(bundle.samples["sample_id"].iloc[(row + 1) % len(bundle.samples)])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input(
            "Person (sample id)",
            key=key,
            # No default value: the Next button and the map write into this field.
            placeholder=default,
            bind="query-params",
            max_chars=80,
            width=220,
            help="COCO split and annotation id, as in the data set's JSON. It is part of the link.",
        )
        st.button(
            "Next", on_click=go_on, key=f"_{key}_next", icon=":material/skip_next:", help="The next person"
        )
    asked = (asked or "").strip() or default
    if asked in bundle.rows:
        return asked
    st.warning(f"This bundle holds no person {asked[:60]!r}. Shown instead: {default}.")
    return default


def picture_of(bundle: Bundle, sample_id: str) -> NDArray[np.uint8] | None:
    """The person's 256 x 256 crop, if it is at hand."""
    from PIL import Image

    try:
        path = bundle.picture_path(sample_id, loaders.images_folder())
    except BundleError as error:
        st.warning(f"The picture of {sample_id} is not shown. {error}")
        return None
    if path is None:
        return None
    try:
        with Image.open(path) as picture:
            crop = np.asarray(picture.convert("RGB"))
    except OSError:
        return None
    return crop if crop.shape == (256, 256, 3) else None


def heatmap_of(bundle: Bundle, sample_id: str, size: int = 256) -> NDArray[np.uint8]:
    """The person's stored heatmap thumbnail, enlarged."""
    from posecore.drawing import enlarge

    return enlarge(np.asarray(bundle.thumbnail(sample_id)), size)


def skeleton_of(bundle: Bundle, sample_id: str, on: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`on` with the person's predicted joints drawn on it, those that are not sure thin and hollow."""
    from posecore.drawing import draw_skeleton

    row = bundle.samples.iloc[[bundle.row(sample_id)]]
    peaks = read_peaks(row)[0]
    points = where_found(read_points(row, "predicted")[0], peaks)
    return draw_skeleton(on, points, certainty.limit(bundle).sure(peaks))


def sure_of(bundle: Bundle, sample_id: str) -> str:
    """How many of the person's predicted joints are sure, in one line of Markdown."""
    limit = certainty.limit(bundle)
    return certainty.line(limit.sure(read_peaks(bundle.samples.iloc[[bundle.row(sample_id)]])[0]), limit)


def rounded(value: float) -> str:
    """Three digits, never a negative zero."""
    return f"{round(float(value), 3) + 0.0:.3f}"


def score_of(bundle: Bundle, sample_id: str) -> str:
    """The person's PCK in words."""
    pck = float(bundle.samples["pck"].iloc[bundle.row(sample_id)])
    return f"PCK {pck:.2f}" if np.isfinite(pck) else "PCK not known"


def tabled(title: str, table: "pd.DataFrame", name: str) -> None:
    """A table that opens on a click, and the same as a CSV file called `name`."""
    with st.expander(title, icon=":material/table:"):
        number = st.column_config.NumberColumn(format="%.3g")
        numbers = dict.fromkeys(table.select_dtypes("floating"), number)
        st.dataframe(table, hide_index=True, column_config=numbers, placeholder="not known", alt=title)
        st.download_button(
            "CSV", lambda: table.to_csv(index=False), f"{name}.csv", "text/csv", key=f"_{name}_csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def chart(figure: "go.Figure", key: str, alt: str, image_format: str = "svg") -> None:
    """A figure that can be kept as a picture, svg or png."""
    image = {"format": image_format, "filename": key.replace("_", "-")}
    st.plotly_chart(figure, key=key, config={"displaylogo": False, "toImageButtonOptions": image}, alt=alt)


def page_link(bundle: Bundle, file: str, label: str, icon: str, **parameters: str) -> None:
    """A link to another page that keeps the bundle."""
    if len(loaders.bundle_names()) > 1:
        parameters[state.BUNDLE] = bundle.path.name
    st.page_link(f"views/{file}", label=label, icon=icon, query_params=parameters or None)
