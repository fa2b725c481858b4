"""The hourglass as an SVG (thesis, figure 10): what goes down, what comes up, which ways around are cut."""

from types import MappingProxyType
from typing import Final

from posecore.ablation import LEVEL_NAMES, SkipMask

PITCH: Final = 44
"""Pixels from one level to the next, in the drawing and of the switches beside it."""

WIDTH: Final = 190
BLOCK: Final = 24
"""Height of a block of features."""

INKS: Final = MappingProxyType(
    {"light": ("#1B2530", "#0072B2", "#D55E00"), "dark": ("#E6EBF0", "#56B4E9", "#E69F00")}
)
"""Per theme, as in .streamlit/config.toml: text and blocks, a skip that is on, one that is cut."""


def hourglass_svg(mask: SkipMask, theme: str) -> str:
    """The drawing: the finest level on top, the bottleneck at the bottom, cut skips dashed and crossed.

    theme: light or dark, as of the page it stands on.
    """
    text, on_ink, cut_ink = INKS.get(theme, INKS["light"])
    parts: list[str] = []
    centre, levels = WIDTH / 2, len(mask)
    reach = [78.0 - 16 * level for level in range(levels)] + [0.0]
    for level, on in enumerate(mask):
        y = PITCH * level + PITCH / 2
        left, right, width = centre - reach[level], centre + reach[level], 26 - 4 * level
        start, end = left + width / 2 + 2, right - width / 2 - 2
        ink, style = (on_ink, "") if on else (cut_ink, 'stroke-dasharray="4 5"')
        parts += [_block(left, y, width), _block(right, y, width)]
        parts.append(f'<path d="M{start} {y}H{end - 6}" stroke="{ink}" stroke-width="3" {style}/>')
        if on:
            parts.append(f'<path d="M{end - 8} {y - 5}l8 5l-8 5z" fill="{ink}"/>')
        else:
            parts.append(
                f'<path d="M{centre - 7} {y - 7}l14 14m0 -14l-14 14" stroke="{cut_ink}" stroke-width="3.5"/>'
            )
        # The next level's block, or the bottleneck's, is entered and left at its upper edge.
        inner = reach[level + 1] if level < levels - 1 else 14
        below, above = y + PITCH - BLOCK / 2, y + BLOCK / 2
        parts.append(_way(left, above, centre - inner, below) + _way(centre + inner, below, right, above))
    bottom = PITCH * levels + PITCH / 2
    parts.append(_block(centre, bottom, 44))
    parts.append(f'<text x="{centre}" y="{bottom + 4}" text-anchor="middle" fill="currentColor">4 × 4</text>')
    height = PITCH * (levels + 1)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" color="{text}" fill="none" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )


def hourglass_words(mask: SkipMask) -> str:
    """The drawing in words, for those who do not see it."""
    cut = [name for name, on in zip(LEVEL_NAMES, mask, strict=True) if not on]
    return "Hourglass from 64 × 64 down to 4 × 4 cells and up again; skip connections cut: " + (
        ", ".join(cut) if cut else "none"
    )


def _block(x: float, y: float, width: float) -> str:
    return (
        f'<rect x="{x - width / 2}" y="{y - BLOCK / 2}" width="{width}" height="{BLOCK}" rx="3" '
        'fill="currentColor" fill-opacity=".12" stroke="currentColor" stroke-opacity=".5"/>'
    )


def _way(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x} {y}L{to_x} {to_y}" stroke="currentColor" stroke-opacity=".5"/>'
