"""The page below its tabs, as far as it is of two bundles."""

from typing import Final

from dashboard.compare.pair import choose_pair
from dashboard.shared import bundles, glossary, links
from posecore.bundle import Bundle

WORDS: Final = {
    links.COMPARE_TABS[1]: "Crop, Heatmap, Peak, Lost joint, Latent, Skip connection, PCK, PCK radius",
    links.COMPARE_TABS[2]: "Crop, Latent, Skip connection, Mask, PCK, Point, 95 % interval, Bootstrap",
    links.COMPARE_TABS[
        3
    ]: "Heatmap, Latent, Component, Variance, K-Means, Restart, Autoencoder, Adjusted Rand index, "
    "Procrustes, CKA, PCK, Point, 95 % interval, Bootstrap, Stack",
}
"""Of glossary.TERMS, those that each tab uses."""


def show(bundle: Bundle, tab: str) -> None:
    """The choice of B, and the tab's content."""
    pair = choose_pair(bundle)
    if pair is None:
        return
    # Each takes half a second to import, so that is done when its tab is opened.
    if tab == links.COMPARE_TABS[1]:
        from dashboard.compare import person

        person.show(pair)
    elif tab == links.COMPARE_TABS[2]:
        from dashboard.compare import everybody

        everybody.show(pair)
    else:
        from dashboard.compare import latents

        latents.show(pair)
    glossary.show(WORDS[tab], " ".join(bundles.network_name(one) for one in (pair.one, pair.other)))
