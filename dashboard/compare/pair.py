"""Two bundles that are compared, whom both hold, and what is known of these people."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import bundles, cache, pictures, sources
from posecore.bundle import Bundle
from posecore.bundle.exposure import exposure
from posecore.bundle.studies import open_study
from posecore.studies.pair.people import Common
from posecore.studies.pair.results import PairStudy, load_pair_study, study_name


class Pair(NamedTuple):
    """A and B, and the people of both, at least one."""

    one: Bundle
    other: Bundle
    common: Common

    @property
    def names(self) -> tuple[str, str]:
        """A and B with the bundles' names, as they stand in charts and tables."""
        return f"A: {self.one.path.name}", f"B: {self.other.path.name}"

    def source(self, people: int) -> str:
        """What a chart is made of, as it stands above every chart."""
        networks = [
            f"{name}, {bundles.network_name(bundle)}"
            for name, bundle in zip(self.names, (self.one, self.other), strict=True)
        ]
        data, sides = self.one.manifest.dataset, (self.one, self.other)
        known = sources.trained_by(
            {side: exposure(bundle.manifest) for side, bundle in zip("AB", sides, strict=True)}
        )
        who = sources.counted(data["name"], people) + (f", {known}" if known else "")
        return f"n = {who}<br>" + " · ".join(networks)


def pictured(pair: Pair, sample_ids: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(n,) which of these people of both have a picture at hand, by either bundle."""
    found = np.zeros(len(sample_ids), np.bool_)
    for bundle in (pair.one, pair.other):
        found |= pictures.at_hand(bundle)[[bundle.row(name) for name in sample_ids.tolist()]]
    return found


def study(pair: Pair) -> PairStudy:
    """What scripts/compare.py stored of the two, read once as long as it stays. Raises BundleError."""
    return _study(pair.one, pair.other, made(pair))


def made(pair: Pair) -> str:
    """When that was made; a key for what is derived from it. Raises BundleError."""
    return open_study(pair.one, study_name(pair.other)).created


@cache.cached(4, "Reading the study …")
def _study(one: Bundle, other: Bundle, created: str) -> PairStudy:
    return load_pair_study(one, other)
