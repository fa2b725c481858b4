"""Every cause there is, of rendered people and of any picture. Another one is another row."""

from collections.abc import Callable, Mapping
from typing import Final

from posecore.causes import body, camera, look, picture, scene
from posecore.causes.cause import Cause, Edit, Redraw
from posecore.errors import ConfigError
from posecore.synthetic.render import MOST_HIDDEN
from posecore.synthetic.scene.backdrop import KINDS


def _quantity(
    key: str,
    name: str,
    unit: str,
    ends: tuple[float, float],
    strengths: tuple[float, float],
    follows: str,
    *,
    edit: Edit | None = None,
    redraw: Redraw | None = None,
    said: Callable[..., object] | None = None,
    neutral: float = 0.0,
) -> Cause:
    """A row whose value is a number. said: whose docstring says what is done, where an edit of several is."""
    how = _docstring(said or edit or redraw)
    return Cause(key, name, unit, *ends, neutral, strengths, how, follows, edit, redraw)


def _kinds(
    key: str,
    name: str,
    as_made: str,
    others: tuple[str, ...],
    strengths: tuple[int, int],
    follows: str,
    *,
    edit: Edit | None = None,
    redraw: Redraw | None = None,
    placebo: bool = False,
) -> Cause:
    """A row whose value is a kind."""
    how, choices = _docstring(edit or redraw), (as_made, *others)
    return Cause(key, name, "", 0, len(others), 0, strengths, how, follows, edit, redraw, choices, placebo)


def _sides(
    key: str,
    name: str,
    ends: tuple[float, float],
    strengths: tuple[float, float],
    edit: Callable[[str], Edit],
) -> tuple[Cause, ...]:
    """A row for either side of the body."""
    return tuple(
        _quantity(
            f"{side}_{key}", f"{side} {name}", _DEGREES, ends, strengths, _GROUND, edit=edit(side), said=edit
        )
        for side in ("left", "right")
    )


def _axes(
    key: str,
    name: str,
    most: float,
    follows: str,
    *,
    edit: Callable[[int], Edit] | None = None,
    redraw: Callable[[int], Redraw] | None = None,
) -> tuple[Cause, ...]:
    """A row for either axis of the crop. most: pixels either way."""
    return tuple(
        _quantity(
            f"{key}_{axis}",
            f"{name}, {way}",
            _PIXELS,
            (-most, most),
            (10, 20),
            follows,
            edit=edit and edit(place),
            redraw=redraw and redraw(place),
            said=edit or redraw,
        )
        for place, (axis, way) in enumerate((("x", "across"), ("y", "down")))
    )


def _docstring(function: Callable[..., object] | None) -> str:
    return " ".join((function.__doc__ or "").split())


_DEGREES: Final = "degrees"
_PIXELS: Final = "crop pixels"
_TIMES: Final = "times"

_SHADOWS: Final = "shadows, and what hides what"
_GROUND: Final = (
    f"{_SHADOWS}; whom the ground carries stays on it, whom a seat or the air carries stays as high"
)
_SCENE: Final = "what hides what, and where the background is seen; the light stays in the world"
_BORDER: Final = "what comes in from beyond the picture is black"
_NOTHING: Final = "nothing"

