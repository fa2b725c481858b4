"""The Skip lab's switches: which skip connections count, and what takes the place of those that are cut."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, links, pictures, widgets
from dashboard.skip_lab import words
from dashboard.skip_lab.hourglass import PITCH, WIDTH, hourglass_svg, hourglass_words
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES, REPLACEMENTS, SkipMask
from posecore.bundle import Bundle

PRESETS: Final[Mapping[str, SkipMask]] = MappingProxyType(
    {"All on": ALL_ON, "All cut": ALL_OFF}
    | {f"Only {name}": SkipMask.only(k) for k, name in enumerate(LEVEL_NAMES)}
    | {f"All but {name}": SkipMask.all_but(k) for k, name in enumerate(LEVEL_NAMES)}
)


class Cut(NamedTuple):
    """What is asked of the network. donor: the sample_id whose features stand in, "" for nobody."""

    mask: SkipMask
    replacement: str
    donor: str

    def title(self, built: SkipMask) -> str:
        """Which levels are cut in such a network, in words."""
        off = [
            name for name, on, there in zip(LEVEL_NAMES, self.mask, built, strict=True) if there and not on
        ]
        every = "All four skips cut" if built == ALL_ON else "All its skips cut"
        return {sum(built): every, 0: "Nothing is cut"}.get(len(off), f"Cut: {', '.join(off)}")


def switches(built: SkipMask, opening: SkipMask) -> SkipMask:
    """One switch per level beside the drawing of the hourglass, and presets.

    built: the skips that the network has; there is nothing to switch where one was left out in training.
    opening: the skips that are on at first.
    """
    usual = dict(zip(links.LAB_SKIPS, opening, strict=True))
    links.follow_defaults(usual)
    with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
        with st.container(width=105, gap=None):
            mask = []
            for name, key, there in zip(LEVEL_NAMES, links.LAB_SKIPS, built, strict=True):
                # As high as a level of the drawing, so that a switch stands beside what it cuts.
                with st.container(height=PITCH, border=False, vertical_alignment="center"):
                    mask.append(
                        widgets.toggle(
                            name, usual[key], key, disabled=not there, help=words.switch_help(name, there)
                        )
                    )
        chosen = SkipMask(mask) & built
        theme = st.context.theme.type or "light"
        st.image(hourglass_svg(chosen, theme), width=WIDTH, alt=hourglass_words(chosen))
    with st.container(horizontal=True, gap="xsmall"):
        for name in ("All on", "All cut"):
            _preset(name)
        with st.popover("Only one, all but one"), st.container(horizontal=True, gap="xsmall"):
            for name in list(PRESETS)[2:]:
                _preset(name)
    return chosen


def replacement(bundle: Bundle, person: str) -> tuple[str, str, NDArray[np.uint8] | None]:
    """What takes the place of a cut skip: its name in REPLACEMENTS, the donor's sample_id and their crop."""
    chosen = widgets.segments("A cut skip is replaced by", list(REPLACEMENTS), links.LAB_REPLACEMENT)
    st.caption(REPLACEMENTS[chosen])
    if chosen != "other":
        return chosen, "", None
    default = _somebody_else(bundle, person, 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        asked = st.text_input(
            "Whose features",
            key=links.LAB_DONOR,
            bind="query-params",
            placeholder=default,
            max_chars=80,
            width=150,
        )
        st.button(
            "Another",
            key="_lab_donor_next",
            icon=":material/shuffle:",
            on_click=_shuffle,
            args=(bundle, person),
            help="Somebody else, at random",
        )
    donor = (asked or "").strip() or default
    if donor not in bundle.rows:
        st.warning(words.no_donor(donor, default))
        donor = default
    crop = bundle_people.picture_of(bundle, donor)
    if crop is None:
        st.warning(words.donor_without_picture(bundle, donor))
        return "zero", "", None
    return chosen, donor, crop


def _preset(name: str) -> None:
    st.button(name, key=f"_lab_preset_{name}", on_click=_apply, args=(PRESETS[name],))


def _apply(mask: SkipMask) -> None:
    for key, on in zip(links.LAB_SKIPS, mask, strict=True):
        st.session_state[key] = on


def _shuffle(bundle: Bundle, person: str) -> None:
    st.session_state["_lab_donors"] = st.session_state.get("_lab_donors", 0) + 1
    st.session_state[links.LAB_DONOR] = _somebody_else(bundle, person, st.session_state["_lab_donors"])


def _somebody_else(bundle: Bundle, person: str, seed: int) -> str:
    """A person drawn by `seed` who is not `person`, and whose picture is at hand where anybody's is."""
    pictured = pictures.at_hand(bundle)
    ids = bundle.samples["sample_id"].to_numpy()
    ids = ids[pictured] if pictured.any() else ids
    others = ids[ids != person]
    return str(np.random.default_rng(seed).choice(others if len(others) else ids))
