"""“Make a claim of this”: the way from what a page shows to the form of the ledger, filled in."""

from typing import Final

from dashboard.shared import bundles, links
from posecore.bundle import Bundle

CUTS, COMPONENT, GROUP, CAUSE, NETWORKS = links.LEDGER_KINDS

UP, DOWN = "up together", "one up, the other down"
MORE, LESS = "more than the rest", "less than the rest"
"""Directions of components and of groups, as the form calls them."""

LABEL: Final = "Make a claim of this"


def claim_link(bundle: Bundle, kind: str, **parameters: str) -> None:
    """A link to the form. kind: of links.LEDGER_KINDS. parameters: by their names in links."""
    bundles.page_link(
        bundle, "ledger", LABEL, ":material/receipt_long:", **{links.LEDGER_KIND: kind, **parameters}
    )
