"""Whether a picture is of the kind that a bundle's people are: three measures, one rule.

How high its heatmaps' peaks are (their median), how far its latent lies from everybody's mean in standard
deviations (Mahalanobis), and how far the nearest person is. Each is compared with what people have of whom
the measure knows nothing: in five folds, components are fitted on four fifths of the people and the others
measured by them, as people whom components were fitted on vary more along them than new ones do.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.components.neighbours import nearest_people
from posecore.components.pca import Components, fit_components
from posecore.errors import ConfigError

MEASURES: Final = ("peak", "mahalanobis", "nearest")
"""Columns of what `measure` gives. All grow the less a picture is like the people: peaks have a minus."""

WEIGHTS: Final = (0.6, 0.2, 0.2)
"""Of the people who are refused, the share that each measure may refuse: most of it goes to the peaks, as the
network itself then says that it sees nobody; latents of pictures without people may lie anywhere."""

REFUSED: Final = 0.05
"""Share of left-out people who may be refused, all measures together."""

DOUBLE: Final = 0.0125
"""Share of people with as near a nearest one or a nearer, below which somebody near is the same picture."""

INWARD: Final = 0.05
"""Share of people who are nearest the mean: there everybody is near, which makes nobody a double."""

COMPONENTS: Final = 50
FOLDS: Final = 5

Floats = NDArray[np.float64]


def measure(
    fitted: Components,
    people: NDArray[np.floating],
    latents: NDArray[np.floating],
    peaks: NDArray[np.floating],
) -> Floats:
    """(S, 3), see MEASURES, of pictures with latents (S, D) and peaks (S, K).

    people: (N, d) scores along `fitted` of those whom a picture may be near to; who has nan is left out.
    Raises ConfigError where shapes do not fit or a latent is not finite.
    """
    scores = fitted.project(latents)
    deviations = np.sqrt(fitted.variances.astype(np.float64).clip(np.finfo(np.float32).tiny))
    away = np.linalg.norm(scores / deviations, axis=1)
    nearest = nearest_people(people, scores)[1][:, 0]
    return np.column_stack([-np.median(peaks, axis=1), away, nearest]).astype(np.float64)


def left_out(
    latents: NDArray[np.floating], peaks: NDArray[np.floating], components: int = COMPONENTS, seed: int = 0
) -> tuple[Floats, NDArray[np.int64]]:
    """What people are measured by components, and among people, that know nothing of them.

    latents: (N, D); peaks: (N, K). Gives (N, 3), see MEASURES, and everybody's fold (N,), from 0; nan for
    people whose latent is not finite. Raises ConfigError for fewer than 2 * FOLDS others.
    """
    known = np.flatnonzero(np.isfinite(latents).all(axis=1))
    if len(known) < 2 * FOLDS:
        raise ConfigError(f"{len(known)} people with known latents; {2 * FOLDS} or more are needed")
    fold = np.full(len(latents), -1)
    fold[np.random.default_rng(seed).permutation(known)] = np.arange(len(known)) % FOLDS
    values = np.full((len(latents), len(MEASURES)), np.nan)
    for number in range(FOLDS):
        others, out = np.flatnonzero((fold >= 0) & (fold != number)), np.flatnonzero(fold == number)
        fitted = fit_components(latents[others], components)
        values[out] = measure(fitted, fitted.project(latents[others]), latents[out], peaks[out])
    return values, fold


@dataclass(frozen=True, eq=False)
class Rule:
    """usual: (N, 3) what people have, see `left_out`; each column sorted. cutoff: a picture is refused whose
    least weighted p value is below this."""

    usual: Floats
    cutoff: float

    def p_values(self, values: Floats) -> Floats:
        """(S, 3) how rare such values (S, 3) or larger ones are among people, 0 to 1, each by itself."""
        count = len(self.usual)
        columns = zip(self.usual.T, values.T, strict=True)
        return np.column_stack(
            [(1 + count - np.searchsorted(usual, column)) / (1 + count) for usual, column in columns]
        )

    def refused_by(self, values: Floats) -> NDArray[np.bool_]:
        """(S, 3) which measures refuse pictures measured as (S, 3); one that any refuses is refused."""
        return np.asarray(self.p_values(values) / WEIGHTS < self.cutoff)

    def doubles(self, values: Floats) -> NDArray[np.bool_]:
        """(S,) which pictures measured as (S, 3) are so near somebody that they are hardly new."""
        count = len(self.usual)
        less = np.column_stack(
            [
                (1 + np.searchsorted(usual, column, "right")) / (1 + count)
                for usual, column in zip(self.usual.T, values.T, strict=True)
            ]
        )
        away, nearest = (less[:, MEASURES.index(name)] for name in ("mahalanobis", "nearest"))
        return np.asarray((nearest < DOUBLE) & (away > INWARD))


def fit_rule(values: Floats, refused: float) -> Rule:
    """The rule that refuses at most this share of the people measured (N, 3); who has nan is left out.

    Of new people it may refuse a little more: see `safe_share`.
    """
    values = values[np.isfinite(values).all(axis=1)]
    rule = Rule(np.sort(values, axis=0), 0.0)
    least = np.sort((rule.p_values(values) / WEIGHTS).min(axis=1))
    # Those strictly below are refused.
    return Rule(rule.usual, float(least[int(refused * len(least))]))


def refused_unseen(values: Floats, fold: NDArray[np.integer], refused: float) -> NDArray[np.bool_]:
    """(N, 3) which measures refuse whom by the rule of the other folds: what to expect of new people.

    fold: (N,) as `left_out` gives it. refused: share of the other folds' people whom that rule refuses.
    """
    found = np.zeros(values.shape, np.bool_)
    for number in range(fold.max() + 1):
        rule = fit_rule(values[(fold >= 0) & (fold != number)], refused)
        found[fold == number] = rule.refused_by(values[fold == number])
    return found


def safe_share(values: Floats, fold: NDArray[np.integer], most: float = REFUSED) -> float:
    """The largest share, `most` or less, with which no more than `most` of the people left out are refused.

    By people alone: what else the rule is tried on has no say. 0, at which nobody is refused, at the least.
    """
    known = fold >= 0
    people = int(known.sum())
    for count in range(int(most * people), 0, -1):
        if refused_unseen(values, fold, count / people)[known].any(axis=1).mean() <= most:
            return count / people
    return 0.0
