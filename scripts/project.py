"""Find everybody's place among the principal components and on a UMAP, and keep it with the bundle."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    parser.add_argument(
        "--components", type=at_least(1), help="how many to keep (default: 128, or as many as there are)"
    )
    parser.add_argument(
        "--draws", type=at_least(1), help="shuffles that tell what chance makes (default: 20)"
    )
    add_option(parser, "--seed")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.studies.projection.results import load_projection
    from posecore.studies.projection.study import ProjectionSettings, project

    given = {} if options.draws is None else {"draws": options.draws}
    bundle = open_bundle(options.bundle)
    study = project(bundle, ProjectionSettings(components=options.components, seed=options.seed, **given))
    found = load_projection(bundle)
    print(f"wrote {study.path}: {found.people} people, {len(found.variances)} components")
    if found.left_out:
        print(f"left out, as their latents hold nan: {len(found.left_out)}: {', '.join(found.left_out[:10])}")
    if found.umap is None:
        print(f"no UMAP: {found.info['umap']}; the map shows components")
    print(
        f"{found.needed_for(0.95)} components hold 95 % of the variance; {found.parallel.count} vary more "
        f"than chance among {found.parallel.people} people"
    )
    print("next: make dashboard, then Latent map")
    return 0


if __name__ == "__main__":
    sys.exit(main())
