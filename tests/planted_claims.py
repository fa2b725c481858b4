"""Claims and results of no bundle in particular; nothing here needs a network."""

from typing import Any

from posecore.ledger.claim import Claim, Result


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


def result_of(claim: Claim, **values: Any) -> Result:
    """Of that claim, with figures unlike those of others."""
    figures = {"effect": 0.51, "low": 0.45, "high": 0.57, "n": 480, "fewest": 480, "level": 0.0304}
    source = f"new rendered people, seed {claim.seed}"
    return planted_result(claim.id, **{**figures, "source": source, **values})
