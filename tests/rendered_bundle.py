"""A bundle of which some people were rendered, so that they can be made again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from fake_bundle import make_fake_bundle, note_change

from posecore.samples import CROP_COLUMNS, TRUTH
from posecore.synthetic.people import render_person

SEED = 15


def make_rendered_bundle(folder: Path, people: int, rendered: Sequence[int], **how: Any) -> Path:
    """A fake bundle whose people in the rows `rendered` are those of SEED with the same numbers. The others
    were not rendered."""
    path = make_fake_bundle(
        folder, people, annotations=True, pictures=True, truth={"seed": float("nan")}, **how
    )
    table = pd.read_parquet(path / "samples.parquet")
    for row in rendered:
        square = render_person(SEED, row).drawn.crop
        table.loc[row, "file_name"] = f"{row + 1:012d}.jpg"
        table.loc[row, f"{TRUTH}seed"] = float(SEED)
        table.loc[row, list(CROP_COLUMNS)] = [square.x, square.y, square.side]
    table.to_parquet(path / "samples.parquet", index=False)
    note_change(path, "samples.parquet")
    return path
