"""Skip lab: one person's heatmaps with and without skip connections, and whether it holds for everybody."""

import streamlit as st

from dashboard import components, glossary, lab_opening, lab_view, picture_source, sources, state

st.title("Skip lab")
bundle = components.current_bundle()
state.refuse_forged(state.LAB_TAB, " or ".join(state.LAB_TABS), state.LAB_TABS.__contains__)
tab = st.segmented_control(
    "What to look at", state.LAB_TABS, default=state.LAB_TABS[0], required=True, key=state.LAB_TAB,
    bind="query-params", label_visibility="collapsed",
)  # fmt: skip
if tab == state.LAB_TABS[1]:
    from dashboard import skip_study_tab

    skip_study_tab.show(bundle)
else:
    st.markdown(
        "What do the ways around the bottleneck carry? First the network as trained, beside it **the same "
        "network with the skip connections cut that you switch off**, last what changed. A joint that moves "
        "by more than one PCK radius (12.8 pixels of the crop) no longer counts as the same place."
    )
    # In a container, as what it holds comes and goes: the switches below it stay what and where they are.
    with st.container():
        for key in state.LAB_SKIPS:
            state.refuse_forged(key, "true or false", lambda text: text.lower() in ("true", "false"))
        opening = lab_opening.opening(bundle)
        subject = picture_source.choose_subject(bundle, state.LAB_SOURCE, state.LAB_PERSON, opening.person)
    if subject is not None and subject.crop is None:
        lab_view.show_without_picture(bundle, subject)
    else:
        lab_view.show_lab(bundle, subject, opening)
    glossary.show(
        "Crop, Heatmap, Peak, Lost joint, Bottleneck, Latent, Decoder, Skip connection, PCK, PCK radius, "
        "Rival, Entropy",
        f"{components.source_line(bundle)} {sources.training_names(bundle)}",
    )
