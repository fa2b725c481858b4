"""How often the verdict on clusters is right, on people of known making: rates with 95 % intervals."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="JSON file; one that is there is gone on with"
    )
    parser.add_argument("--first", type=at_least(0), default=0, help="first seed (default: %(default)s)")
    parser.add_argument("--seeds", type=at_least(1), default=200, help="of each kind (default: %(default)s)")
    parser.add_argument("--kind", action="append", help="one kind of people, may be repeated (default: all)")
    parser.add_argument("--people", type=at_least(320), default=1000, help="of each cloud (default: 1000)")
    parser.add_argument(
        "--draws",
        type=at_least(2),
        default=6,
        help="of each control, where the pages use 20 (default: %(default)s)",
    )
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.clustering.clouds import KINDS
    from posecore.studies.verdicts import VerdictSettings, run_verdict_study

    settings = VerdictSettings(people=options.people, draws=options.draws)
    seeds = range(options.first, options.first + options.seeds)
    found = run_verdict_study(options.out, options.kind or list(KINDS), seeds, settings)
    print(f"wrote {options.out}: {settings.people} people in {settings.components} components, K = 2 to 10")
    for kind, of in found.items():
        right = "right K" if of.groups > 1 else "regions of one cloud"
        for word, rate in (("groups", of.found), (right, of.right), ("cannot be told", of.unknown)):
            print(
                f"  {kind}: {word} {rate.times} of {rate.n}, {rate.share:.1%} "
                f"({rate.low:.1%} to {rate.high:.1%})"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
