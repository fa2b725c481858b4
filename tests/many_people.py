"""A bundle of very many people who do not exist, quickly made: they share the pictures of a few."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, write_bundle, write_study
from posecore.bundle.manifest import LATENTS, MANIFEST, SAMPLES, THUMBNAIL_INDEX
from posecore.bundle.partial import empty_partial, open_partial
from posecore.components.parallel import Parallel
from posecore.components.pca import fit_components
from posecore.files import write_json
from posecore.studies.projection.results import NAME, save_projection

SHEET = 256
"""People on one sheet of thumbnails."""


def make_many_people(folder: Path, people: int, umap: bool = True, seed: int = 0) -> Path:
    """Write a bundle of `people`, with a projection, to `folder` and return it.

    Rows repeat every SHEET people, but for the id and the latent; the UMAP is drawn at random.
    """
    few = open_bundle(make_fake_bundle(folder.with_name(f"{folder.name}-few"), SHEET, annotations=True))
    rng = np.random.default_rng(seed)
    work = folder.with_name(f".{folder.name}.many")
    shutil.copytree(few.path, work)
    (work / MANIFEST).unlink()
    table = few.samples.iloc[np.arange(people) % SHEET].assign(
        sample_id=[f"train-{100_000 + row}" for row in range(people)]
    )
    table.to_parquet(work / SAMPLES, index=False)
    centre = np.asarray(few.latents, np.float32)[np.arange(people) % SHEET]
    latents = (centre + rng.normal(0, 0.4, centre.shape)).astype(np.float16)
    np.save(work / LATENTS, latents)

    index = json.loads((work / THUMBNAIL_INDEX).read_text())
    sheets = [f"sheet-{number:03d}.webp" for number in range(-(-people // SHEET))]
    for sheet in sheets[1:]:
        shutil.copy(work / "thumbnails" / sheets[0], work / "thumbnails" / sheet)
    write_json(work / THUMBNAIL_INDEX, index | {"sheets": sheets, "people": people})
    dataset = {**few.manifest.dataset, "people": people}
    write_bundle(work, replace(few.manifest, name=folder.name, dataset=dataset), folder)
    shutil.rmtree(few.path)
    _project(folder, pd.Index(table["sample_id"]).to_numpy(str), latents, umap, rng)
    return folder


def _project(
    folder: Path, sample_ids: np.ndarray, latents: np.ndarray, umap: bool, rng: np.random.Generator
) -> None:
    bundle = open_bundle(folder)
    components = fit_components(latents, 60)
    variances = components.variances
    partial = open_partial(bundle, NAME, {})
    empty_partial(partial)
    save_projection(
        partial,
        sample_ids,
        components,
        components.project(latents),
        variances,
        Parallel(variances, variances / 2, len(latents), 20),
        rng.normal(0, 5, (len(latents), 2)).astype(np.float32) if umap else None,
    )
    write_study(bundle, NAME, partial, {"umap": None})
