"""Make the projection of a bundle: components, parallel analysis, UMAP. A stopped run goes on."""

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.bundle.manifest import LATENTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.components.parallel import DRAWS, Parallel, analysed_rows, parallel_analysis, shuffled_spectra
from posecore.components.pca import Components, fit_components, spectrum
from posecore.errors import ConfigError, DataError
from posecore.files import write_arrays
from posecore.studies.projection.results import NAME, save_projection
from posecore.unfinished import read_or_make, read_piece

KEPT: Final = 128
"""Components kept where nobody asks for another number."""

UMAP_COMPONENTS: Final = 50
"""Components a UMAP is made of."""

NEIGHBOURS: Final = 15
"""Of a UMAP, its usual value; with few more people than that there is no neighbourhood."""

FLAT: Final = 1e-6
"""Components with less variance than this share of the first one's are rounding, and not kept."""


@dataclass(frozen=True)
class ProjectionSettings:
    """components: how many to keep; None for KEPT, or as many as there are. draws: shuffles of the parallel
    analysis. seed: of everything drawn."""

    components: int | None = None
    draws: int = DRAWS
    seed: int = 0


def project(bundle: Bundle, settings: ProjectionSettings) -> Study:
    """Write the study `projection` of `bundle` and open it; see the results beside for what it holds.

    People whose latents hold nan are left out of it. Raises ConfigError where fewer than three are left, all
    are equal, or there are fewer components than asked for.
    """
    rows = analysed_rows(bundle.latents, settings.seed)
    job = asdict(settings) | {
        "latents": bundle.manifest.files[LATENTS]["sha256"],
        "umap": version("umap-learn"),
    }
    partial = open_partial(bundle, NAME, job)
    if len(bundle.latents) > 2 * NEIGHBOURS and not (partial / "umap.npy").is_file():
        load_umap()  # what keeps it from running is better known before the long work
    components = _components(partial, bundle.latents, settings)
    scores = components.project(bundle.latents)
    all_variances = _kept(partial / "spectrum.npz", lambda: spectrum(bundle.latents))
    parallel = _parallel(partial, np.asarray(bundle.latents[rows]), settings)
    known = np.isfinite(scores).all(axis=1)
    umap, said = None, f"UMAP needs more than {2 * NEIGHBOURS} people; there are {known.sum()}"
    if known.sum() > 2 * NEIGHBOURS:
        plane = _kept(
            partial / "umap.npz", lambda: umap_plane(scores[known, :UMAP_COMPONENTS], settings.seed)
        )
        umap, said = np.full((len(scores), 2), np.nan, np.float32), "made"
        umap[known] = plane
    save_projection(
        empty_partial(partial),
        np.array(list(bundle.rows)),
        components,
        scores,
        all_variances,
        parallel,
        umap,
    )
    info = asdict(settings) | {
        "umap": said,
        "umap_components": UMAP_COMPONENTS,
        "neighbours": NEIGHBOURS,
        "left_out": int((~known).sum()),
        "versions": {name: version(name) for name in ("numpy", "scipy", "umap-learn")},
    }
    return write_study(bundle, NAME, partial, info)


def load_umap() -> Any:
    """The class UMAP, imported.

    It keeps what it compiles beside its own files or in the user's cache; where neither can be written, in a
    temporary folder for as long as this process runs.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and of deprecations inside UMAP
        try:
            from umap import UMAP
        except RuntimeError:  # numba found no place for its cache
            from numba import config

            folder = tempfile.mkdtemp(prefix="numba-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            os.environ["NUMBA_CACHE_DIR"] = folder
            config.reload_config()  # type: ignore[no-untyped-call]
            from umap import UMAP
    return UMAP


def umap_plane(scores: NDArray[np.floating], seed: int = 0) -> NDArray[np.float32]:
    """UMAP (N, 2) of scores (N, d), the same for the same seed (McInnes et al. 2018).

    On one thread, as several give another result each time; and never inside a page: two sessions at once
    would end the process, as numba's threads do not bear it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and of deprecations inside UMAP
        reducer = load_umap()(
            n_neighbors=NEIGHBOURS,
            init="pca",
            n_jobs=1,
            random_state=seed,
            tqdm_kwds={"desc": "UMAP", "disable": False, "mininterval": 1},
        )
        plane = np.asarray(reducer.fit_transform(np.asarray(scores, np.float32)), np.float32)
    if not np.isfinite(plane).all():
        raise ConfigError("UMAP finds no place for some people: too many are equal; take other people")
    return plane


def _components(partial: Path, latents: NDArray[np.floating], settings: ProjectionSettings) -> Components:
    path = partial / "components.npz"
    try:
        return Components.load(path)
    except DataError:
        fitted = fit_components(latents, settings.components or KEPT)
    fitted = fitted.first(int((fitted.variances > FLAT * fitted.variances[0]).sum()))
    fitted = fitted if settings.components is None else fitted.first(settings.components)
    fitted.save(path)
    return fitted


def _parallel(partial: Path, latents: NDArray[np.floating], settings: ProjectionSettings) -> Parallel:
    variances = _kept(partial / "analysed.npz", lambda: spectrum(latents))
    files = [partial / f"shuffled{draw:04d}.npz" for draw in range(settings.draws)]
    shuffled: list[NDArray[np.float32]] = []
    for path in files:
        piece = read_piece(path, "values")
        if piece is None:
            break
        shuffled.append(piece["values"])
    done = len(shuffled)
    draws = shuffled_spectra(latents, done, len(files), settings.seed)
    for path, found in zip(
        files[done:],
        tqdm(draws, "parallel analysis", len(files), initial=done, unit=" draws", mininterval=1),
        strict=True,
    ):
        write_arrays(path, values=found)
        shuffled.append(found)
    return parallel_analysis(variances, np.stack(shuffled), len(latents))


def _kept(path: Path, compute: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
    """What is in the file, or is computed and written there."""
    return read_or_make(path, ("values",), lambda: {"values": compute()})["values"]
