"""Two maps of the same people side by side, the second turned onto the first, and linked: whoever is selected
on one is seen on the other."""

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import charts
from dashboard.compare import latents_words as words
from dashboard.compare import words as words_of_pair
from dashboard.compare.gallery import draw_people
from dashboard.compare.pair import Pair
from dashboard.shared import bundles, cache, figures, latents, links, sources, studies, untrained
from dashboard.shared.area import Area, inside, read_area
from dashboard.shared.links import link, linked
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.errors import BundleError, ConfigError
from posecore.samples import read_points
from posecore.similarity.procrustes import align
from posecore.studies.projection.results import Projection

PLANE: Final = "1-2"
"""The components of A that both maps show."""

MAPS: Final = ("compare_map_a", "compare_map_b")
SHOWN: Final = 16
"""Selected people of whom a picture is shown."""

CORNERS: Final = 60
"""Of a line that is drawn around people; more are thinned out, so that links stay short."""

TITLES: Final = (
    ("component 1 of A", "component 2 of A"),
    ("B, turned onto component 1 of A", "B, turned onto component 2 of A"),
)


class AlignedMaps(NamedTuple):
    """M people with a place on both maps. rows: (M,) among the common people. planes: (2, M, 2) of A, and of
    B turned onto it. residual, chance, scale: as in similarity.procrustes. components: of A and B."""

    rows: NDArray[np.int64]
    planes: NDArray[np.float32]
    residual: float
    chance: float
    scale: float
    components: tuple[int, int]


def projection(bundle: Bundle) -> Projection | None:
    """What scripts/project.py stored, if it is usable."""
    try:
        return studies.projection(bundle)
    except BundleError:
        return None


def draw_maps(pair: Pair, clusters: NDArray[np.int64] | None) -> None:
    """Both maps and who is selected on them. clusters: (N,) of A, of the common people."""
    st.subheader("The same people on two maps")
    lacking = [bundle for bundle in (pair.one, pair.other) if projection(bundle) is None]
    if lacking:
        commands = [f"`{study_command(bundle, 'projection')}`" for bundle in lacking]
        st.info(words.no_projection(commands), icon=":material/query_stats:")
        return
    made = latents.projected(pair.one), latents.projected(pair.other)
    try:
        aligned = _aligned(pair.one, pair.other, made, (pair.common.one, pair.common.other))
    except ConfigError as error:
        st.info(words.no_maps(error), icon=":material/info:")
        return
    ids = pair.common.sample_ids[aligned.rows]
    codes = np.zeros(len(ids), np.int64) if clusters is None else clusters[aligned.rows]
    _say_how(pair, aligned)
    areas = [_linked_area(key) for key in links.COMPARE_AREAS]
    drawn = next((place for place, area in enumerate(areas) if area is not None), None)
    chosen = None if drawn is None else inside(areas[drawn], aligned.planes[drawn])  # type: ignore[arg-type]
    for place, column in enumerate(st.columns(2, gap="small")):
        area, bundle = areas[place], (pair.one, pair.other)[place]
        figure = charts.people_map(
            aligned.planes[place],
            ids.tolist(),
            codes,
            chosen,
            None if area is None else area.corners,
            TITLES[place],
            f"n = {sources.people_of(bundle, len(ids))}<br>{pair.names[place]} · "
            f"{bundles.network_name(bundle)}",
        )
        column.plotly_chart(
            figure,
            key=MAPS[place],
            on_select=_takers[place],
            selection_mode=("lasso", "box"),
            config={"displaylogo": False},
            alt=f"Map of {len(ids)} people by {pair.names[place]}, coloured by A's clusters",
        )
    st.caption(untrained.unknown(words.TURNED))
    _selected(pair, aligned, ids, chosen)


