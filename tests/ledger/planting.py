"""A small bundle of rendered people that claims can be made of, and claims and results without one."""

from pathlib import Path
from typing import Any

from fake_bundle import make_fake_bundle

from posecore.ledger.claim import Claim, Result

PEOPLE = 24


def make_claimed_bundle(folder: Path, **how: Any) -> Path:
    """Its people are said to be rendered, in two families."""
    truth = {"seed": 15, "family": ["standing", "sitting"] * (PEOPLE // 2)}
    return make_fake_bundle(folder, PEOPLE, annotations=True, truth=truth, **how)


def planted_claim(component: int = 1, **values: Any) -> Claim:
    """About no bundle in particular."""
    return Claim(
        **{
            "number": 0,
            "kind": "component",
            "parameters": {"component": component, "attribute": "hip_angle"},
            "text": "Component and hips go together.",
            "direction": 1,
            "smallest": 0.2,
            "networks": {"own": "a" * 64},
            "fingerprint": "b" * 64,
            "made": "2026-01-02T03:04:05+00:00",
            **values,
        }
    )


def planted_result(claim: str, **values: Any) -> Result:
    """Of the claim of that id."""
    return Result(
        **{
            "claim": claim,
            "verdict": "holds",
            "effect": 0.5,
            "low": 0.4,
            "high": 0.6,
            "n": 500,
            "fewest": 500,
            "people": 500,
            "chance": 1e-9,
            "level": 0.03,
            "source": "new rendered people, seed 1",
            "left_out": 0,
            "versions": {"torch": "2"},
            "machine": "Linux",
            "tested": "2026-01-02T03:04:05+00:00",
            **values,
        }
    )
