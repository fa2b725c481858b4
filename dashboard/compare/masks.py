"""PCK of two networks under every mask, person by person, from the skip studies of both bundles."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import charts
from dashboard.compare import words as compare_words
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures, studies
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.metrics.paired import Comparison, compare
from posecore.metrics.pck import scores
from posecore.statistics import Estimate
from posecore.studies.skips.results import SkipStudy

ZERO: Final = "zero"
"""What stands in for a cut skip: nothing."""


class Studied(NamedTuple):
    """The common people of two skip studies, N of them: points (2, N, 16, 17, 2), crop pixels, and hits
    (2, N, 16, 17), nan where nothing is labelled, under every mask."""

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


@cache.cached(8, "Drawing people anew …")
def _compared(
    one: Bundle, other: Bundle, made: tuple[str, str], _pair: Pair
) -> tuple[int, Comparison] | None:
    found = studied(_pair)
    if found is None or np.isnan(found.hits).all():
        return None
    return len(found.sample_ids), compare(scores(found.hits[0]), scores(found.hits[1]))


def show(pair: Pair) -> None:
    """What of it is known; nothing where nothing is, as the page then says what is lacking."""
    if (known := compared(pair)) is None:
        return
    people, found = known
    st.subheader("PCK under each mask")
    st.markdown("\n".join(f"* {line}" for line in sentences(pair, found)))
    names = [compare_words.mask_name(mask) for mask in ALL_MASKS]
    figures.chart(
        charts.scores(names, found, pair.names, pair.source(people)),
        "compare_masks",
        "PCK of A and B under each of the sixteen masks, and the difference with its interval",
    )
    st.caption(
        "A digit per skip, from 64 × 64 to 8 × 8: 1 on, 0 cut at test time, with nothing in its place. Means "
        f"of people's PCK, with 95 % bootstrap intervals over the n = {people:,} people of both skip "
        "studies; not corrected for how many masks there are.  \n" + "  \n".join(compare_words.cutting(pair))
    )
    figures.tabled("The masks as a table", table("skips", names, found), "compare-masks")


def sentences(pair: Pair, found: Comparison) -> list[str]:
    """What is found with all skips cut and with all on, of PCK (16,) under every mask."""
    lines = []
    for words, mask in (("all skips cut (0000)", ALL_OFF), ("all skips on (1111)", ALL_ON)):
        one, other, more = (estimate_at(part, mask.position) for part in found)
        lines.append(
            f"With {words} A finds **{one.mean:.1%}** of the joints and B **{other.mean:.1%}**. B minus A: "
            f"{compare_words.more(more)}, n = {int(more.n):,}, so {compare_words.verdict(pair, more)}."
        )
    if cost := compare_words.cost_of_cuts(pair, more):
        lines[-1] += f" {cost}"
    return lines


def estimate_at(estimate: Estimate, place: int) -> Estimate:
    """One of several estimates."""
    return Estimate(*(values[place] for values in estimate))


def table(title: str, names: list[str], found: Comparison) -> pd.DataFrame:
    """Shares in % of A and B, the difference in points, and n, a row per name of the column `title`."""
    columns: dict[str, object] = {title: names}
    for words, estimate in zip(("A, %", "B, %", "B minus A, points"), found, strict=True):
        columns |= {
            words: 100 * estimate.mean,
            f"{words}: 95 % from": 100 * estimate.low,
            f"{words}: to": 100 * estimate.high,
        }
    return pd.DataFrame(columns | {"n": found.difference.n})
