"""Score compressed networks beside the dense one, and keep in a bundle what each finds, costs and loses."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, at_least, command, split_per_folder


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--bundle", type=Path, required=True, help="of the network that was compressed, as artifacts/demo"
    )
    parser.add_argument(
        "--data", type=Path, required=True, action="append", help="folder made by prepare_coco.py; repeatable"
    )
    parser.add_argument("--split", action="append", help="of each --data in its order (default: val of all)")
    parser.add_argument(
        "--ranking", type=Path, nargs="*", default=[], metavar="RUN", help="folders that compress.py left"
    )
    parser.add_argument(
        "--tuned",
        type=Path,
        nargs="*",
        default=[],
        metavar="RUN",
        help="folders that train.py left: engineered networks, those trained from scratch, the dense control",
    )
    parser.add_argument("--shares", type=float, nargs="+", help="that rankings keep (default: sixteen)")
    add_option(parser, "--limit", "people of a data set, drawn at random (default: all)")
    parser.add_argument(
        "--swept",
        type=at_least(1),
        default=200,
        help="of these, that networks which are only masked are shown (default: %(default)s)",
    )
    parser.add_argument(
        "--rounds", type=at_least(1), default=7, help="of timing beside the dense network (%(default)s)"
    )
    add_option(parser, "--seed", "of what is drawn (default: %(default)s)")
    add_option(parser, "--threads")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.errors import ConfigError
    from posecore.inference import use_threads
    from posecore.metrics.pck import pck
    from posecore.studies.compression.results import load_compression_study
    from posecore.studies.compression.study import SHARES, CompressionSettings, run_compression_study

    splits = split_per_folder(options.data, options.split)
    if options.limit is not None and options.limit < 1:
        raise ConfigError(f"--limit {options.limit}: expected 1 or more people")
    if not options.ranking and not options.tuned:
        raise ConfigError("nothing to study; name folders with --ranking and --tuned")
    shares = tuple(options.shares or SHARES)
    settings = CompressionSettings(options.limit, options.swept, shares, options.rounds, options.seed)
    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    folders = [open_prepared(folder) for folder in options.data]
    data = list(zip(folders, splits, strict=True))
    written = run_compression_study(bundle, options.ranking, options.tuned, data, settings)
    study = load_compression_study(bundle)
    print(f"wrote {written.path}: {len(study.points)} networks")
    for number, people in enumerate(study.data):
        print(f"{people.title}, n = {people.people}: PCK, M parameters, GMAC, ms beside ms of the dense one")
        for point, (own, dense) in zip(study.points, study.milliseconds, strict=True):
            print(
                f"  {point.name:64} {pck(study.hits(point, number)):.4f} {point.parameters / 1e6:6.2f} "
                f"{point.multiplications / 1e9:6.2f} {own:6.0f} {dense:6.0f}"
            )
    print("next: make dashboard, then Compression")
    return 0


if __name__ == "__main__":
    sys.exit(main())
