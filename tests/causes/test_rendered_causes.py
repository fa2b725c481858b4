"""Every cause of a rendered person changes what it says, and nothing that it must not."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from posecore.causes.cause import Cause
from posecore.causes.change import Changed, change_person, recall, show
from posecore.causes.table import CAUSES, RENDERED, cause_of
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import ChangeError, ConfigError, DataError
from posecore.keypoints import KEYPOINTS
from posecore.synthetic.annotate import person_mask
from posecore.synthetic.body.proportions import angle_at
from posecore.synthetic.drawn import Drawn, photograph
from posecore.synthetic.people import render_person
from posecore.synthetic.surfaces.colours import lab
from posecore.synthetic.writer import RenderSettings, make_people

SOME = {"arms_raised", "walking", "jumping"}
"""Families of the people that are changed: from the ground and from the air."""


@dataclass(frozen=True)
class Change:
    cause: Cause
    value: float
    before: Drawn
    after: Drawn
    made: Changed
    changed: Changed


@pytest.fixture(scope="module")
def people() -> list[tuple[Drawn, Changed]]:
    everybody = (render_person(15, index).drawn for index in range(9))
    drawn = [person for person in everybody if person.scene.family in SOME]
    return [(person, show(person)) for person in drawn]


@pytest.fixture(scope="module")
def changes(people: list[tuple[Drawn, Changed]]) -> dict[str, list[Change]]:
    """Of every cause what it makes of those people of whom it can be made."""
    found: dict[str, list[Change]] = {cause.key: [] for cause in RENDERED}
    for cause in RENDERED:
        value = cause.strengths[1]
        for before, made in people:
            try:
                after = cause.edit(before, value)
                found[cause.key].append(Change(cause, value, before, after, made, show(after)))
            except ChangeError:
                continue
    return found


def joint(drawn: Drawn, name: str) -> np.ndarray:
    return drawn.scene.main.joints[name]


def from_hips(drawn: Drawn, name: str) -> np.ndarray:
    return joint(drawn, name) - joint(drawn, "pelvis")


def degrees_between(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))


def held_but(change: Change, *moving: str) -> None:
    """All joints but some are where they were, seen from the hips."""
    for name in change.before.scene.main.joints:
        if name not in moving:
            assert from_hips(change.after, name) == pytest.approx(from_hips(change.before, name), abs=1e-9), (
                name
            )


def body_held(change: Change) -> None:
    assert np.array_equal(change.changed.space, change.made.space)
    assert np.array_equal(change.after.scene.main.mesh.points, change.before.scene.main.mesh.points)


def place_held(change: Change) -> None:
    body_held(change)
    assert np.array_equal(change.changed.joints, change.made.joints)


def turned(change: Change) -> None:
    """The shoulder line, in space and seen from above."""
    angles = []
    for one in (change.made, change.changed):
        line = one.space[KEYPOINTS.index("left_shoulder")] - one.space[KEYPOINTS.index("right_shoulder")]
        angles.append(np.degrees(np.arctan2(line[0], line[2])))
    assert (angles[1] - angles[0] - change.value + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert change.changed.space[:, 1] == pytest.approx(change.made.space[:, 1], abs=1e-9)


def leant(change: Change) -> None:
    back = [from_hips(drawn, "lumbar") for drawn in (change.before, change.after)]
    assert degrees_between(*back) == pytest.approx(change.value, abs=1e-6)
    for name in ("knee", "ankle"):
        for side in ("left", "right"):
            held = from_hips(change.before, f"{side}_{name}")
            assert from_hips(change.after, f"{side}_{name}") == pytest.approx(held, abs=1e-9)


def rolled(change: Change) -> None:
    """Every joint goes to the picture's right around the hips, by that angle and as one piece."""
    angle = np.radians(change.value)
    rotation = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    for name in ("nose", "left_wrist", "right_ankle"):
        assert from_hips(change.after, name) == pytest.approx(rotation @ from_hips(change.before, name))
    if change.before.scene.main.pose.support == "ground":
        heights = change.after.scene.main.mesh.points[:, 1]
        assert np.percentile(heights, 2.5) >= -1e-9 and heights.min() <= 1e-9


