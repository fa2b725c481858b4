"""What changes with the slider and the switches; it runs alone, so that a move is answered at once."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard.causes import asking, controls, tiles, words
from dashboard.causes.asking import Person
from dashboard.causes.effect import Effect, components_table
from dashboard.causes.sheet import sheet
from dashboard.shared import certainty, figures, links, two_heatmaps, widgets
from dashboard.shared.alone import runs_alone
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.skip_switches import Cut, switches
from dashboard.shared.two_heatmaps import LOST
from posecore import drawing
from posecore.ablation import ALL_ON, REPLACEMENTS
from posecore.bundle import Bundle
from posecore.causes.cause import Cause
from posecore.errors import PosecoreError

STAND_INS = tuple(name for name in REPLACEMENTS if name != "other")
"""What takes the place of a cut skip here: of one person nobody else's features do."""


class Asked(NamedTuple):
    """What the widgets say."""

    value: float
    covered: int
    cut: Cut
    joint: str


class Answered(NamedTuple):
    """What the network says as made and as changed, with all skips and under the cut."""

    before: asking.Said
    after: asking.Said
    whole: Effect
    cut: Effect


@runs_alone
def change_and_answer(bundle: Bundle, person: Person | None, cause: Cause) -> None:
    """Switches and, beside them, what a slider changes; without anybody the widgets alone, which so stay as
    they are."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        left, right = st.container(width=330), st.container(width=770)
    with left:
        st.markdown(words.SWITCHES)
        mask = switches(bundle.manifest.built_skips, ALL_ON, links.CAUSE_SKIPS)
        stand_in = widgets.segments(
            "A cut skip is replaced by", STAND_INS, links.CAUSE_REPLACEMENT, help=words.REPLACEMENT_HELP
        )
        joint = two_heatmaps.joint_picker(links.CAUSE_JOINT, bundle.keypoints)
    with right:
        _slide_and_answer(bundle, person, cause, Cut(mask, stand_in), joint)


@runs_alone
def _slide_and_answer(bundle: Bundle, person: Person | None, cause: Cause, cut: Cut, joint: str) -> None:
    """The slider, pictures and table. It runs alone once more: a browser that draws the switches anew at
    every move takes the cores that the network is just computing on."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        with st.container(width=520):
            value = controls.choose_value(cause)
        with st.container(width=220):
            covered = controls.choose_covered(cause, bundle.keypoints)
    st.caption(words.how(cause))
    if person is None:
        st.info(words.NO_PICTURE_YET, icon=":material/image:")
        return
    asked = Asked(value, covered, cut, joint)
    try:
        answered = answer(bundle, person, cause, asked)
    except PosecoreError as error:
        st.info(words.cannot_be_made(cause, value, error), icon=":material/info:")
        return
    _answer(bundle, person, cause, asked, answered)


def answer(bundle: Bundle, person: Person, cause: Cause, asked: Asked) -> Answered:
    """The person changed, and what the network says of it. Raises PosecoreError."""
    changed = asking.change(bundle, person, cause, asked.value, asked.covered)
    before, after = (asking.ask(bundle, person, given, asked.cut) for given in (person.given, changed))
    whole = Effect(person.given, changed, before.whole, after.whole)
    return Answered(before, after, whole, Effect(person.given, changed, before.cut, after.cut))


def _answer(bundle: Bundle, person: Person, cause: Cause, asked: Asked, answered: Answered) -> None:
    built = bundle.manifest.built_skips
    whole, cut = answered.whole, answered.cut
    changed_to = words.changed_to(cause, asked.value)
    if certainty.nobody(whole.before.sure, whole.before.limit):
        st.warning(certainty.verdict(whole.before.sure, whole.before.limit), icon=":material/person_off:")
    lines = [f"**With {words.WHOLE}**: {words.what_moved(whole)} {words.found(whole)}"]
    sides = [(words.WHOLE, whole)]
    if asked.cut.mask & built != built:
        title = words.cut_title(asked.cut, built)
        lines.append(f"**{title}**: {words.what_moved(cut)} {words.found(cut)}")
        sides.append((title, cut))
    lines.append(words.along_components(answered.before.scores, answered.after.scores))
    _grid(person, changed_to, sides, asked.joint)
    st.markdown("\n".join(f"* {line}" for line in lines))
    source = words.source(bundle, person.subject.who)
    st.caption(words.heatmap_scale(source, asked.joint))
    if not person.rendered:
        labelled = person.given.visibility > 0
        st.caption(words.where_joints_come_from(int(labelled.sum()), len(labelled)))
    st.caption("  \n".join(words.sure_means(effect) for _, effect in sides))
    if len(sides) > 1:
        st.caption(what_cutting_says(bundle))
    _table(sides)
    figures.tabled(
        words.COMPONENTS,
        components_table(answered.before.scores, answered.after.scores),
        f"{_file_name(person, cause)}-components",
    )
    name = _file_name(person, cause)
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            lambda: joined(sides).to_csv(index=False),
            f"{name}.csv",
            "text/csv",
            key="_cause_csv",
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            "Sheet as PNG",
            lambda: sheet(person.subject, changed_to, sides, asked.joint, [*lines, source], joined(sides)),
            f"{name}.png",
            "image/png",
            key="_cause_png",
            icon=":material/image:",
            on_click="ignore",
        )


def _grid(person: Person, changed_to: str, sides: list[tuple[str, Effect]], joint: str) -> None:
    """Pictures in rows of three: as made, as changed, and what changed."""
    for title, row in tiles.rows(person.subject, changed_to, sides, joint):
        st.markdown(f":small[{title}]")
        with st.container(horizontal=True, gap="small"):
            for tile in row:
                with st.container():
                    st.image(drawing.jpeg(tile.picture), width="stretch", alt=tile.alt, caption=tile.caption)


def joined(sides: list[tuple[str, Effect]]) -> pd.DataFrame:
    """The tables of all sides, with a column that says which skips are on."""
    tables = [effect.table().assign(skips=title) for title, effect in sides]
    return pd.concat(tables, ignore_index=True)


def _table(sides: list[tuple[str, Effect]]) -> None:
    table = joined(sides)
    number = st.column_config.NumberColumn
    with st.expander(words.TABLE, icon=":material/table:"):
        st.dataframe(
            table if len(sides) > 1 else table.drop(columns="skips"),
            hide_index=True,
            height=35 * (len(sides[0][1].moved) + 1) + 3,
            placeholder=LOST,
            column_config={
                name: number(format="%.1f", help=about)
                if name.endswith("px")
                else st.column_config.TextColumn(help=about)
                for name, about in words.COLUMNS.items()
            }
            | {f"peak {when}": number(format="%.2f") for when in ("before", "after")},
            alt=words.TABLE,
        )


def _file_name(person: Person, cause: Cause) -> str:
    return f"cause-{cause.key}-{person.subject.sample_id or 'picture'}"
