"""Every attribute that people can have is called by words, one of a kind."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.latent_map import colours
from dashboard.shared import latents
from dashboard.shared.attribute_words import COLUMNS, WORDS, column_of, contrast_table, value_of, words_of
from posecore.attributes.contrasts import contrast
from posecore.attributes.descriptions import CIRCLES, truth_of
from posecore.attributes.table import ATTRIBUTES
from posecore.bundle import open_bundle
from posecore.keypoints import label
from posecore.samples import TRUTH
from posecore.synthetic.body.poses import POSES
from posecore.synthetic.body.proportions import draw_build
from posecore.synthetic.clothes.wardrobe import draw_look
from posecore.synthetic.people import render_person
from posecore.synthetic.scene.backdrop import KINDS
from posecore.synthetic.scene.props import OCCLUDERS

SHIPPED = Path(__file__).parent.parent.parent / "artifacts" / "demo"


def has_words(column: str) -> bool:
    words = words_of(column, "annotated")
    return "of the data set" not in words.axis and "_" not in "".join(words) and all(words)


def test_everything_known_of_the_shipped_people_has_words_of_its_own() -> None:
    bundle = open_bundle(SHIPPED)
    columns = list(latents.known_of_people(bundle).columns)
    assert len(columns) > 130 and [column for column in columns if not has_words(column)] == []
    for joints in ("annotated", "predicted"):
        axes = [words_of(column, joints).axis for column in columns]
        assert len(set(axes)) == len(axes)
    offered = colours.colourings(bundle)
    assert len(set(offered)) == len(offered) and not any(
        "_" in name or "data set" in name for name in offered
    )
    for name in offered:
        if name != colours.CLUSTER:
            classes = colours.colour(bundle, name, 2).classes
            assert not any("_" in row.label for row in classes)


def test_everything_the_renderer_can_say_has_words() -> None:
    """Of a person who was rendered all columns; of looks, poses, places and things all values."""
    rendered = render_person(0, 0).annotation["attributes"]
    table = pd.DataFrame({f"{TRUTH}{name}": [value] for name, value in rendered.items()})
    kinds = [name for name in table.columns if isinstance(table[name].iloc[0], str)]
    assert set(kinds) < set(COLUMNS) and set(CIRCLES) < set(COLUMNS)
    numbers = set(table.columns) - set(COLUMNS) - {"truth_seed"}
    assert [name for name in numbers if not has_words(name)] == []
    assert all(has_words(f"{name}, {part}") for name in CIRCLES for part in ("cosine", "sine"))
    rng, looks = (
        np.random.default_rng(0),
        {"top": set(), "bottom": set(), "pattern": set(), "hair": set(), "hat": set()},
    )
    for _ in range(1500):
        build = draw_build(rng)
        look = draw_look(rng, build.child, build.curve)
        found = (look.top_kind, look.bottom_kind, look.pattern, look.hair_style, look.hat)
        for values, value in zip(looks.values(), found, strict=True):
            values.add(value)
    assert [len(values) for values in looks.values()] == [10, 8, 13, 9, 5]
    values = looks | {
        "family": set(POSES),
        "background": set(KINDS),
        "framing": {"full", "cut", "small"},
        "occluder": {*OCCLUDERS, "none", "table", "person"},
    }
    assert {name.removeprefix(TRUTH) for name in kinds} == set(values)
    assert [
        f"{n}: {v}" for n, some in values.items() for v in some if not has_words(f"{TRUTH}{n}: {v}")
    ] == []


def test_every_attribute_of_a_skeleton_has_words() -> None:
    assert [name for name in ATTRIBUTES if not has_words(name)] == []
    assert all(words.axis and words.more != words.less for words in WORDS.values())


def test_words_say_what_happens() -> None:
    view = words_of("truth_view_degrees, cosine", "annotated")
    assert re.findall("front|back", view.less) == ["front", "back"]
    lying = words_of("truth_family: lying", "annotated")
    assert lying.axis == value_of("truth_family", "lying") and lying.axis in lying.more
    assert words_of("left_eye found", "annotated").axis == "left eye labelled"
    found = words_of("left_eye found", "predicted")
    assert label("left_eye") in found.less and found.less != found.more
    assert words_of("labelled_joints", "predicted").axis == "joints found"
    assert column_of("truth_family", "annotated") == COLUMNS["truth_family"]
    # It has words of its own, beyond its name made readable.
    assert value_of("truth_family", "arms_raised") not in ("arms_raised", label("arms_raised"))


def test_directions_turn_the_way_the_words_say() -> None:
    """Against what is seen in the picture: shoulders from the front, a nose to the right."""
    bundle = open_bundle(SHIPPED)
    known = latents.known_of_people(bundle)
    front, right = known["truth_view_degrees, cosine"], known["truth_view_degrees, sine"]
    assert known["facing"].corr(front, "spearman") > 0.5 and known["turned"].corr(right, "spearman") > 0.5
    assert words_of("facing", "annotated").more == words_of("truth_view_degrees, cosine", "annotated").more


def test_what_somebody_else_knows_of_people_keeps_its_name_made_readable() -> None:
    samples = pd.DataFrame(
        {"sample_id": ["a", "b"], "truth_shoe_size": [38.0, 44], "truth_season": ["late_summer", "winter"]}
    )
    names = [words_of(name, "annotated").axis for name in truth_of(samples).columns]
    assert names == ["shoe size (of the data set)", "with season late summer", "with season winter"]
    # Not to be taken for the attribute of the same name.
    assert words_of("truth_size", "annotated").axis != words_of("size", "annotated").axis
    assert value_of("truth_season", "late_summer") == "late summer"


def test_differences_are_tabled_under_words() -> None:
    table = pd.DataFrame(
        {"knee_angle": [1.0, 2, 8, 9], "truth_child": [True] * 2 + [False] * 2}, list("abcd")
    )
    found = contrast_table(contrast(table, ["a", "b"]), "annotated")
    assert set(found["attribute"]) == {"knee angle", "children"}
    assert not any("_" in name for name in found.columns) and found["n, selected"].tolist() == [2, 2]
