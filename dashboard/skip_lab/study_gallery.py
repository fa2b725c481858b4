"""People whose joints were all found with all skips, and what is left of them without."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import (
    bundle_people,
    certainty,
    links,
    picture_source,
    pictures,
    predictions,
    widgets,
)
from dashboard.skip_lab import study_words as words
from posecore import drawing
from posecore.ablation import ALL_ON, parse_mask
from posecore.bundle import Bundle
from posecore.studies.skips.results import SkipStudy
from posecore.studies.skips.summary import SkipSummary, perfect

ORDERS: Final = ("largest loss first", "smallest loss first", "by sample id")
ON_A_PAGE: Final = 8
IN_A_ROW: Final = 4


def gallery(bundle: Bundle, study: SkipStudy, summary: SkipSummary, replacement: str, mask: str) -> None:
    """The gallery, paged and in an order to choose; a button opens a person in the first tab."""
    st.subheader("People scored 100 % with all skips")
    rows, loss = perfect(summary.scores, parse_mask(mask))
    if not len(rows):
        st.markdown(words.NOBODY_PERFECT)
        return
    st.markdown(words.gallery(len(rows), len(study.sample_ids), mask))
    pages = -(-len(rows) // ON_A_PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        order = widgets.select("Order", ORDERS, links.LAB_STUDY_SORT, width=220)
        page = widgets.page_of(pages, links.LAB_STUDY_PAGE)
    ids = study.sample_ids[rows]
    bare = ~pictures.at_hand(bundle)[[bundle.row(name) for name in ids.tolist()]]
    if bare.any():
        st.caption(words.some_bare(bundle))
    keys = {ORDERS[0]: (ids, bare, -loss), ORDERS[1]: (ids, bare, loss), ORDERS[2]: (ids,)}
    places = np.lexsort(keys[order])[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    tiles = [_pair(bundle, study, int(rows[place]), replacement, mask) for place in places]
    # Columns per row, so that the order holds where a narrow window stacks them.
    cells = [cell for _ in range(0, len(places), IN_A_ROW) for cell in st.columns(IN_A_ROW, gap="small")]
    for place, tile, cell in zip(places, tiles, cells, strict=False):
        name = str(ids[place])
        with cell:
            st.image(tile, width="stretch", alt=words.tile_alt(name, mask))
            st.caption(words.tile(name, float(loss[place])))
            st.button(
                "Open",
                key=f"_lab_study_open_{name}",
                on_click=_open_person,
                args=(name, mask, replacement),
                icon=":material/open_in_new:",
                help=words.OPEN_HELP,
            )
    table = pd.DataFrame({"sample id": ids, "loss, % of labelled joints": loss * 100})
    with st.container(horizontal=True):
        st.download_button(
            "This page as PNG",
            _sheet(tiles),
            f"skips-gallery-{mask}-{replacement}-{page}.png",
            "image/png",
            key="_lab_study_sheet",
            icon=":material/image:",
        )
        st.download_button(
            "CSV",
            table.to_csv(index=False),
            f"skips-gallery-{mask}-{replacement}.csv",
            "text/csv",
            key="_lab_study_gallery_csv",
            icon=":material/download:",
        )


def _open_person(name: str, mask: str, replacement: str) -> None:
    """Before a rerun: this person, in the first tab, under the same cut."""
    switches = dict(zip(links.LAB_SKIPS, parse_mask(mask), strict=True))
    who = {links.LAB_SOURCE: picture_source.PERSON, links.LAB_PERSON: name}
    links.set_widgets({**who, links.LAB_REPLACEMENT: replacement, **switches})
    st.session_state[links.LAB_TAB] = links.LAB_TABS[0]


def _pair(bundle: Bundle, study: SkipStudy, row: int, replacement: str, mask: str) -> drawing.Picture:
    """A person's maps with all skips beside those without; joints alone where the picture is not at hand."""
    crop = bundle_people.picture_of(bundle, str(study.sample_ids[row]))
    donor = None
    if replacement == "other":
        donor = bundle_people.picture_of(bundle, str(study.sample_ids[study.donors[row]]))
    if crop is None or (replacement == "other" and donor is None):
        on = pictures.ground(bundle, str(study.sample_ids[row]))
        peaks = study.peaks_under(replacement)[row]
        points = study.points_under(replacement)[row]
        # The heatmaps are those with all skips, so they are not shown beside joints without.
        without = _bare_ground(points[parse_mask(mask).position]) if crop is None else crop
        drawn = []
        for ground, drawn_mask in ((on, ALL_ON), (without, parse_mask(mask))):
            place, limit = drawn_mask.position, certainty.limit(bundle, drawn_mask, replacement)
            drawn.append(drawing.draw_skeleton(ground, points[place], limit.sure(peaks[place])))
        return drawing.grid(drawn, 2)
    before, after = predictions.cut_heatmaps(bundle, crop, mask, replacement, donor)
    # The median peak: by the highest, a face's, all limbs would be dark.
    top = float(np.median(before.max(axis=(1, 2))))
    return drawing.grid([drawing.overlay(crop, maps, vmax=top) for maps in (before, after)], 2)


def _bare_ground(points: NDArray[np.floating]) -> drawing.Picture:
    """An empty ground for joints (K, 2) without a picture, which says so where there are none."""
    from PIL import Image, ImageDraw, ImageFont

    ground = Image.fromarray(drawing.ground())
    if not np.isfinite(points).any():
        middle = (ground.width / 2, ground.height / 2)
        font = ImageFont.load_default(24)
        ImageDraw.Draw(ground).text(middle, words.NO_JOINT, "white", font, anchor="mm")
    return np.asarray(ground)


def _sheet(tiles: Sequence[drawing.Picture]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(drawing.grid(tiles, 2, gap=12)).save(file, "PNG")
    return file.getvalue()
