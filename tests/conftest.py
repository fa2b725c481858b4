"""Fixtures of more than one folder of tests. What tests import lies in modules of its own: pytest knows every
conftest.py by the same name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tiny_coco import write_coco
from tiny_mpii import write_mpii

from posecore.data.mpii import MPII
from posecore.data.prepare import PrepareSettings, prepare


@pytest.fixture
def coco_dir(tmp_path: Path) -> Path:
    """A COCO folder with 24 usable people in train and 8 in val."""
    folder = tmp_path / "tiny_coco"
    write_coco(folder, "train", 24, seed=1)
    write_coco(folder, "val", 8, seed=2)
    return folder


@pytest.fixture(scope="session")
def prepared_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people prepared: train and val. Tests must not write there."""
    folder = tmp_path_factory.mktemp("prepared")
    write_coco(folder / "tiny_coco", "train", 24, seed=1)
    write_coco(folder / "tiny_coco", "val", 8, seed=2)
    prepare(folder / "tiny_coco", folder / "data", PrepareSettings(test_size=0), workers=1)
    return folder / "data"


@pytest.fixture(scope="session")
def sixteen_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People with MPII's joints prepared: 24 of train and 8 of val. Tests must not write there."""
    folder = tmp_path_factory.mktemp("sixteen")
    write_mpii(folder / "tiny_mpii", "train", 24, seed=1)
    write_mpii(folder / "tiny_mpii", "val", 8, seed=2)
    prepare(folder / "tiny_mpii", folder / "data", PrepareSettings(test_size=0), layout=MPII, workers=1)
    return folder / "data"


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """For modules whose networks are so small that they are slower on several cores; left as it was found."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