def arm_raised(side: str) -> Callable[[Change], None]:
    def check(change: Change) -> None:
        angles = []
        for drawn in (change.before, change.after):
            upper = joint(drawn, f"{side}_elbow") - joint(drawn, f"{side}_shoulder")
            angles.append(degrees_between(upper, -drawn.scene.main.frames["chest"][:, 1]))
        assert angles[1] - angles[0] == pytest.approx(change.value, abs=1e-6)
        bend = [
            angle_at(drawn.scene.main.joints, *(f"{side}_{name}" for name in ("shoulder", "elbow", "wrist")))
            for drawn in (change.before, change.after)
        ]
        assert bend[0] == pytest.approx(bend[1], abs=1e-6)
        held_but(change, f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")

    return check


def knee_bent(side: str) -> Callable[[Change], None]:
    def check(change: Change) -> None:
        chain = [f"{side}_{name}" for name in ("hip", "knee", "ankle")]
        angles = [angle_at(drawn.scene.main.joints, *chain) for drawn in (change.before, change.after)]
        assert angles[0] - angles[1] == pytest.approx(change.value, abs=1e-6)
        held_but(change, f"{side}_ankle")

    return check


def away(drawn: Drawn) -> np.ndarray:
    return drawn.scene.camera.position - joint(drawn, "pelvis")


def hips_held(change: Change) -> None:
    body_held(change)
    places = [
        drawn.scene.camera.project(joint(drawn, "pelvis"))[0] for drawn in (change.before, change.after)
    ]
    assert places[0] == pytest.approx(places[1], abs=1e-6)


def stepped_back(change: Change) -> None:
    hips_held(change)
    assert away(change.after) == pytest.approx(away(change.before) * change.value)


def camera_raised(change: Change) -> None:
    hips_held(change)
    before, after = away(change.before), away(change.after)
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before))
    angles = [np.degrees(np.arcsin(one[1] / np.linalg.norm(one))) for one in (before, after)]
    assert angles[1] - angles[0] == pytest.approx(change.value, abs=1e-6)


def shifted(axis: int) -> Callable[[Change], None]:
    def check(change: Change) -> None:
        body_held(change)
        expected = np.zeros(2)
        expected[axis] = change.value
        assert change.changed.joints - change.made.joints == pytest.approx(
            np.tile(expected, (17, 1)), abs=1e-9
        )

    return check


def brighter(change: Change) -> None:
    place_held(change)
    assert np.array_equal(change.changed.visibility, change.made.visibility)
    assert change.changed.crop.mean() > change.made.crop.mean() + 3


def light_turned(change: Change) -> None:
    place_held(change)
    assert np.array_equal(change.changed.visibility, change.made.visibility)
    before, after = change.before.scene.light, change.after.scene.light
    flat = [np.array([light.towards[0], 0, light.towards[2]]) for light in (before, after)]
    assert degrees_between(*flat) == pytest.approx(change.value, abs=1e-6)
    assert before.towards[1] == pytest.approx(after.towards[1])


def elsewhere_held(change: Change) -> None:
    """Far from the person every byte is as it was: exposure and grain do not follow what is on them."""
    frame, _ = photograph(change.before)
    near = cv2.dilate(person_mask(frame, 0).astype(np.uint8), np.ones((81, 81), np.uint8)) * 255
    far = change.before.crop.cut(Image.fromarray(near).convert("RGB"))[..., 0] == 0
    inside = change.made.crop.any(axis=2)  # of the picture: beyond it is black
    assert (far & inside).sum() > 200
    assert np.array_equal(change.changed.crop[far], change.made.crop[far])


def skin_darker(change: Change) -> None:
    place_held(change)
    elsewhere_held(change)
    before, after = (drawn.scene.main.look for drawn in (change.before, change.after))
    assert lab(after.skin.colour)[0] < lab(before.skin.colour)[0]
    assert before.hair == after.hair and before.top.colour == after.top.colour


