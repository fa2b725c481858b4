"""Overview: what is trained on what, how well it does, and where to look next."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components
from posecore.bundle import Bundle

GUIDE = (
    ("skip_lab.py", "Skip lab", ":material/call_split:",
     "Cut skip connections of the trained network and see which joints move, and how far."),
    ("latent_map.py", "Latent map", ":material/scatter_plot:",
     "Every person as a point. Near one another: the bottleneck sees them alike. Pick one to see who it is."),
    ("clusters.py", "Clusters", ":material/bubble_chart:",
     "Sort people into K groups by their latents, and see how clear the groups are."),
    ("pc_walk.py", "PC walk", ":material/directions_walk:",
     "Walk along one main direction of the latents and meet the nearest real person at every stop."),
)  # fmt: skip


def number(value: Any) -> str:
    """A score with three digits, a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def headline(figures: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """The figures to show large: those of a validation split with all skips on, else the first."""
    plain = [(name, scores) for name, scores in figures.items() if scores.get("skips", "1111") == "1111"]
    held_out = [pair for pair in plain if "val" in pair[0].replace(",", " ").split()]
    return (held_out or plain or [None])[0]  # type: ignore[list-item]


def show_figures(bundle: Bundle) -> None:
    """Headline scores, and the table of all of them."""
    figures = bundle.manifest.figures
    first = headline(figures)
    if first is None:
        st.info("No scores are stored in this bundle. scripts/evaluate.py computes them.")
        return
    name, scores = first
    st.subheader(f"How well it does: {scores.get('images', 0):,} people of {name}")
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
    with st.expander("Every score in this bundle"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "data": data,
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
    history = pd.DataFrame(bundle.history())
    training = bundle.manifest.training
    st.subheader("How it was trained")
    facts = [
        f"{key.replace('_', ' ')} {value}" for key, value in training.items() if not isinstance(value, dict)
    ]
    st.caption(" · ".join(facts) or "Nothing is recorded about its training.")
    if history.empty or "epoch" not in history:
        st.info("No record of epochs is stored in this bundle.")
        return
    from dashboard import charts

    history = history.astype(object).where(history.notna(), None)
    epochs = history["epoch"].tolist()
    sizes = history["image_size"].tolist() if "image_size" in history else None
    last = {"val_pck": "PCK", "train_loss": "training", "val_loss": "validation"}
    lines = {key: history[key].tolist() for key in last if key in history}
    source = f"{len(epochs)} epochs · {bundle.manifest.dataset['name']} · {components.network_name(bundle)}"
    left, right = st.columns(2)
    if "val_pck" in lines:
        left.plotly_chart(
            charts.curves(epochs, {"PCK": lines["val_pck"]}, "PCK, validation people", source, sizes,
                          training.get("best_epoch")),
            key="overview_pck", alt=f"PCK on the validation people over {len(epochs)} epochs",
        )  # fmt: skip
    losses = {last[key]: values for key, values in lines.items() if key.endswith("loss")}
    if losses:
        right.plotly_chart(
            charts.curves(epochs, losses, "loss", source, sizes, training.get("best_epoch")),
            key="overview_loss", alt=f"Training and validation loss over {len(epochs)} epochs",
        )  # fmt: skip


st.title("What a pose network learned")
bundle = components.current_bundle()
data, manifest = bundle.manifest.dataset, bundle.manifest

st.markdown(
    f"A stacked hourglass ({components.network_name(bundle)}) finds 17 joints of a person in a picture. It "
    f"was trained on **{data['name']}**; this bundle, *{manifest.name}*, holds its weights and what its "
    f"bottleneck made of **{data['people']:,} people** of the {data['split']} split: "
    f"{manifest.dimensions:,} numbers each."
)
guide = st.columns(len(GUIDE))
for column, (file, label, icon, sentence) in zip(guide, GUIDE, strict=True):
    with column.container(border=True, height="stretch"):
        components.page_link(bundle, file, label, icon)
        st.caption(sentence)

show_figures(bundle)

show_training(bundle)

st.subheader("What it sees in some of them")
step = max(1, len(bundle.samples) // 12)
some = bundle.samples["sample_id"].iloc[::step].head(12).tolist()
st.image(
    components.strip(bundle, some, 12),
    width="stretch",
    alt=f"Predicted heatmaps of {len(some)} people, every joint a light in its own colour",
)
st.caption(
    "Predicted heatmaps, one colour per joint: blue and green on the person's left, orange and pink on the "
    f"right. Every {step}th person of the table."
    if step > 1
    else "Predicted heatmaps, one colour per joint."
)

with st.expander("Words used here"):
    st.markdown(
        "- **Crop**: the square around a person that the network sees, scaled to 256 pixels.\n"
        "- **Heatmap**: 64 rows of 64 cells per joint; the strongest cell is the prediction, its value the "
        "**peak**.\n"
        "- **Bottleneck** and **latent**: the network's narrowest place, 16 cells, and its numbers.\n"
        "- **Skip connection**: a way around the bottleneck, one per resolution, 64 to 8 cells wide. "
        "Cutting one here always means: the trained network, used without it.\n"
        "- **PCK**: share of joints found within the PCK radius of 12.8 crop pixels."
    )
