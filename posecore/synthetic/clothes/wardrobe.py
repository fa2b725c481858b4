"""What somebody wears and looks like: skin, hair and clothes drawn from everyday and sports looks."""

import colorsys

import cv2
import numpy as np

from posecore.synthetic.surfaces.look import Look
from posecore.synthetic.surfaces.materials import Colour, Cut, Material, Print

Rng = np.random.Generator

SKIN = (
    (250, 216, 190),
    (240, 196, 164),
    (232, 184, 146),
    (212, 158, 116),
    (186, 126, 88),
    (152, 98, 66),
    (116, 72, 48),
    (84, 53, 38),
    (62, 41, 32),
)
"""RGB from the lightest skin to the darkest, 0 to 255."""
_HAIR = (
    (24, 20, 18),
    (36, 26, 20),
    (58, 38, 24),
    (86, 56, 34),
    (120, 82, 48),
    (176, 132, 78),
    (214, 178, 116),
    (150, 70, 36),
    (150, 148, 146),
    (206, 204, 200),
)
PATTERNED = ("stripes", "thin_stripes", "bars", "checks", "plaid", "dots", "blotches", "heather")


def rgb(values: tuple[float, float, float], rng: Rng | None = None, spread: float = 0.0) -> Colour:
    """0..255 to 0..1, with noise of standard deviation `spread`."""
    noise = rng.normal(0, spread, 3) if rng is not None else np.zeros(3)
    red, green, blue = (np.array(values) / 255 + noise).clip(0.02, 1).tolist()
    return red, green, blue


def cloth_colour(rng: Rng) -> Colour:
    """Dark and light neutrals often, pure and muted colours as often."""
    kind = rng.random()
    if kind < 0.26:
        base = ((26, 26, 30), (30, 36, 58), (58, 58, 62), (52, 42, 36), (34, 48, 42))[rng.integers(5)]
        return rgb(base, rng, 0.015)
    if kind < 0.46:
        base = ((240, 240, 238), (222, 220, 214), (196, 198, 202), (228, 216, 192))[rng.integers(4)]
        return rgb(base, rng, 0.015)
    pure = kind < 0.70
    saturation, value = (
        (rng.uniform(0.5, 0.88), rng.uniform(0.4, 0.9))
        if pure
        else (rng.uniform(0.15, 0.5), rng.uniform(0.35, 0.85))
    )
    return colorsys.hsv_to_rgb(float(rng.random()), float(saturation), float(value))


def _lighter(colour: Colour, factor: float, more: float) -> Colour:
    red, green, blue = (min(1.0, channel * factor + more) for channel in colour)
    return red, green, blue