def clothes_lighter(change: Change) -> None:
    place_held(change)
    elsewhere_held(change)
    before, after = (drawn.scene.main.look for drawn in (change.before, change.after))
    assert lab(after.top.colour)[0] > lab(before.top.colour)[0]
    assert lab(after.bottom.colour)[0] > lab(before.bottom.colour)[0]
    assert before.skin == after.skin and before.top.pattern == after.top.pattern


def clothes_cut(change: Change) -> None:
    assert change.changed.joints == pytest.approx(change.made.joints, abs=1e-9)
    before, after = (drawn.scene.main.look for drawn in (change.before, change.after))
    assert (before.top, before.bottom, before.hair) == (after.top, after.bottom, after.hair)


def elsewhere(change: Change) -> None:
    place_held(change)
    assert np.array_equal(change.changed.visibility, change.made.visibility)
    assert change.after.scene.backdrop.grain is change.before.scene.backdrop.grain


def accompanied(change: Change) -> None:
    place_held(change)
    *others, new = change.after.scene.others
    assert tuple(others) == change.before.scene.others
    assert new.joints["pelvis"][0] > change.before.scene.main.mesh.points[:, 0].max()


def covered(change: Change) -> None:
    place_held(change)
    scene = replace(change.after.scene, others=(), seat=None, occluder=None)
    frame, _ = photograph(replace(change.after, scene=scene))
    assert frame.occluded == pytest.approx(change.value, abs=0.02)
    assert (change.changed.visibility == 2).sum() < (change.made.visibility == 2).sum()


def blurred(change: Change) -> None:
    place_held(change)
    detail = [
        np.abs(cv2.Laplacian(one.crop.astype(np.float32), cv2.CV_32F)).mean()
        for one in (change.made, change.changed)
    ]
    assert detail[1] < 0.8 * detail[0]


def other_grain(change: Change) -> None:
    place_held(change)
    away = np.abs(change.changed.crop.astype(int) - change.made.crop)
    assert np.abs(change.changed.crop.mean() - change.made.crop.mean()) < 0.3
    assert away.mean() < 40 * change.before.lens.noise + 2


EXPECTED: dict[str, tuple[set[str], Callable[[Change], None]]] = {
    "turn": ({"main", "seat", "view"}, turned),
    "lean": ({"main"}, leant),
    "lying": ({"main"}, rolled),
    "left_arm": ({"main"}, arm_raised("left")),
    "right_arm": ({"main"}, arm_raised("right")),
    "left_knee": ({"main"}, knee_bent("left")),
    "right_knee": ({"main"}, knee_bent("right")),
    "distance": ({"camera"}, stepped_back),
    "place_x": ({"camera"}, shifted(0)),
    "place_y": ({"camera"}, shifted(1)),
    "camera_height": ({"camera"}, camera_raised),
    "light_strength": ({"light"}, brighter),
    "light_side": ({"light"}, light_turned),
    "skin": ({"main"}, skin_darker),
    "clothes_colour": ({"main"}, clothes_lighter),
    "clothes_kind": ({"main"}, clothes_cut),
    "background": ({"backdrop"}, elsewhere),
    "beside": ({"others"}, accompanied),
    "front": ({"front"}, covered),
    "blur": ({"lens"}, blurred),
    "grain": ({"grain"}, other_grain),
}
"""Of every cause what it may edit, and what is checked of it."""


def test_a_new_row_is_a_new_expectation() -> None:
    assert list(EXPECTED) == [cause.key for cause in RENDERED]


@pytest.mark.parametrize("key", EXPECTED)
def test_it_changes_what_it_says(key: str, changes: dict[str, list[Change]]) -> None:
    assert len(changes[key]) >= 2
    for change in changes[key]:
        EXPECTED[key][1](change)
        assert not np.array_equal(change.changed.crop, change.made.crop)


@pytest.mark.parametrize("key", EXPECTED)
def test_everything_else_is_held(key: str, changes: dict[str, list[Change]]) -> None:
    for change in changes[key]:
        for one in (Drawn, type(change.before.scene)):
            before, after = (
                (drawn if one is Drawn else drawn.scene) for drawn in (change.before, change.after)
            )
            for field in fields(one):
                if field.name not in EXPECTED[key][0] | {"scene"}:
                    assert getattr(before, field.name) is getattr(after, field.name), field.name


