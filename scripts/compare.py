"""Run the networks of two bundles over the people of both: what each finds, how alike their layers are."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle", "the study is kept in this one")
    parser.add_argument(
        "--with", type=Path, required=True, dest="other", metavar="BUNDLE", help="beside the first one"
    )
    add_option(parser, "--data", "folder made by prepare_coco.py, for what neither bundle holds itself")
    add_option(parser, "--limit", "so many of the common people, drawn at random (default: all)")
    add_option(parser, "--seed", "of the draws (default: %(default)s)")
    add_option(parser, "--threads")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.studies.pair.study import PairSettings, compare_bundles

    use_threads(options.threads)
    one, other = open_bundle(options.bundle), open_bundle(options.other)
    data = None if options.data is None else open_prepared(options.data)
    study = compare_bundles(one, other, data, PairSettings(options.limit, options.seed))
    info = study.info
    print(f"wrote {study.path}: {info['count']} of {info['common']} people who are in both bundles")
    print(f"next: make dashboard, choose {one.path.name}, then Compare")
    return 0


if __name__ == "__main__":
    sys.exit(main())
