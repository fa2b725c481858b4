"""Pieces that several pages share: the bundle, a person, their picture, what a chart is made of."""

from typing import Final

import streamlit as st

from dashboard.shared import cache, links, sources, widgets
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, Manifest
from posecore.errors import BundleError
from posecore.models.configs import HourglassConfig, PoseResNetConfig

CUTS: Final = "trained with skips cut at random"
NO_CUTS: Final = "trained with all skips"
UNTRAINED: Final = "never trained"
"""What two networks that are otherwise alike are told apart by."""
LATENTS_CHANGED: Final = "What this page would show of the latents is not true."
STUDY_LEFT_OUT: Final = "A study of this bundle cannot be used and is left out."


def bundle_picker() -> None:
    """Let people choose where there is more than one bundle."""
    names = cache.bundle_names()
    if len(names) > 1:
        with st.container(horizontal=True, horizontal_alignment="right"):
            widgets.select(
                "Bundle",
                names,
                links.BUNDLE,
                width=260,
                help="A network together with the people whose latents were stored.",
            )
    elif names:
        links.refuse_forged(links.BUNDLE, links.one_of(names), names.__contains__)


def current_bundle() -> Bundle:
    """The chosen bundle. If there is none or it is broken, a sentence says what to do and the page ends."""
    names = cache.bundle_names()
    if not names:
        st.info(
            f"There is no bundle in {cache.artifacts_folder()} yet. Make one with "
            "`python scripts/extract_latents.py --checkpoint FILE --data DIR --out artifacts/NAME`, "
            "then reload this page.",
            icon=":material/inventory_2:",
        )
        st.stop()
    chosen = st.session_state.get(links.BUNDLE, names[0])
    try:
        bundle = cache.load_bundle(chosen if chosen in names else names[0])
    except BundleError as error:
        st.error(f"This bundle cannot be shown. {error}")
        st.stop()
    if problem := cache.latents_problem(bundle):
        st.error(f"{LATENTS_CHANGED} {problem}")
        st.stop()
    say_broken_studies(bundle)
    return bundle


def say_broken_studies(bundle: Bundle) -> None:
    """Name the studies that are there and cannot be used: pages fill their place with what they compute."""
    for problem in cache.study_faults(bundle):
        st.warning(f"{STUDY_LEFT_OUT} {problem}")


def source_line(bundle: Bundle, people: int | None = None) -> str:
    """What a chart is made of, as it stands above every chart."""
    return f"n = {sources.people_of(bundle, people)} · {network_name(bundle)}"


def network_name(bundle: Bundle) -> str:
    """The network in a few words: its size, and what was built into it or left out."""
    config = bundle.manifest.network_config
    words = [bundle.manifest.model["name"]]
    if isinstance(config, PoseResNetConfig):
        words.append(f"depth {config.depth}")
    else:
        words += [
            f"{config.stacks} {'stacks' if config.stacks > 1 else 'stack'}",
            f"{config.channels} channels",
        ]
    if config.compressed:
        words.append("compressed")
    if config.skips != ALL_ON.title:
        words.append(f"skips {config.skips}" if "1" in config.skips else "no skips")
    if isinstance(config, HourglassConfig) and config.bottleneck_channels:
        words.append(f"bottleneck of {config.bottleneck_channels}")
    if config.autoencoder:
        words.append(f"autoencoder of {config.autoencoder}")
    if how := trained_how(bundle):
        words.append(how)
    return ", ".join(words)


def trained_how(bundle: Bundle) -> str:
    """Whether a network that has all four skips met cut ones in training, in a few words; empty for one
    without some of them, and where its training is not recorded."""
    return how_trained(bundle.manifest)


def how_trained(manifest: Manifest) -> str:
    """The same of a manifest."""
    if manifest.untrained:
        return UNTRAINED
    if manifest.built_skips != ALL_ON or not manifest.training:
        return ""
    return CUTS if manifest.training.get("cut_skips") else NO_CUTS


def met_cuts(bundle: Bundle) -> bool:
    """Whether skips were cut at random while the network was trained."""
    return bool(bundle.manifest.training.get("cut_skips"))


def page_link(bundle: Bundle, page: str, label: str, icon: str, **parameters: str) -> None:
    """A link to another page that keeps the bundle."""
    if len(cache.bundle_names()) > 1:
        parameters[links.BUNDLE] = bundle.path.name
    st.page_link(f"{page}/page.py", label=label, icon=icon, query_params=parameters or None)
