"""Two networks beside networks that never learned, from the control studies of both bundles."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.compare.pair import Pair
from dashboard.shared import untrained
from posecore.ablation import ALL_ON, SkipMask
from posecore.keypoints import KeypointSet
from posecore.studies.control.results import OWN, ControlStudy
from posecore.studies.control.summary import cluster_agreement, layer_baselines

Floats = NDArray[np.floating]


class Baselines(NamedTuple):
    """CKA (L, L') of a layer, a row each, with a layer of another network; nan where it is not known.

    untrained: of two networks that never learned. mixed: of one of these with A, or with B. Of what the two
    bundles' studies say the higher one.
    """

    untrained: Floats
    mixed: Floats


def baselines(pair: Pair, names: tuple[Sequence[str], Sequence[str]]) -> Baselines | None:
    """For layers of A and of B, by their names; None where either bundle lacks the study."""
    one, other = untrained.reference(pair.one), untrained.reference(pair.other)
    return None if one is None or other is None else of_both(one, other, names)


def of_both(one: ControlStudy, other: ControlStudy, names: tuple[Sequence[str], Sequence[str]]) -> Baselines:
    """The same of these studies of A and of B."""
    ours = [_named(values, one, names) for values in layer_baselines(one)]
    # In B's study B's layers come first.
    theirs = [_named(values, other, names[::-1]).T for values in layer_baselines(other)]
    mixed, nothing = (np.fmax(*both) for both in zip(ours, theirs, strict=True))
    return Baselines(nothing, mixed)


def known(pair: Pair) -> list[ControlStudy]:
    """The control studies of A and of B, as far as there are any."""
    found = (untrained.reference(bundle) for bundle in (pair.one, pair.other))
    return [study for study in found if study is not None]


def masks(studies: Sequence[ControlStudy]) -> Floats:
    """(U, 16) PCK of all their U networks that never learned, under every mask, cut made zero."""
    return _stacked(16, [_scores(study) for study in studies])


def joints(studies: Sequence[ControlStudy], mask: SkipMask, count: int) -> Floats:
    """(U, 1 + count) PCK of these networks under a mask and how often they find each of so many joints, nan
    where not stored."""
    at = mask.position
    found = [(_scores(one)[:, at], one.joint_shares) for one in studies]
    sides = [(pck, None if shares is None else shares[OWN + 1 :, at]) for pck, shares in found]
    return _stacked(1 + count, [_beside_all(*side, count) for side in sides])


def parts(study: ControlStudy | None, mask: SkipMask, keypoints: KeypointSet) -> Floats:
    """(U, 1 + groups) PCK of the study's untrained networks under a mask, and the mean share that they find
    of the joints of each group, nan where not stored; of no network where there is no study, or one of other
    joints."""
    count, groups = len(keypoints), list(keypoints.groups.values())
    of_others = study is not None and study.joint_shares is not None and study.joint_shares.shape[-1] != count
    if study is None or of_others:
        return np.empty((0, 1 + len(groups)))
    found = joints([study], mask, count)
    return np.column_stack([found[:, 0], *(found[:, 1:][:, list(group)].mean(axis=1) for group in groups)])


def apart(study: ControlStudy) -> float:
    """How far the PCK of two of the study's untrained networks lie apart with all skips, at most; nan of one
    network."""
    found = _scores(study)[:, ALL_ON.position]
    return float(np.ptp(found)) if len(found) > 1 else np.nan


def readout(studies: Sequence[ControlStudy], count: int) -> Floats:
    """(U, 1 + count) PCK of a readout of these networks' latents, and how often it finds each joint,
    likewise."""
    found = [(np.nanmean(one.probe_scores[OWN + 1 :], axis=1), one.probe_joints) for one in studies]
    sides = [(pck, None if shares is None else shares[OWN + 1 :]) for pck, shares in found]
    return _stacked(1 + count, [_beside_all(*side, count) for side in sides])


def agreement(studies: Sequence[ControlStudy], k: int) -> tuple[list[float], list[float]]:
    """Adjusted Rand index of k clusters each of two that never learned, and of one of these with A or B;
    empty where that is not stored."""
    found = [cluster_agreement(study, k) for study in studies]
    return [one for never, _ in found for one in never], [one for _, mixed in found for one in mixed]


def outdated(pair: Pair) -> list[str]:
    """What makes those of the studies again that lack what was stored later, a line for each."""
    return [
        untrained.outdated(bundle)
        for bundle in (pair.one, pair.other)
        if (study := untrained.reference(bundle)) is not None and study.labels is None
    ]


def missing(pair: Pair) -> list[str]:
    """What makes the studies that are lacking, a line for each."""
    sides = (pair.one, pair.other)
    return [untrained.missing(bundle) for bundle in sides if untrained.reference(bundle) is None]


def _scores(study: ControlStudy) -> Floats:
    """(U, 16) PCK of untrained networks under every mask, cut made zero."""
    zero = study.replacements.tolist().index("zero")
    return np.asarray(np.nanmean(study.skip_scores[OWN + 1 :, zero].astype(np.float64), axis=1))


def _beside_all(overall: Floats, shares: Floats | None, count: int) -> Floats:
    """(U, 1 + count) of all joints (U,), and of each (U, count)."""
    return np.column_stack([overall, np.full((len(overall), count), np.nan) if shares is None else shares])


def _stacked(rows: int, sides: Sequence[Floats]) -> Floats:
    return np.concatenate(sides) if sides else np.empty((0, rows))


def _named(values: Floats, study: ControlStudy, names: tuple[Sequence[str], Sequence[str]]) -> Floats:
    """Of values (F, F) by the study's layers those of the layers `names`, (L, L'); nan where it has none."""
    places = {str(name): place for place, name in enumerate(study.layers)}
    found = np.full((len(names[0]), len(names[1])), np.nan)
    for cell in np.ndindex(found.shape):
        row, column = (places.get(side[place]) for side, place in zip(names, cell, strict=True))
        if row is not None and column is not None:
            found[cell] = values[row, column]
    return found
