"""Every explanation in figures, of one network over people: the same functions for trained and untrained.

Each takes a Run and what it needs beside, and gives arrays by the names of posecore.studies.control.results,
without the axis of networks. Nothing here knows whether a network ever learned.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype

from posecore.ablation import REPLACEMENTS
from posecore.attributes.correlations import SURE, correlate
from posecore.bundle.people import People
from posecore.clustering.confounds import SETS, told_by
from posecore.clustering.density import LEAST_PEOPLE, density
from posecore.clustering.evidence import judge
from posecore.clustering.gap import gap_statistic
from posecore.clustering.methods import DENSE
from posecore.clustering.space import Space, component_space, latent_space
from posecore.clustering.stability import stability
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.clustering.verdict import REQUIRED, Kind
from posecore.components.belonging import COMPONENTS, fit_rule, left_out, measure, safe_share
from posecore.components.outliers import reference_distances
from posecore.components.parallel import DRAWS, parallel_analysis, shuffled_spectra
from posecore.components.pca import Components, fit_components, needed_for, spectrum
from posecore.components.walks import walk
from posecore.data.heatmaps import decode
from posecore.errors import ConfigError
from posecore.inference import decode_latents
from posecore.metrics.pck import hits, scores
from posecore.probes.readout import read
from posecore.studies.batches import in_batches
from posecore.studies.components.study import ComponentSettings, halves, kept_counts, shortened
from posecore.studies.control.results import MODES
from posecore.studies.control.run import Run
from posecore.studies.projection.study import FLAT, KEPT
from posecore.studies.skips.effects import level_joint_displacement
from posecore.studies.skips.study import answered, ask
from posecore.unfinished import Piece

SKIP_PEOPLE: Final = 200
"""People on whom every mask and replacement is tried, drawn: an hour more on two cores for a thousand."""

CURVE_PEOPLE: Final = 100
"""People whose latents are shortened, drawn of those whom the components were not fitted on."""

TESTED: Final = 20
"""Components that are correlated with attributes."""

VERDICT_DRAWS: Final = 6
"""Of each control that a verdict on clusters needs: as many as its rates were measured with."""

WALKED: Final = 10
"""Components that are walked along."""

STEPS: Final = np.linspace(-3, 3, 13)
"""Stops of a walk, in standard deviations."""

SHARE: Final = 0.95
"""Of the variance."""


def skip_figures(run: Run, people: People, seed: int, folder: Path) -> Piece:
    """What every skip connection carries: skip_people, skip_scores, skip_moved, joint_shares."""
    count = len(people.sample_ids)
    order = np.random.default_rng(seed).permutation(count)[:SKIP_PEOPLE]
    replacements = tuple(REPLACEMENTS)
    means = run.predictor.features(run.skip_means)
    cells, peaks = ask(folder, run.predictor, people, order, means, replacements)
    study = answered(people, order, cells, peaks, replacements)
    # Over the joints that are lost on neither side.
    moved = [
        np.ma.masked_invalid(level_joint_displacement(study.points_under(name))).mean(axis=-1).filled(np.nan)
        for name in replacements
    ]
    return {
        "skip_people": np.sort(order),
        "skip_scores": np.array([scores(study.hits_under(name)) for name in replacements], np.float32),
        "skip_moved": np.array(moved, np.float32),
        "joint_shares": _shares(study.hits_under("zero")),
    }


def cluster_figures(run: Run, traits: pd.DataFrame, seed: int, folder: Path) -> Piece:
    """Whether people fall into groups, in whole latents, and what tells these.

    traits: of the run's people in their order, see confounds.SETS.
    """
    settings = SweepSettings(seed=seed)
    space = latent_space(run.latents)
    found = sweep(space, settings, folder, quiet=False)
    fitted = fit_components(space.features, min(DENSE, *space.features.shape))
    dense = component_space(fitted.project(space.features), len(fitted.axes))
    gap = gap_statistic(dense, settings.most, restarts=settings.restarts, seed=seed, quiet=False)
    labels = np.stack([found.labels[found.best(int(k))] for k in found.numbers])
    return {
        "silhouettes": found.silhouettes.reshape(-1, settings.restarts).astype(np.float32),
        "gaps": gap.gaps.astype(np.float32),
        "gap_errors": gap.errors.astype(np.float32),
        "stability": stability(space, found, seed=seed, quiet=False).ari.astype(np.float32),
        "labels": labels,
        "told": np.array([_told(traits, numbers) for numbers in labels], np.float32),
        **_groups(dense, settings.most, seed),
    }


def _told(traits: pd.DataFrame, numbers: NDArray[np.integer]) -> list[float]:
    """How well each of confounds.SETS tells clusters (N,)."""
    found = told_by(traits, numbers)
    return [found[name].right if found else np.nan for name in SETS]


def _groups(space: Space, most: int, seed: int) -> Piece:
    """The density test's valleys (L,), nan where there are too few people for it, and the verdict."""
    valleys = np.full(most - 1, np.nan, np.float32)
    if len(space.rows) < LEAST_PEOPLE:
        return {"valleys": valleys, "verdict": np.array(Kind.UNKNOWN.value)}
    test = density(space, most, seed)
    valleys[test.ks - 2] = test.valley
    kind = judge(space, REQUIRED, most, VERDICT_DRAWS, seed=seed).kind
    return {"valleys": valleys, "verdict": np.array(kind.value)}


