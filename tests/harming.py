"""Ways in which a file comes out of a power cut, a full disk or somebody's editor."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _other(path: Path) -> None:
    path.write_bytes(b"\x93NUMPY? {[ " * 20)


HARMS: Final[Mapping[str, Callable[[Path], None]]] = {"empty": _empty, "cut": _cut, "other": _other}
