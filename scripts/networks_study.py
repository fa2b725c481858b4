"""Show the same people to several trained networks, and keep in a bundle which joints each one finds."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command, split_per_folder


def labelled_run(text: str) -> tuple[str, Path]:
    """'LABEL=RUN' to its two parts; anything else is a usage error."""
    label, equals, folder = text.partition("=")
    if not (label.strip() and equals and folder):
        raise argparse.ArgumentTypeError(f"{text!r:.80}: expected LABEL=RUN, for example two=runs/two-0")
    return label.strip(), Path(folder)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="where the study goes, as artifacts/demo")
    parser.add_argument(
        "--data", type=Path, required=True, action="append", help="folder made by prepare_coco.py; repeatable"
    )
    parser.add_argument("--split", action="append", help="of each --data in its order (default: val of all)")
    parser.add_argument(
        "--network",
        type=labelled_run,
        required=True,
        nargs="+",
        metavar="LABEL=RUN",
        help="what to call the network, and the folder that train.py left; seeds share a label",
    )
    parser.add_argument(
        "--add", action="store_true", help="keep the networks of the study that is there; of the same people"
    )
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.metrics.pck import pck
    from posecore.studies.networks.results import load_networks_study
    from posecore.studies.networks.study import run_networks_study

    splits = split_per_folder(options.data, options.split)
    use_threads(options.threads)
    bundle = open_bundle(options.bundle)
    folders = [open_prepared(folder) for folder in options.data]
    data = list(zip(folders, splits, strict=True))
    written = run_networks_study(bundle, options.network, data, options.add)
    study = load_networks_study(bundle)
    print(f"wrote {written.path}: {len(study.networks)} networks")
    for people in study.data:
        print(f"{people.title}, n = {people.people}: PCK, and with all skips cut at test time")
        for network in study.networks:
            cut = f"{pck(study.cut(network, people)):.4f}" if network.has_skips else "none built"
            print(f"  {network.name:30} {pck(study.as_built(network, people)):.4f}  {cut}")
    print("next: make dashboard, then Compare, Networks trained side by side")
    return 0


if __name__ == "__main__":
    sys.exit(main())
