"""Artifacts with two bundles of rendered people, and a server that starts no tests."""

import sys
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from planted_causes import plant_causes

PEOPLE = 24


@pytest.fixture(scope="module")
def claimed_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles "demo" and "other" of people who are said to be rendered."""
    folder = tmp_path_factory.mktemp("artifacts")
    for seed, name in enumerate(("demo", "other")):
        truth = {"seed": 15, "family": ["standing", "sitting"] * (PEOPLE // 2)}
        made = make_fake_bundle(folder / name, PEOPLE, annotations=True, truth=truth, seed=seed)
        plant_causes(made, {"turn": [1.0, 0.0]})
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Names of the ledgers whose claims were to be tested; ledgers lie in a folder of the test's own."""
    names: list[str] = []
    monkeypatch.setenv("POSE_LEDGER", str(tmp_path / "ledgers"))
    import dashboard.ledger.cards
    import dashboard.ledger.form

    def start(found: object, bundle: object) -> None:
        names.append(found.ledger.path.name)  # type: ignore[attr-defined]

    for module in (dashboard.ledger.cards, dashboard.ledger.form):
        monkeypatch.setattr(sys.modules[module.__name__], "start", start)
    return names
