"""Draw the people of a ledger's claims again, and say whether every number is as it stands there."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ledger", type=Path, metavar="FILE", help="for example artifacts/ledgers/demo.jsonl")
    add_option(parser, "--bundle")
    parser.add_argument("--claim", help="id of the only one to check (default: all that are tested)")
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
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Status 1 where a line was damaged, a number differs, or a claim is not of this bundle as it is."""
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.errors import ConfigError, PosecoreError
    from posecore.ledger.check import WITHIN, Agreement, check_claim
    from posecore.ledger.file import read_ledger
    from posecore.ledger.testing import Setting

    bundle, entries = open_bundle(options.bundle), read_ledger(options.ledger)
    setting = Setting(options.held_out, tuple(options.known), workers=options.workers)
    if options.claim is not None and options.claim not in entries.results:
        tested = ", ".join(entries.results) or "none"
        raise ConfigError(
            f"--claim {options.claim!r:.40}: is not tested in {options.ledger}; there are: {tested}"
        )
    status, elsewhere = 0, False
    for problem in entries.problems:
        print(problem)
        status = 1
    for name, claim in entries.claims.items():
        if name not in entries.results or options.claim not in (None, name):
            continue
        try:
            checked = check_claim(claim, entries.results[name], bundle, setting)
        except PosecoreError as error:
            print(f"claim {claim.number}, {name}: cannot be checked: {error}")
            status = 1
            continue
        where = "same machine and versions" if checked.here else "another machine or other versions"
        print(f"claim {claim.number}, {name}: {checked.agreement} ({where})")
        elsewhere |= not checked.here
        for value in checked.differing:
            print(f"  {value}: {getattr(checked.stored, value)} then, {getattr(checked.again, value)} now")
        if checked.agreement == Agreement.DIFFERS:
            status = 1
    if elsewhere:
        print(WITHIN)
    print(f"{len(entries.results)} of {len(entries.claims)} claims are tested")
    return status


if __name__ == "__main__":
    sys.exit(main())
