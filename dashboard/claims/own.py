"""From a card to the ledger: what of a thesis's claim new people can be asked."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from dashboard.shared import claiming, links
from dashboard.shared.attribute_words import words_of
from posecore.ablation import ALL_OFF, ALL_ON
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle
from posecore.studies.skips.certainty import LABELLED
from posecore.theses.judging import Outcome


class Asked(NamedTuple):
    """kind: of links.LEDGER_KINDS. parameters: by their names in links."""

    kind: str
    parameters: Mapping[str, str]


def asked(bundle: Bundle, outcome: Outcome) -> Asked | None:
    """The claim of the ledger that says what this one does; None where it has no kind for that."""
    found = _KINDS.get(outcome.claim.key)
    return None if found is None else found(bundle, outcome)


def _cutting(bundle: Bundle, outcome: Outcome) -> Asked | None:
    if bundle.manifest.built_skips == ALL_OFF:
        return None
    masks = dict(zip(links.LEDGER_MASKS, (ALL_ON.title, ALL_OFF.title), strict=True))
    return Asked(claiming.CUTS, masks)


def _complete_and_sparse(bundle: Bundle, outcome: Outcome) -> Asked | None:
    if not bundle.manifest.dataset["annotations"]:
        return None
    attribute = words_of(LABELLED, joints_known(bundle.samples)).axis
    return Asked(claiming.GROUP, {links.LEDGER_K: "2", links.LEDGER_ATTRIBUTE: attribute})


_KINDS: Final[Mapping[str, Callable[[Bundle, Outcome], Asked | None]]] = {
    "cutting": _cutting,
    "complete-sparse": _complete_and_sparse,
}
"""By keys of the theses' claims. The others compare what no kind of the ledger does, as components of
completely labelled people, or networks that are in no bundle."""
