"""Hold every explanation of a bundle against networks that never learned: status 0 where all hold, else 1."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.studies.checks.rows import check
    from posecore.studies.checks.table import aligned, markdown, totals

    outcomes = check(open_bundle(options.bundle))
    for line in (markdown if options.markdown else aligned)(outcomes):
        print(line)
    print(f"\n{totals(outcomes)}")
    return 0 if all(outcome.held for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
