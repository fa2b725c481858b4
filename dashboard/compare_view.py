"""The page below its tabs, as far as it is of two bundles."""

from dashboard import state
from dashboard.compare_pair import choose_pair
from posecore.bundle import Bundle


def show(bundle: Bundle, tab: str) -> None:
    """The choice of B, and the tab's content."""
    pair = choose_pair(bundle)
    if pair is None:
        return
    if tab == state.COMPARE_TABS[1]:
        from dashboard import compare_person as content
    elif tab == state.COMPARE_TABS[2]:
        from dashboard import compare_everybody as content
    else:
        from dashboard import compare_latents as content
    content.show(pair)
