"""Render people with annotations in COCO's layout, for prepare_coco.py, or in MPII's, for prepare_mpii.py."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--people", type=int, required=True, help="pictures of train, one person each")
    parser.add_argument("--val", type=int, help="pictures of val as well (default: none)")
    parser.add_argument(
        "--layout", help="coco, or mpii: its joints, true head boxes, same pictures (default: coco)"
    )
    parser.add_argument("--seed", type=int, help="another seed, other people (default: 0)")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.synthetic.writer import RenderSettings, make_people

    given = ("people", "val", "seed", "layout")
    settings = RenderSettings(
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None}
    )
    for split, people in make_people(options.out, settings, options.workers).items():
        print(f"{split}: {people} people")
    print(f"wrote {options.out}")
    prepare = f"prepare_{settings.layout}.py --{settings.layout}"
    print(f"next: python scripts/{prepare} {options.out} --out data/rendered-crops --test-size 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
