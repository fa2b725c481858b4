"""Newly rendered people, whom no shipped network and no bundle has met."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posecore.data.crops import person_crop
from posecore.synthetic.people import render_person

SEED = 77_021
"""Of the people; bundles and training folders are made of other seeds."""


def rendered_crops(count: int, first: int = 0) -> NDArray[np.uint8]:
    """(count, 256, 256, 3): crops of rendered people, from the one numbered `first` on."""
    crops = []
    for index in range(first, first + count):
        person = render_person(SEED, index)
        height, width = person.image.shape[:2]
        keypoints = np.array(person.annotation["keypoints"], np.float64).reshape(-1, 3)
        crop = person_crop(
            person.annotation["bbox"], keypoints[:, :2], keypoints[:, 2].astype(np.int64), width, height
        )
        crops.append(crop.cut(Image.fromarray(person.image)))
    return np.stack(crops)
