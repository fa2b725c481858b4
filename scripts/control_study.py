"""Run untrained networks over the people of a bundle, and explain them as its own network is explained."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data", "folder made by prepare_coco.py, for people whose picture is not shipped")
    parser.add_argument(
        "--networks", type=at_least(1), default=3, help="untrained networks (default: %(default)s)"
    )
    add_option(parser, "--limit")
    add_option(parser, "--seed", "of what is drawn (default: %(default)s)")
    add_option(parser, "--threads")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.studies.control.results import load_control_study
    from posecore.studies.control.study import ControlSettings, run_control_study
    from posecore.studies.control.summary import reaches

    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    settings = ControlSettings(options.networks, options.limit, options.seed)
    written = run_control_study(bundle, data, settings)
    study = load_control_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people, {', '.join(study.networks)}")
    for name, reach in reaches(study).items():
        print(f"  {name}: {reach.own:.3f}, untrained {', '.join(f'{each:.3f}' for each in reach.untrained)}")
    print("next: make dashboard, then any page")
    return 0


if __name__ == "__main__":
    sys.exit(main())
