"""Train an autoencoder alone on the latents of a bundle; train.py --autoencoder puts it into the network."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--bundle",
        type=Path,
        required=True,
        help="a bundle of the network's bottleneck, made of --init's weights",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of this run: weights, record, state")
    parser.add_argument("--epochs", type=int, help="default: the thesis's 100")
    parser.add_argument(
        "--numbers", type=at_least(1), help="to squeeze a latent to (default: the thesis's 50)"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last finished epoch")
    parser.add_argument(
        "--seed", type=at_least(0), help="of weights, order, noise, who is held out (default: 0)"
    )
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.inference import use_threads
    from posecore.training.autoencoder import train_autoencoder
    from posecore.training.record import RunFolder

    use_threads(options.threads)
    run = RunFolder(options.out)
    given = ("epochs", "numbers", "seed")
    history = train_autoencoder(
        open_bundle(options.bundle),
        run,
        resume=options.resume,
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None},
    )
    best = min(history, key=lambda line: line["val_loss"])
    print(
        f"wrote {run.best}: epoch {best['epoch']} of {len(history)}, held-out loss {best['val_loss']:.4f}, "
        f"{best['val_explained']:.1%} of the held-out variance kept"
    )
    print(f"next: python scripts/train.py --init FILE --autoencoder {run.best} --preset onward --data DIR")
    return 0


if __name__ == "__main__":
    sys.exit(main())
