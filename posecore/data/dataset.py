"""Crops of a prepared data folder as a PyTorch data set."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from posecore.ablation import draw_mask
from posecore.data.crops import SIZE
from posecore.data.heatmaps import Target, encode
from posecore.data.prepared import PreparedData
from posecore.errors import DataError
from posecore.samples import read_points, read_visibility

MASKS: Final = 1
"""Seeds the generator of masks apart from that of pictures."""

Change = Callable[
    [NDArray[np.uint8], NDArray[np.float32], NDArray[np.int8], np.random.Generator],
    tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int8]],
]
"""Image (S, S, 3), points (K, 2), visibility (K,) and a generator to the same three, changed."""


class Example(NamedTuple):
    """image: (3, S, S) uint8 RGB. heatmaps: (K, S/4, S/4) float32. labelled: (K,) bool. skip_mask: (4,) bool,
    the skip connections this picture is shown with, finest level first."""

    image: Tensor
    heatmaps: Tensor
    labelled: Tensor
    skip_mask: Tensor


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

    cut_skips: probability that a picture's skip mask is drawn (`posecore.ablation.draw_mask`).

    Chance depends on (seed, epoch, index) alone, so any number of workers and a resumed run draw the
    same; masks have a generator of their own, so pictures are the same whatever
    `cut_skips` is. Set `epoch` and `size` (image pixels, a multiple of 64) before an epoch's loader is made.
    """

    def __init__(
        self,
        crops: Sequence[CropDataset],
        target: Target,
        change: Change | None,
        seed: int,
        cut_skips: float = 0.0,
    ) -> None:
        self.epoch = 0
        self.size = SIZE
        self._crops: ConcatDataset[Tensor] = ConcatDataset(crops)
        self._target = target
        self._change = change
        self._seed = seed
        self._cut_skips = cut_skips
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
        mask = draw_mask(self._cut_skips, np.random.default_rng((self._seed, self.epoch, index, MASKS)))
        heatmaps = encode(points[None], visibility[None], self.size, self._target)[0]
        return Example(
            torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))),
            torch.from_numpy(heatmaps),
            torch.from_numpy(visibility > 0),
            torch.tensor(mask),
        )
