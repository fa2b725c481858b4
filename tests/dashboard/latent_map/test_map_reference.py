"""The sentence at the top of the map, and networks that never learned beside its planes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from reading import words
from sent_map import open_map

from dashboard.latent_map import reference
from dashboard.latent_map import words as map_words
from dashboard.shared import untrained
from dashboard.shared.shown_here import BEGINS, Verdict
from posecore.bundle import Bundle, study_command
from posecore.statistics import Estimate
from posecore.studies.control.summary import Reach


def planted(*r2: float) -> SimpleNamespace:
    """As much of a control study as the map reads: of networks whose probes reach these R², the own first.

    Components 1 and 2 of those that never learned hold 50, 60, 70 % of the variance together.
    """
    rng = np.random.default_rng(0)
    spread = rng.uniform(1, 2, 200)
    errors = spread * (1 - np.array(r2)[:, None])
    # People differ, and the figure stays what it is.
    noise = rng.uniform(0.9, 1.1, 200)
    errors[0] *= noise * spread.sum() / (spread * noise).sum()
    explained = np.array([0.3, 0.2, 0.1]) + 0.05 * np.arange(len(r2))[:, None] - 0.05
    explained[0] = 0.9, 0.05, 0.01
    return SimpleNamespace(probe_errors=errors, probe_spread=spread, explained=explained)


@pytest.mark.parametrize(
    ("r2", "verdict"),
    [
        ((0.6, 0.1, 0.12, 0.08), Verdict.HOLDS),
        # As an untrained network: among the others, or above them by no more than they are apart.
        ((0.1, 0.1, 0.12, 0.08), Verdict.DOES_NOT),
        ((0.13, 0.1, 0.12, 0.08), Verdict.DOES_NOT),
        ((0.16, 0.1, 0.12, 0.08), Verdict.UNKNOWN),
    ],
)
def test_the_map_is_judged_beside_networks_that_never_learned(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, r2: tuple[float, ...], verdict: Verdict
) -> None:
    monkeypatch.setattr(untrained, "reference", lambda _: planted(*r2))
    said = words(open_map(monkeypatch, artifacts))
    (line,) = [one for one in said.splitlines() if BEGINS in one]
    assert f"**{verdict}**" in line and "n = 200 people" in line
    assert f"R² {r2[0]:.2f}" in line and "3 that never learned 0.12" in line
    assert untrained.plane([0.5, 0.6, 0.7]) in said


def test_without_a_control_study_the_command_stands_there_and_no_verdict(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words(open_map(monkeypatch, artifacts))
    assert said.count(study_command(bundle, "control")) == 1 and BEGINS not in said


def test_the_interval_decides() -> None:
    """Untrained ones lie 0.04 apart and 0.02 above their mean at most: 0.06 is needed."""
    reach = Reach(0.2, (0.1, 0.12, 0.08))
    cases = {(0.05, 0.07): Verdict.UNKNOWN, (0.061, 0.09): Verdict.HOLDS, (0.02, 0.059): Verdict.DOES_NOT}
    for (low, high), verdict in cases.items():
        learned = Estimate(*(np.array(one) for one in ((low + high) / 2, low, high)), np.array(50))
        assert map_words.shown(reach, learned)[1] is verdict


def test_planes_of_one_component_or_of_none_that_is_known(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(untrained, "reference", lambda _: planted(0.6, 0.1))
    assert reference.plane_shares(bundle, "2-2") == pytest.approx((0.2,))
    assert reference.plane_shares(bundle, "1-4") == reference.plane_shares(bundle, "umap") == ()
    assert untrained.plane([0.2]).endswith("20.0%.")
