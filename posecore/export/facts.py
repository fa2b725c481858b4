"""What is known of an exported network, as plain values for the list of them."""

from pathlib import Path
from typing import Any

from posecore.ablation import ALL_MASKS, ALL_ON
from posecore.bundle.reader import Bundle
from posecore.compression.cost import multiplications, parameters
from posecore.export.agreement import Agreement
from posecore.files import sha256
from posecore.keypoints import sized_set
from posecore.metrics.paired import Comparison
from posecore.models.registry import PoseNetwork
from posecore.studies.skips.certainty import joint_limit


def describe_network(name: str, network: PoseNetwork, bundle: Bundle | None) -> dict[str, Any]:
    """What is true of a network whatever its numbers are stored in: its size, its joints, when they are sure.

    sure_above: by mask, the peak above which a joint is sure, None where none is; absent where the bundle has
    no study that tells. person_above: the median peak that shows a person.
    """
    keypoints = sized_set(network.config.joints)
    row: dict[str, Any] = {
        "name": name,
        "parameters": parameters(network),
        "macs": multiplications(network),
        "joints": {
            "names": list(keypoints.labels),
            "limbs": [list(limb) for limb in keypoints.limbs],
            "colours": ["#{:02x}{:02x}{:02x}".format(*colour) for colour in keypoints.colours],
        },
        "sure_above": None,
        "person_above": None,
    }
    if bundle is not None:
        limits = {mask.title: joint_limit(bundle, mask, "zero") for mask in ALL_MASKS}
        if all(limit.known for limit in limits.values()):
            row["sure_above"] = {title: limit.above for title, limit in limits.items()}
            row["person_above"] = limits[ALL_ON.title].person
    return row


def of_file(path: Path) -> dict[str, Any]:
    """A file's name, size and hash."""
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}


def of_scores(bundle: Bundle | None) -> dict[str, Any] | None:
    """The PCK of a bundle's own people, as it was computed when the bundle was made; None where unknown."""
    scores = None if bundle is None else bundle.samples["pck"].dropna()
    if scores is None or scores.empty:
        return None
    return {"value": round(float(scores.mean()), 4), "people": len(scores)}


def of_agreement(agreement: Agreement) -> dict[str, Any]:
    """Plain values, with the difference to three digits."""
    return {**agreement._asdict(), "largest_difference": float(f"{agreement.largest_difference:.3g}")}


def of_judgement(judged: Comparison) -> dict[str, Any]:
    """PCK of both networks over the same people, and the difference with its ends."""
    difference = judged.difference
    numbers = {
        "dense": judged.one.mean,
        "value": judged.other.mean,
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
    }
    return {**{name: round(float(value), 4) for name, value in numbers.items()}, "people": int(difference.n)}
