"""People who do not exist, in groups that are known, and the page Clusters opened on them."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import note_change
from opening import open_page
from streamlit.testing.v1 import AppTest

from dashboard.shared.clustering.questions import Clustered
from posecore.bundle import Bundle

PEOPLE, DIMENSIONS = 60, 128
GROUPS = 4


def plant(path: Path, latents: np.ndarray) -> None:
    """Give the people of a bundle other latents; their file keeps its size."""
    np.save(path / "latents.npy", latents.astype(np.float16))
    note_change(path, "latents.npy")


def in_groups(people: int = PEOPLE) -> np.ndarray:
    """Person i belongs to group i % 4; groups 0 and 1, and 2 and 3, lie near each other."""
    rng = np.random.default_rng(0)
    centres = np.zeros((GROUPS, DIMENSIONS))
    centres[:, 0] = [-20, -20, 20, 20]
    centres[:, 1] = [-6, 6, -5, 5]
    return centres[np.arange(people) % GROUPS] + rng.normal(0, 0.3, (people, DIMENSIONS))


def open_clusters(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "clusters", **link)


def latents_of(bundle: Bundle) -> np.ndarray:
    return np.asarray(bundle.latents, np.float32)


def groups_of(found: Clustered) -> list[set[int]]:
    """The planted groups that each cluster's people come from, by number."""
    return [set((found.space.rows[found.members(n)] % GROUPS).tolist()) for n in range(len(found.sizes))]
