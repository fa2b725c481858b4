"""The sentence at the top of a page."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shared.shown_here import BEGINS, ICONS, Verdict, sentence


@pytest.mark.parametrize("verdict", Verdict)
def test_the_sentence_ends_in_its_verdict_alone(verdict: Verdict) -> None:
    said = sentence("two groups stand apart (valley 0.05)", verdict)
    assert said.startswith(BEGINS)
    assert said.endswith(f"(valley 0.05): **{verdict}**.")
    assert [word for word in Verdict if f"**{word}**" in said] == [verdict]


def test_no_two_verdicts_look_the_same() -> None:
    assert set(ICONS) == set(Verdict)
    assert len(set(ICONS.values())) == len(Verdict)


def test_it_is_drawn_with_the_sign_of_its_verdict() -> None:
    def page() -> None:
        from dashboard.shared.shown_here import Verdict, draw

        draw("two groups stand apart", Verdict.DOES_NOT)

    app = AppTest.from_function(page).run()
    assert not app.exception
    (drawn,) = app.markdown
    assert drawn.value == f"{ICONS[Verdict.DOES_NOT]} {sentence('two groups stand apart', Verdict.DOES_NOT)}"
