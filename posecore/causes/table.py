"""Every cause there is, by its key."""

from collections.abc import Mapping
from typing import Final

from posecore.causes.cause import Cause
from posecore.causes.picture import IMAGE
from posecore.causes.rendered import RENDERED
from posecore.errors import ConfigError

CAUSES: Final[Mapping[str, Cause]] = {cause.key: cause for cause in (*RENDERED, *IMAGE)}
"""Rendered people's first, then those of any picture."""


def cause_of(key: str) -> Cause:
    """The row of that key. Raises ConfigError, which names those there are."""
    if key not in CAUSES:
        raise ConfigError(f"cause {key!r:.40}: there is none of that name; there are: {', '.join(CAUSES)}")
    return CAUSES[key]
