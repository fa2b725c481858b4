"""Studies whose outcome is made up: of clusters with evidence, and of networks that never learned."""

from dataclasses import MISSING, fields

import numpy as np

from posecore.clustering.density import Density
from posecore.clustering.evidence import Evidence
from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.clustering.sweep import Sweep
from posecore.clustering.verdict import Kind
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import ControlStudy

KS = np.arange(2, 11)
PEOPLE = 1_000
SILHOUETTE, ALIKE = 0.4, 0.12
"""Of people who stand out from controls, and who do not."""


def evidence(groups: int, draws: int | None = None, silhouette: float = SILHOUETTE) -> Evidence:
    """A density test that finds so many groups, and so many in most of its draws."""
    rng = np.random.default_rng(0)
    own, drawn = (np.minimum(count, KS) for count in (groups, draws or groups))
    valley = np.linspace(0.9, 0.6, len(KS)) if groups == 1 else np.linspace(0.1, 0.3, len(KS))
    density = Density(
        KS,
        valley,
        valley - 0.07,
        valley + 0.05,
        np.stack([own, own]),
        np.broadcast_to(drawn, (40, 2, len(KS))),
        PEOPLE,
    )
    controls = {
        name: rng.uniform(0.1, 0.14, (20, len(KS))) + 0.01 * number
        for number, name in enumerate(("gaussian", "shuffled", "smoothed"))
    }
    valleys = {name: rng.uniform(0.6, 1, (20, len(KS))) for name in controls}
    return Evidence(
        density, np.full(len(KS), silhouette), controls, valleys, "the first 50 components", PEOPLE
    )


def cluster_study(found: Evidence | None, people: int = PEOPLE) -> ClusterStudy:
    """With this evidence; everything else is the same."""
    ks = np.repeat(KS, 2)
    means = np.linspace(0.3, 0.1, len(ks))
    sweep = Sweep(ks, np.zeros((len(ks), people), np.uint8), np.ones(len(ks)), means, np.zeros((len(KS), 5)))
    gap = Gap(np.arange(1, 11), np.arange(10) / 10, np.full(10, 0.01), 20, "the first 50 components", people)
    steady = Stability(KS, np.full((len(KS), 4), 0.8))
    ids = np.array([f"p-{row}" for row in range(people)])
    info = {"components": None}
    return ClusterStudy(ids, ids[:0], sweep, gap, steady, "the 128 numbers of the latent", info, found)


def control_study(*kinds: Kind) -> ControlStudy:
    """The own network, and untrained ones with these verdicts. The first has lower figures than the next."""
    nothing = {field.name: np.zeros(0) for field in fields(ControlStudy) if field.default is MISSING}
    step = np.arange(len(kinds) + 1)
    known = {
        "networks": np.array(["own", *(f"untrained-{seed}" for seed in range(len(kinds)))]),
        "sample_ids": np.array([f"p-{row}" for row in range(600)]),
        "ks": KS,
        "silhouettes": 0.15 + 0.05 * step[:, None, None] + np.zeros((len(step), len(KS), 2)),
        "gaps": 0.1 * step[:, None] + np.zeros((len(step), len(KS) + 1)),
        "gap_errors": np.full((len(step), len(KS) + 1), 0.01),
        "stability": 0.5 + 0.1 * step[:, None, None] + np.zeros((len(step), len(KS), 3)),
        "valleys": 0.7 + 0.1 * step[:, None] + np.zeros((len(step), len(KS))),
        "explained": 0.2 + 0.1 * step[:, None] + np.zeros((len(step), 2)),
        "verdict": np.array([Kind.REGIONS.value, *(kind.value for kind in kinds)]),
    }
    return ControlStudy(**nothing | known | {"info": {}})
