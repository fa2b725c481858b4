"""Set the rule that tells whether a picture is like a bundle's people, and try it on pictures without any."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="for example artifacts/demo")
    parser.add_argument("--pictures", type=at_least(1), help="without people, of each kind (default: 100)")
    parser.add_argument("--seed", type=at_least(0), default=0, help="of folds and pictures (default: 0)")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.inference import use_threads
    from posecore.studies.belonging.results import PEOPLE, load_belonging
    from posecore.studies.belonging.study import BelongingSettings, judge_pictures

    given = {} if options.pictures is None else {"pictures": options.pictures}
    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    study = judge_pictures(bundle, BelongingSettings(seed=options.seed, **given))
    found = load_belonging(bundle)
    for kind in found.refused:
        refused = found.refused_share(kind)
        print(f"{kind}{', left out' if kind == PEOPLE else ''}: {refused.hits} of {refused.n} refused")
    print(f"wrote {study.path}; next: make dashboard, then Latent map, a picture from elsewhere")
    return 0


if __name__ == "__main__":
    sys.exit(main())
