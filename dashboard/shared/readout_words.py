"""What pages call the inputs of a probe study."""

from collections.abc import Mapping
from typing import Final

from posecore.ablation import LEVEL_NAMES
from posecore.studies.probe.results import BOTTLENECK, COMPONENTS, PERMUTED, PICTURE, SKIPS, UNTRAINED

_PARTS: Final[Mapping[str, str]] = {
    BOTTLENECK: "bottleneck",
    **{name: f"{level} skip" for name, level in zip(SKIPS, LEVEL_NAMES, strict=True)},
    PICTURE: "the picture, 16 × 16",
    PERMUTED: "somebody else's bottleneck",
}


def part(name: str) -> str:
    """An input of a probe study in words."""
    if name.startswith(COMPONENTS):
        count = name.removeprefix(COMPONENTS)
        return "its first component" if count == "1" else f"its first {count} components"
    if name.startswith(UNTRAINED):
        return f"bottleneck, never learned, seed {name.removeprefix(UNTRAINED)}"
    return _PARTS.get(name, name)
