"""Which two bundles are compared, whom both hold, and what is known of these people."""

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundles, cache, links, pictures, sources
from posecore.bundle import Bundle
from posecore.bundle.exposure import exposure
from posecore.bundle.studies import open_study
from posecore.errors import PosecoreError
from posecore.studies.pair.people import Common, common_people
from posecore.studies.pair.results import PairStudy, load_pair_study, study_name


class Pair(NamedTuple):
    """A and B, and the people of both, at least one."""

    one: Bundle
    other: Bundle
    common: Common

    @property
    def names(self) -> tuple[str, str]:
        """A and B with the bundles' names, as they stand in charts and tables."""
        return f"A: {self.one.path.name}", f"B: {self.other.path.name}"

    def source(self, people: int) -> str:
        """What a chart is made of, as it stands above every chart."""
        networks = [
            f"{name}, {bundles.network_name(bundle)}"
            for name, bundle in zip(self.names, (self.one, self.other), strict=True)
        ]
        data, sides = self.one.manifest.dataset, (self.one, self.other)
        known = sources.trained_by(
            {side: exposure(bundle.manifest) for side, bundle in zip("AB", sides, strict=True)}
        )
        who = sources.counted(data["name"], people) + (f", {known}" if known else "")
        return f"n = {who}<br>" + " · ".join(networks)


def choose_pair(bundle: Bundle) -> Pair | None:
    """Let the user choose B; None, with a sentence, where there is no other bundle or nobody is in both."""
    names = [name for name in cache.bundle_names() if name != bundle.path.name]
    if not names:
        beside = bundle.path.parent / "NAME"
        st.info(
            f"There is no other bundle beside {bundle.path} to compare it with. Make one of the same people "
            f"with `python scripts/extract_latents.py --checkpoint FILE --data DIR --out {beside}`, then run "
            f"`python scripts/compare.py --bundle {bundle.path} --with {beside} --data DIR`.",
            icon=":material/compare:",
        )
        return None
    links.refuse_forged(links.COMPARE_WITH, f"one of {', '.join(names)}", names.__contains__)
    chosen = st.selectbox(
        f"Compare {bundle.path.name} (A) with (B)",
        names,
        key=links.COMPARE_WITH,
        bind="query-params",
        width=320,
        help="Another bundle: another network, or another training of the same.",
    )
    try:
        other = cache.load_bundle(chosen if chosen in names else names[0])
        common = _common(bundle, other)
    except PosecoreError as error:
        st.error(f"These two cannot be compared. {error}")
        return None
    bundles.say_broken_studies(other)
    pair = Pair(bundle, other, common)
    _say_who(pair)
    return pair


@cache.cached(4)
def _common(one: Bundle, other: Bundle) -> Common:
    return common_people(one, other)


def _say_who(pair: Pair) -> None:
    """How many are common, in one sentence."""
    count = len(pair.common.sample_ids)
    sizes = pair.one.manifest.people, pair.other.manifest.people
    everybody = count == sizes[0] == sizes[1]
    words = (
        f"All **{count:,}** people are in both"
        if everybody
        else (f"**{count:,}** people are in both, of {sizes[0]:,} in A and {sizes[1]:,} in B")
    )
    apart = pair.common.cropped_otherwise
    otherwise = f"; {apart:,} more share a sample id but not the crop, and are left out" if apart else ""
    st.caption(f"{words}{otherwise}. Only they are compared, each with themselves.")


def pictured(pair: Pair, sample_ids: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(n,) which of these people of both have a picture at hand, by either bundle."""
    found = np.zeros(len(sample_ids), np.bool_)
    for bundle in (pair.one, pair.other):
        found |= pictures.at_hand(bundle)[[bundle.row(name) for name in sample_ids.tolist()]]
    return found


def study(pair: Pair) -> PairStudy:
    """What scripts/compare.py stored of the two, read once as long as it stays. Raises BundleError."""
    return _study(pair.one, pair.other, made(pair))


def made(pair: Pair) -> str:
    """When that was made; a key for what is derived from it. Raises BundleError."""
    return open_study(pair.one, study_name(pair.other)).created


@cache.cached(4, "Reading the study …")
def _study(one: Bundle, other: Bundle, created: str) -> PairStudy:
    return load_pair_study(one, other)
