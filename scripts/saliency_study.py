"""Check maps of where a bundle's network looks: every method, many people, against random and untrained."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data")
    parser.add_argument(
        "--people", type=int, default=200, help="people, drawn at random (default: %(default)s)"
    )
    add_option(parser, "--seed", "of what is drawn (default: %(default)s)")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.saliency.methods import METHODS
    from posecore.studies.saliency.results import load_saliency_study
    from posecore.studies.saliency.study import SaliencySettings, run_saliency_study
    from posecore.studies.saliency.summary import checks

    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    settings = SaliencySettings(options.people, options.seed)
    written = run_saliency_study(bundle, data, settings, options.workers)
    study = load_saliency_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people")
    for mask in study.masks.tolist():
        found = checks(study, mask)
        print(f"skips {mask}; less of the peak along deletion, more along insertion than at random")
        for r, key in enumerate(found.methods):
            if not found.sooner.n[r]:
                continue
            print(
                f"  {METHODS[key].name}: {found.sooner.mean[r]:.2f}, {found.more.mean[r]:.2f}, "
                f"n = {found.sooner.n[r]}; rank correlation with an untrained network's map "
                f"{found.similar.mean[r, 0]:.2f}, with random last levels {found.similar.mean[r, 1]:.2f}, "
                f"n = {found.similar.n[r, 0]}: {found.faithful[r]}"
            )
    print("next: make dashboard, then Skip lab, Where it looks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
