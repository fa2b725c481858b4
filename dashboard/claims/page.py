"""Claims: what the two theses claim, card by card, and what held here."""

from collections.abc import Mapping
from typing import Final, Literal

import streamlit as st

from dashboard.claims import own, words
from dashboard.claims.judged import outcomes
from dashboard.shared import bundles, claiming, glossary, links, shown_here, widgets
from dashboard.shared.counterpart import counterpart
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle
from posecore.theses.judging import Outcome
from posecore.verdict import Verdict

COLOURS: Final[Mapping[Verdict | None, Literal["blue", "orange", "gray"]]] = {
    Verdict.HOLDS: "blue",
    Verdict.DOES_NOT: "orange",
    Verdict.UNKNOWN: "gray",
    None: "gray",
}
NOT_COMPUTED_ICON: Final = ":material/hourglass_empty:"


def icon(verdict: Verdict | None) -> str:
    """By shape, so that nobody needs colour."""
    return NOT_COMPUTED_ICON if verdict is None else shown_here.ICONS[verdict]


def card(bundle: Bundle, outcome: Outcome, other: tuple[Bundle, Outcome] | None) -> None:
    """A claim. other: another bundle and what it came to there, where that differs."""
    claim = outcome.claim
    with st.container(border=True, height="stretch", key=f"claims_card_{claim.key}"):
        st.markdown(f"**{claim.statement}**")
        if other is None:
            verdict(bundle, outcome)
        else:
            st.caption(words.DISAGREE)
            for column, (one, found) in zip(st.columns(2), ((bundle, outcome), other), strict=True):
                with column:
                    st.markdown(f"*{one.path.name}*, {bundles.trained_how(one) or 'training not recorded'}")
                    verdict(one, found)
        if claim.figure:
            st.caption(f"**{words.FIGURE}.** {words.figure(claim)}")
        with st.expander(words.HOW):
            judged_how(bundle, outcome)
        if claim.view is not None:
            bundles.page_link(
                bundle, claim.view.page, claim.view.label, ":material/arrow_forward:", **claim.view.link
            )
            if not claim.view.shows:
                st.caption(words.NO_VIEW)
        if (asked := own.asked(bundle, outcome)) is not None:
            claiming.claim_link(bundle, asked.kind, **asked.parameters)


def verdict(bundle: Bundle, outcome: Outcome) -> None:
    """The word, the figures, and what would change it."""
    st.badge(words.badge(outcome), icon=icon(outcome.verdict), color=COLOURS[outcome.verdict])
    finding = outcome.finding
    if finding is None:
        said = words.open_question(outcome) if outcome.studied else words.missing(outcome)
        st.markdown(said)
        return
    st.markdown(words.effect(finding))
    st.caption(words.what(finding))
    if said := words.correlations(finding, joints_known(bundle.samples)):
        st.caption(said)
    st.caption(words.change(finding))


def judged_how(bundle: Bundle, outcome: Outcome) -> None:
    """Where it is claimed, what is measured, on whom, and the figures behind the figure."""
    claim = outcome.claim
    st.markdown(f"**Claimed in** {claim.where} ({claim.thesis.value.lower()}).")
    st.markdown(f"**Measured** {claim.measured}")
    st.markdown(words.whom(claim, bundle))
    if outcome.finding is not None and outcome.finding.parts:
        st.markdown("\n".join(f"- {line}" for line in words.parts(outcome.finding)))


def at_a_glance(found: Mapping[str, Outcome]) -> None:
    """What held, what did not, and what cannot be told, before the cards."""
    for column, kind in zip(st.columns(len(Verdict)), Verdict, strict=True):
        chosen = [outcome for outcome in found.values() if outcome.verdict is kind]
        with column.container(border=True, height="stretch"):
            st.markdown(f"{icon(kind)} **{kind.capitalize()}** ({len(chosen)})")
            if chosen:
                st.markdown(words.glance(chosen))


def cards(
    bundle: Bundle, found: Mapping[str, Outcome], beside: tuple[Bundle, Mapping[str, Outcome]] | None
) -> None:
    """Those that the filters ask for, by verdict."""
    theses = words.thesis_options()
    with st.container(horizontal=True):
        thesis = theses[widgets.segments(words.THESIS_LABEL, list(theses), links.CLAIMS_THESIS)]
        offered = [words.ALL, *words.VERDICTS]
        asked = widgets.segments(words.VERDICT_LABEL, offered, links.CLAIMS_VERDICT, wrap=True)
    drawn = False
    for title, kind in words.VERDICTS.items():
        chosen = [
            outcome
            for outcome in found.values()
            if outcome.verdict == kind
            and thesis in (None, outcome.claim.thesis)
            and asked in (words.ALL, title)
        ]
        if not chosen:
            continue
        drawn = True
        st.subheader(f"{icon(kind)} {title} ({len(chosen)})")
        for row in range(0, len(chosen), 2):
            for column, outcome in zip(st.columns(2), chosen[row : row + 2], strict=False):
                other = None if beside is None else (beside[0], beside[1][outcome.claim.key])
                with column:
                    card(bundle, outcome, other if other and words.disagree(outcome, other[1]) else None)
    if not drawn:
        st.info(words.NOTHING)


st.title("Claims")
bundle = bundles.current_bundle()
found = outcomes(bundle)
st.markdown(f"### {words.counts(list(found.values()))}")
second = counterpart(bundle)
beside = None if second is None else (second, outcomes(second))
at_a_glance(found)
if beside is not None:
    st.markdown(words.disagreements(found, beside[1], beside[0].path.name))
st.markdown(words.INTRODUCTION)
bundles.page_link(bundle, "ledger", words.LEDGER, ":material/receipt_long:")
commands = sorted({command for outcome in found.values() for command in outcome.commands})
if commands:
    st.info(words.not_stored(commands), icon=":material/query_stats:")
cards(bundle, found, beside)
glossary.explain(words.GLOSSARY, "\n".join(words.texts(found.values())))