def draw_look(rng: Rng, child: bool, curve: float) -> Look:
    """A whole outfit. curve: 0 to 1, of the body; dresses and long hair are likelier towards 1."""
    tone = float(rng.uniform(0, len(SKIN) - 1.001))
    low = int(tone)
    skin_colour = rgb(
        tuple(np.array(SKIN[low]) * (1 - tone + low) + np.array(SKIN[low + 1]) * (tone - low)), rng, 0.01
    )
    skin = Material(skin_colour, gloss=0.14)
    dark = tone > 4.2
    hair_colour = rgb(_HAIR[int(rng.integers(0, 3 if dark else len(_HAIR)))], rng, 0.01)
    hair = Material(hair_colour, "strands", _lighter(hair_colour, 1.35, 0.03), 0.05, gloss=0.22)
    female = rng.random() < 0.12 + 0.76 * curve
    styles = (
        ("long", "long", "bun", "tail", "bob", "bob", "afro" if dark else "tail", "short")
        if female
        else ("short", "short", "short", "crop", "crop", "bald", "afro" if dark else "messy", "messy")
    )
    kind = str(
        rng.choice(
            ("tshirt", "long", "shirt", "hoodie", "jacket", "tank", "jersey", "bare", "dress", "leotard"),
            p=(0.24, 0.13, 0.11, 0.08, 0.10, 0.08, 0.12, 0.05, 0.05, 0.04),
        )
    )
    if kind == "bare" and (female or child):
        kind = "leotard" if female else "tank"
    if kind in ("dress", "leotard") and not female:
        kind = "tshirt" if kind == "dress" else "tank"
    top, sleeve, hem, ease = _top(rng, kind, skin_colour)
    bottom_kind = str(
        rng.choice(("jeans", "trousers", "leggings", "shorts", "skirt"), p=(0.3, 0.26, 0.1, 0.26, 0.08))
    )
    if kind in ("jersey", "tank") and rng.random() < 0.6:
        bottom_kind = str(rng.choice(("shorts", "shorts", "leggings")))
    if kind == "bare":
        bottom_kind = str(rng.choice(("swim_shorts", "shorts", "jeans", "leggings")))
    if bottom_kind == "skirt" and not female:
        bottom_kind = "shorts"
    if kind == "leotard":
        bottom_kind = "none" if rng.random() < 0.7 else "leggings"
    bottom, leg_end, bottom_ease, flare, skirt = _bottom(rng, bottom_kind)
    if kind == "dress":
        bottom_kind, bottom, leg_end, bottom_ease = "dress", top, 0.12, 0.004
        flare, skirt = float(rng.uniform(0.02, 0.07)), float(rng.uniform(0.7, 1.75))
    if kind == "leotard" and bottom_kind == "none":
        bottom, leg_end, bottom_ease = top, 0.0, 0.002
    barefoot = rng.random() < (0.75 if kind in ("bare", "leotard") else 0.06)
    shoe = Material(
        cloth_colour(rng), "plain", (0.93, 0.93, 0.92) if rng.random() < 0.6 else (0.1, 0.1, 0.1), gloss=0.3
    )
    sock_colour = (0.92, 0.92, 0.9) if rng.random() < 0.6 else cloth_colour(rng)
    hat = str(rng.choice(("none", "cap", "beanie", "brim", "helmet"), p=(0.74, 0.1, 0.05, 0.04, 0.07)))
    return Look(
        top_kind=kind,
        bottom_kind=bottom_kind,
        skin=skin,
        top=top,
        bottom=bottom,
        shoes=skin if barefoot else shoe,
        hair=hair,
        sock=Material(sock_colour, folds=0.3) if not barefoot and rng.random() < 0.7 else None,
        hair_style=str(rng.choice(styles)),
        hat=hat,
        hat_material=Material(cloth_colour(rng), gloss=0.5 if hat == "helmet" else 0.05),
        beard=bool(not female and not child and rng.random() < 0.25),
        glasses=bool(rng.random() < 0.12),
        sleeve=sleeve,
        sleeve_material=_sleeves(rng, top),
        hem=hem,
        top_ease=ease,
        leg_end=leg_end,
        bottom_ease=bottom_ease,
        flare=flare,
        skirt=skirt,
        eye=rgb(((46, 30, 20), (78, 56, 34), (70, 96, 120), (74, 92, 60))[rng.integers(2 if dark else 4)]),
    )


def _top(rng: Rng, kind: str, skin: Colour) -> tuple[Material, float, float, float]:
    """Material, sleeve, hem and ease of the upper garment."""
    u = rng.uniform
    sleeve = {
        "tshirt": u(0.35, 0.8),
        "long": u(1.6, 1.97),
        "shirt": u(1.75, 1.97) if rng.random() < 0.65 else u(0.45, 0.8),
        "hoodie": u(1.8, 1.98),
        "jacket": u(1.8, 1.98),
        "tank": 0.0,
        "jersey": u(0.3, 0.9) if rng.random() < 0.7 else 0.0,
        "bare": 0.0,
        "dress": u(0.2, 0.6) if rng.random() < 0.5 else (0.0 if rng.random() < 0.6 else 1.9),
        "leotard": 1.9 if rng.random() < 0.3 else 0.0,
    }[kind]
    ease = {
        "hoodie": u(0.012, 0.022),
        "jacket": u(0.012, 0.022),
        "leotard": 0.001,
        "tank": u(0.003, 0.01),
    }.get(kind, u(0.004, 0.016))
    hem = 0.49 if kind in ("dress", "leotard") else u(0.49, 0.575)
    colour, second = cloth_colour(rng), cloth_colour(rng)
    pattern = "plain"
    if kind == "shirt" and rng.random() < 0.65:
        pattern = str(rng.choice(("plaid", "checks", "bars", "stripes")))
    elif kind in ("dress", "leotard", "long") and rng.random() < 0.5:
        pattern = str(rng.choice(PATTERNED))
    elif rng.random() < 0.3:
        pattern = str(rng.choice((*PATTERNED, "block")))
    scale = {"block": 0.3, "heather": 0.03, "blotches": 0.1}.get(pattern, u(0.025, 0.11))
    art = None
    if kind in ("tshirt", "jersey", "hoodie") and pattern in ("plain", "heather") and rng.random() < 0.6:
        art = _print(rng, kind, second)
    low_cut = kind in ("tank", "dress", "leotard")
    cut = Cut(
        neck=u(0.40, 0.46) if low_cut else u(0.46, 0.52),
        slope=u(0.6, 2.2),
        open_front=u(0.02, 0.06) if kind == "jacket" and rng.random() < 0.65 else 0.0,
        under=cloth_colour(rng) if kind == "jacket" else skin,
    )
    folds = 0.1 if kind == "leotard" else u(0.35, 1.0)
    return Material(colour, pattern, second, scale, 0.06, folds, cut, art), sleeve, hem, ease


