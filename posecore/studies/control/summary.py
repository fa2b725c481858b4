"""A control study in the figures that a page shows: what the own network reaches, and untrained ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON
from posecore.statistics import Estimate, Floats, bootstrap, bootstrap_ratio
from posecore.studies.control.results import MODES, OWN, ControlStudy
from posecore.studies.skips.effects import shapley

FIRST: Final = 10
"""Components that means over the first ones speak of."""


@dataclass(frozen=True)
class Reach:
    """One figure: of the bundle's own network, and of each untrained one."""

    own: float
    untrained: tuple[float, ...]

    @property
    def highest(self) -> float:
        """The most that a network which never learned reaches."""
        return max(self.untrained)

    @property
    def lowest(self) -> float:
        """The least of them."""
        return min(self.untrained)


FIGURES: Final[Mapping[str, Callable[[ControlStudy], NDArray[np.floating]]]] = {
    "PCK, all skips on": lambda s: np.nanmean(s.skip_scores[:, 0, :, ALL_MASKS.index(ALL_ON)], axis=1),
    "PCK, all skips cut": lambda s: np.nanmean(s.skip_scores[:, 0, :, ALL_MASKS.index(ALL_OFF)], axis=1),
    "largest Shapley value, zero": lambda s: np.nanmean(shapley(s.skip_scores[:, 0]), axis=1).max(axis=1),
    "pixels moved, one level cut": lambda s: _mean(s.skip_moved[:, 0], (1, 2)),
    "best mean silhouette": lambda s: s.silhouettes.max(axis=(1, 2)),
    "K of the best silhouette": lambda s: s.ks[s.silhouettes.max(axis=2).argmax(axis=1)].astype(float),
    "K by the gap statistic": lambda s: np.array([_gap_count(s, m) for m in range(len(s.networks))]),
    "stability at K = 2": lambda s: s.stability[:, 0].mean(axis=1),
    "components for 95 %": lambda s: s.needed.astype(float),
    "components above chance": lambda s: s.above_chance.astype(float),
    "strongest |r|, mean of the first 10": lambda s: np.nanmean(np.abs(s.correlation[:, :FIRST]), axis=1),
    "sure attributes, mean of the first 10": lambda s: s.sure[:, :FIRST].mean(axis=1),
    "walk: the nearest person's attribute follows, mean r": lambda s: _along(s).mean(axis=1),
    "walk: share of stops farther out than people": lambda s: _farther_out(s),
    "pictures without people not refused": lambda s: 1 - s.refused.any(axis=2).mean(axis=1),
    "curve: gain from no component to the latent, skips off": lambda s: _gain(s, "off"),
    "curve: gain from no component to the latent, skips on": lambda s: _gain(s, "on"),
    "curve: gain from no component to the latent, mean skips": lambda s: _gain(s, "mean"),
    "probe of the latent, R²": lambda s: 1 - np.nansum(s.probe_errors, axis=1) / np.nansum(s.probe_spread),
    "probe of the latent, PCK": lambda s: np.nanmean(s.probe_scores, axis=1),
}
"""Single figures of every network, (M,), by what they are."""


def reaches(study: ControlStudy) -> dict[str, Reach]:
    """All FIGURES."""
    return {name: reach(study, name) for name in FIGURES}


def reach(study: ControlStudy, name: str) -> Reach:
    """One of FIGURES."""
    return _reach(FIGURES[name](study))


def gain(study: ControlStudy, mode: str) -> Reach:
    """PCK that the latent adds to everybody's mean in its place, under one of MODES."""
    return _reach(_gain(study, mode))


def skip_pck(study: ControlStudy, replacement: str) -> Estimate:
    """(M, 16) PCK under every mask. Raises ValueError for a replacement that was not tried."""
    return _over_people(study.skip_scores[:, _place(study, replacement)])


def skip_shapley(study: ControlStudy, replacement: str) -> Estimate:
    """(M, 4) Shapley value of every level. Raises ValueError for a replacement that was not tried."""
    return _over_people(shapley(study.skip_scores[:, _place(study, replacement)]))


def curve(study: ControlStudy, mode: str) -> Estimate:
    """(M, V) PCK against the number of components kept, of one of MODES."""
    return _over_people(study.curve_scores[:, MODES.index(mode)])


def learned_r2(study: ControlStudy) -> Estimate:
    """R² that the probe of the own latent has beyond the mean of the untrained ones, person by person."""
    less = study.probe_errors[OWN + 1 :].mean(axis=0) - study.probe_errors[OWN]
    return bootstrap_ratio(less, study.probe_spread)


def strongest_correlation(study: ControlStudy) -> Reach:
    """The strongest |r| with an attribute over all components tested; 0 where nothing was known."""
    r = np.nan_to_num(np.abs(study.correlation)).reshape(len(study.networks), -1)
    return _reach(r.max(axis=1, initial=0))


def highest_curve(study: ControlStudy) -> Floats:
    """(V,) the most PCK that an untrained network reaches with so many components, under any of MODES."""
    means = np.nanmean(study.curve_scores[OWN + 1 :].astype(np.float64), axis=2)
    highest: Floats = means.max(axis=(0, 1))
    return highest


