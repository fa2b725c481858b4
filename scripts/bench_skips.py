"""Time all sixteen skip masks of one person: decoded as a tree, against sixteen passes of the network."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from posecore.cli import at_least, command

RUNS = 5
LIMIT = 0.35


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, help="default: the shipped one")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: 2)")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    import torch

    from posecore.ablation import ALL_MASKS, REPLACEMENTS
    from posecore.bundle import open_bundle
    from posecore.data.heatmaps import decode
    from posecore.inference import Predictor, use_threads
    from posecore.studies.skips.study import measure

    use_threads(options.threads or 2)
    bundle = open_bundle(options.bundle or Path(__file__).parents[1] / "artifacts" / "demo")
    predictor = Predictor(bundle.network())
    pictures = _pictures()
    somebody = predictor.encode(pictures[-1:])
    stand_ins = {"zero": None, "mean": predictor.features(bundle.skip_means()), "other": somebody.skips}
    per_image = torch.tensor(ALL_MASKS, device=predictor.device)

    def one_by_one(picture: np.ndarray) -> np.ndarray:
        return np.stack([predictor.heatmaps(picture[None], mask)[0] for mask in ALL_MASKS])

    @torch.inference_mode()
    def one_batch(picture: np.ndarray) -> np.ndarray:
        encoded = predictor.encode(np.repeat(picture[None], len(ALL_MASKS), axis=0))
        return predictor.network.decode(encoded.bottleneck, encoded.skips, per_image).cpu().numpy()

    def study(name: str) -> Callable[[np.ndarray], object]:
        return lambda picture: measure(predictor, predictor.encode(picture[None]), stand_ins[name])

    sides: dict[str, Callable[[np.ndarray], object]] = {
        "own": lambda picture: predictor.decode_all(predictor.encode(picture[None]))[:, 0],
        "sixteen passes, one by one": one_by_one,
        "sixteen passes, one batch": one_batch,
        **{f"study, {name}": study(name) for name in REPLACEMENTS},
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    agree, worst = [], 0.0
    for run in range(-1, RUNS):  # one round to warm up
        found = {}
        for name, side in sides.items():
            began = time.perf_counter()
            found[name] = side(pictures[max(run, 0)])
            if run >= 0:
                seconds[name].append(time.perf_counter() - began)
        own, other = np.asarray(found["own"]), np.asarray(found["sixteen passes, one by one"])
        agree.append(np.mean(np.all(decode(own)[0] == decode(other)[0], axis=-1)))
        worst = max(worst, float(np.abs(own - other).max() / np.abs(other).max()))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    slow = min(value for name, value in medians.items() if name.startswith("sixteen"))
    print(f"{predictor.precision}, {RUNS} interleaved runs, one person, all sixteen masks")
    for name, value in medians.items():
        print(f"{name}: median {value * 1000:.0f} ms, {value / slow:.3f} of the faster sixteen passes")
    print(f"arg-max cells that agree: {np.mean(agree):.4f} (at least 0.99)")
    print(f"largest difference of a heatmap, of the highest peak: {worst:.1e}")
    own_ratio = medians["own"] / slow
    study_ratio = max(medians[f"study, {name}"] for name in REPLACEMENTS) / slow
    print(f"study, the slowest replacement: {study_ratio:.3f} (at most {LIMIT})")
    print(f"ratio: {own_ratio:.3f} (at most {LIMIT})")
    return 0 if max(own_ratio, study_ratio) <= LIMIT and np.mean(agree) >= 0.99 else 1


def _pictures() -> np.ndarray:
    """(RUNS + 1, 256, 256, 3) smooth colours: the time does not depend on what is seen."""
    import cv2

    small = np.random.default_rng(0).integers(0, 256, (RUNS + 1, 16, 16, 3)).astype(np.uint8)
    return np.stack([cv2.resize(one, (256, 256), interpolation=cv2.INTER_CUBIC) for one in small])


if __name__ == "__main__":
    sys.exit(main())
