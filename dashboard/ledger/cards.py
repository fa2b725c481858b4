"""The claims of a ledger, each with what came out or how far its test is."""

from typing import Final

import streamlit as st

from dashboard.ledger import form, words
from dashboard.ledger.desk import Desk, start
from dashboard.shared import bundles, links
from dashboard.shared.escaping import escaped
from posecore.bundle import Bundle
from posecore.errors import ConfigError
from posecore.ledger.claim import Claim, Result
from posecore.ledger.file import Entries
from posecore.ledger.findings import Verdict
from posecore.ledger.kinds import KINDS
from posecore.ledger.progress import progress

SIGNS: Final = {
    Verdict.HOLDS: (":material/check_circle:", "blue"),
    Verdict.DOES_NOT: (":material/cancel:", "orange"),
    Verdict.UNKNOWN: (":material/help:", "grey"),
}


def draw_cards(bundle: Bundle, found: Desk, entries: Entries) -> None:
    """The claim in the link first, then all, the latest first."""

    def there(text: str) -> Claim | None:
        return entries.claims.get(text)

    asked = there(links.linked(links.LEDGER_CLAIM, "a claim of this ledger", there))
    if entries.untested:
        with st.container():
            _watch(bundle, found, frozenset(entries.results))
    if asked is not None:
        st.subheader("The claim of this link" if found.place.stored else "The claim made last")
        _card(bundle, found, asked, entries.results.get(asked.id))
    others = [claim for claim in reversed(entries.claims.values()) if claim is not asked]
    if others:
        st.subheader("All claims" if asked is None else "All others")
    for claim in others:
        _card(bundle, found, claim, entries.results.get(claim.id))


def _card(bundle: Bundle, found: Desk, claim: Claim, result: Result | None) -> None:
    with st.container(border=True):
        if result is None:
            st.markdown(":material/hourglass_empty: **not tested**")
        else:
            icon, colour = SIGNS[Verdict(result.verdict)]
            st.markdown(f"{icon} :{colour}[**{result.verdict}**]")
        st.text(f"“{claim.text}”")
        st.markdown(f"Claim {claim.number}: {escaped(_sentence(bundle, claim))}")
        if result is not None:
            st.markdown(words.outcome(claim, result))
            st.text(words.on(result))
            st.caption(words.changes_it(claim, result))
            if result.left_out:
                st.caption(words.left_out(result.left_out))
        elif not form.can_test(bundle):
            st.caption(words.no_new_people(bundle.keypoints))
        if not form.is_current(claim, bundle):
            st.caption(words.OTHER_STATE)
        if found.place.stored:
            label = {links.LEDGER_CLAIM: claim.id}
            bundles.page_link(bundle, "ledger", f"Link to claim {claim.number}", ":material/link:", **label)
        else:
            st.caption(words.OF_SESSION)


def _sentence(bundle: Bundle, claim: Claim) -> str:
    """What is tested; or why that cannot be said, as the file may hold what no bundle has."""
    known = form.known_of(bundle)
    try:
        parameters = KINDS[claim.kind].read(known, claim.parameters)
    except ConfigError as error:
        return f"{words.NOT_OF_IT}{error}."
    return words.statement(claim.kind, parameters, claim.direction, claim.smallest, known.joints)


@st.fragment(run_every=2.0)
def _watch(bundle: Bundle, found: Desk, tested: frozenset[str]) -> None:
    """How far the tests are, looked at now and then; a result draws the page again."""
    entries = found.ledger.read()
    if frozenset(entries.results) != tested:
        st.rerun()
    running, waiting = found.testing, entries.untested
    for place, claim in enumerate(waiting):
        far = progress(found.ledger.path, claim.id)
        if far is not None and far.problem:
            st.warning(
                f"Claim {claim.number} could not be tested: {escaped(far.problem)}", icon=":material/error:"
            )
        elif running and far is not None and far.of and not place:
            share = far.done / far.of
            st.progress(share, f"Claim {claim.number} is tested: {words.under_way(far)}")
        elif running:
            st.caption(f"Claim {claim.number}: {words.WAITS}")
    if not running and form.can_test(bundle):
        st.caption(words.INTERRUPTED)
        if st.button("Go on", icon=":material/play_arrow:", key="_led_go_on"):
            start(found, bundle)
            st.rerun()