def _sleeves(rng: Rng, top: Material) -> Material:
    """As the top, or in its second colour as on some jerseys."""
    contrasting = top.print is not None and rng.random() < 0.2
    pattern = "plain" if top.pattern == "block" else top.pattern
    return Material(
        top.second if contrasting else top.colour, pattern, top.second, top.scale, top.gloss, top.folds
    )


def _bottom(rng: Rng, kind: str) -> tuple[Material, float, float, float, float]:
    """Material, leg end, ease, flare of the legs and length of a skirt."""
    u = rng.uniform
    if kind == "jeans":
        base = rgb(((40, 52, 84), (72, 94, 134), (120, 142, 172), (34, 36, 46))[rng.integers(4)], rng, 0.02)
        light = _lighter(base, 1.3, 0.05)
        return (
            Material(base, "denim", light, 0.05, 0.03, u(0.4, 0.9)),
            u(1.8, 2.02),
            u(0.003, 0.011),
            u(0, 0.012),
            0,
        )
    if kind == "leggings":
        pattern = "side_stripe" if rng.random() < 0.3 else "plain"
        return (
            Material(cloth_colour(rng), pattern, cloth_colour(rng), 0.04, 0.1, 0.15),
            u(1.5, 1.97),
            0.002,
            0,
            0,
        )
    if kind in ("shorts", "swim_shorts"):
        pattern = str(rng.choice(("plain", "plain", "side_stripe", "blotches", "checks")))
        scale = 0.05 if pattern == "side_stripe" else u(0.04, 0.1)
        return (
            Material(cloth_colour(rng), pattern, cloth_colour(rng), scale, 0.05, u(0.4, 0.9)),
            u(0.3, 0.95),
            u(0.006, 0.02),
            u(0.005, 0.028),
            0,
        )
    if kind == "skirt":
        pattern = str(rng.choice(("plain", "plain", *PATTERNED)))
        skirt = Material(cloth_colour(rng), pattern, cloth_colour(rng), u(0.04, 0.12), 0.05, u(0.4, 1.0))
        return skirt, 0.12, 0.003, u(0.015, 0.07), u(0.55, 1.7)
    pattern = str(rng.choice(("plain", "plain", "plain", "side_stripe", "heather", "bars", "blotches")))
    scale = 0.04 if pattern in ("side_stripe", "heather") else 0.09
    material = Material(cloth_colour(rng), pattern, cloth_colour(rng), scale, 0.04, u(0.4, 1.0))
    return material, u(1.78, 2.02), u(0.005, 0.02), u(0, 0.022), 0


def _print(rng: Rng, kind: str, colour: Colour) -> Print:
    """A number, a word or a shape."""
    art = np.zeros((48, 48), np.uint8)
    what = rng.random()
    if kind == "jersey" or what < 0.3:
        text = str(rng.integers(1, 99))
        cv2.putText(art, text, (24 - 12 * len(text), 40), cv2.FONT_HERSHEY_DUPLEX, 1.3, 1, 4)
    elif what < 0.65:
        letters = "".join(rng.choice(list("ABCDEHKLMNORSTUVZ"), 4))
        cv2.putText(art, letters, (2, 30), cv2.FONT_HERSHEY_DUPLEX, 0.55, 1, 2)
        cv2.rectangle(art, (3, 36), (44, 39), 1, -1)
    elif what < 0.85:
        cv2.circle(art, (24, 24), int(rng.integers(10, 20)), 1, -1 if rng.random() < 0.5 else 5)
    else:
        corners = rng.integers(4, 44, (int(rng.integers(3, 7)), 2)).astype(np.int32)
        cv2.fillPoly(art, [corners], 1)
    return Print(art.astype(bool), float(rng.uniform(0.2, 0.28)), float(rng.uniform(0.16, 0.28)), colour)