RENDERED: Final = (
    _quantity(
        "turn",
        "turn of the body",
        _DEGREES,
        (-180, 180),
        (30, 60),
        f"{_SHADOWS}; a seat turns along",
        edit=body.turn,
    ),
    _quantity("lean", "lean", _DEGREES, (-30, 60), (15, 30), _GROUND, edit=body.lean),
    _quantity(
        "lying",
        "lying (roll)",
        _DEGREES,
        (-90, 90),
        (30, 60),
        f"{_SHADOWS}; the body comes down on the ground, and so also moves down in the crop",
        edit=body.lie,
    ),
    *_sides("arm", "arm raised", (0, 120), (30, 60), body.raise_arm),
    *_sides("knee", "knee bent", (0, 90), (25, 50), body.bend_knee),
    _quantity(
        "distance", "distance", _TIMES, (0.7, 1.6), (1.2, 1.4), _SCENE, edit=camera.step_back, neutral=1.0
    ),
    *_axes("place", "place in the crop", 48, "the background moves along", edit=camera.shift),
    _quantity(
        "camera_height",
        "height of the camera",
        _DEGREES,
        (-20, 40),
        (10, 20),
        _SCENE,
        edit=camera.raise_camera,
    ),
    _quantity(
        "light_strength",
        "light strength",
        _TIMES,
        (0.4, 2.0),
        (1.3, 1.6),
        "the sky keeps its brightness",
        edit=scene.light_strength,
        neutral=1.0,
    ),
    _quantity("light_side", "light side", _DEGREES, (-180, 180), (45, 90), "shadows", edit=scene.light_side),
    _quantity(
        "skin", "skin", "share of the way to the darkest", (-1, 1), (0.5, 1.0), _NOTHING, edit=look.skin
    ),
    _quantity(
        "clothes_colour",
        "colour of the clothes",
        "share of the way to white",
        (-1, 1),
        (0.35, 0.7),
        _NOTHING,
        edit=look.clothes_colour,
    ),
    _kinds(
        "clothes_kind",
        "kind of clothes",
        "as made",
        tuple(look.OUTFITS),
        (1, 3),
        f"{_GROUND}; folds of other cloth",
        edit=look.clothes_kind,
    ),
    _kinds(
        "background",
        "background",
        "as made",
        tuple(KINDS),
        (2, 5),
        "what stands behind the person stays, before another wall",
        edit=scene.background,
    ),
    _kinds(
        "beside",
        "another person beside",
        "as made",
        ("on the picture's left", "on the picture's right"),
        (1, 2),
        _SHADOWS,
        edit=scene.beside,
    ),
    _quantity(
        "front",
        "a thing in front",
        "share covered",
        (0, MOST_HIDDEN),
        (0.15, 0.3),
        "hidden joints; it throws no shadow, and what hid the person before stays",
        edit=scene.front,
    ),
    _quantity("blur", "blur", _PIXELS, (0, 6), (1.5, 3), _NOTHING, edit=camera.blur),
    _kinds(
        "grain",
        "other grain",
        "as made",
        tuple(f"grain {n}" for n in range(1, 10)),
        (1, 2),
        _NOTHING,
        edit=camera.grain,
        placebo=True,
    ),
)
"""Of rendered people: each edits what was drawn."""

IMAGE: Final = (
    _kinds("mirror", "mirrored picture", "as it is", ("mirrored",), (1, 1), _NOTHING, redraw=picture.mirror),
    *_axes("shift", "picture shifted", 64, _BORDER, redraw=picture.shift),
    _quantity(
        "scale",
        "picture scaled",
        _TIMES,
        (0.5, 1.5),
        (1.15, 1.3),
        _BORDER,
        redraw=picture.scale,
        neutral=1.0,
    ),
    _quantity("rotate", "picture rotated", _DEGREES, (-90, 90), (15, 30), _BORDER, redraw=picture.rotate),
    _quantity(
        "brightness",
        "brightness of the picture",
        _TIMES,
        (0.3, 2.0),
        (1.3, 1.6),
        _NOTHING,
        redraw=picture.brightness,
        neutral=1.0,
    ),
    _quantity(
        "contrast",
        "contrast of the picture",
        _TIMES,
        (0.2, 2.0),
        (0.7, 0.4),
        _NOTHING,
        redraw=picture.contrast,
        neutral=1.0,
    ),
    _quantity("image_blur", "blur of the picture", _PIXELS, (0, 8), (1.5, 3), _NOTHING, redraw=picture.blur),
    _quantity(
        "square",
        "a grey square over a joint",
        _PIXELS,
        (0, 96),
        (24, 48),
        "joints below it are hidden",
        redraw=picture.cover,
    ),
)
"""Of any picture."""

CAUSES: Final[Mapping[str, Cause]] = {cause.key: cause for cause in (*RENDERED, *IMAGE)}
"""By key; rendered people's first, then those of any picture."""


def cause_of(key: str) -> Cause:
    """The row of that key. Raises ConfigError, which names those there are."""
    if key not in CAUSES:
        raise ConfigError(f"cause {key!r:.40}: there is none of that name; there are: {', '.join(CAUSES)}")
    return CAUSES[key]
