"""`python -m posecore.ledger FILE --bundle DIR`: test all claims of a ledger that wait."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, at_least, command
from posecore.processes import stay_with_parent


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m posecore.ledger", description="Test claims that wait.")
    parser.add_argument("ledger", type=Path, metavar="FILE", help="for example artifacts/ledgers/demo.jsonl")
    add_option(parser, "--bundle")
    parser.add_argument(
        "--held-out", type=Path, help="data folder of people set aside, for a bundle of photographs"
    )
    parser.add_argument(
        "--known",
        type=Path,
        action="append",
        default=[],
        help="data folder that the bundle's people are of, or that its network was trained on (repeatable)",
    )
    parser.add_argument("--workers", type=at_least(1), help="processes (default: one per core)")
    add_option(parser, "--with-parent")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; status 2 where a claim could not be tested."""
    options = build_parser().parse_args(argv)
    if options.with_parent:
        stay_with_parent()
    from posecore.bundle import open_bundle
    from posecore.ledger.file import Ledger
    from posecore.ledger.testing import Setting, run_waiting

    setting = Setting(options.held_out, tuple(options.known), workers=options.workers)
    status = 0
    for claim, found in run_waiting(Ledger(options.ledger), open_bundle(options.bundle), setting):
        if isinstance(found, str):
            print(f"error: claim {claim.number}: {found}", file=sys.stderr)
            status = 2
        else:
            print(f"claim {claim.number}, {claim.id}: {found.verdict}, n = {found.n}")
    return status


if __name__ == "__main__":
    sys.exit(main())
