"""How much of the pose a linear readout finds in latents: a probe of what is there, whatever decodes it.

Ridge regression (Hoerl and Kennard 1970) from latents to the places of the joints, or to whatever else is
known in numbers, of people whom it did not learn from; a linear probe as in Alain and Bengio 2016. N people,
D numbers each, K joints.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import as_float32
from posecore.components.pca import fit_components
from posecore.errors import ConfigError
from posecore.metrics.pck import Hits, hits
from posecore.threads import one_blas_thread

FOLDS: Final = 5

PENALTIES: Final = 10.0 ** np.arange(-4, 4.5, 0.5)
"""Of which the training people choose, in units of the latents' variance over them, all numbers together."""

LEAST: Final = 3
"""Training people of whom a target has to be known; of fewer their mean is taken."""

Points = NDArray[np.float64]


class Readout(NamedTuple):
    """Hits (N, K) on people held out, as in posecore.metrics.pck.

    found: of the readout. mean: of the mean place of each joint over the training people, which needs no
    latent; what the readout finds beyond that is what latents tell.
    """

    found: Hits
    mean: Hits


class Read(NamedTuple):
    """What people held out are said to have, (N, T, p), nan where nobody taught it.

    found: by the readout. mean: by the mean of the training people, which needs no latent.
    """

    found: Points
    mean: Points


def readout(
    latents: NDArray[np.floating],
    annotated: NDArray[np.floating],
    visibility: NDArray[np.integer],
    seed: int = 0,
) -> Readout:
    """Read the places of joints off latents (N, D), each person by a readout that the others taught.

    annotated: (N, K, 2) crop pixels; visibility: (N, K), COCO 0/1/2: a joint teaches and counts where it is
    labelled (not 0). Raises ConfigError as `read` does.
    """
    if annotated.shape != (*visibility.shape, 2) or visibility.shape[:1] != (len(latents),):
        raise ConfigError(
            f"joints of shapes {annotated.shape} and {visibility.shape}: expected ({len(latents)}, K, 2) "
            f"and ({len(latents)}, K)"
        )
    said = read(latents, annotated, visibility > 0, seed)
    return Readout(hits(said.found, annotated, visibility), hits(said.mean, annotated, visibility))


def read(
    latents: NDArray[np.floating],
    targets: NDArray[np.floating],
    known: NDArray[np.bool_],
    seed: int = 0,
    components: int | None = None,
) -> Read:
    """Read targets (N, T, p) off latents (N, D), each person by a readout that the others taught.

    known: (N, T), of whom a target's p numbers are known: of them alone it is learned. People are dealt into
    FOLDS by `seed`; each fold is read off with the other folds' means and weights. Latents are centred and
    not scaled number by number, so that the result, as that of PCA or CKA, does not depend on how they are
    turned. The penalty of each target has the least squared error among the training people, each left out
    in turn. components: so many first ones of the training people stand for the latents; None for all of
    them. Raises ConfigError for fewer than FOLDS people, latents with nan, or more components than the
    training people have.
    """
    from sklearn.model_selection import KFold

    people = len(latents)
    if people < FOLDS:
        raise ConfigError(f"{people} people: a readout with {FOLDS} folds needs at least as many")
    found, mean = np.full((2, *targets.shape), np.nan)
    # Small steps, one after the other: two threads would wait for each other.
    with one_blas_thread():
        places = _turned(as_float32(latents))
        for learn, test in KFold(FOLDS, shuffle=True, random_state=seed).split(places):
            told = places
            if components is not None:
                fitted = fit_components(places[learn], components).first(components)
                told = np.asarray(fitted.project(places), np.float64)
            for target in range(targets.shape[1]):
                taught = learn[known[learn, target]]
                if not len(taught):
                    continue
                answers = targets[taught, target].astype(np.float64)
                mean[test, target] = answers.mean(axis=0)
                found[test, target] = _read(told[taught], answers, told[test])
    return Read(found, mean)


def _turned(latents: NDArray[np.float32]) -> Points:
    """(N, min(N, D)) the same people with the same distances, in as few numbers as that takes."""
    centred = latents - latents.mean(axis=0, dtype=np.float64)
    return np.transpose(np.linalg.qr(centred.T, mode="r"))


def _read(known: Points, targets: Points, asked: Points) -> Points:
    """(A, p) of one target of people `asked` (A, d), learned from targets (n, p) of `known` (n, d)."""
    from sklearn.linear_model import RidgeCV

    variance = known.var(axis=0).sum()
    if len(known) < LEAST or variance == 0:
        return np.broadcast_to(targets.mean(axis=0), (len(asked), targets.shape[1]))
    said = RidgeCV(alphas=PENALTIES * variance).fit(known, targets).predict(asked)
    return np.asarray(said).reshape(len(asked), targets.shape[1])
