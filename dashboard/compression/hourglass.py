"""The hourglass as an SVG whose arrows are as wide as the share of channels that stay."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from posecore.ablation import LEVEL_NAMES
from posecore.studies.compression.facts import Point
from posecore.studies.compression.results import CompressionStudy

PITCH: Final = 58
WIDTH: Final = 460
THICKEST: Final = 26
"""Pixels of an arrow of a layer of which all channels stay."""

INKS: Final = MappingProxyType({"light": ("#1B2530", "#0072B2"), "dark": ("#E6EBF0", "#56B4E9")})
"""Per theme: text, arrows."""

STEM, TRUNK, BOTTLENECK, OUT = "stem", "trunk", "bottleneck", "layers behind the hourglass"


def parts_of(name: str) -> str:
    """The part of the first hourglass that a width belongs to."""
    words = name.split(".")
    if words[0] == "hourglasses":
        return BOTTLENECK if words[2] == BOTTLENECK else f"{words[2]} {words[3]}"
    if words[0] in (TRUNK, BOTTLENECK, STEM):
        return words[0]
    return OUT


def survives(study: CompressionStudy, points: Sequence[Point]) -> Mapping[str, float]:
    """Share of the channels that stay, of each part of the network, mean over points."""
    whole = study.widths[0].astype(np.float64)
    kept = np.mean([study.widths[study.place(one)] for one in points], axis=0)
    parts: dict[str, list[int]] = {}
    for place, name in enumerate(study.width_names):
        parts.setdefault(parts_of(name), []).append(place)
    return {part: float(kept[places].sum() / whole[places].sum()) for part, places in parts.items()}


def hourglass_svg(shares: Mapping[str, float], theme: str) -> str:
    """The drawing: the finest level on top, the bottleneck at the bottom. shares: of `survives`."""
    text, ink = INKS.get(theme, INKS["light"])
    levels, middle = len(LEVEL_NAMES), WIDTH / 2
    parts: list[str] = []
    reach = [170.0 - 34 * level for level in range(levels)] + [22.0]
    for level, cells in enumerate(LEVEL_NAMES):
        y = PITCH * level + PITCH / 2
        left, right = middle - reach[level], middle + reach[level]
        inner, below = reach[level + 1], y + PITCH
        parts.append(_arrow(left + 16, y, right - 16, y, shares.get(f"skip {level}"), ink))
        parts.append(_label(middle, y - 15, f"{cells}: {_percent(shares.get(f'skip {level}'))}"))
        parts.append(_arrow(left, y + 12, middle - inner, below - 12, shares.get(f"down {level}"), ink))
        parts.append(_label(left - 24, (y + below) / 2, _percent(shares.get(f"down {level}"))))
        if level > 0:
            parts.append(
                _arrow(middle + inner, below - 12, right, y + 12, shares.get(f"up {level - 1}"), ink)
            )
            parts.append(_label(right + 24, (y + below) / 2, _percent(shares.get(f"up {level - 1}"))))
        else:
            parts.append(_arrow(middle + inner, below - 12, right, y + 12, shares.get(OUT), ink))
            parts.append(_label(right + 24, (y + below) / 2, _percent(shares.get(OUT))))
    bottom = PITCH * levels + PITCH / 2
    parts.append(_arrow(middle - 16, bottom, middle + 16, bottom, shares.get(BOTTLENECK), ink))
    parts.append(_label(middle, bottom + 28, f"4 × 4: {_percent(shares.get(BOTTLENECK))}"))
    height = PITCH * (levels + 1) + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" color="{text}" fill="none" font-family="sans-serif" font-size="12">'
        f"{''.join(parts)}</svg>"
    )


def _arrow(x: float, y: float, to_x: float, to_y: float, share: float | None, ink: str) -> str:
    """As wide as its share; thin and dashed where there is no such layer."""
    if share is None:
        return (
            f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{ink}" stroke-width="1" stroke-dasharray="3 4" '
            'stroke-opacity=".6"/>'
        )
    return (
        f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{ink}" stroke-opacity=".2" stroke-width="{THICKEST}"/>'
        f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{ink}" stroke-width="{THICKEST * share:.2f}"/>'
    )


def _label(x: float, y: float, said: str) -> str:
    return f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="currentColor">{said}</text>'


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"
