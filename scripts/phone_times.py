"""Gather what several phones measured ("Measure this phone") into one table."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecore.cli import command

if TYPE_CHECKING:
    from posecore.studies.phone.results import Timed

THESIS = {"dense": 2.37, "compressed": 1.23}
"""Seconds of one picture in the thesis's Android app."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="JSON files that the page saved")
    parser.add_argument("--bundle", type=Path, help="keep them there, for the page Claims: artifacts/demo")
    parser.add_argument("--json", type=Path, help="write the table there as well")
    return parser


def rows_of(timed: Sequence["Timed"]) -> list[dict[str, Any]]:
    """A row per network of every phone."""
    return [
        {
            "file": one.file,
            "browser": one.browser,
            "threads": one.threads,
            "network": one.network,
            "sha256": one.sha256,
            "megabytes": round(one.bytes / 1e6, 1),
            "runs": len(one.milliseconds),
            "p50": round(one.quantile(0.5), 1),
            "p95": round(one.quantile(0.95), 1),
        }
        for one in timed
    ]


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.files import write_json
    from posecore.studies.phone.results import read_times, write_phone_study

    bundle = None if options.bundle is None else open_bundle(options.bundle)
    timed = [one for path in options.files for one in read_times(path)]
    rows = rows_of(timed)
    print(f"{'file':24} {'network':20} {'threads':>7} {'MB':>5} {'runs':>4} {'p50 ms':>8} {'p95 ms':>8}")
    for row in rows:
        print(
            f"{row['file'][:24]:24} {row['network'][:20]:20} {row['threads']:7} {row['megabytes']:5.1f} "
            f"{row['runs']:4} {row['p50']:8.1f} {row['p95']:8.1f}"
        )
    for file, browser in dict.fromkeys((row["file"], row["browser"]) for row in rows):
        print(f"{file}: {browser}")
    print(f"the thesis's Android app: {THESIS['dense']} s dense, {THESIS['compressed']} s compressed")
    if bundle is not None:
        print(f"wrote {write_phone_study(bundle, timed).path}")
    if options.json:
        write_json(options.json, {"rows": rows, "thesis_seconds": THESIS})
        print(f"wrote {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
