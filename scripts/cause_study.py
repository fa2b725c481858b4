"""Render people of a bundle again with one thing changed at a time, and see what its network does."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    parser.add_argument(
        "--people", type=int, default=200, help="rendered people, drawn at random (default: %(default)s)"
    )
    parser.add_argument(
        "--networks", type=int, default=3, help="untrained networks beside it (default: %(default)s)"
    )
    add_option(parser, "--seed", "of what is drawn (default: %(default)s)")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    import numpy as np

    from posecore.bundle import open_bundle
    from posecore.causes.table import CAUSES
    from posecore.studies.causes.results import load_cause_study
    from posecore.studies.causes.study import CauseSettings, run_cause_study
    from posecore.studies.causes.summary import matrix
    from posecore.studies.causes.verdict import Movement

    bundle = open_bundle(options.bundle)
    settings = CauseSettings(options.people, options.networks, options.seed)
    written = run_cause_study(bundle, settings, options.workers)
    study = load_cause_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people, {len(study.closer)} of them with skips cut")
    for number, space in enumerate(study.spaces):
        found = matrix(study, number)
        print(
            f"{space}, standard deviations of people; other grain moves them {found.floor.max():.2f} at most"
        )
        for row, key in enumerate(found.causes):
            far = found.absolute.mean[row]
            moves = [k for k in np.argsort(-far) if found.verdict[row, k] == Movement.MOVES]
            said = ", ".join(f"{k + 1} ({far[k]:.2f})" for k in moves[:5])
            cause, strength = CAUSES[key], found.strengths[row]
            value = cause.choices[int(strength)] if cause.choices else f"{strength:g} {cause.unit}".strip()
            print(f"  {cause.name}, {value}, n = {found.people[row]}: moves {said or 'none surely'}")
    print("next: make dashboard, then Causes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
