"""What a file says of people beside their keypoints: names and values that become columns of a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from posecore.printable import printable

Attribute = str | int | float | bool

_LARGEST: Final = 2**63 - 1


def plain_attributes(given: object) -> tuple[dict[str, Attribute], int]:
    """Those with a name that can be a column's and a plain value, and how many others there are.

    None is no value: nothing is known then, and nothing is left out.
    """
    if not isinstance(given, dict):
        return {}, int(bool(given))
    known = {name: value for name, value in given.items() if value is not None}
    plain = {
        name: printable(value) if isinstance(value, str) else value
        for name, value in known.items()
        if name.isidentifier() and isinstance(value, str | int | float | bool)
    }
    return plain, len(known) - len(plain)


def mixed_names(everybody: Iterable[Mapping[str, Attribute]]) -> list[str]:
    """Names whose values no column can hold as they are: numbers for some and words for others."""
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for attributes in everybody:
        for name, value in attributes.items():
            kinds[name].add(_kind(value))
    return [name for name, found in kinds.items() if len(found) > 1 or found == {"large"}]


def as_text(attributes: Mapping[str, Attribute], names: Iterable[str]) -> dict[str, Attribute]:
    """The attributes, those of `names` in words."""
    return {name: str(value) if name in names else value for name, value in attributes.items()}


def _kind(value: Attribute) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        return "large"
    return "number" if isinstance(value, int | float) else "text"
