"""The tab about one picture: the network as trained beside the same one with skips cut."""

import streamlit as st

from dashboard.shared import bundles, glossary, links, picture_source, sources, widgets
from dashboard.skip_lab import opening as lab_opening
from dashboard.skip_lab import view
from posecore.bundle import Bundle


def show(bundle: Bundle) -> None:
    """The whole tab."""
    st.markdown(
        "What do the ways around the bottleneck carry? First the network as trained, beside it **the same "
        "network with the skip connections cut that you switch off**, last what changed. A joint that moves "
        "by more than one PCK radius (12.8 pixels of the crop) no longer counts as the same place."
    )
    # In a container, as what it holds comes and goes: the switches below it stay what and where they are.
    with st.container():
        for key in links.LAB_SKIPS:
            widgets.refuse_no_switch(key)
        opening = lab_opening.opening(bundle)
        subject = picture_source.choose_subject(bundle, links.LAB_SOURCE, links.LAB_PERSON, opening.person)
    if subject is not None and subject.crop is None:
        view.show_without_picture(bundle, subject)
    else:
        view.show_lab(bundle, subject, opening)
    glossary.show(
        "Crop, Heatmap, Peak, Lost joint, Bottleneck, Latent, Decoder, Skip connection, PCK, PCK radius, "
        "Rival, Entropy",
        f"{bundles.source_line(bundle)} {sources.training_names(bundle)}",
    )
