"""What somebody wears, as materials and lengths."""

from dataclasses import dataclass

from posecore.synthetic.surfaces.materials import Colour, Material


@dataclass(frozen=True)
class Look:
    """What somebody wears.

    sleeve, leg_end: where sleeves and trouser legs end, 0 at the shoulder or hip, 1 at the elbow or knee, 2
    at the wrist or ankle; sleeve 0 is none. hem: height of the top's lower edge, in body heights above the
    ground. top_ease, bottom_ease: how loose, in body heights. skirt: its length along the legs, 0 is none.
    """

    top_kind: str
    bottom_kind: str
    skin: Material
    top: Material
    bottom: Material
    shoes: Material
    hair: Material
    sock: Material | None
    hair_style: str
    hat: str
    hat_material: Material
    beard: bool
    glasses: bool
    sleeve: float
    sleeve_material: Material
    hem: float
    top_ease: float
    leg_end: float
    bottom_ease: float
    flare: float
    skirt: float
    eye: Colour

    @property
    def pattern(self) -> str:
        """Of the top, or of the bottom where there is no top."""
        garment = self.bottom if self.top_kind == "bare" else self.top
        return "print" if garment.print is not None else garment.pattern
