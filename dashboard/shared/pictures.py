"""Whose picture is at hand, and what is said and shown of people whose picture is not."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, cache
from posecore.bundle import Bundle
from posecore.errors import DataError


def at_hand(bundle: Bundle) -> NDArray[np.bool_]:
    """(N,) whose picture is in the bundle, or in the prepared data folder that POSE_IMAGES names."""
    shipped, folder = bundle_people.shipped_pictures(bundle), cache.images_folder()
    if folder is None:
        return shipped
    crops = [folder / "crops" / split for split in sorted(set(bundle.samples["split"]))]
    made = tuple((str(path), path.stat().st_mtime_ns) for path in crops if path.is_dir())
    return shipped | _in_folders(bundle, made)


@cache.cached(4)
def _in_folders(bundle: Bundle, folders: tuple[tuple[str, int], ...]) -> NDArray[np.bool_]:
    """(N,) whose crop lies in one of these folders, each with the time it was changed last."""
    there = {(Path(folder).name, file.name) for folder, _ in folders for file in Path(folder).iterdir()}
    people = zip(bundle.samples["split"], bundle.samples["sample_id"], strict=True)
    return np.array([(split, f"{sample_id}.png") in there for split, sample_id in people], np.bool_)


def absent(bundle: Bundle, sample_id: str) -> str:
    """Where a person's picture is not, in a sentence, and what to do about it if anything can be done."""
    pictures, people = bundle.manifest.dataset["pictures"], bundle.manifest.people
    folder = cache.images_folder()
    if folder is not None:
        return (
            f"The picture of {sample_id} is neither in this bundle nor in {folder}, which POSE_IMAGES names."
        )
    if pictures:
        # Whoever made the bundle left the others out: there need be no folder to be named.
        return (
            f"The picture of {sample_id} is not in this bundle, which holds those of {pictures:,} of its "
            f"{people:,} people."
        )
    return (
        f"The picture of {sample_id} is not in this bundle, which holds none: start the dashboard with "
        "POSE_IMAGES set to the prepared data folder that the bundle was made from, and it is shown."
    )


def some_lack(bundle: Bundle) -> str:
    """Of how many people no picture is at hand, in a sentence; empty where everybody's or nobody's is."""
    there = at_hand(bundle)
    if there.all() or not there.any():
        return ""
    return f"Of {int(there.sum()):,} of {len(there):,} people a picture is at hand."


def ground(bundle: Bundle, sample_id: str) -> NDArray[np.uint8]:
    """What a person's joints are drawn on, (256, 256, 3): the picture, else the dimmed heatmaps."""
    picture = bundle_people.picture_of(bundle, sample_id)
    return bundle_people.heatmap_of(bundle, sample_id) // 2 if picture is None else picture


def warn_of_folder() -> None:
    """Say so where POSE_IMAGES names a folder whose pictures cannot be shown."""
    try:
        cache.named_images()
    except DataError as error:
        st.warning(
            f"POSE_IMAGES names a folder that cannot be used, so pages go without its pictures. {error}",
            icon=":material/no_photography:",
        )
