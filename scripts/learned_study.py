"""Learn clusters of a bundle's people for every K of a range, and see whether to believe them."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle", "for example artifacts/people")
    parser.add_argument("--most", type=at_least(2), default=8, help="largest K (default: %(default)s)")
    parser.add_argument(
        "--seeds",
        type=at_least(1),
        default=4,
        help="autoencoders, from other beginnings (default: %(default)s)",
    )
    parser.add_argument(
        "--resamples", type=at_least(1), default=8, help="of the bootstrap (default: %(default)s)"
    )
    parser.add_argument(
        "--draws",
        type=at_least(2),
        default=4,
        help="of each kind of people without structure (default: %(default)s)",
    )
    add_option(parser, "--threads", "processor cores (default: 1)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.clustering.learned import KEPT
    from posecore.inference import use_threads
    from posecore.studies.learned.results import load_learned_study
    from posecore.studies.learned.study import LearnedSettings, run_learned_study

    # Steps are so small that several threads would wait for each other.
    use_threads(options.threads or 1)
    bundle = open_bundle(options.bundle)
    settings = LearnedSettings(options.most, options.seeds, options.resamples, options.draws)
    written = run_learned_study(bundle, settings)
    print(f"wrote {written.path}")
    for method in KEPT:
        study = load_learned_study(bundle, method)
        print(f"{method}: {len(study.sample_ids)} people, {len(study.labels)} seeds")
        for at, k in enumerate(study.ks.tolist()):
            latent, own = (
                study.sweep(own).silhouettes[study.sweep(own).ks == k].max() for own in (False, True)
            )
            line = f"  K = {k:2d}: silhouette {latent:.3f} in the latent, {own:.3f} in the learned space"
            if study.evidence is not None and k in study.evidence.density.ks:
                place = study.evidence.density.ks == k
                reached = max(float(draws[:, place].max()) for draws in study.own_controls.values())
                valley = study.evidence.density.valley[place][0]
                line += f" (people without groups up to {reached:.3f}), valley {valley:.2f}"
            print(f"{line}, found again {study.over_draws.mean[at]:.2f}")
        said = study.verdict
        number = "" if said.groups is None else f", {said.groups}"
        print(f"  verdict: {said.kind}{number}, as {said.reason}")
    print("next: make dashboard, then Clusters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
