"""The crops of many pictures, cut by several processes; each picture is decoded once for all its people."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from posecore.data.crops import SIZE
from posecore.data.person import Person
from posecore.data.pictures import Picture, SourceLayout
from posecore.errors import DataError
from posecore.files import atomic_file
from posecore.imaging import open_dataset_picture
from posecore.printable import printable
from posecore.processes import in_processes
from posecore.samples import TRUTH

Result = dict[str, Any]
"""What became of one picture, plain values for the journal.

split, image_id; people: row (columns of the table), points (crop pixels, None where not labelled),
visibility, mean_rgb; outside: labelled keypoints that left their crop; skipped: reason to count;
unreadable: the picture and what is wrong with it, where there is something.
"""


def cut_pictures(
    layout: SourceLayout, folder: Path, crops: Path, todo: list[tuple[str, Picture]], workers: int
) -> Iterator[Result]:
    """Write every person's crop to `crops`/split/sample_id.png; one result per picture, in their order.

    folder: the data set's, which lies there in this layout.

    Raises DataError where the system ended a worker, OSError where a crop cannot be written.
    """
    yield from in_processes(partial(_cut_picture, layout, folder, crops), todo, workers)


def _cut_picture(layout: SourceLayout, folder: Path, crops: Path, task: tuple[str, Picture]) -> Result:
    split, picture = task
    people: list[dict[str, Any]] = []
    skipped: Counter[str] = Counter()
    result: Result = {"split": split, "image_id": picture.image_id, "people": people, "outside": 0}
    path = layout.picture_file(folder, picture)
    try:
        source = open_dataset_picture(path, picture.width, picture.height)
    except DataError as error:
        reason = f"{path.relative_to(folder)}{str(error).removeprefix(str(path))}"
        return result | {
            "skipped": {"picture missing or unreadable": len(picture.people)},
            "unreadable": printable(reason),
        }
    for person in picture.people:
        points = person.crop.points_to_crop(person.points).clip(-SIZE, 2 * SIZE).astype(np.float32)
        inside = ((points >= 0) & (points < SIZE)).all(axis=-1)
        visibility = np.where(inside, person.visibility, 0).astype(np.int8)
        result["outside"] += int(((person.visibility > 0) & ~inside).sum())
        if not visibility.any():
            skipped["all keypoints outside the crop"] += 1
            continue
        try:
            pixels = person.crop.cut(source)
        except Image.DecompressionBombError:  # Pillow's bound, which the padding of a huge picture may pass
            skipped["crop of too many pixels"] += 1
            continue
        row = _row(split, picture, person)
        with atomic_file(crops / split / f"{row['sample_id']}.png") as temporary:
            Image.fromarray(pixels).save(temporary, format="PNG", compress_level=1)
        people.append(
            {
                "row": row,
                "points": [
                    [float(x), float(y)] if v else None for (x, y), v in zip(points, visibility, strict=True)
                ],
                "visibility": visibility.tolist(),
                "mean_rgb": (pixels.reshape(-1, 3).mean(axis=0) / 255).tolist(),
            }
        )
    return result | {"skipped": dict(skipped)}


def _row(split: str, picture: Picture, person: Person) -> dict[str, Any]:
    """The person's columns but for the keypoints; lengths in pixels of the source picture."""
    return {
        "sample_id": person.sample_id,
        "split": split,
        "image_id": picture.image_id,
        "annotation_id": person.annotation_id,
        "file_name": printable(picture.file_name),
        "image_width": picture.width,
        "image_height": picture.height,
        **person.measures,
        "crop_x": person.crop.x,
        "crop_y": person.crop.y,
        "crop_side": person.crop.side,
        **{f"{TRUTH}{name}": value for name, value in person.attributes.items()},
    }
