"""Train a network on a prepared data folder. Under torchrun, on several graphics chips."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        nargs="+",
        help="folders made by prepare_coco.py: all are trained on, the first one's val is validated on",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of this run: weights, record, state")
    parser.add_argument(
        "--preset",
        default="fast",
        help="recipe: thesis, thesis-resnet, fast, finish, finish-stem or onward (default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, help="default: the preset's")
    parser.add_argument("--init", type=Path, help="weights to train on, for example with --preset finish")
    parser.add_argument("--shape", type=Path, help="weights whose network is built alike, with new weights")
    parser.add_argument(
        "--autoencoder", type=Path, help="weights made by train_autoencoder.py, put into the --init network"
    )
    parser.add_argument("--teacher", type=Path, help="weights whose heatmaps are a second target")
    parser.add_argument(
        "--people", type=at_least(1), help="that an epoch takes, drawn anew each (default: all)"
    )
    parser.add_argument("--size", type=int, help="pixels of a picture in all epochs (default: the preset's)")
    parser.add_argument("--resume", action="store_true", help="go on after the last finished epoch")
    parser.add_argument("--seed", type=at_least(0), help="of weights, order and augmentation (default: 0)")
    parser.add_argument("--workers", type=at_least(0), help="processes that read pictures (default: 1)")
    parser.add_argument("--threads", type=at_least(1), help="processor cores for the network (default: all)")
    parser.add_argument("--model", help="network to train: hourglass or pose_resnet (default: hourglass)")
    parser.add_argument("--depth", type=int, help="of a pose_resnet's encoder, 18 or 50 (default: 50)")
    parser.add_argument("--stacks", type=int, help="hourglasses end to end (default: 1)")
    parser.add_argument("--channels", type=int, help="width of the network (default: 256)")
    parser.add_argument(
        "--bottleneck-channels", type=int, help="width of its bottleneck (default: as of the rest)"
    )
    parser.add_argument(
        "--cut-skips", type=float, help="probability that a picture is shown with a random mask of skips (0)"
    )
    parser.add_argument(
        "--skips", help="skip connections to build, 1 or 0 from 64 x 64 to 8 x 8 (default: 1111)"
    )
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.data.prepared import open_prepared
    from posecore.inference import use_threads
    from posecore.training.loop import train
    from posecore.training.presets import at_size, find_preset
    from posecore.training.record import RunFolder, read_run

    use_threads(options.threads)
    given = (
        "init",
        "shape",
        "autoencoder",
        "teacher",
        "people",
        "seed",
        "workers",
        "model",
        "depth",
        "stacks",
        "channels",
        "bottleneck_channels",
        "skips",
        "cut_skips",
        "epochs",
    )
    run, preset = RunFolder(options.out), find_preset(options.preset)
    train(
        [open_prepared(folder) for folder in options.data],
        run,
        options.preset,
        preset if options.size is None else at_size(preset, options.size),
        resume=options.resume,
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None},
    )
    if os.environ.get("RANK", "0") != "0":  # under torchrun the first process speaks for all
        return 0
    made = read_run(run.best)
    assert made is not None
    best = made.history[made.kept]
    print(f"wrote {run.best}: epoch {best['epoch']}, validation PCK {best['val_pck']:.4f}")
    print(f"next: python scripts/evaluate.py --checkpoint {run.best} --data {options.data[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
