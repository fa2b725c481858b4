"""Which bundle the chosen one is compared with: it is in the URL."""

import streamlit as st

from dashboard.compare import words
from dashboard.compare.pair import Pair
from dashboard.shared import bundles, cache, links, widgets
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.studies.pair.people import Common, common_people


def choose_pair(bundle: Bundle) -> Pair | None:
    """Let the user choose B; None, with a sentence, where there is no other bundle or nobody is in both."""
    names = [name for name in cache.bundle_names() if name != bundle.path.name]
    if not names:
        st.info(words.no_other(bundle.path), icon=":material/compare:")
        return None
    chosen = widgets.select(
        f"Compare {bundle.path.name} (A) with (B)",
        names,
        links.COMPARE_WITH,
        width=320,
        help="Another bundle: another network, or another training of the same.",
    )
    try:
        other = cache.load_bundle(chosen)
        common = _common(bundle, other)
    except PosecoreError as error:
        st.error(words.not_comparable(error))
        return None
    bundles.say_broken_studies(other)
    pair = Pair(bundle, other, common)
    st.caption(words.who(pair))
    return pair


@cache.cached(4)
def _common(one: Bundle, other: Bundle) -> Common:
    return common_people(one, other)
