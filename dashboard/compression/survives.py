"""The third tab: which channels stay, how far the Hessian changed that, what the smaller network leans on."""

import pandas as pd
import streamlit as st

from dashboard.compression import hourglass, known, survives_words, words
from dashboard.shared import figures, links, studies, widgets
from dashboard.shared.readout_words import part
from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.bundle import Bundle
from posecore.errors import BundleError, ConfigError
from posecore.models.configs import LEVELS
from posecore.studies.compression.facts import SCRATCH
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.compression.summary import arms
from posecore.studies.probe import summary as probes
from posecore.studies.skips.summary import Leaning


def show(bundle: Bundle, study: CompressionStudy, data: int) -> None:
    """The whole tab; data is of the other two."""
    _channels(study)
    st.subheader("How far did the Hessian change which groups go?")
    st.markdown(survives_words.hessian(study.hessians))
    if study.hessians:
        figures.tabled("Its overlap at every share", _overlap(study), "compression-hessian")
    st.subheader("Does the smaller network lean more on skip connections?")
    _leaning(bundle)


def _channels(study: CompressionStudy) -> None:
    every = {words.arm(one): one for one in arms(study) if one.method != SCRATCH}
    if not every:
        st.info(words.NOTHING_TUNED, icon=":material/query_stats:")
        return
    first = words.arm_spoken_of(study)
    arm = every[widgets.select("Compressed network", list(every), links.COMPRESSION_ARM, first, width=360)]
    shares = hourglass.survives(study, arm.points)
    st.markdown(survives_words.surviving(arm, shares))
    if study.points[0].network == "hourglass":
        theme = st.context.theme.type or "light"
        st.image(
            hourglass.hourglass_svg(shares, theme),
            width=hourglass.WIDTH,
            alt=survives_words.drawing_alt(shares),
        )
        st.caption(survives_words.HOW_DRAWN)
    table = pd.DataFrame(
        [{"compressed network": name, **hourglass.survives(study, one.points)} for name, one in every.items()]
    )
    figures.tabled("Share of channels that stay, part by part", table, "compression-channels")


def _overlap(study: CompressionStudy) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "seed": one.seed,
            "strength": one.strength,
            "share of parameters kept": float(share),
            "of the groups that go, go by norm too": overlap,
        }
        for one in study.hessians
        for share, overlap in one.overlap.items()
    )


def _leaning(bundle: Bundle) -> None:
    other = known.compressed_beside(bundle)
    if other is None:
        st.markdown(survives_words.NO_SMALLER_BUNDLE)
        return
    try:
        found = known.leaning(bundle, other)
    except (BundleError, ConfigError) as error:
        st.info(words.no_study(error), icon=":material/query_stats:")
        return
    if found is None:
        st.info(survives_words.NOBODY_IN_BOTH, icon=":material/query_stats:")
        return
    st.markdown(survives_words.leaning((bundle.path.name, other.path.name), found))
    titles = [survives_words.bundle_title(one) for one in (bundle, other)]
    figures.tabled("PCK lost when skips are cut", _lost(titles, found), "compression-skips")
    _readouts(bundle, other)


def _lost(titles: list[str], found: Leaning) -> pd.DataFrame:
    """A row per network, and one for the difference."""
    levels = [SkipMask.all_but(level).position for level in range(LEVELS)]
    rows = zip((*titles, survives_words.DIFFERENCE), found.pck, found.lost, strict=True)
    return pd.DataFrame(
        {
            "network": title,
            "n": found.people,
            "PCK": pck.mean[ALL_ON.position],
            "lost with all skips cut": lost.mean[ALL_OFF.position],
            "95 % from": lost.low[ALL_OFF.position],
            "95 % to": lost.high[ALL_OFF.position],
            **{survives_words.level(n): lost.mean[place] for n, place in enumerate(levels)},
        }
        for title, pck, lost in rows
    )


def _readouts(bundle: Bundle, other: Bundle) -> None:
    there = [(one, studies.probe_study_at_hand(one)) for one in (bundle, other)]
    rows = []
    for one, study in there:
        if study is None:
            st.caption(survives_words.no_probe(one))
            continue
        r2 = probes.r2(study)
        rows += [
            {
                "network": survives_words.bundle_title(one),
                "part": part(str(name)),
                "n": len(study.sample_ids),
                "numbers read": int(study.numbers[place]),
                "R²": float(r2.mean[place]),
                "95 % from": float(r2.low[place]),
                "95 % to": float(r2.high[place]),
            }
            for place, name in enumerate(study.inputs)
        ]
    if rows:
        st.subheader("How much of the pose does each part know?")
        st.markdown(
            survives_words.read_off((bundle.path.name, other.path.name), known.read_off(bundle, other))
        )
        st.caption(survives_words.HOW_READ)
        figures.tabled("What each part knows, by a linear readout", pd.DataFrame(rows), "compression-probe")
