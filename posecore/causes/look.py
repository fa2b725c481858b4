"""Changes of what a rendered person looks like: skin and clothes."""

from dataclasses import replace
from typing import Final, NamedTuple

from posecore.causes.body import put_down, with_main
from posecore.synthetic.clothes.wardrobe import SKIN
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.surfaces.materials import Colour, Material

_WHITE: Final = (0.95, 0.95, 0.95)
_BLACK: Final = (0.04, 0.04, 0.04)


def _towards(colour: Colour, share: float, low: Colour, high: Colour) -> Colour:
    """The colour moved by a share of the way to `high`, or where it is negative to `low`."""
    end = high if share > 0 else low
    red, green, blue = (a + abs(share) * (b - a) for a, b in zip(colour, end, strict=True))
    return red, green, blue


def skin(drawn: Drawn, share: float) -> Drawn:
    """Make the skin darker, or lighter where the share is negative."""
    main = drawn.scene.main
    look = main.look
    light, dark = ((r / 255, g / 255, b / 255) for r, g, b in (SKIN[0], SKIN[-1]))
    colour = _towards(look.skin.colour, share, light, dark)
    material = replace(look.skin, colour=colour)

    def neck(garment: Material) -> Material:
        if garment.cut is None or garment.cut.under != look.skin.colour:
            return garment
        return replace(garment, cut=replace(garment.cut, under=colour))

    look = replace(
        look,
        skin=material,
        shoes=material if look.shoes is look.skin else look.shoes,
        top=neck(look.top),
        bottom=neck(look.bottom),
    )
    return with_main(drawn, main.recoloured(look))


def clothes_colour(drawn: Drawn, share: float) -> Drawn:
    """Make the clothes lighter, or darker where the share is negative; patterns keep their shapes."""
    main = drawn.scene.main
    look = main.look

    def dyed(garment: Material) -> Material:
        art = garment.print
        return replace(
            garment,
            colour=_towards(garment.colour, share, _BLACK, _WHITE),
            second=_towards(garment.second, share, _BLACK, _WHITE),
            print=art and replace(art, colour=_towards(art.colour, share, _BLACK, _WHITE)),
        )

    look = replace(
        look, top=dyed(look.top), bottom=dyed(look.bottom), sleeve_material=dyed(look.sleeve_material)
    )
    return with_main(drawn, main.recoloured(look))


class Outfit(NamedTuple):
    """Shapes of clothes, as fields of a Look."""

    top_kind: str
    sleeve: float
    hem: float
    top_ease: float
    bottom_kind: str
    leg_end: float
    bottom_ease: float
    flare: float
    skirt: float


OUTFITS: Final = {
    "short sleeves and shorts": Outfit("tshirt", 0.6, 0.53, 0.01, "shorts", 0.65, 0.012, 0.015, 0.0),
    "long sleeves and trousers": Outfit("long", 1.9, 0.53, 0.01, "trousers", 1.95, 0.008, 0.008, 0.0),
    "wide clothes": Outfit("hoodie", 1.95, 0.49, 0.024, "trousers", 1.95, 0.022, 0.024, 0.0),
    "tight clothes": Outfit("leotard", 1.9, 0.49, 0.001, "leggings", 1.95, 0.002, 0.0, 0.0),
    "dress": Outfit("dress", 0.4, 0.49, 0.008, "dress", 0.12, 0.004, 0.05, 1.3),
}
"""By name for people."""


def clothes_kind(drawn: Drawn, choice: float) -> Drawn:
    """Put the person into clothes of another cut; their colours and patterns stay."""
    if choice == 0:
        return drawn
    main = drawn.scene.main
    look = replace(main.look, **list(OUTFITS.values())[int(choice) - 1]._asdict())
    return with_main(drawn, put_down(main, main.rebuilt(main.pose, look)))
