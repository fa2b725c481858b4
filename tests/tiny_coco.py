"""Tiny people in COCO's layout: coloured sticks on noise, with the cases a real data set has."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from posecore.keypoints import COLOURS, LIMBS

# A standing figure, 17 keypoints in a box one wide and two high.
FIGURE = np.array(
    [
        [0.50, 0.20],
        [0.54, 0.16],
        [0.46, 0.16],
        [0.60, 0.18],
        [0.40, 0.18],
        [0.70, 0.45],
        [0.30, 0.45],
        [0.82, 0.75],
        [0.18, 0.75],
        [0.88, 1.00],
        [0.12, 1.00],
        [0.62, 1.05],
        [0.38, 1.05],
        [0.66, 1.45],
        [0.34, 1.45],
        [0.68, 1.85],
        [0.32, 1.85],
    ]
)


def draw_person(
    image: Image.Image, left: float, top: float, width: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw a figure and return its keypoints (17, 2), picture pixels."""
    points = (FIGURE + rng.normal(0, 0.03, FIGURE.shape)) * width + (left, top)
    pen = ImageDraw.Draw(image)
    for a, b in LIMBS:
        pen.line([tuple(points[a]), tuple(points[b])], fill=COLOURS[b], width=max(2, int(width / 12)))
    for k, (x, y) in enumerate(points):
        pen.ellipse([x - 2, y - 2, x + 2, y + 2], fill=COLOURS[k])
    return points


def annotation(number: int, image_id: int, points: np.ndarray, visibility: np.ndarray) -> dict:
    left, top = points.min(axis=0) - 3
    right, bottom = points.max(axis=0) + 3
    labelled = np.where(visibility[:, None] > 0, points.round(), 0)
    return {
        "id": number,
        "image_id": image_id,
        "category_id": 1,
        "iscrowd": 0,
        "area": float((right - left) * (bottom - top) * 0.5),
        "bbox": [float(left), float(top), float(right - left), float(bottom - top)],
        "num_keypoints": int((visibility > 0).sum()),
        "keypoints": np.column_stack([labelled, visibility]).ravel().tolist(),
    }


def write_coco(folder: Path, split: str, people: int, seed: int) -> None:
    """One picture a person, but the first picture holds two, a crowd box and somebody without keypoints."""
    rng = np.random.default_rng(seed)
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    pictures = folder / f"{split}2017"
    pictures.mkdir()
    images, annotations = [], []
    number = 100 * seed
    while len(annotations) < people:
        image_id = len(images) + 1
        image = Image.fromarray(rng.integers(90, 130, (150, 200, 3)).astype(np.uint8))
        for place in (20, 120) if image_id == 1 else (rng.uniform(10, 120),):
            number += 1
            points = draw_person(image, place, rng.uniform(5, 20), rng.uniform(45, 60), rng)
            visibility = rng.choice([0, 1, 2], 17, p=[0.1, 0.2, 0.7])
            visibility[5:7] = 2
            annotations.append(annotation(number, image_id, points, visibility))
        name = f"{image_id:012d}.jpg"
        image.save(pictures / name, quality=95)
        images.append({"id": image_id, "file_name": name, "width": 200, "height": 150})
    crowd = annotation(number + 1, 1, FIGURE * 50, np.zeros(17, int)) | {"iscrowd": 1}
    crowd["segmentation"] = {"counts": [30000], "size": [150, 200]}
    nobody = annotation(number + 2, 1, FIGURE * 50, np.zeros(17, int))
    content = {
        "images": images,
        "annotations": [*annotations, crowd, nobody],
        "categories": [{"id": 1, "name": "person", "keypoints": [], "skeleton": []}],
    }
    (folder / "annotations" / f"person_keypoints_{split}2017.json").write_text(json.dumps(content))
