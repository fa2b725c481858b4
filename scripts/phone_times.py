"""Gather what several phones measured ("Measure this phone") into one table."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from posecore.cli import command

THESIS = {"dense": 2.37, "compressed": 1.23}
"""Seconds of one picture in the thesis's Android app."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="JSON files that the page saved")
    parser.add_argument("--json", type=Path, help="write the table there as well")
    return parser


def rows_of(path: Path) -> list[dict[str, Any]]:
    """A row per network of one phone's file. Raises DataError for a file that the page did not write."""
    import numpy as np

    from posecore.errors import DataError

    try:
        measured = json.loads(path.read_text(encoding="utf-8"))
        if measured["schema"] != 1:
            raise ValueError(f"schema {measured['schema']}")
        rows = []
        for network in measured["networks"]:
            milliseconds = np.array(network["milliseconds"], np.float64)
            if milliseconds.ndim != 1 or not len(milliseconds) or not (milliseconds > 0).all():
                raise ValueError("milliseconds")
            rows.append(
                {
                    "file": path.name,
                    "browser": str(measured["browser"]),
                    "threads": int(measured["threads"]),
                    "network": str(network["name"]),
                    "sha256": str(network["sha256"]),
                    "megabytes": round(network["bytes"] / 1e6, 1),
                    "runs": len(milliseconds),
                    "p50": round(float(np.quantile(milliseconds, 0.5)), 1),
                    "p95": round(float(np.quantile(milliseconds, 0.95)), 1),
                }
            )
    except FileNotFoundError as error:
        raise DataError(
            f"{path}: no such file; name what “Save as JSON” on the phone's page wrote"
        ) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{path}: not a file of measured times ({type(error).__name__}: {error}); name what “Save as "
            "JSON” on the phone's page wrote"
        ) from error
    return rows


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.files import write_json

    rows = [row for path in options.files for row in rows_of(path)]
    print(f"{'file':24} {'network':20} {'threads':>7} {'MB':>5} {'runs':>4} {'p50 ms':>8} {'p95 ms':>8}")
    for row in rows:
        print(
            f"{row['file'][:24]:24} {row['network'][:20]:20} {row['threads']:7} {row['megabytes']:5.1f} "
            f"{row['runs']:4} {row['p50']:8.1f} {row['p95']:8.1f}"
        )
    for file, browser in dict.fromkeys((row["file"], row["browser"]) for row in rows):
        print(f"{file}: {browser}")
    print(f"the thesis's Android app: {THESIS['dense']} s dense, {THESIS['compressed']} s compressed")
    if options.json:
        write_json(options.json, {"rows": rows, "thesis_seconds": THESIS})
        print(f"wrote {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
