"""Tiny people in MPII's layout: those of tiny_coco with its joints, head boxes and attributes."""

import json
from pathlib import Path

import numpy as np
from fake_bundle import placed
from PIL import Image
from tiny_coco import draw_person

from posecore.data.mpii import json_file
from posecore.keypoints import MPII16


def write_mpii(folder: Path, split: str, people: int, seed: int) -> None:
    """One picture a person. Some joints are hidden, some not labelled."""
    rng = np.random.default_rng(seed)
    (folder / "annot").mkdir(parents=True, exist_ok=True)
    (folder / "images").mkdir(exist_ok=True)
    entries = []
    for number in range(people):
        image = Image.fromarray(rng.integers(90, 130, (150, 200, 3)).astype(np.uint8))
        width = rng.uniform(45, 60)
        drawn = draw_person(image, rng.uniform(10, 120), rng.uniform(5, 20), width, rng)
        points = placed(drawn, MPII16)
        inside = ((points >= 0) & (points < (200, 150))).all(axis=1)
        visibility = np.where(inside, rng.choice([0, 1, 2], 16, p=[0.1, 0.2, 0.7]), 0)
        visibility[[12, 13]] = 2
        name = f"{split}-{number:03d}.jpg"
        image.save(folder / "images" / name, quality=95)
        top, neck = points[[MPII16.names.index(joint) for joint in ("head_top", "upper_neck")]]
        left, right = (float((top + neck)[0]) / 2 + side * 0.1 * width for side in (-1, 1))
        entries.append(
            {
                "image": name,
                "center": (points.mean(axis=0) + 1).round(2).tolist(),
                "scale": 2 * width / 200,
                "joints": np.where(visibility[:, None] > 0, points + 1, -1).round(2).tolist(),
                "joints_vis": (visibility > 0).astype(int).tolist(),
                "visibility": visibility.tolist(),
                "head_box": [left + 1, float(top[1]) + 1, right + 1, float(neck[1]) + 1],
                "attributes": {"family": ("standing", "waving")[number % 2], "lean": float(number % 7)},
            }
        )
    json_file(folder, split).write_text(json.dumps(entries))
