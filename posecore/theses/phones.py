"""The criterion of the claim on a phone's time."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from posecore.errors import DataError
from posecore.statistics import bootstrap
from posecore.studies.phone.results import Timed
from posecore.theses.finding import Finding, Part, Unit, tries
from posecore.theses.stored import Stored

HALF: Final = 1.8
"""So many times as long the dense network has to take at least: half the time, less a tenth."""


def half_the_time(studies: Stored) -> Finding:
    """How many times as long the bundle's dense network takes as the smallest one measured beside it, in full
    precision both, on every phone: the geometric mean over their runs, which took turns."""
    name = studies.bundle.path.name
    parts = []
    for file in dict.fromkeys(one.file for one in studies.phone):
        here = [one for one in studies.phone if one.file == file and one.precision == "float32"]
        parts += _part(here, name)
    if not parts:
        raise DataError(f"no phone measured a network with fewer multiply-adds beside {name}")
    return tries(
        "The dense network's time, in those of the smallest",
        parts,
        HALF,
        Unit.PLAIN,
        whom="runs",
        notes=("The thesis's 2.37 and 1.23 s are of an app, with the picture's preparation: 1.93 times.",),
    )


def _part(here: Sequence[Timed], name: str) -> list[Part]:
    """Of one phone; empty where it did not measure both, or not in turns."""
    dense = next((one for one in here if one.network == name), None)
    if dense is None:
        return []
    smaller = [
        one for one in here if one.macs < dense.macs and len(one.milliseconds) == len(dense.milliseconds)
    ]
    if not smaller:
        return []
    small = min(smaller, key=lambda one: one.macs)
    found = bootstrap(np.log(dense.milliseconds / small.milliseconds))
    mean, low, high = (float(np.exp(value)) for value in (found.mean, found.low, found.high))
    threads = "1 thread" if dense.threads == 1 else f"{dense.threads} threads"
    return [Part(f"{small.network} on {dense.file}, {threads}", mean, low, high, int(found.n))]
