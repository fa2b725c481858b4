"""What a verdict on clusters rests on: the density test, and silhouettes beside many draws of controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.clustering.controls import CONTROLS
from posecore.clustering.density import Density, density
from posecore.clustering.space import Space
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.clustering.verdict import ClusterVerdict, Standing, standing, verdict
from posecore.errors import ConfigError
from posecore.unfinished import read_or_make

Floats = NDArray[np.float64]

MOST: Final = 5_000
"""People that evidence is gathered of at most, a subsample: their controls are swept over many times."""

DRAWS: Final = 20
"""Of each control."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """density: the test. silhouettes: (K,) the best mean silhouette of the people at each K of the test.
    controls: by their names the same (B, K) of each draw. valleys: by their names (B, K) the valleys of each
    draw. space: its name. people: how many."""

    density: Density
    silhouettes: Floats
    controls: Mapping[str, Floats]
    valleys: Mapping[str, Floats]
    space: str
    people: int

    def standings(self, k: int) -> dict[str, Standing]:
        """The people beside each control at K = k of the test."""
        at = int(np.searchsorted(self.density.ks, k))
        return {
            name: standing(float(self.silhouettes[at]), draws[:, at]) for name, draws in self.controls.items()
        }

    @property
    def verdict(self) -> ClusterVerdict:
        """What it comes to."""
        count = self.density.count
        return verdict(self.density, self.standings(count) if count > 1 else {})


def gather(
    space: Space,
    most: int = 10,
    draws: int = DRAWS,
    restarts: int = 10,
    seed: int = 0,
    folder: Path | None = None,
    quiet: bool = True,
) -> Evidence:
    """All evidence for K from 2 to `most`: a minute for 1,000 people in 50 components on two cores.

    Meant for some tens of components. folder: controls that are done are kept there, so that a killed run of
    the same people and settings goes on; the caller names it after both. Raises ConfigError as `density`
    does, and for fewer than two draws.
    """
    if draws < 2:
        raise ConfigError(f"{draws} draws of each control: expected at least 2")
    test = density(space, most, seed)
    ks = test.ks.tolist()
    theirs, valleys = {}, {}
    for name in CONTROLS:
        path = None if folder is None else folder / f"{name}.npz"
        make = partial(_of_control, space, name, ks, draws, restarts, seed, quiet)
        piece = read_or_make(path, ("silhouettes", "valleys"), make)
        theirs[name], valleys[name] = piece["silhouettes"], piece["valleys"]
    ours = best_silhouettes(space, ks, restarts, seed)
    return Evidence(test, ours, theirs, valleys, space.name, len(space.rows))


def _of_control(
    space: Space, name: str, ks: Sequence[int], draws: int, restarts: int, seed: int, quiet: bool
) -> dict[str, Floats]:
    """silhouettes, valleys: (B, K) of every draw of a control."""
    best, deepest = [], []
    for draw in tqdm(range(seed, seed + draws), f"control {name}", unit=" draws", disable=quiet):
        control = CONTROLS[name](space, draw)
        best.append(best_silhouettes(control, ks, restarts, seed))
        deepest.append(density(control, ks[-1], draw, resamples=1).valley)
    return {"silhouettes": np.array(best), "valleys": np.array(deepest)}


def judge(
    space: Space, names: Sequence[str], most: int = 10, draws: int = DRAWS, restarts: int = 10, seed: int = 0
) -> ClusterVerdict:
    """The verdict alone, from as little as it takes: controls, of these `names`, are drawn only where the
    density test finds groups, and at that K. Raises ConfigError as `gather` does."""
    test = density(space, most, seed)
    if test.count == 1 or test.between[0] == 1:
        return verdict(test, {})
    k = [test.count]
    ours = float(best_silhouettes(space, k, restarts, seed)[0])
    standings = {}
    for name in names:
        theirs = [
            best_silhouettes(CONTROLS[name](space, seed + draw), k, restarts, seed) for draw in range(draws)
        ]
        standings[name] = standing(ours, np.concatenate(theirs))
    return verdict(test, standings)


def best_silhouettes(space: Space, ks: Sequence[int], restarts: int, seed: int) -> Floats:
    """(K,) the highest mean silhouette of `restarts` labellings at each of neighbouring numbers `ks`."""
    found = sweep(space, SweepSettings(ks[0], ks[-1], restarts, seed))
    return np.array([found.silhouettes[found.best(k)] for k in ks])
