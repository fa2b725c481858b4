"""Frozen dataclasses to JSON and back; unknown keys are refused, so that a typo never passes silently."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from posecore.errors import ConfigError

T = TypeVar("T")


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
