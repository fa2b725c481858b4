"""Train a network with a penalty that lets groups of weights vanish, and rank them; or rank it as it is."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--init", type=Path, required=True, help="weights of the network to compress")
    parser.add_argument("--data", type=Path, nargs="+", help="folders of people, as train.py takes them")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of this run: weights, record, ranking"
    )
    parser.add_argument(
        "--method",
        required=True,
        choices=("l1", "group-lasso", "bayesian", "magnitude", "random"),
        help="a penalty to train with; magnitude and random are controls that rank --init as it is",
    )
    parser.add_argument(
        "--groups",
        choices=("channels", "filters"),
        default="channels",
        help="side of a group's weights: convolutions that read it, or that make it (default: %(default)s)",
    )
    parser.add_argument("--strength", type=float, help="weight of the penalty, such as 1e-7")
    parser.add_argument("--single", type=float, default=0.0, help="group-lasso: weight of the sum of |w| (0)")
    parser.add_argument("--outer", type=at_least(1), default=1, help="bayesian: outer loops (default: 1)")
    parser.add_argument("--epochs", type=at_least(1), help="of one outer loop (default: the preset's)")
    parser.add_argument(
        "--order",
        choices=("gamma-first", "omega-first"),
        default="gamma-first",
        help="bayesian: which is found first after a loop; the thesis's algorithm: %(default)s",
    )
    parser.add_argument(
        "--scale",
        choices=("layer", "none"),
        default="layer",
        help="compare scores relative to their layer's mean, or as they are (default: %(default)s)",
    )
    parser.add_argument("--preset", default="onward", help="recipe, as of train.py (default: %(default)s)")
    parser.add_argument(
        "--people", type=at_least(1), help="that an epoch takes, drawn anew each (default: all)"
    )
    parser.add_argument("--size", type=int, default=128, help="pixels of a picture (default: %(default)s)")
    parser.add_argument(
        "--cut-skips", type=float, default=0.0, help="as of train.py: give what --init was trained with (0)"
    )
    parser.add_argument("--seed", type=at_least(0), default=0, help="of order and augmentation (default: 0)")
    parser.add_argument("--workers", type=at_least(0), default=1, help="processes that read pictures (1)")
    parser.add_argument("--threads", type=at_least(1), help="processor cores for the network (default: all)")
    parser.add_argument("--resume", action="store_true", help="go on after the last finished epoch")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.compression.compress import CONTROLS, compress, rank_as_it_is
    from posecore.compression.ranking import RANKING
    from posecore.data.prepared import open_prepared
    from posecore.errors import ConfigError
    from posecore.inference import use_threads
    from posecore.training.presets import at_size, find_preset
    from posecore.training.record import RunFolder

    use_threads(options.threads)
    common = {name: getattr(options, name) for name in ("init", "method", "scale", "seed")}
    common["side"] = options.groups
    if options.method in CONTROLS:
        if options.strength is not None or options.data:
            raise ConfigError(
                f"--method {options.method}: ranks --init as it is; leave out --data and --strength, and "
                "train it first with train.py for as many steps as it is compared with"
            )
        rank_as_it_is(options.out, **common)
    else:
        if options.strength is None or not options.data:
            raise ConfigError(f"--method {options.method}: trains; give --data and --strength")
        own = ("strength", "single", "outer", "epochs", "order", "workers", "cut_skips", "people", "resume")
        compress(
            [open_prepared(folder) for folder in options.data],
            RunFolder(options.out),
            options.preset,
            at_size(find_preset(options.preset), options.size),
            **common,
            **{name: getattr(options, name) for name in own},
        )
    print(f"wrote {options.out / RANKING}")
    if options.method != "l1":
        print(f"next: python scripts/engineer.py --run {options.out} --keep 0.3 --out FILE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
