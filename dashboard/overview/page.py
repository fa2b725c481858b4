"""Overview: what is trained on what, how well it does, and where to look next."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from dashboard.overview import report, skips, words
from dashboard.shared import bundle_people, bundles, glossary, links, pictures, sources
from posecore import drawing
from posecore.bundle import Bundle

SHOWN = 12  # people in the strip at the top
TILE = 89  # pixels of each, so that four stand beside one another on a page of 390

# Icon and link of each of words.STEPS.
STEPS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "skip_lab": (":material/call_split:", {}),
    "pc_walk": (":material/directions_walk:", {links.WALK_COMPONENT: "1"}),
    "clusters": (":material/bubble_chart:", {links.CLUSTERS_K: "2"}),
}


def headline(figures: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """The figures to show large: those of a validation split with all skips on, else the first."""
    plain = [(name, scores) for name, scores in figures.items() if scores.get("skips", "1111") == "1111"]
    held_out = [pair for pair in plain if "val" in pair[0].replace(",", " ").split()]
    return (held_out or plain or [None])[0]  # type: ignore[list-item]


def people_strip(bundle: Bundle) -> None:
    """Some people: their heatmaps, and above them their pictures where those are at hand; as many beside one
    another as the page is wide."""
    ids = bundle.samples["sample_id"].to_numpy(str)
    pictured = pictures.at_hand(bundle)
    among = ids[pictured] if pictured.any() else ids
    some = among[:: max(1, len(among) // SHOWN)][:SHOWN].tolist()
    st.image(
        [drawing.jpeg(_person(bundle, sample_id)) for sample_id in some],
        width=TILE,
        alt=[words.person_alt(sample_id) for sample_id in some],
    )


def _person(bundle: Bundle, sample_id: str) -> drawing.Picture:
    """A person's picture, where it is at hand, above the predicted heatmaps."""
    heatmaps, crop = (
        bundle_people.heatmap_of(bundle, sample_id, 128),
        bundle_people.picture_of(bundle, sample_id),
    )
    if crop is None:
        return heatmaps
    return np.concatenate([np.asarray(Image.fromarray(crop).reduce(2)), heatmaps])


def scores(bundle: Bundle) -> None:
    """Headline scores, and the table of all of them."""
    figures = bundle.manifest.figures
    first = headline(figures)
    if first is None:
        st.info(words.NO_SCORES)
        return
    name, values = first
    st.subheader(words.scored(bundle, name, values.get("images", 0)))
    offered = words.scores_of(bundle.keypoints)
    for column, (key, (label, about)) in zip(st.columns(len(offered)), offered.items(), strict=True):
        column.metric(label, words.score(values.get(key)), help=about, border=True)
    if reason := words.why_visible_is_lower(values):
        st.caption(reason)
    if how := words.scored_how(bundle.keypoints, values):
        st.caption(how)
    with st.expander("Every score in this bundle"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "people": sources.scored(bundle, data),
                        "skips": scored.get("skips", ""),
                        "n": scored.get("images"),
                        **{label: scored.get(key) for key, (label, _) in offered.items()},
                        **({"COCO AR": scored.get("oks_ar")} if "oks_ap" in offered else {}),
                        **{f"PCK {group}": share for group, share in (scored.get("per_group") or {}).items()},
                    }
                    for data, scored in figures.items()
                ]
            ),
            hide_index=True,
            placeholder="not known",
            column_config={
                "skips": st.column_config.TextColumn(help=words.SKIPS_COLUMN),
                "n": st.column_config.NumberColumn(help="people scored"),
            }
            | {
                label: st.column_config.NumberColumn(format="%.3f")
                for label in [label for label, _ in offered.values()]
                + ["COCO AR"]
                + [f"PCK {group}" for group in (values.get("per_group") or {})]
            },
            alt=words.SCORES_ALT,
        )


def training_curves(bundle: Bundle) -> None:
    """Curves per epoch."""
    st.subheader("How it was trained")
    st.caption(words.trained(bundle, bundle.history()))
    from dashboard.overview import training

    drawn = {"pck": training.pck_curves(bundle), "loss": training.loss_curves(bundle)}
    if not any(drawn.values()):
        st.info(words.NO_EPOCHS)
        return
    for column, (name, curves) in zip(st.columns(2), drawn.items(), strict=True):
        if curves is not None:
            column.plotly_chart(curves.figure, key=f"overview_{name}", alt=curves.alt)
            if curves.below:
                column.caption(curves.below)


st.title("What a pose network learned")
bundle = bundles.current_bundle()

found = skips.what_it_shows(bundle)
st.markdown(words.introduction(bundle))
people_strip(bundle)

st.subheader("Three steps, five minutes")
for column, (page, step) in zip(st.columns(len(STEPS)), words.STEPS.items(), strict=True):
    icon, link = STEPS[page]
    with column.container(border=True, height="stretch"):
        bundles.page_link(bundle, page, step.label, icon, **link)
        st.markdown(step.do)
        if page == "skip_lab" and (answer := skips.what_they_carry(bundle, found)):
            st.markdown(answer)
        st.caption(step.ask)
bundles.page_link(bundle, "latent_map", words.MAP_LINK, ":material/scatter_plot:")
bundles.page_link(bundle, "compare", words.COMPARE_LINK, ":material/compare:")

skips.claim_in_networks(bundle)

scores(bundle)

training_curves(bundle)

report.draw(bundle)

glossary.explain(words.GLOSSARY, bundles.source_line(bundle))
