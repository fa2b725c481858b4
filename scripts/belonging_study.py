"""Set the rule that tells whether a picture is like a bundle's people, and try it on pictures without any."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    parser.add_argument("--pictures", type=at_least(1), help="without people, of each kind (default: 100)")
    add_option(parser, "--seed", "of folds and pictures (default: 0)")
    add_option(parser, "--threads")
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
