"""How a training went, epoch by epoch: what the Overview's two charts are made of, and say."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.overview import charts, words
from dashboard.shared import untrained
from posecore.bundle import Bundle
from posecore.studies.control.summary import reach

LOSS_LINES: Final = {"train_loss": "training", "val_loss": "validation"}
"""Names of lines by what a record of an epoch calls them."""


class Curves(NamedTuple):
    """alt: for who does not see the figure. below: a sentence on how to read it, empty where there is none.
    epoch: the one whose weights are kept, or the last where that has no record. values: the lines there,
    None where they have gaps."""

    figure: go.Figure
    alt: str
    below: str
    epoch: int
    values: Mapping[str, float | None]


def pck_curves(bundle: Bundle) -> Curves | None:
    """PCK of the validation people, beside networks that never learned; None where no epoch has it."""
    history = _history(bundle)
    # Epochs from before PCK with all skips cut was recorded have none.
    lines = _lines(history, words.PCK_LINES)
    if not lines:
        return None
    control = untrained.reference(bundle)
    never = () if control is None else reach(control, "PCK, all skips on").untrained
    below = "" if control is None else words.pck_untrained(never, len(control.sample_ids))
    alt = words.pck_alt(len(history), list(lines))
    return Curves(_drawn(bundle, history, lines, "PCK", never), alt, below, *_kept(bundle, history, lines))


def loss_curves(bundle: Bundle) -> Curves | None:
    """Losses; None where no epoch has one."""
    history = _history(bundle)
    lines = _lines(history, LOSS_LINES)
    if not lines:
        return None
    figure, alt = _drawn(bundle, history, lines, "loss"), words.loss_alt(len(history))
    return Curves(figure, alt, words.LOSS_UNTRAINED, *_kept(bundle, history, lines))


Lines = dict[str, list[float | None]]


def _history(bundle: Bundle) -> pd.DataFrame:
    """A row per epoch, None for what is not recorded; no rows where epochs have no numbers."""
    history = pd.DataFrame(bundle.history())
    if "epoch" not in history:
        return pd.DataFrame({"epoch": []})
    return history.astype(object).where(history.notna(), None)


def _lines(history: pd.DataFrame, names: Mapping[str, str]) -> Lines:
    return {name: history[key].tolist() for key, name in names.items() if key in history}


def _drawn(
    bundle: Bundle, history: pd.DataFrame, lines: Lines, axis: str, never: tuple[float, ...] = ()
) -> go.Figure:
    sizes = history["image_size"].tolist() if "image_size" in history else None
    source, best = words.validated_on(bundle, len(history)), bundle.manifest.training.get("best_epoch")
    return charts.curves(history["epoch"].tolist(), lines, axis, source, sizes, best, never)


def _kept(bundle: Bundle, history: pd.DataFrame, lines: Lines) -> tuple[int, Mapping[str, float | None]]:
    """The epoch whose weights are kept, the last one where that is not recorded; and the lines there."""
    epochs = history["epoch"].tolist()
    best = bundle.manifest.training.get("best_epoch")
    place = epochs.index(best) if best in epochs else -1
    return epochs[place], {name: values[place] for name, values in lines.items()}
