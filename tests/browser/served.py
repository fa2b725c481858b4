"""What a test of the browser is told about the dashboard it looks at."""

from dataclasses import dataclass
from pathlib import Path

from posecore.bundle import Bundle


@dataclass(frozen=True)
class Served:
    """A running dashboard. artifacts: None where it serves the shipped bundle."""

    url: str
    bundle: Bundle
    temporary: Path
    log: Path
