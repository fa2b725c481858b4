"""How many components matter, in sentences, from figures written by hand."""

import re

import numpy as np
import pytest

from dashboard.pc_walk import components_words as component_words
from dashboard.shared.shown_here import Verdict
from dashboard.shared.studies import ComponentCurve
from posecore.statistics import Estimate
from posecore.studies.components.results import ComponentStudy
from posecore.studies.control.summary import Reach


def test_loss_in_words() -> None:
    nothing = np.full(3, np.nan)
    study = ComponentStudy(
        np.array(["a"]),
        np.array([0, 50, 128]),
        np.zeros((2, 1, 3, 17), np.int8),
        np.zeros((2, 3), np.float32),
        9,
        {},
    )
    curve = Estimate(np.array([0.1, 0.45, 0.6]), nothing, nothing, np.array([40, 40, 40]))

    def loss(low: float, high: float) -> Estimate:
        return Estimate(np.array([0.5, 0.15, 0]), np.array([0.4, low, 0]), np.array([0.6, high, 0]), curve.n)

    nobody = Estimate(nothing, nothing, nothing, np.zeros(3, int))
    curves = {"off": ComponentCurve(curve, loss(0.1, 0.2), 128), "on": ComponentCurve(nobody, nobody, None)}
    off, on = component_words.kept(study, curves, 60)
    # Of the counts tried 50 is the next below 60.
    figures = ["60", "50", "0.450", "0.600", "0.100", "15.0", "10.0", "20.0", "40"]
    assert all(re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d])", off) for figure in figures)
    assert "matter" in off and not re.search(r"\d", on)
    unsure = {"off": ComponentCurve(curve, loss(-0.01, 0.2), 128)}
    assert "noise" in component_words.kept(study, unsure, 50)[0]
    flat = Estimate(np.array([0.0, 0.001, 0.001]), nothing, nothing, curve.n)
    little = Estimate(np.array([0.001, 0, 0]), np.array([0.0005, 0, 0]), np.array([0.002, 0, 0]), curve.n)
    none = component_words.kept(study, {"off": ComponentCurve(flat, little, 0)}, 50)[0]
    assert "**tells nothing**" in none and "noise" not in none and "60" not in none


def a_study(found: list[float], counts: list[int]) -> tuple[ComponentStudy, ComponentCurve]:
    """Ten people, each of whom as many of 17 joints is found as `found` says, for every count."""
    hits = np.zeros((2, 10, len(counts), 17), np.int8)
    for place, many in enumerate(found):
        hits[:, :, place, : round(many)] = 1
    study = ComponentStudy(
        np.array([str(n) for n in range(10)]),
        np.array(counts),
        hits,
        np.zeros((2, len(counts)), np.float32),
        500,
        {},
    )
    return study, ComponentCurve(study.curve("off"), study.loss("off"), study.enough("off"))


def test_where_a_curve_bends_in_words() -> None:
    study, found = a_study([1, 3, 9, 10, 15, 17, 17], [0, 5, 16, 50, 200, 499, 4096])
    # Of the 16 joints that the latent adds, 8 are there from 16 on, 14.4 from 499 on.
    said = component_words.knee(study, "off", found)
    assert re.findall(r"\d\.\d{3}", said) == ["0.059", "1.000"]
    assert re.findall(r"(\d+%)[^%]*?\*\*(\d+)\*\*", said) == [("50%", "16"), ("90%", "499")]
    study, found = a_study([1, 1, 1, 2, 3, 4, 17], [0, 5, 16, 50, 200, 499, 4096])
    # Nine tenths are reached with the latent itself alone, so no count is named.
    said = component_words.knee(study, "off", found)
    assert "90%" in said and not re.search(r"90%.*\*\*\d", said)
    # A curve that falls again is only there from where it stays.
    study, found = a_study([1, 10, 2, 10, 17, 17, 17], [0, 5, 16, 50, 200, 499, 4096])
    assert study.knee("off", 0.5) == 50
    study, found = a_study([2] * 7, [0, 5, 16, 50, 200, 499, 4096])
    assert study.knee("off", 0.5) is None


