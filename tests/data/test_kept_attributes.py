import pytest

from posecore.data.attributes import as_text, mixed_names, plain_attributes


@pytest.mark.parametrize(
    ("given", "plain", "left_out"),
    [
        (None, {}, 0),
        ({}, {}, 0),
        ([1, 2], {}, 1),
        (
            {"age": 30, "kind": "run", "seen": True, "lean": 0.5},
            {"age": 30, "kind": "run", "seen": True, "lean": 0.5},
            0,
        ),
        ({"track id": 3, "parts": [1], "age": None, "box": {}}, {}, 3),
        ({"place": "caf\udce9\n"}, {"place": "caf\\udce9\\n"}, 0),
    ],
)
def test_what_a_column_can_hold_is_kept_and_the_rest_counted(given, plain, left_out):
    assert plain_attributes(given) == (plain, left_out)


@pytest.mark.parametrize(
    ("values", "mixed"),
    [
        ([1, 2.5, 3], False),
        (["a", "b"], False),
        ([True, False], False),
        ([1, "a"], True),
        ([1, True], True),
        ([2**63, 5], True),
        ([-(2**70)], True),
        ([2**63 - 1], False),
    ],
)
def test_values_of_mixed_kinds_are_found_and_become_words(values, mixed):
    people = [{"it": value, "name": "x"} for value in values] + [{"name": "y"}]
    assert mixed_names(people) == (["it"] if mixed else [])
    assert as_text(people[0], ["it"]) == {"it": str(values[0]), "name": "x"}
