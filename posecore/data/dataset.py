"""Crops of a prepared data folder as a PyTorch data set."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from posecore.data.crops import SIZE
from posecore.data.heatmaps import Target, encode
from posecore.data.prepared import PreparedData
from posecore.errors import DataError
from posecore.samples import read_points, read_visibility

Change = Callable[
    [NDArray[np.uint8], NDArray[np.float32], NDArray[np.int8], np.random.Generator],
    tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int8]],
]
"""Image (S, S, 3), points (K, 2), visibility (K,) and a generator to the same three, changed."""


class Example(NamedTuple):
    """image: (3, S, S) uint8 RGB. heatmaps: (K, S/4, S/4) float32. labelled: (K,) bool."""

    image: Tensor
    heatmaps: Tensor
    labelled: Tensor


class CropDataset(Dataset[Tensor]):
    """Crops of one split in the table's order, each (256, 256, 3) uint8 RGB."""

    def __init__(self, data: PreparedData, split: str) -> None:
        self.table = data.table(split)
        self._paths = [data.picture_path(split, sample_id) for sample_id in self.table["sample_id"]]

    def __len__(self) -> int:
        return len(self._paths)

    def picture(self, index: int) -> NDArray[np.uint8]:
        """(256, 256, 3) RGB. Raises DataError where the file is missing or broken."""
        path = self._paths[index]
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB) if path.is_file() else None
        if picture is None or picture.shape != (SIZE, SIZE, 3):
            raise DataError(
                f"{path}: expected a {SIZE} x {SIZE} picture, found none or another; "
                "make the data folder anew with scripts/prepare_coco.py"
            )
        return picture  # type: ignore[return-value]

    def __getitem__(self, index: int) -> Tensor:
        return torch.from_numpy(self.picture(index))


class TrainingDataset(Dataset[Example]):
    """Crops of one or more splits, one after the other, with their target heatmaps.

    Chance depends on (seed, epoch, index) alone, so any number of workers and a resumed run draw the
    same. Set `epoch` and `size` (image pixels, a multiple of 64) before an epoch's loader is made.
    """

    def __init__(
        self, crops: Sequence[CropDataset], target: Target, change: Change | None, seed: int
    ) -> None:
        self.epoch = 0
        self.size = SIZE
        self._crops: ConcatDataset[Tensor] = ConcatDataset(crops)
        self._target = target
        self._change = change
        self._seed = seed
        self._points = np.concatenate([read_points(part.table, "annotated") for part in crops])
        self._visibility = np.concatenate([read_visibility(part.table) for part in crops])

    def __len__(self) -> int:
        return len(self._crops)

    def __getitem__(self, index: int) -> Example:
        image = self._crops[index].numpy()
        points, visibility = self._points[index], self._visibility[index]
        if self.size != SIZE:
            image = cv2.resize(image, (self.size, self.size), interpolation=cv2.INTER_AREA)
            points = points * np.float32(self.size / SIZE)
        if self._change is not None:
            rng = np.random.default_rng((self._seed, self.epoch, index))
            image, points, visibility = self._change(image, points, visibility, rng)
        heatmaps = encode(points[None], visibility[None], self.size, self._target)[0]
        return Example(
            torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))),
            torch.from_numpy(heatmaps),
            torch.from_numpy(visibility > 0),
        )
