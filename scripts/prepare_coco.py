"""Crop every usable person of a data set in COCO's layout to 256 x 256 and table their keypoints."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--coco", type=Path, required=True, help="folder with annotations/, train2017/, val2017/"
    )
    parser.add_argument("--out", type=Path, required=True, help="prepared data folder to write")
    parser.add_argument(
        "--test-size", type=int, help="people to hold out of train (default: 10 %%, at most 5064)"
    )
    parser.add_argument(
        "--val-size", type=int, help="people to hold out of train to validate on, where there is no val file"
    )
    parser.add_argument("--limit", type=int, help="at most this many people of each COCO file, for a trial")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    parser.add_argument(
        "--thesis-filter",
        action="store_true",
        help="drop whom the thesis's own code dropped: people near the left and right border",
    )
    parser.add_argument("--name", help="of the data set (default: the COCO folder's)")
    parser.add_argument("--seed", type=int, help="of the draws of test and val people (default: 0)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.data.prepare import PrepareSettings, prepare

    given = ("test_size", "val_size", "limit", "thesis_filter", "seed")
    settings = PrepareSettings(
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None}
    )
    info = prepare(options.coco, options.out, settings, name=options.name, workers=options.workers)
    for split, counts in info["splits"].items():
        print(f"{split}: {counts['people']} people in {counts['pictures']} pictures")
    for reason, count in info["skipped"].items():
        print(f"skipped: {count} x {reason}")
    for reason, count in info["mended"].items():
        print(f"mended: {count} x {reason}")
    print(f"keypoints that fell outside their crop: {info['joints_outside']}")
    for line in info["unreadable"][:5]:
        print(f"unreadable: {line}")
    if len(info["unreadable"]) > 5:
        print(f"... {len(info['unreadable'])} unreadable pictures in all, listed in dataset.json")
    print(f"wrote {options.out}")
    if "train" in info["splits"] and "val" not in info["splits"]:
        print(
            "there is nobody to validate on: to train on this alone, hold some people out with --val-size N"
        )
    if "train" in info["splits"]:
        print(f"next: python scripts/train.py --data {options.out} --out runs/mine")
    else:
        split = next(iter(info["splits"]))
        print(f"next: python scripts/evaluate.py --bundle BUNDLE --data {options.out} --split {split}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
