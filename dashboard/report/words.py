"""What the report says besides what the pages say."""

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.claims.words import CHANGE as CHANGE
from dashboard.claims.words import DISAGREE as DISAGREE
from dashboard.shared import bundles
from posecore.bundle import Bundle, Manifest
from posecore.bundle.studies import Study, open_study, study_command, study_folder
from posecore.errors import BundleError

TITLE: Final = "Report"
CONTENTS: Final = "Contents"
PARTS: Final[Mapping[str, str]] = {
    "network": "What the network is",
    "scores": "How well it does",
    "claims": "What the theses claim",
    "pages": "What the pages show",
    "ledger": "The ledger",
    "words": "Words used",
    "again": "How to make it again",
}
"""Parts of the report in their order, by the names that its links have."""

MEASURED: Final = "Of the people of this bundle"
CLAIM: Final = "Claim"
FILE: Final = "File"

NO_LEDGER: Final = "No ledger of claims of this bundle was given to this report."
NO_CLAIM: Final = "The ledger holds no claim of this bundle yet."
NOT_TESTED: Final = "not tested"
MEANS_ALONE: Final = (
    "The scores of the second table were stored as means, without intervals. Those of the first are of the "
    "bundle's people one by one, so they have some: 95 %, over people."
)
CHECKS: Final = "checks every file of the bundle"
CHANGED: Final = ", changed since"
COMMANDS: Final = (
    "A command says what a script is asked for at least; FILE, DIR, RUN and LABEL stand for your own. Below "
    "it stands with what settings the thing was made, as its manifest records them: those that are not the "
    "script's defaults have to be asked for, too. What takes much room stands in the manifest alone."
)
RECORDED: Final = "Recorded"
NO_COMMIT: Final = "commit not known: this copy of the code has no history"
NO_VERSION: Final = "not installed"
OF_THESE: Final = "PCK, people of this bundle"
WITH_ALL: Final = "PCK, all skips on"
ALL_CUT: Final = "lost PCK with all four skips cut, {} in their place"

SHAPLEY: Final = "What each skip adds, points of PCK"
R2: Final = "R² of where joints are, read off the latent, beside the mean of networks that never learned"
GAINED: Final = "this network has more"
VALLEYS: Final = "Valley between clusters, share of the lower peak"
CORRELATIONS: Final = "Rank correlation with component 1"
MOVEMENTS: Final = (
    "The component that each cause moves farthest, either way, in standard deviations of people"
)
NETWORKS: Final = "PCK of each network"
PAIR: Final = "What B finds more than A, points"
COMPRESSED: Final = "PCK of each network"


def beside(name: str) -> str:
    """The heading of a comparison with another bundle."""
    return f"Compare with {name}"


def left_out(count: int, what: str) -> str:
    """Of a ledger that is too long for a report."""
    return f"{count:,} {what} are not shown here; the file holds them."


def study_made(study: Study) -> str:
    """A stored study in the list of commands."""
    return f"the study {study.name}, of {study.created[:10]}"


def bundle_made(manifest: Manifest) -> str:
    """The bundle in the list of commands."""
    return f"the bundle {manifest.name}, of {manifest.created[:10]}"


def training_made(number: int, of: int) -> str:
    """A run of training in the list of commands, of so many that are recorded."""
    return f"its network, run {number} of {of} recorded"


def in_manifest(name: str) -> str:
    """Of a setting that takes too much room."""
    return f"{name} as in manifest.json"


def after(bundle: Bundle, epoch: int) -> str:
    """Above what curves show at an epoch: the one whose weights are kept, or else the last."""
    kept = epoch == bundle.manifest.training.get("best_epoch")
    return f"After epoch {epoch}, {'whose weights are kept' if kept else 'the last one recorded'}"


def fewer_drawn(drawn: int, people: int) -> str:
    """Of a map that would be too large a file."""
    return f"Of {people:,} people {drawn:,} are drawn, taken at random, so that the file stays small."


def missing_study(bundle: Bundle, name: str, error: BundleError) -> str:
    """One line for a study that is not there or cannot be used, with the command that makes it."""
    if study_folder(bundle, name).exists():
        return f"What is stored cannot be used. {error}."
    return f"Not computed here: `{study_command(bundle, name)}` makes it."


def source(bundle: Bundle, names: Sequence[str]) -> str:
    """The studies that a page's sentence and picture are taken from, as far as they are there."""
    found = []
    for name in names:
        try:
            found.append(f"`{name}` ({open_study(bundle, name).created[:10]})")
        except BundleError:
            continue
    if not found:
        return f"Source: the bundle itself, {bundles.network_name(bundle)}."
    return (
        f"Source: the stored {'studies' if len(found) > 1 else 'study'} {', '.join(found)} of "
        f"{bundles.network_name(bundle)}."
    )


def shape(bundle: Bundle) -> Mapping[str, str]:
    """The network's shape, what went in and what comes out."""
    manifest, joints = bundle.manifest, len(bundle.keypoints)
    return {
        "Network": bundles.network_name(bundle),
        "Goes in": "a picture of one person, 256 × 256 pixels",
        "Comes out": f"{joints} heatmaps of 64 × 64 cells, one per joint ({bundle.keypoints.title})",
        "In between": f"{manifest.dimensions:,} numbers per person, the latent",
        "Bundle made": manifest.created[:10],
    }
