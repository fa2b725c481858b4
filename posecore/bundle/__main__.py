"""`python -m posecore.bundle verify DIR`: check every file of a bundle."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.bundle import verify
from posecore.bundle.manifest import read_manifest
from posecore.cli import command


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m posecore.bundle", description="Look after bundles.")
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("verify", help="check the hash of every file; writes nothing")
    check.add_argument("bundle", type=Path, metavar="DIR", help="the bundle's folder, such as artifacts/demo")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; status 2 where something is wrong with the bundle."""
    path: Path = build_parser().parse_args(argv).bundle
    problems = verify(path)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        return 2
    manifest = read_manifest(path)
    print(f"{path}: {manifest.people} people, {len(manifest.files)} files, all as they were written")
    return 0


if __name__ == "__main__":
    sys.exit(main(None))
