"""How far maps of where the network looks can be trusted, by the bundle's study."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.shared import bundles, figures, links, studies, widgets
from dashboard.skip_lab import looks_charts
from dashboard.skip_lab import looks_words as words
from posecore.ablation import SkipMask
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.saliency.methods import INTEGRATED, METHODS
from posecore.saliency.randomised import RANDOMISED
from posecore.saliency.regions import REGIONS
from posecore.studies.saliency.summary import Checks

if TYPE_CHECKING:
    from posecore.statistics import Estimate


def check_of(bundle: Bundle, method: str, mask: SkipMask) -> None:
    """Above the picture: whether the method's maps change with the weights, in a sentence."""
    found = _checks(bundle, mask)
    if found is None:
        st.caption(words.unchecked(bundle))
        return
    title, checks = found
    if method not in checks.methods:
        st.caption(words.not_tried(METHODS[method].name, title))
        return
    said = words.changes(checks, checks.methods.index(method), title)
    if said.warns:
        st.warning(said.text, icon=":material/warning:")
    else:
        st.markdown(said.text)


def curves_of(bundle: Bundle, method: str, mask: SkipMask) -> None:
    """Below the picture: the method's curves, and where its maps lie on rendered people."""
    found = _checks(bundle, mask)
    if found is None:
        return
    title, checks = found
    name = METHODS[method].name
    at = checks.methods.index(method) if method in checks.methods else None
    if at is None or not checks.sooner.n[at]:
        return  # said above the picture
    source = bundles.source_line(bundle, int(checks.sooner.n[at]))
    figures.chart(
        looks_charts.curves(checks, at, f"{name}, skips {title} · {source}"),
        "lab_look_curves",
        words.curves_alt(name),
    )
    st.caption(words.CURVES)
    if method == INTEGRATED:
        st.markdown(words.incomplete(checks))
    if where := words.where(checks, at):
        st.markdown(where)


def show(bundle: Bundle) -> None:
    """Every method beside the others."""
    try:
        study = studies.saliency_study(bundle)
    except BundleError:
        return  # said above the picture
    st.subheader(words.WHICH)
    mask = widgets.segments("Skips cut (0) and kept (1)", study.masks.tolist(), links.LAB_LOOK_STUDIED)
    checks = studies.saliency_checks(bundle, mask)
    source = bundles.source_line(bundle, len(study.sample_ids))
    figures.chart(looks_charts.gains(checks, source), "lab_look_gains", words.GAINS_ALT)
    st.caption(words.GAINS)
    st.markdown(words.faithful(checks, mask))
    figures.tabled("Every method as a table", table(checks), f"saliency-{mask}")


def table(checks: Checks) -> pd.DataFrame:
    """A row per method that was tried, with intervals and how many people stand behind each figure."""
    kept = checks.sooner.n > 0
    methods = [METHODS[key].name for key, one in zip(checks.methods, kept, strict=True) if one]
    columns: dict[str, object] = {
        "method": methods,
        "verdict": [str(one) for one, there in zip(checks.faithful, kept, strict=True) if there],
    }
    named: dict[str, tuple[Estimate, int | None]] = {
        words.SOONER: (checks.sooner, None),
        words.MORE: (checks.more, None),
        **{words.similar_to(name): (checks.similar, o) for o, name in enumerate(RANDOMISED)},
        **{words.share_on(name): (checks.shares, p) for p, name in enumerate(REGIONS)},
    }
    for name, (estimate, column) in named.items():
        mean, low, high, n = (np.asarray(part if column is None else part[:, column]) for part in estimate)
        columns |= {name: mean[kept], f"{name}, 95 % from": low[kept], f"{name}, 95 % to": high[kept]}
        columns[f"{name}, n"] = n[kept]
    return pd.DataFrame(columns)


def _checks(bundle: Bundle, mask: SkipMask) -> tuple[str, Checks] | None:
    """Figures under these skips, else with all of them, and which; None without a usable study."""
    try:
        masks = studies.saliency_study(bundle).masks.tolist()
        title = mask.title if mask.title in masks else masks[0]
        return title, studies.saliency_checks(bundle, title)
    except BundleError:
        return None
