"""Make the study `clusters` of a bundle: a sweep over K, and the means to doubt it. A stopped run goes on."""

from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import Source
from posecore.bundle.manifest import LATENTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.clustering.controls import subsampled
from posecore.clustering.density import LEAST_K, LEAST_PEOPLE
from posecore.clustering.evidence import DRAWS as CONTROL_DRAWS
from posecore.clustering.evidence import MOST, Evidence, gather
from posecore.clustering.gap import DRAWS, Gap, gap_statistic
from posecore.clustering.methods import DENSE
from posecore.clustering.space import Space, component_space, latent_space
from posecore.clustering.stability import RESAMPLES, Stability, stability
from posecore.clustering.sweep import Sweep, SweepSettings, sweep
from posecore.components.pca import Components, fit_components
from posecore.studies.clusters.results import NAME, save_cluster_study
from posecore.unfinished import Piece, read_or_make


@dataclass(frozen=True)
class ClusterSettings:
    """components: so many of the first ones are clustered in; None for whole latents. draws: of the gap
    statistic, 0 for none. resamples: of the bootstrap, 0 for none. controls: whether to gather
    evidence for a verdict, beside people without structure. control_draws: of each control for that."""

    sweep: SweepSettings = field(default_factory=SweepSettings)
    components: int | None = None
    draws: int = DRAWS
    resamples: int = RESAMPLES
    controls: bool = True
    control_draws: int = CONTROL_DRAWS


class Engine(Protocol):
    """Where components are fitted and the sweep is computed."""

    def source(self, space: Space) -> Source:
        """The people of a space, where the work is done."""
        ...

    def fit(self, latents: NDArray[np.floating], components: int) -> Components:
        """As fit_components; all rows are finite."""
        ...


class ThreadsEngine:
    """In this process, on all its cores."""

    def source(self, space: Space) -> Source:
        """The people where they lie, in this process."""
        return space.source

    def fit(self, latents: NDArray[np.floating], components: int) -> Components:
        """See fit_components."""
        return fit_components(latents, components)


def run_cluster_study(bundle: Bundle, settings: ClusterSettings, engine: Engine | None = None) -> Study:
    """Write the study of `bundle` and open it; see posecore.studies.clusters.results.

    engine: in this process unless another is given; evidence, gap and stability always are, and the first
    two of some thousand people only. People whose latents hold nan are left out and named. Raises ConfigError
    where there are too few others or they are too much alike for the settings.
    """
    engine = ThreadsEngine() if engine is None else engine
    space = study_space(bundle.latents, settings.components, engine)
    job = asdict(settings) | {
        "latents": bundle.manifest.files[LATENTS]["sha256"],
        "versions": {name: version(name) for name in ("numpy", "scipy")},
    }
    partial = open_partial(bundle, NAME, job)
    found = _sweep(partial / "sweep", space, settings.sweep, engine)
    gap = _gap(partial / "gap.npz", space, settings) if settings.draws else None
    steady = _stability(partial / "stability.npz", space, found, settings) if settings.resamples else None
    ids = np.array(list(bundle.rows))
    evidence = _evidence(partial / "evidence", space, settings) if settings.controls else None
    save_cluster_study(
        empty_partial(partial), ids[space.rows], ids[space.left_out], found, gap, steady, evidence
    )
    info = job | {"space": space.name, "left_out": len(space.left_out), "people": len(space.rows)}
    return write_study(bundle, NAME, partial, info)


def study_space(latents: NDArray[np.floating], components: int | None, engine: Engine) -> Space:
    """Everybody whose latent (N, D) is finite: whole, or along the first components, fitted on them all.

    Raises ConfigError where nobody is left, or there are fewer components than asked for.
    """
    whole = latent_space(latents)
    if components is None:
        return whole
    scores = engine.fit(whole.features, components).first(components).project(latents)
    return component_space(scores, components)


def _sweep(folder: Path, space: Space, settings: SweepSettings, engine: Engine) -> Sweep:
    def found() -> Piece:
        return vars(sweep(space, settings, folder, engine.source(space), quiet=False))

    names = tuple(field.name for field in fields(Sweep))
    return Sweep(**read_or_make(folder / "sweep.npz", names, found))


def _evidence(folder: Path, space: Space, settings: ClusterSettings) -> Evidence | None:
    """In DENSE components at most; None of too few people, or where too small K are asked for."""
    dense = _dense(subsampled(space, settings.sweep.seed, MOST))
    if len(dense.rows) < LEAST_PEOPLE or settings.sweep.most < LEAST_K:
        return None
    folder.mkdir(exist_ok=True)
    sweep_settings = settings.sweep
    return gather(
        dense,
        sweep_settings.most,
        settings.control_draws,
        sweep_settings.restarts,
        sweep_settings.seed,
        folder,
        quiet=False,
    )


def _dense(people: Space) -> Space:
    fitted = fit_components(people.features, min(DENSE, *people.features.shape))
    return component_space(fitted.project(people.features), len(fitted.axes))


def _gap(path: Path, space: Space, settings: ClusterSettings) -> Gap:
    """In DENSE components at most, of as many people as controls are made of."""
    dense = _dense(subsampled(space, settings.sweep.seed))

    def make() -> Piece:
        own = settings.sweep
        found = gap_statistic(dense, own.most, settings.draws, own.restarts, own.seed, quiet=False)
        return {"gaps": found.gaps, "errors": found.errors}

    piece = read_or_make(path, ("gaps", "errors"), make)
    numbers = np.arange(1, settings.sweep.most + 1)
    return Gap(numbers, piece["gaps"], piece["errors"], settings.draws, dense.name, len(dense.rows))


def _stability(path: Path, space: Space, found: Sweep, settings: ClusterSettings) -> Stability:
    def make() -> Piece:
        return {"ari": stability(space, found, settings.resamples, settings.sweep.seed, quiet=False).ari}

    return Stability(found.numbers, read_or_make(path, ("ari",), make)["ari"])