def test_clothes_and_skin_of_the_same_shape_are_folded_by_the_same_chance(
    people: list[tuple[Drawn, Changed]],
) -> None:
    """Rebuilt in the same pose and clothes nobody changes: whatever differs comes of the change."""
    for drawn, _ in people:
        main = drawn.scene.main
        again = main.rebuilt(main.pose, main.look)
        rise = main.joints["pelvis"] - again.joints["pelvis"]
        assert np.abs(again.moved(rise).mesh.points - main.mesh.points).max() < 1e-12
        assert again.materials == main.materials


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("again")
    make_people(folder / "people", RenderSettings(people=3, seed=4), workers=1)
    prepare(folder / "people", folder / "data", PrepareSettings(test_size=0), workers=1)
    return folder / "data", open_prepared(folder / "data").table("train")


def test_a_change_of_nothing_gives_the_data_folders_bytes(prepared: tuple[Path, pd.DataFrame]) -> None:
    path, table = prepared
    data = open_prepared(path)
    for _, person in table.iterrows():
        drawn = recall(person)
        stored = cv2.imread(str(data.picture_path("train", person["sample_id"])), cv2.IMREAD_COLOR_RGB)
        same = change_person(drawn, CAUSES["turn"], 0)
        assert np.array_equal(same.crop, stored)
        labelled = person[[f"annotated_{name}_v" for name in KEYPOINTS]].to_numpy(int)
        assert np.array_equal(same.visibility, labelled)
        places = person[[f"annotated_{name}_{axis}" for name in KEYPOINTS for axis in "xy"]]
        assert same.joints[labelled > 0] == pytest.approx(
            places.to_numpy(float).reshape(17, 2)[labelled > 0], abs=0.02
        )


def test_colours_of_skin_and_clothes_are_stored_with_each_person(prepared: tuple[Path, pd.DataFrame]) -> None:
    _, table = prepared
    for _, person in table.iterrows():
        look = recall(person).scene.main.look
        assert person["truth_skin_lightness"] == pytest.approx(lab(look.skin.colour)[0], abs=1e-3)
        assert person["truth_bottom_yellowness"] == pytest.approx(lab(look.bottom.colour)[2], abs=1e-3)


def test_who_was_not_rendered_is_refused_in_one_line(prepared: tuple[Path, pd.DataFrame]) -> None:
    person = prepared[1].iloc[0]
    nobody_knows = person.copy()
    nobody_knows["truth_seed"] = np.nan
    for stranger in (person.drop("truth_seed"), nobody_knows):
        with pytest.raises(ConfigError, match="is no rendered person") as error:
            recall(stranger)
        assert "\n" not in str(error.value)
    other = person.copy()
    other["crop_x"] += 3
    with pytest.raises(DataError, match="make the people anew"):
        recall(other)


def test_an_unknown_cause_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="'gravity': there is none of that name; there are: turn, lean"):
        cause_of("gravity")


@pytest.mark.parametrize(
    ("key", "value"), [("turn", 181), ("turn", float("nan")), ("front", 0.6), ("beside", 1.5)]
)
def test_a_value_out_of_range_is_one_line(
    key: str, value: float, people: list[tuple[Drawn, Changed]]
) -> None:
    with pytest.raises(ConfigError, match="is outside; expected a") as error:
        change_person(people[0][0], CAUSES[key], value)
    assert "\n" not in str(error.value)


def test_what_a_body_cannot_do_is_refused_with_the_reason(people: list[tuple[Drawn, Changed]]) -> None:
    reasons = set()
    for drawn, _ in people:
        for key, value in (("left_arm", 120), ("right_arm", 120), ("left_knee", 90), ("lean", 60)):
            try:
                CAUSES[key].edit(drawn, value)
            except ChangeError as error:
                reasons.add(str(error))
    assert any("arm of this person would pass its limit of 175°" in reason for reason in reasons)
