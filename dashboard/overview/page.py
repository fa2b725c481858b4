"""Overview: what is trained on what, how well it does, and where to look next."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from dashboard.overview import skips, words
from dashboard.shared import bundle_people, bundles, glossary, pictures, sources
from posecore import drawing
from posecore.bundle import Bundle

SHOWN = 12  # people in the strip at the top
TILE = 89  # pixels of each, so that four stand beside one another on a page of 390

STEPS: Final[Sequence[tuple[str, str, str, dict[str, str], str, str]]] = (
    (
        "skip_lab",
        "1 · Cut a skip",
        ":material/call_split:",
        {},
        f"{skips.QUESTION} Switch them off and on again, one by one.",
        "Which switch brings the joints back? What went around the bottleneck is what the bottleneck lacks.",
    ),
    (
        "pc_walk",
        "2 · Walk PC 1",
        ":material/directions_walk:",
        {"walk_component": "1"},
        "Go from one end of the first principal component to the other, past the nearest people.",
        "What changes along the way: the pose, the size, the side one sees? And how near is anybody, really?",
    ),
    (
        "clusters",
        "3 · Change K",
        ":material/bubble_chart:",
        {"clu_k": "2"},
        "Sort the people into two groups by their latents, then into three, then into eight.",
        "Does the mean silhouette rise? Near 0 it says that no K gives clear groups, whatever colours say.",
    ),
)


# What the charts of the training show: names of lines by what a record of an epoch calls them.
PCK_LINES = {"val_pck": "all skips", "val_pck_0000": "all skips cut"}
LOSS_LINES = {"train_loss": "training", "val_loss": "validation"}


def number(value: Any) -> str:
    """A score with three digits, a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def headline(figures: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """The figures to show large: those of a validation split with all skips on, else the first."""
    plain = [(name, scores) for name, scores in figures.items() if scores.get("skips", "1111") == "1111"]
    held_out = [pair for pair in plain if "val" in pair[0].replace(",", " ").split()]
    return (held_out or plain or [None])[0]  # type: ignore[list-item]


def show_people(bundle: Bundle) -> None:
    """Some people: their heatmaps, and above them their pictures where those are at hand; as many beside one
    another as the page is wide."""
    ids = bundle.samples["sample_id"].to_numpy(str)
    pictured = pictures.at_hand(bundle)
    among = ids[pictured] if pictured.any() else ids
    some = among[:: max(1, len(among) // SHOWN)][:SHOWN].tolist()
    st.image(
        [drawing.jpeg(_person(bundle, sample_id)) for sample_id in some],
        width=TILE,
        alt=[f"{sample_id} and the heatmaps the network predicts" for sample_id in some],
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


def show_figures(bundle: Bundle) -> None:
    """Headline scores, and the table of all of them."""
    figures = bundle.manifest.figures
    first = headline(figures)
    if first is None:
        st.info("No scores are stored in this bundle. scripts/evaluate.py computes them.")
        return
    name, scores = first
    st.subheader(f"How well it does: {sources.scored(bundle, name, scores.get('images', 0))}")
    shown = (
        (
            "PCK",
            "pck",
            "Share of labelled joints found within 12.8 pixels of the 256-pixel crop, mean over people.",
        ),
        ("PCK, visible joints", "pck_visible", "The same over joints annotated as visible only."),
        ("OKS, mean", "oks_mean", "A score that allows larger errors for larger people and vaguer joints."),
        ("COCO AP", "oks_ap", "COCO's average precision over OKS thresholds 0.50 to 0.95."),
    )
    for column, (label, key, about) in zip(st.columns(4), shown, strict=True):
        column.metric(label, number(scores.get(key)), help=about, border=True)
    if reason := words.why_visible_is_lower(scores):
        st.caption(reason)
    with st.expander("Every score in this bundle"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "people": sources.scored(bundle, data),
                        "skips": values.get("skips", ""),
                        "n": values.get("images"),
                        **{label: values.get(key) for label, key, _ in shown},
                        "COCO AR": values.get("oks_ar"),
                        **{f"PCK {group}": share for group, share in (values.get("per_group") or {}).items()},
                    }
                    for data, values in figures.items()
                ]
            ),
            hide_index=True,
            placeholder="not known",
            column_config={
                "skips": st.column_config.TextColumn(
                    help="Four digits, finest level first: 1 on, 0 cut at test time"
                ),
                "n": st.column_config.NumberColumn(help="people scored"),
            }
            | {
                label: st.column_config.NumberColumn(format="%.3f")
                for label in [label for label, *_ in shown]
                + ["COCO AR"]
                + [f"PCK {group}" for group in (scores.get("per_group") or {})]
            },
            alt="All stored scores, one row per data set and skip mask",
        )


def show_training(bundle: Bundle) -> None:
    """Curves per epoch."""
    records = bundle.history()
    history = pd.DataFrame(records)
    training = bundle.manifest.training
    st.subheader("How it was trained")
    st.caption(words.trained(bundle, records))
    if history.empty or "epoch" not in history:
        st.info("No record of epochs is stored in this bundle.")
        return
    from dashboard.shared import charts

    history = history.astype(object).where(history.notna(), None)
    epochs = history["epoch"].tolist()
    sizes = history["image_size"].tolist() if "image_size" in history else None
    data = training.get("validated_on")
    who = sources.counted(data["name"], data["people"], kind="validation") if data else "validation people"
    source = f"{len(epochs)} epochs · {who} · {bundles.network_name(bundle)}"
    left, right = st.columns(2)
    # Epochs from before PCK with all skips cut was recorded have none.
    pck = {name: history[key].tolist() for key, name in PCK_LINES.items() if key in history}
    if pck:
        left.plotly_chart(
            charts.curves(epochs, pck, "PCK", source, sizes, training.get("best_epoch")),
            key="overview_pck",
            alt=f"PCK on the validation people over {len(epochs)} epochs, {' and '.join(pck)}",
        )
    losses = {name: history[key].tolist() for key, name in LOSS_LINES.items() if key in history}
    if losses:
        right.plotly_chart(
            charts.curves(epochs, losses, "loss", source, sizes, training.get("best_epoch")),
            key="overview_loss",
            alt=f"Training and validation loss over {len(epochs)} epochs",
        )


st.title("What a pose network learned")
bundle = bundles.current_bundle()
manifest = bundle.manifest

st.markdown(
    f"A stacked hourglass ({bundles.network_name(bundle)}) finds 17 joints of a person in a picture. This "
    f"bundle, *{manifest.name}*, holds its weights and what its bottleneck made of "
    f"**{sources.people_of(bundle)}**: {manifest.dimensions:,} numbers each. Below, some of them and the "
    "heatmaps it predicts, a light per joint: blue and green on the person's left, orange and pink on the "
    "right."
)
show_people(bundle)

st.subheader("Three steps, five minutes")
for column, (file, label, icon, parameters, do, ask) in zip(st.columns(len(STEPS)), STEPS, strict=True):
    with column.container(border=True, height="stretch"):
        bundles.page_link(bundle, file, label, icon, **parameters)
        st.markdown(do)
        if file == "skip_lab" and (answer := skips.what_they_carry(bundle)):
            st.markdown(answer)
        st.caption(ask)
bundles.page_link(bundle, "latent_map", "Or look around on the map of all of them", ":material/scatter_plot:")
bundles.page_link(bundle, "compare", "Or compare it with other networks", ":material/compare:")

skips.show_claim(bundle)

show_figures(bundle)

show_training(bundle)

glossary.show(
    "Crop, Heatmap, Hidden joint, Bottleneck, Latent, Skip connection, Mask, PCK, PCK radius, OKS, "
    "COCO AP and AR, Point, 95 % interval, p, Flipping signs, Shapley value, Decoder, Epoch, Loss, "
    "Validation people, Preset, Seed, Component, Silhouette",
    bundles.source_line(bundle),
)
