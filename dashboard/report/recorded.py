"""What manifests record of how something was made, in a line. Nothing is added to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from re import fullmatch
from typing import Any, Final

from dashboard.report import words

HASH: Final = r"[0-9a-f]{64}"
HASH_SHOWN: Final = 16
"""Of a hash's characters, as everywhere in the report."""

LONGEST: Final = 800
"""Characters of a value that is written out; a longer one is left to the manifest, and that is said."""

LINE: Final = 120
"""Characters of an entry of a list that is told whole; of a longer one, such as a network, NAMED are."""

NAMED: Final = ("label", "name", "kind", "method", "keep", "seed")


def recorded(info: Mapping[str, Any]) -> str:
    """Every setting by its name as it is recorded."""
    return " · ".join(_settings(info))


def _settings(info: Mapping[str, Any]) -> Iterator[str]:
    for key, value in info.items():
        name, said = key.replace("_", " "), _said(value)
        if len(said) > LONGEST:
            yield words.in_manifest(name)
        elif said:
            yield f"{name} {said}"


def _said(value: object) -> str:
    """Empty of what holds nothing."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, str):
        return value[:HASH_SHOWN] if fullmatch(HASH, value) else value
    if isinstance(value, Mapping):
        return _within("; ", _settings(value))
    if isinstance(value, Sequence):
        return _within(", ", map(_entry, value))
    return str(value)


def _entry(value: object) -> str:
    said = _said(value)
    if len(said) <= LINE or not isinstance(value, Mapping):
        return said
    return _within("; ", _settings({key: value[key] for key in NAMED if key in value}))


def _within(between: str, said: Iterable[str]) -> str:
    together = between.join(filter(None, said))
    return f"({together})" if together else ""
