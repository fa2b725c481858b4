"""How many principal components of the latents matter to the pose: keep the first ones, decode, and score."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle")
    add_option(parser, "--data")
    add_option(parser, "--limit", "so many people are tried, drawn at random (default: half)")
    add_option(parser, "--seed")
    add_option(parser, "--threads")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.studies.components.results import has_worth, load_component_study
    from posecore.studies.components.study import ComponentSettings, run_component_study

    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    data = None if options.data is None else open_prepared(options.data)
    written = run_component_study(bundle, data, ComponentSettings(options.limit, options.seed))
    study = load_component_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people, components of {study.people} others")
    for skips in study.skips:
        curve, enough = study.curve(skips), study.enough(skips)
        if not curve.n.all():
            print(f"skips {skips}: nobody's picture is at hand; name their prepared data folder with --data")
            continue
        print(f"skips {skips}, n = {curve.n[-1]}: PCK {curve.mean[-1]:.3f} of the latent itself")
        for count, mean, low, high in zip(study.counts, curve.mean, curve.low, curve.high, strict=True):
            print(f"  {count:5d} components: {mean:.3f} ({low:.3f} to {high:.3f})")
        if not has_worth(study.loss(skips)):
            print("  the latent adds too little to everybody's mean for its components to show their worth")
        elif enough == study.counts[-1]:
            print("  none of these surely loses less than one point against the latent itself")
        else:
            print(f"  from {enough} on, surely less than one point is lost")
    print("next: make dashboard, then PC walk, How many components matter")
    return 0


if __name__ == "__main__":
    sys.exit(main())
