"""What became of a data set's people, in lines for a terminal."""

from collections.abc import Mapping
from typing import Any


def summary(info: Mapping[str, Any]) -> list[str]:
    """Lines on the content of a dataset.json that was just written."""
    lines = [
        f"{split}: {counts['people']} people in {counts['pictures']} pictures"
        for split, counts in info["splits"].items()
    ]
    lines += [f"skipped: {count} x {reason}" for reason, count in info["skipped"].items()]
    lines += [f"mended: {count} x {reason}" for reason, count in info["mended"].items()]
    lines.append(f"keypoints that fell outside their crop: {info['joints_outside']}")
    lines += [f"unreadable: {line}" for line in info["unreadable"][:5]]
    if len(info["unreadable"]) > 5:
        lines.append(f"... {len(info['unreadable'])} unreadable pictures in all, listed in dataset.json")
    return lines


def next_step(info: Mapping[str, Any], out: object) -> list[str]:
    """What to do with the data folder `out` next."""
    lines = []
    if "train" in info["splits"] and "val" not in info["splits"]:
        lines.append(
            "there is nobody to validate on: to train on this alone, hold some people out with --val-size N"
        )
    if "train" in info["splits"]:
        return [*lines, f"next: python scripts/train.py --data {out} --out runs/mine"]
    split = next(iter(info["splits"]))
    return [f"next: python scripts/evaluate.py --bundle BUNDLE --data {out} --split {split}"]
