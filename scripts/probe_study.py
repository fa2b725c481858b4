"""Read a bundle's people's joints and attributes off each part of its network, and off untrained networks."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data", "folder made by prepare_coco.py, for people whose picture is not shipped")
    parser.add_argument(
        "--networks", type=at_least(0), default=3, help="untrained networks (default: %(default)s)"
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
    from posecore.studies.probe import summary
    from posecore.studies.probe.results import load_probe_study
    from posecore.studies.probe.study import ProbeSettings, run_probe_study

    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    settings = ProbeSettings(options.networks, options.limit, options.seed)
    written = run_probe_study(bundle, data, settings)
    study = load_probe_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people")
    r2, pck = summary.r2(study), summary.pck(study)
    for place, name in enumerate(study.inputs):
        print(
            f"  {name}, {study.numbers[place]} numbers: "
            f"R² {r2.mean[place]:.3f} ({r2.low[place]:.3f} to {r2.high[place]:.3f}), "
            f"PCK {pck.mean[place]:.3f} ({pck.low[place]:.3f} to {pck.high[place]:.3f})"
        )
    print("next: make dashboard, then Skip lab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