def cluster_agreement(study: ControlStudy, k: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Adjusted Rand index of the clusters K = k of every two untrained networks, and of the own network with
    each of them; nothing of a K that was not tried or a study that does not hold clusters."""
    from posecore.clustering.matching import compare

    if study.labels is None or k not in study.ks:
        return (), ()
    labels = study.labels[:, study.ks.tolist().index(k)].astype(np.int64)
    pairs = combinations(range(OWN + 1, len(labels)), 2)
    never = tuple(compare(labels[one], labels[other]).ari for one, other in pairs)
    return never, tuple(compare(labels[OWN], other).ari for other in labels[OWN + 1 :])


def untrained_regrouped(study: ControlStudy, k: int, other: int) -> Floats:
    """(U,) adjusted Rand index, in each untrained network, of its K = k clusters with its K = other ones; of
    as many with those of resampled people, the mean. Empty where it is not stored."""
    from posecore.clustering.matching import compare

    ks = study.ks.tolist()
    if k not in ks or other not in ks:
        return np.empty(0)
    if k == other:
        again: Floats = study.stability[OWN + 1 :, ks.index(k)].astype(np.float64).mean(axis=1)
        return again
    if study.labels is None:
        return np.empty(0)
    pairs = study.labels[OWN + 1 :, [ks.index(k), ks.index(other)]].astype(np.int64)
    return np.array([compare(*pair).ari for pair in pairs])


def untrained_silhouettes(study: ControlStudy, k: int) -> Floats:
    """(U,) the best mean silhouette of K = k clusters of each untrained network; empty of a K not tried."""
    if k not in study.ks:
        return np.empty(0)
    best: Floats = study.silhouettes[OWN + 1 :, study.ks.tolist().index(k)].astype(np.float64).max(axis=1)
    return best


def untrained_told(study: ControlStudy, k: int, by: str) -> Floats:
    """(U,) share of people whose cluster, of K = k, in each untrained network is told by one of
    confounds.SETS; empty of a K that was not tried or a study that does not hold it."""
    from posecore.clustering.confounds import SETS

    if study.told is None or k not in study.ks:
        return np.empty(0)
    told: Floats = study.told[OWN + 1 :, study.ks.tolist().index(k), list(SETS).index(by)].astype(np.float64)
    return told[np.isfinite(told)]


class Walks(NamedTuple):
    """Walks from the mean along one component of U untrained networks: steps (S,) c; nearest, farther_out:
    (U, S), see ControlStudy; people: to be near to."""

    steps: NDArray[np.float32]
    nearest: NDArray[np.float32]
    farther_out: NDArray[np.bool_]
    people: int


def untrained_walks(study: ControlStudy, component: int) -> Walks | None:
    """Along a component, from 0; None where it was not walked, or the study does not hold it."""
    if study.nearest is None or study.farther_out is None or component >= study.nearest.shape[1]:
        return None
    never = slice(OWN + 1, None), component
    return Walks(study.steps, study.nearest[never], study.farther_out[never], len(study.sample_ids))


def layer_baselines(study: ControlStudy) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(F, F) mean CKA of a layer of the own network with one of an untrained network, and of two untrained
    networks with each other; the latter nan where there is one only."""
    untrained = range(OWN + 1, len(study.networks))
    pairs = [study.cka[a, b] for a in untrained for b in untrained if a != b]
    nothing = np.full(study.cka.shape[2:], np.nan, np.float32)
    return study.cka[OWN, OWN + 1 :].mean(axis=0), np.mean(pairs, axis=0) if pairs else nothing


def _reach(values: NDArray[np.generic]) -> Reach:
    """One figure of every network, (M,)."""
    own, *others = values.astype(np.float64).tolist()
    return Reach(own, tuple(others))


def _over_people(values: NDArray[np.floating]) -> Estimate:
    """Estimates (M, ...) of values (M, n, ...) over n people, drawn alike for all networks."""
    return bootstrap(np.swapaxes(values, 0, 1))


def _place(study: ControlStudy, replacement: str) -> int:
    return [str(name) for name in study.replacements].index(replacement)


def _along(study: ControlStudy) -> Floats:
    """(M, w) how well the nearest person's attribute follows a walk: not at all where it does not vary."""
    return np.nan_to_num(study.follows.astype(np.float64))


def _farther_out(study: ControlStudy) -> Floats:
    """(M,) nan of a study that does not hold it."""
    if study.farther_out is None:
        return np.full(len(study.networks), np.nan)
    share: Floats = study.farther_out.mean(axis=(1, 2))
    return share


def _mean(values: NDArray[np.floating], axis: tuple[int, ...]) -> Floats:
    """Of what is known; nan where nothing is, as of joints that are all lost."""
    mean: Floats = np.ma.masked_invalid(values.astype(np.float64)).mean(axis=axis).filled(np.nan)
    return mean


def _gain(study: ControlStudy, mode: str) -> Floats:
    scores = np.nanmean(study.curve_scores[:, MODES.index(mode)].astype(np.float64), axis=1)
    gain: Floats = scores[:, -1] - scores[:, 0]
    return gain


def _gap_count(study: ControlStudy, network: int) -> float:
    from posecore.clustering.gap import Gap

    gaps = study.gaps[network]
    found = Gap(np.arange(1, len(gaps) + 1), gaps, study.gap_errors[network], 0, "", 0)
    return float(found.count)
