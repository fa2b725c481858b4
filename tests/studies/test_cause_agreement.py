"""Where what goes along and what moves do not agree."""

import numpy as np
import pytest

from dashboard.shared.attribute_words import WORDS
from posecore.causes import attributes
from posecore.causes.attributes import causes_of
from posecore.causes.table import CAUSES
from posecore.statistics import Estimate
from posecore.studies.causes.agreement import (
    HARDLY,
    Along,
    Disagreement,
    cluster_verdicts,
    correlated,
    disagreements,
    set_apart,
)
from posecore.studies.causes.verdict import Movement

MOVES, STILL, UNKNOWN = Movement.MOVES, Movement.STILL, Movement.UNKNOWN


def test_every_attribute_named_exists_and_so_does_its_cause() -> None:
    named = attributes._BY_NAME
    assert [name for name in named if name not in WORDS] == []
    assert {key for keys in (*named.values(), *attributes._BY_COLUMN.values()) for key in keys} <= set(CAUSES)
    assert causes_of("truth_background: beach") == ("background",)
    assert causes_of("truth_family: lying") == ("lying",) and causes_of("truth_family: sitting") == ()
    assert causes_of("pck") == ()


@pytest.mark.parametrize(
    ("along", "verdicts", "expected"),
    [
        # Goes along and moves, or neither: nothing to say.
        ({"turned": Along(0.6, True, False)}, {"turn": MOVES}, []),
        ({"turned": Along(0.1, False, True)}, {"turn": STILL}, []),
        ({"turned": Along(0.6, True, False)}, {"turn": UNKNOWN}, []),
        ({"turned": Along(0.6, True, False)}, {"turn": STILL}, [Disagreement("turned", 0.6, "turn", False)]),
        (
            {"turned": Along(-0.2, False, True), "facing": Along(0.1, False, True)},
            {"turn": MOVES},
            [Disagreement("turned", -0.2, "turn", True)],
        ),
        # One of a cause's attributes is enough to name it.
        ({"turned": Along(0.1, False, True), "facing": Along(0.5, True, False)}, {"turn": MOVES}, []),
        # One of an attribute's causes, likewise.
        ({"knee_angle": Along(0.5, True, False)}, {"left_knee": STILL, "right_knee": MOVES}, []),
        ({"pck": Along(0.9, True, False)}, {"turn": STILL}, []),
        ({"turned": Along(0.49, False, False)}, {"turn": MOVES}, []),
    ],
)
def test_what_is_at_odds(
    along: dict[str, Along], verdicts: dict[str, Movement], expected: list[Disagreement]
) -> None:
    assert disagreements(along, verdicts) == expected


def test_going_along_needs_strength_and_certainty() -> None:
    assert correlated(-0.4, 0.01).goes
    assert not correlated(0.4, 0.2).goes and not correlated(0.2, 0.001).goes
    assert not correlated(float("nan"), float("nan")).goes
    assert set_apart(0.6, 0.2, 1.0, "quantity").goes and not set_apart(0.4, 0.2, 0.6, "quantity").goes
    # Neither set apart nor differing little.
    assert (
        not set_apart(-0.49, -0.6, -0.3, "quantity").hardly and set_apart(-0.1, -0.2, 0.0, "quantity").hardly
    )
    assert not set_apart(0.15, 0.1, 0.2, "share").hardly
    assert set_apart(-0.4, -0.5, -0.2, "share").goes and not set_apart(0.6, -0.1, 1.0, "quantity").goes


def test_clusters_change_beyond_another_grain_and_untrained_networks() -> None:
    class Study:
        causes = np.array(["turn", "lean", "skin", "blur", "grain"])

    shares = {
        "turn": (0.4, 0.3, 0.5),
        "lean": (0.2, 0.15, 0.3),
        "skin": (0.01, 0.0, HARDLY),
        "blur": (np.nan,) * 3,
        "grain": (0.05, 0.02, 0.08),
    }
    table = np.array(list(shares.values()))[:, None, :, None].repeat(2, axis=1)
    estimate = Estimate(table[:, :, 0], table[:, :, 1], table[:, :, 2], np.full((5, 2, 1), 20))
    untrained = np.array([0.1, 0.2, 0, 0, 0])[None, :, None, None].repeat(2, axis=2)
    found = cluster_verdicts(Study(), estimate, untrained, 0)  # type: ignore[arg-type]
    assert found == {"turn": MOVES, "lean": UNKNOWN, "skin": STILL, "grain": UNKNOWN}
