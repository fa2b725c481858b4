"""Switches of skip connections beside a drawing of the hourglass: which of them count, in the URL."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import streamlit as st

from dashboard.shared import links, widgets
from dashboard.shared.cut_words import switch_help
from dashboard.shared.hourglass import PITCH, WIDTH, hourglass_svg, hourglass_words
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES, SkipMask

PRESETS: Final[Mapping[str, SkipMask]] = MappingProxyType(
    {"All on": ALL_ON, "All cut": ALL_OFF}
    | {f"Only {name}": SkipMask.only(k) for k, name in enumerate(LEVEL_NAMES)}
    | {f"All but {name}": SkipMask.all_but(k) for k, name in enumerate(LEVEL_NAMES)}
)
ALL_FOUR_CUT: Final = "All four skips cut"
ALL_ITS_CUT: Final = "All its skips cut"
NOTHING_CUT: Final = "Nothing is cut"


class Cut(NamedTuple):
    """What is asked of the network. donor: the sample_id whose features stand in, "" for nobody."""

    mask: SkipMask
    replacement: str
    donor: str = ""

    def title(self, built: SkipMask) -> str:
        """Which levels are cut in such a network, in words."""
        off = [
            name for name, on, there in zip(LEVEL_NAMES, self.mask, built, strict=True) if there and not on
        ]
        every = ALL_FOUR_CUT if built == ALL_ON else ALL_ITS_CUT
        return {sum(built): every, 0: NOTHING_CUT}.get(len(off), f"Cut: {', '.join(off)}")


def switches(built: SkipMask, opening: SkipMask, keys: tuple[str, ...]) -> SkipMask:
    """One switch per level beside the drawing of the hourglass, and presets.

    built: the skips that the network has; there is nothing to switch where one was left out in training.
    opening: the skips that are on at first. keys: of the switches, the finest level's first.
    """
    usual = dict(zip(keys, opening, strict=True))
    links.follow_defaults(usual)
    with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
        with st.container(width=105, gap=None):
            mask = []
            for name, key, there in zip(LEVEL_NAMES, keys, built, strict=True):
                # As high as a level of the drawing, so that a switch stands beside what it cuts.
                with st.container(height=PITCH, border=False, vertical_alignment="center"):
                    mask.append(
                        widgets.toggle(
                            name, usual[key], key, disabled=not there, help=switch_help(name, there)
                        )
                    )
        chosen = SkipMask(mask) & built
        if built != ALL_OFF:  # a network without skips need not be an hourglass
            theme = st.context.theme.type or "light"
            st.image(hourglass_svg(chosen, theme), width=WIDTH, alt=hourglass_words(chosen))
    with st.container(horizontal=True, gap="xsmall"):
        for name in ("All on", "All cut"):
            _preset(name, keys)
        with st.popover("Only one, all but one"), st.container(horizontal=True, gap="xsmall"):
            for name in list(PRESETS)[2:]:
                _preset(name, keys)
    return chosen


def _preset(name: str, keys: tuple[str, ...]) -> None:
    page = keys[0].partition("_")[0]
    st.button(name, key=f"_{page}_preset_{name}", on_click=_apply, args=(PRESETS[name], keys))


def _apply(mask: SkipMask, keys: tuple[str, ...]) -> None:
    for key, on in zip(keys, mask, strict=True):
        st.session_state[key] = on