def component_figures(run: Run, ids: list[str], attributes: pd.DataFrame, seed: int) -> Piece:
    """What components hold, mean, and are walked along, and whether nobody is placed among people."""
    whole = fit_components(run.latents, KEPT)
    if len(whole.left_out):
        raise ConfigError(f"{len(whole.left_out)} latents hold nan or infinity; make the bundle anew")
    fitted = whole.first(int((whole.variances > FLAT * whole.variances[0]).sum()))
    people = fitted.project(run.latents)
    variances = spectrum(run.latents)
    chance = np.stack(list(shuffled_spectra(run.latents, 0, DRAWS, seed)))
    return {
        "explained": whole.explained,
        "needed": np.array(needed_for(variances, SHARE)),
        "above_chance": np.array(parallel_analysis(variances, chance, len(people)).count),
        **_meaning(fitted, people, ids, attributes, seed),
        "refused": _refused(run, seed),
    }


def curve_figures(run: Run, people: People, seed: int, folder: Path) -> Piece:
    """How many components the pose needs: counts, curve_people, curve_scores."""
    settings = ComponentSettings(seed=seed)
    _, tried = halves(run.latents, people.visibility, settings)
    settings = ComponentSettings(min(CURVE_PEOPLE, len(tried)), seed)
    fitted, tried = halves(run.latents, people.visibility, settings)
    components = fit_components(run.latents[fitted], run.latents.shape[1])
    counts = kept_counts(components)
    means = run.predictor.features(run.skip_means)

    def decoded(batch: NDArray[np.int64]) -> Piece:
        found = []
        for row in tried[batch]:
            latents = shortened(components, run.latents[row], counts)
            own = run.predictor.encode(people.picture(int(row))[None]).skips
            maps = (decode_latents(run.predictor, latents, skips) for skips in (None, own, means))
            found.append(np.stack([decode(each)[0] for each in maps]))
        return {"points": np.stack(found, axis=1)}

    pieces = in_batches(folder, len(tried), ("points",), decoded, "component curve")["points"]
    points = np.concatenate(pieces, axis=1)
    right = [
        [
            scores(hits(points[mode, :, v], people.annotated[tried], people.visibility[tried]))
            for v in range(points.shape[2])
        ]
        for mode in range(len(MODES))
    ]
    return {
        "counts": np.array([*counts, run.latents.shape[1]]),
        "curve_people": tried,
        "curve_scores": np.array(right, np.float32).swapaxes(1, 2),
    }


