"""PCK of two networks under every mask, person by person, from the skip studies of both bundles."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import baselines, charts, words
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures, studies
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.metrics.paired import Comparison, compare
from posecore.metrics.pck import scores
from posecore.studies.skips.results import SkipStudy

ZERO: Final = "zero"
"""What stands in for a cut skip: nothing."""


class Studied(NamedTuple):
    """The common people of two skip studies, N of them: points (2, N, 16, K, 2), crop pixels, and hits
    (2, N, 16, K), nan where nothing is labelled, under every mask."""

    sample_ids: NDArray[np.str_]
    points: NDArray[np.float32]
    hits: NDArray[np.float64]


def skip_study(bundle: Bundle) -> SkipStudy | None:
    """The bundle's skip study, if it has a usable one with skips cut to zero."""
    try:
        found = studies.skip_study(bundle)
    except BundleError:
        return None
    return found if ZERO in found.replacements else None


def studied(pair: Pair) -> Studied | None:
    """Who is in the skip studies of both, nobody perhaps; None where one has none."""
    one, other = skip_study(pair.one), skip_study(pair.other)
    if one is None or other is None:
        return None
    common = set(pair.common.sample_ids.tolist())
    places = [{name: row for row, name in enumerate(study.sample_ids.tolist())} for study in (one, other)]
    ids = [name for name in places[0] if name in places[1] and name in common]
    rows = [[place[name] for name in ids] for place in places]
    points = [study.points_under(ZERO)[row] for study, row in zip((one, other), rows, strict=True)]
    hits = [study.hits_under(ZERO)[row] for study, row in zip((one, other), rows, strict=True)]
    return Studied(np.array(ids, np.str_), np.stack(points), np.stack(hits))


def compared(pair: Pair) -> tuple[int, Comparison] | None:
    """How many people are in the skip studies of both, and their PCK (16,) under every mask; None where
    nothing is known of that."""
    if skip_study(pair.one) is None or skip_study(pair.other) is None:
        return None
    made = [studies.skip_study_created(bundle) for bundle in (pair.one, pair.other)]
    return _compared(pair.one, pair.other, (made[0], made[1]), pair)


@cache.cached(8, "Drawing people again …")
def _compared(
    one: Bundle, other: Bundle, made: tuple[str, str], _pair: Pair
) -> tuple[int, Comparison] | None:
    found = studied(_pair)
    if found is None or np.isnan(found.hits).all():
        return None
    return len(found.sample_ids), compare(scores(found.hits[0]), scores(found.hits[1]))


def draw_masks(pair: Pair) -> None:
    """What of it is known; nothing where nothing is, as the page then says what is lacking."""
    if (known := compared(pair)) is None:
        return
    people, found = known
    st.subheader("PCK under each mask")
    st.markdown("\n".join(f"* {line}" for line in words.masks(pair, found)))
    names = [words.mask_name(mask) for mask in ALL_MASKS]
    beside = baselines.known(pair)
    untrained = baselines.masks(beside)
    figures.chart(
        charts.scores(names, found, pair.names, pair.source(people), untrained),
        "compare_masks",
        "PCK of A and B under each of the sixteen masks, and the difference with its interval",
    )
    if beside:
        asked = max(len(study.skip_people) for study in beside)
        st.caption(words.never_found(asked, untrained[:, ALL_ON.position], untrained[:, ALL_OFF.position]))
    st.caption(words.how_masks(pair, people))
    figures.tabled("The masks as a table", table("skips", names, found, untrained), "compare-masks")


def table(title: str, names: list[str], found: Comparison, untrained: NDArray[np.floating]) -> pd.DataFrame:
    """Shares in % of A and B, the difference in points, and n, a row per name of the column `title`; and the
    most of what networks that never learned find, (U, R) of R names, nan where not known."""
    columns: dict[str, object] = {title: names}
    for name, estimate in zip(("A, %", "B, %", words.MORE_POINTS), found, strict=True):
        columns |= {
            name: 100 * estimate.mean,
            f"{name}: 95 % from": 100 * estimate.low,
            f"{name}: to": 100 * estimate.high,
        }
    if len(untrained):
        columns[words.NEVER_LEARNED] = 100 * np.fmax.reduce(untrained, axis=0)
    return pd.DataFrame(columns | {"n": found.difference.n})
