"""Time one picture through the network: as the dashboard does it, and by onnxruntime where it is installed,
against eager float32 NCHW."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from posecore.cli import at_least, command

RUNS = 20
EAGER = "eager float32 NCHW"
ONNX = "onnxruntime float32"


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
    checkpoint = options.checkpoint or Path(__file__).parents[1] / "artifacts" / "demo" / "model.safetensors"
    predictor = Predictor(load_checkpoint(checkpoint))
    eager = load_checkpoint(checkpoint).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    pictures = _pictures()

    @torch.inference_mode()
    def plain(picture: np.ndarray) -> np.ndarray:
        return eager(torch.from_numpy(picture).permute(0, 3, 1, 2).contiguous().float() / 255)[:, -1].numpy()

    sides: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "own": predictor.heatmaps,
        EAGER: plain,
    }
    try:
        from posecore.export.graph import Engine, graph_of
    except ModuleNotFoundError as error:
        print(f"onnxruntime is left out: {error.name} is not installed (pip install -e '.[phone]')")
    else:
        sides[ONNX] = Engine(graph_of(eager), options.threads or 2).heatmaps
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    cells: dict[str, list[np.ndarray]] = {name: [] for name in sides}
    for run in range(-3, RUNS):  # three rounds to warm up
        for name, side in sides.items():
            began = time.perf_counter()
            heatmaps = side(pictures[max(run, 0)][None])
            if run >= 0:
                seconds[name].append(time.perf_counter() - began)
                cells[name].append(decode(heatmaps)[0])
    medians = {name: statistics.median(seconds[name]) for name in sides}
    agreeing = {
        name: float(
            np.mean([np.all(a == b, axis=-1) for a, b in zip(cells[name], cells[EAGER], strict=True)])
        )
        for name in sides
    }
    own, other, agree = medians["own"], medians[EAGER], agreeing["own"]
    limit = 0.45 if best_precision() == "bf16" else 0.75
    print(
        f"own ({predictor.precision}, channels last): median {own * 1000:.1f} ms of {RUNS} interleaved runs"
    )
    print(f"{EAGER}: median {other * 1000:.1f} ms")
    if ONNX in sides:
        print(
            f"{ONNX}: median {medians[ONNX] * 1000:.1f} ms, ratio {medians[ONNX] / other:.3f}, "
            f"{agreeing[ONNX]:.4f} of the cells agree"
        )
    print(f"arg-max cells that agree: {agree:.4f} (at least 0.99)")
    print(f"ratio: {own / other:.3f} (at most {limit})")
    return 0 if own / other <= limit and agree >= 0.99 else 1


def _pictures() -> np.ndarray:
    """(RUNS, 256, 256, 3) standing figures on smooth grounds: no photograph may be shipped."""
    import cv2

    rng = np.random.default_rng(0)
    pictures = []
    for _ in range(RUNS):
        ground = rng.integers(60, 200, (3, 3, 3)).astype(np.uint8)
        picture = cv2.resize(ground, (256, 256), interpolation=cv2.INTER_CUBIC)
        skin, shirt, trousers = (tuple(map(int, rng.integers(low, low + 60, 3))) for low in (150, 20, 60))
        x, spread, reach = 128 + int(rng.integers(-15, 16)), *map(int, rng.integers(10, 45, 2))
        for side in (-1, 1):
            shoulder, hip = (x + side * 24, 82), (x + side * 14, 145)
            elbow, foot = (x + side * (30 + reach), 115), (x + side * spread, 240)
            cv2.line(picture, hip, foot, trousers, 17, cv2.LINE_AA)
            cv2.line(picture, shoulder, elbow, shirt, 13, cv2.LINE_AA)
            cv2.line(picture, elbow, (elbow[0] + side * 5, 150), skin, 10, cv2.LINE_AA)
        cv2.rectangle(picture, (x - 26, 75), (x + 26, 150), shirt, -1, cv2.LINE_AA)
        cv2.ellipse(picture, (x, 48), (16, 21), 0, 0, 360, skin, -1, cv2.LINE_AA)
        for side in (-1, 1):
            cv2.circle(picture, (x + side * 6, 44), 2, (30, 30, 30), -1, cv2.LINE_AA)
        pictures.append(picture)
    return np.stack(pictures)


if __name__ == "__main__":
    sys.exit(main())
