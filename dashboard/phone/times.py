"""What phones took, as the page Phone lists it."""

from collections.abc import Sequence

from posecore.studies.phone.results import Timed


def columns(timed: Sequence[Timed]) -> dict[str, list[str | int]]:
    """The table's columns, a row per network and phone; times in milliseconds."""
    return {
        "phone": [one.file.removesuffix(".json") for one in timed],
        "threads": [one.threads for one in timed],
        "network": [one.network for one in timed],
        "runs": [len(one.milliseconds) for one in timed],
        "median, ms": [round(one.quantile(0.5)) for one in timed],
        "95 % within, ms": [round(one.quantile(0.95)) for one in timed],
        "browser": [one.browser for one in timed],
    }
