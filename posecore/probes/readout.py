"""How much of the pose a linear readout finds in latents: a probe of what is there, whatever decodes it.

Ridge regression (Hoerl and Kennard 1970) from latents to the places of the joints, of people whom it did not
learn from; a linear probe as in Alain and Bengio 2016. N people, D numbers each, 17 joints.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import as_float32
from posecore.errors import ConfigError
from posecore.keypoints import K
from posecore.metrics.pck import Hits, hits
from posecore.threads import one_blas_thread

FOLDS: Final = 5

PENALTIES: Final = 10.0 ** np.arange(-4, 4.5, 0.5)
"""Of which the training people choose, in units of the latents' variance over them, all numbers together."""

LEAST: Final = 3
"""Training people on whom a joint has to be labelled; of fewer their mean is taken."""

Points = NDArray[np.float64]


class Readout(NamedTuple):
    """Hits (N, 17) on people held out, as in posecore.metrics.pck.

    found: of the readout. mean: of the mean place of each joint over the training people, which needs no
    latent; what the readout finds beyond that is what latents tell.
    """

    found: Hits
    mean: Hits


def readout(
    latents: NDArray[np.floating],
    annotated: NDArray[np.floating],
    visibility: NDArray[np.integer],
    seed: int = 0,
) -> Readout:
    """Read the places of joints off latents (N, D), each person by a readout that the others taught.

    annotated: (N, 17, 2) crop pixels; visibility: (N, 17), COCO 0/1/2: a joint teaches and counts where it is
    labelled (not 0). People are dealt into FOLDS by `seed`; each fold is read off with the other folds' means
    and weights. Latents are centred and not scaled number by number, so that the result, as that of PCA or
    CKA, does not depend on how they are turned. The penalty of each joint has the least squared error among
    the training people, each left out in turn. Raises ConfigError for fewer than FOLDS people, shapes that
    do not fit, or latents with nan.
    """
    from sklearn.model_selection import KFold

    people = len(latents)
    if people < FOLDS:
        raise ConfigError(f"{people} people: a readout with {FOLDS} folds needs at least as many")
    if annotated.shape != (people, K, 2) or visibility.shape != (people, K):
        raise ConfigError(
            f"joints of shapes {annotated.shape} and {visibility.shape}: expected ({people}, {K}, 2) and "
            f"({people}, {K})"
        )
    found, mean = np.full((2, people, K, 2), np.nan)
    # Small steps, one after the other: two threads would wait for each other.
    with one_blas_thread():
        places = _turned(as_float32(latents))
        for learn, test in KFold(FOLDS, shuffle=True, random_state=seed).split(places):
            for joint in range(K):
                known = learn[visibility[learn, joint] > 0]
                if not len(known):
                    continue
                targets = annotated[known, joint].astype(np.float64)
                mean[test, joint] = targets.mean(axis=0)
                found[test, joint] = _read(places[known], targets, places[test])
    return Readout(hits(found, annotated, visibility), hits(mean, annotated, visibility))


def _turned(latents: NDArray[np.float32]) -> Points:
    """(N, min(N, D)) the same people with the same distances, in as few numbers as that takes."""
    centred = latents - latents.mean(axis=0, dtype=np.float64)
    return np.transpose(np.linalg.qr(centred.T, mode="r"))


def _read(known: Points, targets: Points, asked: Points) -> Points:
    """(A, 2) places of one joint of people `asked` (A, d), learned from targets (n, 2) of `known` (n, d)."""
    from sklearn.linear_model import RidgeCV

    variance = known.var(axis=0).sum()
    if len(known) < LEAST or variance == 0:
        return np.broadcast_to(targets.mean(axis=0), (len(asked), 2))
    return np.asarray(RidgeCV(alphas=PENALTIES * variance).fit(known, targets).predict(asked))
