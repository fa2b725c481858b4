"""Make a really smaller network of the groups that a ranking keeps."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="folder of compress.py: its weights and its ranking")
    parser.add_argument("--checkpoint", type=Path, help="weights, instead of --run")
    parser.add_argument("--ranking", type=Path, help="of these weights (default: ranking.json beside them)")
    much = parser.add_mutually_exclusive_group(required=True)
    much.add_argument("--keep", type=float, help="share of the parameters to keep at most, such as 0.25")
    much.add_argument(
        "--threshold", type=float, help="relative score that a group needs to stay, such as 0.5"
    )
    parser.add_argument("--out", type=Path, required=True, help="weights of the smaller network, a file")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.compression.engineering import engineer
    from posecore.compression.ranking import RANKING
    from posecore.errors import ConfigError
    from posecore.training.record import LAST

    if (options.run is None) == (options.checkpoint is None) or (options.run and options.ranking):
        raise ConfigError("name either --run or --checkpoint, this with the --ranking of its weights")
    weights = options.run / LAST if options.run else options.checkpoint
    made = engineer(
        weights,
        options.ranking or weights.with_name(RANKING),
        options.out,
        keep=options.keep,
        threshold=options.threshold,
    )
    before, after = made["dense"], made["engineered"]
    print(f"wrote {options.out}: groups with a relative score of {made['threshold']:.4g} or more")
    for name, title in (("parameters", "M parameters"), ("multiplications", "M multiplications")):
        print(
            f"  {after[name] / 1e6:.2f} of {before[name] / 1e6:.2f} {title} "
            f"({1 - after[name] / before[name]:.1%} gone)"
        )
    print(f"next: python scripts/train.py --init {options.out} --teacher FILE --preset onward --data DIR")
    return 0


if __name__ == "__main__":
    sys.exit(main())
