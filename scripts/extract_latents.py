"""Run a network over people, trained or not, and write a bundle the dashboard opens."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecore.cli import at_least, command

if TYPE_CHECKING:
    from posecore.data.prepared import PreparedData
    from posecore.models.configs import PoseConfig


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="weights made by train.py")
    source.add_argument(
        "--bundle", type=Path, help="the network of a bundle, with its record of training and its scores"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by prepare_coco.py")
    parser.add_argument("--out", type=Path, required=True, help="the bundle, for example artifacts/mine")
    parser.add_argument("--split", default="train", help="default: %(default)s")
    parser.add_argument(
        "--samples",
        type=_count,
        help="people drawn at random, or all (default: all); of fewer, all are taken",
    )
    parser.add_argument("--complete-only", action="store_true", help="only people with all joints labelled")
    parser.add_argument(
        "--annotations",
        action="store_true",
        help="keep annotated keypoints in the bundle: data you may pass on",
    )
    parser.add_argument(
        "--pictures",
        type=at_least(0),
        help="people to show, from the first on: data you may pass on (default: 0)",
    )
    parser.add_argument(
        "--pictures-in",
        type=Path,
        metavar="BUNDLE",
        help="a bundle of the same data beside this one, whose pictures both then share",
    )
    parser.add_argument(
        "--latent",
        choices=("bottleneck", "autoencoder"),
        default="bottleneck",
        help="what a latent is: the bottleneck, or what the autoencoder makes of it (default: %(default)s)",
    )
    parser.add_argument(
        "--untrained",
        action="store_true",
        help="a network of the same shape that never learned, its weights drawn by --seed instead of people",
    )
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), help="default: the fastest here")
    parser.add_argument(
        "--seed", type=at_least(0), help="of the draw of people, or with --untrained of weights (default: 0)"
    )
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


def _count(text: str) -> int | None:
    return None if text == "all" else int(text)


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.claims import claimed
    from posecore.data.prepared import open_prepared
    from posecore.extraction.extract import extract
    from posecore.inference import Predictor, use_threads

    use_threads(options.threads)
    data = open_prepared(options.data)
    source = _bundle(options.bundle) if options.bundle else _run(options.checkpoint)
    if options.untrained:
        source = _untrained(source["network"].config, data, options)
    given = ("samples", "pictures") if options.untrained else ("samples", "seed", "pictures")
    with claimed(options.out.resolve()):
        people = extract(
            Predictor(source.pop("network"), options.precision or "auto"),
            data,
            options.split,
            options.out,
            complete_only=options.complete_only,
            annotations=options.annotations,
            latent=options.latent,
            pictures_in=options.pictures_in,
            **source,
            **{name: getattr(options, name) for name in given if getattr(options, name) is not None},
        )
    print(f"wrote {options.out}: {people} people")
    if options.samples is not None and people < options.samples:
        kind = "completely annotated people" if options.complete_only else "people"
        print(f"--samples {options.samples}: this split has {people} {kind}, and all were taken")
    print("next: make dashboard, or python -m streamlit run dashboard/app.py")
    return 0


def _run(checkpoint: Path) -> dict[str, Any]:
    """The weights, and the record train.py left beside them if it is there and whole."""
    from posecore.models.checkpoint import load_checkpoint
    from posecore.training.record import found_or_left_out, read_run

    network, made = load_checkpoint(checkpoint), found_or_left_out(read_run, checkpoint)
    if made is None:
        return {"network": network}
    training = made.record | {"best_epoch": made.history[made.kept]["epoch"]}
    return {"network": network, "training": training, "history": made.history}


def _bundle(path: Path) -> dict[str, Any]:
    """The network of a bundle and what the bundle knows of it, but for its scores on its own people."""
    from posecore.bundle import open_bundle

    bundle = open_bundle(path)
    own = f"{bundle.manifest.dataset['name']} "
    figures = {name: found for name, found in bundle.manifest.figures.items() if not name.startswith(own)}
    return {
        "network": bundle.network(),
        "training": bundle.manifest.training,
        "history": bundle.history(),
        "figures": figures,
    }


def _untrained(config: "PoseConfig", data: "PreparedData", options: argparse.Namespace) -> dict[str, Any]:
    """A network of this shape that never learned, and the record that says so."""
    from posecore.data.dataset import CropDataset
    from posecore.extraction.extract import choose_people
    from posecore.models.untrained import untrained

    crops, seed = CropDataset(data, options.split), options.seed or 0
    rows = choose_people(crops.table, options.samples, options.complete_only, seed=0)
    network = untrained(config, seed, len(rows), lambda row: crops.picture(int(rows[row])))
    return {"network": network, "training": {"untrained": True, "seed": seed}}


if __name__ == "__main__":
    sys.exit(main())
