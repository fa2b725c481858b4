"""Frozen dataclasses to JSON and back; unknown keys are refused, so that a typo never passes silently."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from posecore.errors import ConfigError

T = TypeVar("T")

LATER: Final = MappingProxyType({"later": True})
"""Metadata of a field that older files do not have: it is written only where it is not the default, so that
what has no use for it is written as ever."""


def to_dict(config: Any) -> dict[str, Any]:
    """The values of a dataclass as `from_dict` takes them."""
    left_out = {
        field.name
        for field in dataclasses.fields(config)
        if field.metadata.get("later") and getattr(config, field.name) == field.default
    }
    return {name: value for name, value in dataclasses.asdict(config).items() if name not in left_out}


def from_dict(kind: type[T], values: Mapping[str, Any]) -> T:
    """Build the dataclass `kind` from plain values.

    Raises ConfigError where a key is unknown, a required one missing, or a value refused.
    """
    fields = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(values) - fields):
        raise ConfigError(
            f"{kind.__name__} does not know {', '.join(unknown)}; it knows {', '.join(sorted(fields))}"
        )
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{kind.__name__}: {error}") from error
