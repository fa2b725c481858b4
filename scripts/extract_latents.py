"""Run a trained network over people and write a bundle the dashboard opens."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from posecore.cli import at_least, command


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="weights made by train.py")
    parser.add_argument("--data", type=Path, required=True, help="folder made by prepare_coco.py")
    parser.add_argument("--out", type=Path, required=True, help="the bundle, for example artifacts/mine")
    parser.add_argument("--split", default="train", help="default: %(default)s")
    parser.add_argument("--samples", type=_count, help="people drawn at random, or all (default: all)")
    parser.add_argument(
        "--complete-only", action="store_true", help="only people with all 17 joints labelled"
    )
    parser.add_argument(
        "--annotations",
        action="store_true",
        help="keep annotated keypoints in the bundle: data you may pass on",
    )
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), help="default: the fastest here")
    parser.add_argument("--seed", type=at_least(0), help="of the draw (default: 0)")
    parser.add_argument("--threads", type=at_least(1), help="processor cores (default: all)")
    return parser


def _count(text: str) -> int | None:
    return None if text == "all" else int(text)


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.data.prepared import open_prepared
    from posecore.inference import Predictor, use_threads
    from posecore.latent.extract import extract
    from posecore.models.checkpoint import load_checkpoint

    use_threads(options.threads)
    data = open_prepared(options.data)
    run = options.checkpoint.parent
    given = ("samples", "seed")
    people = extract(
        Predictor(load_checkpoint(options.checkpoint), options.precision or "auto"),
        data,
        options.split,
        options.out,
        complete_only=options.complete_only,
        annotations=options.annotations,
        training=_training(run),
        history=run / "history.jsonl",
        **{name: getattr(options, name) for name in given if getattr(options, name) is not None},
    )
    print(f"wrote {options.out}: {people} people")
    print("next: make dashboard, or python -m streamlit run dashboard/app.py")
    return 0


def _training(run: Path) -> dict[str, Any]:
    """The record train.py left beside the weights, with the best epoch of its history, if they are there."""
    record, history = run / "run.json", run / "history.jsonl"
    if not (record.is_file() and history.is_file()):
        return {}
    epochs = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    best = max(epochs, key=lambda line: line["val_pck"])
    return json.loads(record.read_text(encoding="utf-8")) | {"best_epoch": best["epoch"]}


if __name__ == "__main__":
    sys.exit(main())
