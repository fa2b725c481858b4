"""Score a network on annotated people: PCK, per joint, OKS and COCO's AP, PCKh where heads are known."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="weights made by train.py")
    source.add_argument("--bundle", type=Path, help="a bundle, for example artifacts/demo")
    parser.add_argument("--data", type=Path, required=True, help="folder made by prepare_coco.py or _mpii.py")
    parser.add_argument("--split", default="val", help="default: %(default)s")
    parser.add_argument(
        "--skips", default="1111", help="1 = on, 0 = cut, from 64 x 64 to 8 x 8 (default: %(default)s)"
    )
    parser.add_argument(
        "--stack", type=at_least(1), help="score this stack's heatmaps, from 1 (default: the last one's)"
    )
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), help="default: the fastest here")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    parser.add_argument(
        "--store",
        action="store_true",
        help="keep the scores in the manifest of the --bundle, for its readers",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.ablation import parse_mask
    from posecore.bundle import add_figures, open_bundle
    from posecore.data.dataset import CropDataset
    from posecore.data.prepared import open_prepared
    from posecore.errors import ConfigError
    from posecore.inference import Predictor, use_threads
    from posecore.metrics.evaluate import evaluate
    from posecore.metrics.pckh import heads_in_words
    from posecore.models.checkpoint import load_checkpoint
    from posecore.prediction import figures_name, predict

    mask = parse_mask(options.skips)
    if options.store and not options.bundle:
        raise ConfigError("--store: scores are kept in a bundle; name one with --bundle")
    data = open_prepared(options.data)
    crops = CropDataset(data, options.split)
    network = open_bundle(options.bundle).network() if options.bundle else load_checkpoint(options.checkpoint)
    data.check_network(network.config.joints)
    use_threads(options.threads)
    predictor = Predictor(network, options.precision or "auto")
    points, peaks = predict(predictor, crops, (mask,), options.stack)[mask]
    scores = evaluate(points, peaks, crops.table) | {
        "skips": (mask & parse_mask(network.config.skips)).title,
        "stack": options.stack or network.config.stacks,
        "precision": predictor.precision,
    }
    if options.store:
        name = figures_name(data.info["name"], options.split, mask, options.stack)
        add_figures(options.bundle, name, scores)
    if options.json:
        print(json.dumps(scores, allow_nan=False))
        return 0
    for name, value in scores.items():
        if not isinstance(value, dict):
            print(f"{name:12} {value:.4f}" if isinstance(value, float) else f"{name:12} {value}")
    for name, share in scores["per_joint"].items():
        print(f"  {name:15} {'-' if share is None else f'{share:.3f}'}  n = {scores['per_joint_n'][name]}")
    if data.keypoints.sigmas is None:
        print(f"no OKS and no AP: nobody published spreads of {data.keypoints.title}")
    if "pckh_heads" in scores:
        print(f"pckh: {heads_in_words(scores['pckh_heads'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
