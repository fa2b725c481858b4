"""Cut every combination of skip connections for the people of a bundle, and keep what becomes of joints."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data")
    parser.add_argument("--split", help="only people of this split (default: all)")
    parser.add_argument(
        "--replacements",
        help="in place of a cut skip: zero, mean, other, with commas between (default: all three)",
    )
    add_option(parser, "--limit")
    add_option(parser, "--seed", "of both draws (default: %(default)s)")
    add_option(parser, "--threads")
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
