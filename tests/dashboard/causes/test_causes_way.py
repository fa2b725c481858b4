"""The way across the latent plane: its stops, its plane, what the player is given."""

import numpy as np
import pytest
from changing import RENDERED, Open

from dashboard.causes import asking, plane, way, words
from dashboard.shared import links, predictions
from dashboard.shared.causal_words import value_of
from posecore.bundle import Bundle
from posecore.causes.change import change_person, recall
from posecore.causes.table import CAUSES
from posecore.errors import ChangeError


def test_a_stop_per_value_from_end_to_end_with_where_the_person_then_lies(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    app = open_causes(cause_x="2", cause_y="5")
    titles, stops, first = frames
    cause = CAUSES["turn"]
    values = np.linspace(cause.low, cause.high, 9)
    assert [stop.name for stop in stops] == [value_of(cause, value) for value in values]
    assert titles[-1] == words.plane_tile(2, 5) and all(len(stop.pictures) == len(titles) for stop in stops)
    assert values[first] == min(values, key=lambda value: abs(value - cause.strengths[1]))
    table = next(one.value for one in app.dataframe if words.slider(cause) in one.value)
    assert table[words.slider(cause)].tolist() == values.tolist()
    drawn = recall(bundle.samples.iloc[RENDERED[0]])
    for row in (0, 6):
        crop = change_person(drawn, cause, float(values[row])).crop
        scores = asking.in_deviations(bundle, predictions.seen(bundle, crop, ("1111",), "zero").latent)
        assert table["component 2"].iloc[row] == pytest.approx(scores[1])
        assert f"{scores[1]:+.2f}".replace("-", "−") in stops[row].words


def test_kinds_have_a_stop_each_and_what_cannot_be_made_is_named(
    open_causes: Open, frames: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = CAUSES["background"]
    real = asking.change

    def change(bundle, person, one, value, joint):
        if value == 3:
            raise ChangeError("no room")
        return real(bundle, person, one, value, joint)

    monkeypatch.setattr(asking, "change", change)
    app = open_causes(cause=cause.name)
    assert [stop.name for stop in frames[1]] == [name for k, name in enumerate(cause.choices) if k != 3]
    assert any(f"{words.CANNOT_BE_MADE}: {cause.choices[3]}." in one.value for one in app.caption)


def test_the_plane_is_of_the_components_it_goes_farthest_along() -> None:
    places = np.array([[0.0, 5, 1, 0], [0.5, 5, -2, 1]])
    assert way.axes(places, words.FARTHEST, words.SECOND) == (2, 3)
    assert way.axes(places, "1", words.SECOND) == (0, 2)
    assert way.axes(places, words.FARTHEST, "3") == (3, 2)
    assert way.axes(places, "2", "4") == (1, 3)


def test_the_plane_marks_the_stop_that_is_shown() -> None:
    people = np.array([[0.0, 0], [1, 1], [np.nan, np.nan]])
    line = np.array([[0.0, 0], [0.5, 0.5], [1, 1]])
    drawn = [plane.draw_plane(people, line, line[0], now, (1, 2)) for now in range(3)]
    assert all(one.shape == (plane.SIZE, plane.SIZE, 3) and one.dtype == np.uint8 for one in drawn)
    marks = []
    for one in drawn:
        apart = np.abs(one.astype(int) - np.array(plane.NOW)).sum(axis=2)
        rows, columns = np.nonzero(apart < 60)
        marks.append((columns.mean(), rows.mean()))
    # To the right and up.
    assert marks[0][0] < marks[1][0] < marks[2][0] and marks[0][1] > marks[1][1] > marks[2][1]


def test_a_wrong_axis_gets_a_sentence(open_causes: Open, frames: list) -> None:
    app = open_causes(cause_x="77")
    assert len(app.warning) == 1 and "77" in app.warning[0].value
    assert app.selectbox(key=links.CAUSE_X).value == words.FARTHEST
