"""What the network is, what it was trained on, and how well it does."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from dashboard.overview import words as overview_words
from dashboard.report import words
from dashboard.report.content import Network, Row, Table
from dashboard.shared import sources
from dashboard.shared.carried import carried
from dashboard.shared.numbers import number
from posecore.ablation import STAND_INS
from posecore.bundle import Bundle
from posecore.statistics import bootstrap

SKIPS: Final = "skips"


def network(bundle: Bundle) -> Network:
    """All that the report begins with."""
    figures = bundle.manifest.figures
    notes = {overview_words.scored_how(bundle.keypoints, values) for values in figures.values()}
    notes |= {overview_words.why_visible_is_lower(values) for values in figures.values()}
    lead = words.MEANS_ALONE if figures else overview_words.NO_SCORES
    return Network(
        bundle.manifest.name,
        (overview_words.network(bundle), overview_words.trained(bundle, bundle.history())),
        words.shape(bundle),
        _stored(bundle, figures),
        _measured(bundle),
        (lead, *sorted(filter(None, notes))),
    )


def _stored(bundle: Bundle, figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row per data set and mask that was scored."""
    offered = overview_words.scores_of(bundle.keypoints)
    head = ("people", SKIPS, *(label for label, _ in offered.values()), "n")
    rows = [
        (
            sources.scored(bundle, name),
            str(values.get(SKIPS, "")),
            *(overview_words.score(values.get(key)) for key in offered),
            f"{values.get('images', 0):,}",
        )
        for name, values in figures.items()
    ]
    return Table(head, rows)


def _measured(bundle: Bundle) -> list[Row]:
    """PCK of the bundle's people with its interval, and what goes with the skips where that was studied."""
    scores = bundle.samples["pck"].to_numpy(np.float64)
    rows = []
    if np.isfinite(scores).any():
        found = bootstrap(scores[:, None])
        mean, low, high = (float(part[0]) for part in found[:3])
        rows.append(Row.of(words.OF_THESE, mean, low, high, int(found.n[0]), number))
    skips = carried(bundle)
    if skips is not None:
        every = {words.WITH_ALL: skips.on}
        every |= {words.ALL_CUT.format(STAND_INS[name]): lost for name, lost in skips.lost.items()}
        for name, one in every.items():
            mean, low, high = (float(part) for part in one[:3])
            rows.append(Row.of(name, mean, low, high, int(one.n), number))
    return rows
