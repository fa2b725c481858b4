"""Time one picture through a smaller network and through the dense one, in turn."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from posecore.cli import at_least, command

ROUNDS = 20
AIM = 0.5


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    artifacts = Path(__file__).parents[1] / "artifacts"
    parser.add_argument(
        "--dense", type=Path, default=artifacts / "demo", help="bundle or weights (default: the shipped one)"
    )
    parser.add_argument(
        "--compressed", type=Path, default=artifacts / "compressed", help="the same of the smaller network"
    )
    parser.add_argument("--rounds", type=at_least(1), default=ROUNDS, help="default: %(default)s")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: 2)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    import numpy as np

    from posecore.bundle.manifest import WEIGHTS
    from posecore.compression.cost import interleaved, multiplications, parameters
    from posecore.data.crops import SIZE
    from posecore.inference import Predictor, use_threads
    from posecore.models.checkpoint import load_checkpoint

    use_threads(options.threads or 2)
    files = [path / WEIGHTS if path.is_dir() else path for path in (options.compressed, options.dense)]
    networks = [load_checkpoint(file) for file in files]
    costs = [(parameters(network), multiplications(network)) for network in networks]
    sides = [Predictor(network) for network in networks]
    picture = np.random.default_rng(0).integers(0, 256, (1, SIZE, SIZE, 3)).astype(np.uint8)
    seconds = interleaved([partial(side.heatmaps, picture) for side in sides], options.rounds)
    print(f"{sides[0].precision}, {options.rounds} interleaved rounds, one picture; aim: at most {AIM}")
    medians = np.median(seconds, axis=0)
    for name, median, (weights, products) in zip(("compressed", "dense"), medians, costs, strict=True):
        print(
            f"{name}: median {median * 1000:.0f} ms, {weights / 1e6:.2f} M parameters, "
            f"{products / 1e9:.2f} G multiply-accumulates"
        )
    print(f"ratio: {np.median(seconds[:, 0] / seconds[:, 1]):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
