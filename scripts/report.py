"""Write what the pages show of a bundle as one HTML file, to be read offline, printed and handed over."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    parser.add_argument("--ledger", type=Path, help="for example artifacts/ledgers/demo.jsonl")
    parser.add_argument(
        "--any-ledger", action="store_true", help="say in the report where FILE is no ledger, and go on"
    )
    parser.add_argument("--out", type=Path, required=True, help="the file, for example report.html")
    add_option(parser, "--with-parent")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    if options.with_parent:
        from posecore.processes import stay_with_parent

        stay_with_parent()
    from dashboard.report.making import make_report

    size = make_report(options.bundle, options.ledger, options.out, _tell, options.any_ledger)
    print(f"wrote {options.out}, {size / 1e6:.1f} MB")
    return 0


def _tell(done: int, of: int, part: str) -> None:
    print(f"{done}/{of} {part}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