def probe_figures(run: Run, people: People, seed: int) -> Piece:
    """What can be read off the latent: probe_errors, probe_spread, probe_scores, probe_joints."""
    labelled = people.visibility > 0
    said = read(run.latents, people.annotated, labelled, seed)
    errors, spread = (
        np.where(labelled, np.square(places - people.annotated).sum(axis=-1), np.nan)
        for places in (said.found, said.mean)
    )
    known = labelled.any(axis=1)
    right = hits(said.found, people.annotated, people.visibility)
    return {
        "probe_errors": np.where(known, np.nansum(errors, axis=1), np.nan).astype(np.float32),
        "probe_spread": np.where(known, np.nansum(spread, axis=1), np.nan).astype(np.float32),
        "probe_scores": scores(right).astype(np.float32),
        "probe_joints": _shares(right),
    }


def _shares(right: NDArray[np.floating]) -> NDArray[np.float32]:
    """Means over people of hits (N, ...), nan where not known."""
    return np.asarray(np.ma.masked_invalid(right).mean(axis=0).filled(np.nan), np.float32)


def _meaning(
    fitted: Components, people: NDArray[np.float32], ids: list[str], attributes: pd.DataFrame, seed: int
) -> Piece:
    """Correlations of first components with attributes, and whether those of the nearest follow a walk."""
    most = min(TESTED, len(people) - 1, fitted.axes.shape[1])
    r, low, high = np.full((3, most), np.nan, np.float32)
    sure, tested = np.zeros((2, most), np.int64)
    best = [""] * most
    followed = [""] * min(WALKED, most)
    follows = np.full(min(WALKED, most), np.nan, np.float32)
    farther = np.zeros((len(follows), len(STEPS)), np.bool_)
    nearest = np.full(farther.shape, np.nan, np.float32)
    usual = reference_distances(people)
    for component in range(min(most, people.shape[1])):
        found = correlate(people[:, component], ids, attributes, seed=seed)
        known = found[found["p"].notna()]
        tested[component], sure[component] = len(known), (known["p_corrected"] < SURE).sum()
        if len(known):
            best[component] = str(known.index[0])
            r[component], low[component], high[component] = known.iloc[0][["r", "low", "high"]]
        if component < len(follows):
            stops = walk(fitted, people, component, STEPS)
            judged = usual.judge(stops.positions)
            farther[component] = judged.farther_out
            nearest[component] = judged.distance / (usual.typical or np.nan)
            # Of a kind, to which most people do not belong, the few people nearest to a walk say nothing.
            quantities = known[[not is_bool_dtype(attributes[name]) for name in known.index]]
            if len(quantities):
                followed[component] = str(quantities.index[0])
                values = attributes.loc[ids, followed[component]].to_numpy(np.float64)
                along = _rank_correlation(STEPS, values[stops.nearest])
                follows[component] = along * np.sign(quantities["r"].iloc[0])
    return {
        "correlation": r,
        "correlation_low": low,
        "correlation_high": high,
        "sure": sure,
        "tested": tested,
        "best_attribute": np.array(best),
        "followed": np.array(followed),
        "follows": follows,
        "farther_out": farther,
        "nearest": nearest,
    }


def _rank_correlation(steps: NDArray[np.floating], values: NDArray[np.float64]) -> float:
    """Spearman's, over the stops at which the value is known; nan of fewer than three, or where it is one."""
    from scipy.stats import spearmanr

    known = np.isfinite(values)
    if known.sum() < 3 or np.ptp(values[known]) == 0:
        return float("nan")
    return float(spearmanr(steps[known], values[known]).statistic)


def _refused(run: Run, seed: int) -> NDArray[np.bool_]:
    """(P, 3) by which measures pictures without people are refused, by the rule that people set."""
    values, fold = left_out(run.latents, run.peaks, seed=seed)
    rule = fit_rule(values, safe_share(values, fold))
    fitted = fit_components(run.latents, COMPONENTS)
    return rule.refused_by(measure(fitted, fitted.project(run.latents), run.nobody, run.nobody_peaks))
