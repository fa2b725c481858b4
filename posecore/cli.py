"""What all command lines share: one line per error instead of a stack trace, and exit statuses."""

import argparse
import functools
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from posecore.errors import ConfigError, PosecoreError


class Main(Protocol):
    """A script's `main`."""

    def __call__(self, argv: Sequence[str] | None = None) -> int:
        """From arguments, those of the command line if None, to the exit status."""
        ...


def at_least(least: int) -> Callable[[str], int]:
    """A `type` for argparse: whole numbers from `least` on; anything else is a usage error, status 2."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is too small, expected {least} or more")
        return value

    return number


_SHARED: Final[Mapping[str, Mapping[str, Any]]] = {
    "--bundle": {"type": Path, "required": True, "help": "for example artifacts/demo"},
    "--data": {
        "type": Path,
        "help": "folder made by prepare_coco.py, for what the bundle does not hold itself",
    },
    "--limit": {"type": int, "help": "so many people, drawn at random (default: all)"},
    "--seed": {"type": at_least(0), "default": 0, "help": "of all draws (default: %(default)s)"},
    "--threads": {"type": at_least(1), "help": "processor cores (default: all)"},
    "--with-parent": {
        "action": "store_true",
        "help": "stay behind other processes, and end when the standard input does",
    },
}


def add_option(parser: argparse.ArgumentParser, name: str, help: str | None = None) -> None:
    """Add an option that several commands have; help: in place of the common one."""
    parser.add_argument(name, **{**_SHARED[name], **({} if help is None else {"help": help})})


def split_per_folder(folders: Sequence[Path], splits: Sequence[str] | None) -> Sequence[str]:
    """The split of each folder of a repeatable --data: those of --split in its order, else val of all.

    Raises ConfigError where they are not as many.
    """
    splits = splits or ["val"] * len(folders)
    if len(splits) != len(folders):
        raise ConfigError(
            f"--split is given {len(splits)} times, --data {len(folders)} times; give one split per folder"
        )
    return splits


def command(main: Main) -> Main:
    """Decorate a script's `main(argv) -> exit status`: errors a user can mend become one line and status 2.

    So do errors of the operating system (a full disk, a folder without write permission); an
    interruption by the keyboard gives status 130. Programming errors keep their stack trace.
    """

    @functools.wraps(main)
    def guarded(argv: Sequence[str] | None = None) -> int:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(
                errors="backslashreplace"
            )  # no name ends a run that is done but for saying so
        try:
            return main(argv)
        except PosecoreError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            print(
                f"error: {where}{error.strerror or error}; free space or choose another folder",
                file=sys.stderr,
            )
            return 2
        except KeyboardInterrupt:
            print("stopped; run the same command again to continue", file=sys.stderr)
            return 130

    return guarded
