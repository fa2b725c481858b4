"""Cut every combination of skip connections for the people of a bundle, and keep what becomes of joints."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="for example artifacts/demo")
    parser.add_argument(
        "--data", type=Path, help="folder made by prepare_coco.py, for what the bundle does not hold itself"
    )
    parser.add_argument("--split", help="only people of this split (default: all)")
    parser.add_argument(
        "--replacements",
        help="in place of a cut skip: zero, mean, other, with commas between (default: all three)",
    )
    parser.add_argument("--limit", type=int, help="so many people, drawn at random (default: all)")
    parser.add_argument("--seed", type=at_least(0), default=0, help="of both draws (default: %(default)s)")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.studies.skips.study import SkipSettings, run_study

    given = {} if options.replacements is None else {"replacements": tuple(options.replacements.split(","))}
    settings = SkipSettings(split=options.split, limit=options.limit, seed=options.seed, **given)
    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    study = run_study(bundle, data, settings)
    print(f"wrote {study.path}: {study.info['count']} people, {', '.join(settings.replacements)}")
    print("next: make dashboard, then Skip lab, The whole data set")
    return 0


if __name__ == "__main__":
    sys.exit(main())
