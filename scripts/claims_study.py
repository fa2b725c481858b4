"""Measure what the theses' claims need beside the other studies of a bundle, for the page Claims."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data", "folder made by prepare_coco.py, for people whose picture is not shipped")
    parser.add_argument(
        "--networks", type=at_least(0), default=3, help="untrained networks (default: %(default)s)"
    )
    parser.add_argument(
        "--autoencoder", type=Path, help="weights of a network with the autoencoder; goes with --without"
    )
    parser.add_argument(
        "--without", type=Path, help="weights of one without it that was given the same training"
    )
    add_option(parser, "--limit", "so many people whose neighbours are looked at (default: all)")
    add_option(parser, "--seed", "of what is drawn (default: %(default)s)")
    add_option(parser, "--threads")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.studies.claims.study import ClaimsSettings, run_claims_study
    from posecore.theses.judging import judge

    settings = ClaimsSettings(
        options.networks, options.limit, options.seed, options.autoencoder, options.without
    )
    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    written = run_claims_study(bundle, data, settings)
    print(f"wrote {written.path}")
    for outcome in judge(bundle):
        print(f"  {outcome.verdict or 'not computed'}: {outcome.claim.statement}")
    print("next: make dashboard, then Claims")
    return 0


if __name__ == "__main__":
    sys.exit(main())
