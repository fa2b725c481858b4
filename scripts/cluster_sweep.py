"""Sort a bundle's people into K clusters for every K of a range, and see whether to believe it."""

import argparse
import sys
from collections.abc import Sequence

from posecore.cli import add_option, at_least, command

ENGINES = ("threads", "dask")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    add_option(parser, "--bundle", "for example artifacts/people")
    parser.add_argument("--least", type=int, default=2, help="smallest K (default: %(default)s)")
    parser.add_argument("--most", type=int, default=10, help="largest K (default: %(default)s)")
    parser.add_argument("--restarts", type=int, default=10, help="labellings per K (default: %(default)s)")
    add_option(parser, "--seed")
    parser.add_argument(
        "--components", type=at_least(1), help="cluster in so many components (default: whole latents)"
    )
    parser.add_argument(
        "--draws",
        type=at_least(0),
        default=20,
        help="of the gap statistic, 0 for none (default: %(default)s)",
    )
    parser.add_argument(
        "--resamples",
        type=at_least(0),
        default=20,
        help="of the bootstrap, 0 for none (default: %(default)s)",
    )
    parser.add_argument(
        "--no-controls", action="store_true", help="without people of no structure, and so without a verdict"
    )
    parser.add_argument("--engine", choices=ENGINES, default="threads", help="default: %(default)s")
    parser.add_argument("--scheduler", help="address of a Dask cluster (default: one on this machine)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.clustering.sweep import SweepSettings
    from posecore.studies.clusters.results import load_cluster_study
    from posecore.studies.clusters.study import ClusterSettings, run_cluster_study

    bundle = open_bundle(options.bundle)
    settings = ClusterSettings(
        SweepSettings(options.least, options.most, options.restarts, options.seed),
        options.components,
        options.draws,
        options.resamples,
        not options.no_controls,
    )
    if options.engine == "dask":
        from posecore.studies.clusters.dask_engine import DaskEngine, dask_client

        with dask_client(options.scheduler) as client:
            written = run_cluster_study(bundle, settings, DaskEngine(client))
    else:
        written = run_cluster_study(bundle, settings)
    study = load_cluster_study(bundle)
    print(f"wrote {written.path}: {len(study.sample_ids)} people in {study.space}")
    if len(study.left_out):
        print(f"left out, as their latents hold nan: {', '.join(study.left_out[:5])} ({len(study.left_out)})")
    found = study.sweep
    for i, k in enumerate(found.numbers.tolist()):
        best, own = found.best(k), found.silhouettes[found.ks == k]
        line = f"  K = {k:2d}: silhouette {own.max():.3f} (worst restart {own.min():.3f})"
        test = None if study.evidence is None else study.evidence.density
        if test is not None and k in test.ks:
            line += f", valley {test.valley[test.ks == k][0]:.2f}"
        if study.stability is not None:
            line += f", found again {study.stability.mean[i]:.2f}"
        print(f"{line}, largest {(found.labels[best] == 0).sum()}")
    if study.gap is not None:
        verdict = "no cluster structure" if study.gap.count == 1 else f"{study.gap.count} clusters"
        print(f"gap statistic in {study.gap.space}, {study.gap.people} people: {verdict}")
    said = study.verdict
    if said is not None:
        number = "" if said.groups is None else f", {said.groups}"
        print(f"verdict: {said.kind}{number}, as {said.reason}")
    print("next: make dashboard, then Clusters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
