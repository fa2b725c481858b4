"""What all command lines share: one line per error instead of a stack trace, and exit statuses."""

import argparse
import functools
import io
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from posecore.errors import PosecoreError


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
