"""What a skip cut at test time says of a network, in the words of all pages.

Three things are kept apart: cut in a network trained with all its skips, cut in one trained with skips cut at
random, and trained without, which is another network.
"""

from typing import Final

from dashboard.shared import bundles, links
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import Bundle

TRAINED_WITHOUT: Final = (
    "A network trained without a skip is another one altogether, which may have found other ways: see "
    f"Compare, “{links.COMPARE_TABS[0]}”."
)
NOTHING_TO_CUT: Final = (
    "This network was trained without any skip connection, so there is nothing to cut in it."
)
MET_CUTS: Final = (
    f"Cut means **at test time**, in a network {bundles.CUTS}. It shows what the network *can* do without a "
    "skip, which is not what a network trained with all skips *uses* it for."
)
NEVER_LEARNED: Final = (
    "This network **never learned**: its weights are random. What a cut changes here, a cut changes without "
    "any training."
)
NEVER_MET: Final = (
    "It shows what this network leans on, in a state that it never met in training: much of the loss may be "
    "that the decoder never met a missing skip, and not what the skip carries."
)
NOT_RECORDED: Final = (
    "Cut means **at test time**. Whether this network met cut skips in training is not recorded; if it did "
    "not, much of the loss may be that the decoder never met a missing skip."
)
NAMED_MET: Final = "the network trained for it"
NAMED_NEVER_LEARNED: Final = "a network that never learned"
NAMED_NEVER_MET: Final = "the network that never met one"
NAMED_NOT_RECORDED: Final = "another network"
"""A network by what it knows of cut skips, as it stands in a sentence."""


def what_cutting_says(bundle: Bundle) -> str:
    """What cutting at test time shows of this network and what it does not, a paragraph of Markdown."""
    missing = _missing(bundle)
    if len(missing) == len(LEVEL_NAMES):
        return NOTHING_TO_CUT
    if bundles.met_cuts(bundle):
        words = MET_CUTS
    elif bundle.manifest.untrained:
        words = NEVER_LEARNED
    elif bundle.manifest.training:
        with_skips = "the skips it has, all on" if missing else "all four skips"
        words = f"Cut means **at test time**, in a network trained with {with_skips}. {NEVER_MET}"
    else:
        words = NOT_RECORDED
    if missing:
        return f"{words} It was trained without {', '.join(missing)}: there is nothing to cut."
    return f"{words} {TRAINED_WITHOUT}"


def named_by_cuts(bundle: Bundle) -> str:
    """The bundle's network by what it knows of cut skips, as it stands in a sentence."""
    if missing := _missing(bundle):
        return f"a network trained without {', '.join(missing)}"
    if bundles.met_cuts(bundle):
        return NAMED_MET
    if bundle.manifest.untrained:
        return NAMED_NEVER_LEARNED
    if bundle.manifest.training:
        return NAMED_NEVER_MET
    return NAMED_NOT_RECORDED


def switch_help(name: str, there: bool) -> str:
    """What a switch of a level is. there: whether the network has this skip."""
    if not there:
        return "This network was trained without it"
    return f"The way around the bottleneck with {name} cells; off means cut"


def _missing(bundle: Bundle) -> list[str]:
    """The levels whose skip was left out in training."""
    built = bundle.manifest.built_skips
    return [name for name, there in zip(LEVEL_NAMES, built, strict=True) if not there]
