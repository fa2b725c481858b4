"""Crop every usable person of a data set in MPII's layout to 256 x 256 and table their keypoints and
heads."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mpii", type=Path, required=True, help="folder with images/, and annot/*.json or MPII's .mat"
    )
    parser.add_argument("--out", type=Path, required=True, help="prepared data folder to write")
    parser.add_argument(
        "--test-size", type=int, help="people to hold out of train (default: 10 %%, at most 5064)"
    )
    parser.add_argument(
        "--val-size",
        type=int,
        help="people to hold out of train to validate on, without a valid.json",
    )
    parser.add_argument("--limit", type=int, help="at most this many people of each file, for a trial")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    parser.add_argument("--name", help="of the data set (default: the MPII folder's)")
    parser.add_argument("--seed", type=int, help="of the draws of test and val people (default: 0)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.data.mpii import MPII
    from posecore.data.prepare import PrepareSettings, prepare
    from posecore.data.summary import next_step, summary
    from posecore.metrics.pckh import heads_in_words

    given = ("test_size", "val_size", "limit", "seed")
    settings = PrepareSettings(
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None}
    )
    info = prepare(
        options.mpii, options.out, settings, layout=MPII, name=options.name, workers=options.workers
    )
    print("\n".join(summary(info)))
    print(f"for PCKh: {heads_in_words(info['heads'])}")
    print(f"wrote {options.out}")
    print("\n".join(next_step(info, options.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