@pytest.mark.parametrize("found", [[1, 1, 1, 1], [0, 0, 0, 0], [0, 0.5, 0.5, 0.5], [17, 17, 17, 17]])
def test_where_there_is_nothing_to_lose_nothing_is_said_lost(found: list[float]) -> None:
    """The latent adds nothing, or too little, or no more can be found."""
    study, curve = a_study(found, [0, 5, 16, 4096])
    said = component_words.enough(study, "off", curve, "command")
    assert curve.enough is None and component_words.TOO_LITTLE in said
    assert f"n = {curve.curve.n[-1]} " in said
    in_place_of_one = (component_words.TOO_LITTLE, component_words.NONE_TRIED)
    study, curve = a_study([1, 4, 4, 4], [0, 5, 16, 4096])
    said = component_words.enough(study, "off", curve, "command")
    assert curve.enough == 5 and "**5**" in said and not any(words in said for words in in_place_of_one)
    study, curve = a_study([1, 2, 3, 9], [0, 5, 16, 4096])
    said = component_words.enough(study, "off", curve, "command")
    assert curve.enough == 4096 and "4,096" not in said
    assert component_words.NONE_TRIED in said and component_words.TOO_LITTLE not in said


@pytest.mark.parametrize(
    ("low", "high", "untrained", "verdict"),
    [
        (0.10, 0.15, 0.02, Verdict.HOLDS),
        (0.10, 0.15, 0.12, Verdict.UNKNOWN),
        (0.02, 0.15, 0.01, Verdict.UNKNOWN),
        (0.00, 0.02, 0.01, Verdict.DOES_NOT),
        (0.10, 0.15, 0.20, Verdict.DOES_NOT),
        (0.10, 0.15, None, Verdict.UNKNOWN),
    ],
)
def test_what_the_mean_in_everybody_s_place_costs(
    low: float, high: float, untrained: float | None, verdict: Verdict
) -> None:
    n, some = np.array([40, 40]), np.zeros(2)
    curve = Estimate(np.array([0.651, 0.778]), some, some, n)
    loss = Estimate(np.array([0.127, 0]), np.array([low, 0]), np.array([high, 0]), n)
    nobody = Estimate(some, some, some, np.zeros(2, int))
    curves = {"off": ComponentCurve(nobody, nobody, None), "on": ComponentCurve(curve, loss, None)}
    costs = None if untrained is None else {"on": Reach(0.127, (untrained, 0.0))}
    shown = component_words.shown(curves, costs)
    assert shown is not None and shown[1] is verdict
    assert all(figure in shown[0] for figure in ("0.651", "0.778", "12.7", "n = 40", "skips on"))
    assert (untrained is not None) == ("never learned" in shown[0])
    assert component_words.shown({"off": curves["off"]}, costs) is None


@pytest.mark.parametrize(("own", "alike"), [(298, True), (305, True), (270, False), (400, False)])
def test_counts_beside_those_of_networks_that_never_learned(own: float, alike: bool) -> None:
    said = component_words.variance_untrained(Reach(own, (305.0, 302.0)), 1000)
    assert f"{own:.0f}" in said and "302 to 305" in said and "n = 1,000" in said and "2 networks" in said
    assert (component_words.UNLEARNED in said) == alike


def test_the_thesis_s_counts_in_words() -> None:
    study, found = a_study([1, 3, 9, 10, 15, 16, 17], [0, 5, 16, 25, 200, 499, 4096])
    sixteen, fifty, many = component_words.thesis_counts(study, found)
    assert "**16**" in sixteen and re.findall(r"\d+\.\d", sixteen) == ["47.1"] * 3
    assert "**50**" in fifty and "with 25 41.2 points" in fifty
    assert "**541**" in many and all(figure in many for figure in ("500 people", "499", " 5.9 points"))