def _say_how(pair: Pair, aligned: AlignedMaps) -> None:
    held = [
        float(stored.explained[:count].sum(dtype=np.float64))
        for stored, count in zip(map(projection, (pair.one, pair.other)), aligned.components, strict=True)
        if stored is not None
    ]
    st.markdown(words.DRAW)
    st.caption(
        words.how_aligned(
            len(aligned.rows), aligned.components, held, aligned.scale, aligned.residual, aligned.chance
        )
    )


@cache.cached(4, "Turning one map onto the other …")
def _aligned(
    one: Bundle, other: Bundle, made: tuple[str, str], _rows: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> AlignedMaps:
    first, second = (
        studies.projection(bundle).scores[rows] for bundle, rows in zip((one, other), _rows, strict=True)
    )
    known = np.flatnonzero(np.isfinite(first[:, 0]) & np.isfinite(second[:, 0]))
    found = align(first[known], second[known])
    planes = np.stack([_plane(found.target), _plane(found.moved)])
    return AlignedMaps(
        known, planes, found.residual, found.chance, found.scale, (first.shape[1], second.shape[1])
    )


def _plane(places: NDArray[np.floating]) -> NDArray[np.float32]:
    """(M, 2) of the first two of (M, d); 0 where there is one only."""
    plane = np.zeros((len(places), 2), np.float32)
    plane[:, : places.shape[1]] = places[:, :2]
    return plane


def _linked_area(key: str) -> Area | None:
    def read(text: str) -> Area | None:
        area = read_area(text)
        return area if area is not None and area.plane == PLANE else None

    text = linked(key, f"an area as the map writes it, {PLANE}:x,y,x,y,…", read)
    return read(text) if text else None


def corners(selection: Any) -> str:
    """The area of a chart's selection as links hold it; empty for none."""
    lines = [(one["x"], one["y"]) for one in selection.get("lasso", [])]
    for one in selection.get("box", []):
        (left, right), (low, high) = one["x"][:2], one["y"][:2]
        lines.append(([left, right, right, left], [low, low, high, high]))
    if not lines:
        return ""
    places = np.array(lines[-1], np.float64).T
    places = places[np.unique(np.linspace(0, len(places) - 1, CORNERS).round().astype(int))]
    return f"{PLANE}:" + ",".join(f"{value:.5g}" for value in places.ravel())


def _take(place: int) -> None:
    """Keep what was drawn on a map in the link; what was drawn on the other is forgotten."""
    said = st.session_state.get(MAPS[place]) or {}
    link(links.COMPARE_AREAS[place], corners(said.get("selection", {})))
    link(links.COMPARE_AREAS[1 - place], "")


_takers: Final = (lambda: _take(0), lambda: _take(1))


def _selected(
    pair: Pair, aligned: AlignedMaps, ids: NDArray[np.str_], chosen: NDArray[np.bool_] | None
) -> None:
    if chosen is None:
        return
    rows = np.flatnonzero(chosen)
    st.markdown(words.selected(len(rows), len(ids)))
    if not len(rows):
        return
    some = rows[:SHOWN]
    common = aligned.rows[some]
    points = np.stack(
        [
            read_points(bundle.samples.iloc[places[common]], "predicted")
            for bundle, places in ((pair.one, pair.common.one), (pair.other, pair.common.other))
        ]
    )
    facts = [
        words_of_pair.pck_of_both(pair.one.samples["pck"].iloc[a], pair.other.samples["pck"].iloc[b])
        for a, b in zip(pair.common.one[common], pair.common.other[common], strict=True)
    ]
    draw_people(pair, ids[some].tolist(), points, facts, ALL_ON)
    st.caption(words.how_selected(len(some), len(rows)))
    columns: dict[str, object] = {"sample_id": ids[rows]}
    for name, plane in zip(("A", "B turned"), aligned.planes, strict=True):
        columns |= {f"{name}: component 1": plane[rows, 0], f"{name}: component 2": plane[rows, 1]}
    figures.tabled("The selected as a table", pd.DataFrame(columns), "compare-selected")
