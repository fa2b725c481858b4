"""Time one picture through the network: as the dashboard computes it, against eager float32 NCHW."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from posecore.cli import at_least, command

RUNS = 20


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, help="default: the shipped network")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: 2)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    import torch

    from posecore.data.heatmaps import decode
    from posecore.inference import Predictor, best_precision, use_threads
    from posecore.models.checkpoint import load_checkpoint

    use_threads(options.threads or 2)
    checkpoint = (
        options.checkpoint or Path(__file__).parents[1] / "artifacts" / "people" / "model.safetensors"
    )
    predictor = Predictor(load_checkpoint(checkpoint))
    eager = load_checkpoint(checkpoint).to(memory_format=torch.contiguous_format)
    pictures = _pictures()

    @torch.inference_mode()
    def plain(picture: np.ndarray) -> np.ndarray:
        return eager(torch.from_numpy(picture).permute(0, 3, 1, 2).contiguous().float() / 255)[:, -1].numpy()

    sides: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "own": predictor.heatmaps,
        "eager float32 NCHW": plain,
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    cells: dict[str, list[np.ndarray]] = {name: [] for name in sides}
    for run in range(-3, RUNS):  # three rounds to warm up
        for name, side in sides.items():
            began = time.perf_counter()
            heatmaps = side(pictures[max(run, 0)][None])
            if run >= 0:
                seconds[name].append(time.perf_counter() - began)
                cells[name].append(decode(heatmaps)[0])
    own, other = (statistics.median(seconds[name]) for name in sides)
    agree = float(np.mean([np.all(a == b, axis=-1) for a, b in zip(*cells.values(), strict=True)]))
    limit = 0.45 if best_precision() == "bf16" else 0.75
    print(
        f"own ({predictor.precision}, channels last): median {own * 1000:.1f} ms of {RUNS} interleaved runs"
    )
    print(f"eager float32 NCHW: median {other * 1000:.1f} ms")
    print(f"arg-max cells that agree: {agree:.4f} (at least 0.99)")
    print(f"ratio: {own / other:.3f} (at most {limit})")
    return 0 if own / other <= limit and agree >= 0.99 else 1


def _pictures() -> np.ndarray:
    """(RUNS, 256, 256, 3) smooth random pictures: blobs of colour, as no photograph may be shipped."""
    import cv2

    coarse = np.random.default_rng(0).integers(0, 256, (RUNS, 12, 12, 3)).astype(np.uint8)
    return np.stack([cv2.resize(picture, (256, 256), interpolation=cv2.INTER_CUBIC) for picture in coarse])


if __name__ == "__main__":
    sys.exit(main())
