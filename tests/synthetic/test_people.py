"""What is known of a rendered person agrees with what is seen of them."""

import numpy as np
import pytest

from posecore.keypoints import GROUPS, KEYPOINTS, LIMBS
from posecore.synthetic.annotate import leave_out, person_mask, true_points, visibility
from posecore.synthetic.body.pose import LIMITS, Arm, Leg, Pose, mirrored
from posecore.synthetic.body.poses import POSES, draw_pose
from posecore.synthetic.body.proportions import draw_build, pose_body
from posecore.synthetic.people import Rendered, render_person
from posecore.synthetic.render import FINE

HEAD = list(GROUPS["head"])


@pytest.fixture(scope="module")
def people() -> list[Rendered]:
    """Two of every family, among them some seen from behind."""
    return [render_person(15, index) for index in range(2 * len(POSES))]


def keypoints(person: Rendered) -> np.ndarray:
    return np.array(person.annotation["keypoints"], float).reshape(17, 3)


def test_families_take_turns(people: list[Rendered]) -> None:
    families = [person.annotation["attributes"]["family"] for person in people]
    assert sorted(families) == sorted([*POSES, *POSES])


def test_the_same_person_twice_and_another(people: list[Rendered]) -> None:
    again = render_person(15, 3)
    assert np.array_equal(again.image, people[3].image)
    assert again.annotation == people[3].annotation
    other = render_person(15, 3, "val")
    assert other.image.shape != again.image.shape or not np.array_equal(other.image, again.image)


def test_the_box_is_tight_on_the_pixels_that_are_the_persons(people: list[Rendered]) -> None:
    for person in people:
        mask = person_mask(person.frame, 0)
        left, top, width, height = (int(value) for value in person.annotation["bbox"])
        assert person.annotation["area"] == mask.sum()
        assert mask[top : top + height, left : left + width].sum() == mask.sum()
        edges = mask[top, :], mask[top + height - 1, :], mask[:, left], mask[:, left + width - 1]
        assert all(edge.any() for edge in edges)


def test_a_visible_joint_lies_on_the_person_and_an_outside_one_is_not_labelled(
    people: list[Rendered],
) -> None:
    for person in people:
        height, width = person.image.shape[:2]
        points, _ = true_points(person.scene.main, person.scene.camera)
        for (x, y), (u, v, seen), name in zip(points, keypoints(person), KEYPOINTS, strict=True):
            inside = 0 <= x < width and 0 <= y < height
            assert inside or (seen == 0 and (u, v) == (0, 0)), name
            if seen:
                assert (u, v) == pytest.approx((x, y), abs=0.006)
            if seen == 2:
                assert person.frame.owner[int(y * FINE), int(x * FINE)] == 0, name


def test_what_stands_in_front_hides(people: list[Rendered]) -> None:
    person = max(people, key=lambda p: (p.keypoints[:, 2] == 2).sum())
    before = visibility(person.scene.main, person.scene.camera, person.frame)
    owner = np.full_like(person.frame.owner, -1)
    blocked = type(person.frame)(**{**vars(person.frame), "owner": owner})
    after = visibility(person.scene.main, person.scene.camera, blocked)
    assert (before == 2).sum() >= 10
    assert np.array_equal(after > 0, before > 0) and (after <= 1).all()


def test_a_face_turned_away_is_not_seen(people: list[Rendered]) -> None:
    checked = 0
    for person in people:
        joints, camera = person.scene.main.joints, person.scene.camera
        ears = (joints["left_ear"] + joints["right_ear"]) / 2
        facing = joints["nose"] - ears
        if facing @ (camera.position - ears) < -0.8 * np.linalg.norm(facing) * np.linalg.norm(
            camera.position - ears
        ):
            assert (person.keypoints[:3, 2] < 2).all()
            checked += 1
    assert checked


def test_left_is_the_persons_left() -> None:
    rng = np.random.default_rng(0)
    skeleton = pose_body(draw_build(rng), draw_pose("standing", rng), 0.0)
    # Facing the camera, whose x is to the picture's right.
    for name in ("shoulder", "elbow", "hip", "ankle"):
        assert skeleton.joints[f"left_{name}"][0] > skeleton.joints[f"right_{name}"][0]


@pytest.mark.parametrize("family", POSES)
def test_a_pose_bends_joints_within_their_limits_and_stretches_no_bone(family: str) -> None:
    rng = np.random.default_rng(5)
    build = draw_build(rng)
    bones = [(5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (13, 15), (12, 14), (14, 16), (11, 12)]
    assert set(bones) < set(LIMBS)
    lengths = []
    for _ in range(12):
        pose = draw_pose(family, rng)
        for part in (pose, pose.left_arm, pose.right_arm, pose.left_leg, pose.right_leg):
            for name, (low, high) in LIMITS[type(part)].items():
                assert low <= getattr(part, name) <= high, name
        joints = pose_body(build, pose, float(rng.uniform(-180, 180))).joints
        lengths.append([np.linalg.norm(joints[KEYPOINTS[a]] - joints[KEYPOINTS[b]]) for a, b in bones])
    assert np.allclose(lengths, lengths[0], atol=1e-9)
    assert min(lengths[0]) > 0.05


def test_a_mirrored_pose_swaps_the_sides() -> None:
    pose = Pose(left_arm=Arm(flexion=40), right_leg=Leg(), spine_side=12.0)
    assert mirrored(pose).right_arm == pose.left_arm and mirrored(pose).spine_side == -12
    assert mirrored(mirrored(pose)) == pose


def test_annotators_leave_out_hidden_and_small_joints_and_never_too_many() -> None:
    seen = np.full(17, 2)
    seen[[9, 10, 15, 16]] = 1
    left_out = np.zeros(17)
    for seed in range(400):
        labelled, count = leave_out(seen, np.random.default_rng(seed))
        assert count == (labelled == 0).sum() and (labelled > 0).sum() >= 6
        assert np.array_equal(labelled[labelled > 0], seen[labelled > 0])
        left_out += labelled == 0
    assert left_out[[9, 10, 15, 16]].min() > left_out[[5, 6, 7, 8, 11, 12, 13, 14]].max()
    assert left_out[HEAD].mean() > left_out[[5, 6, 7, 8, 11, 12, 13, 14]].mean()
    hidden_face = np.full(17, 2)
    hidden_face[:3] = 1
    gone = np.mean([leave_out(hidden_face, np.random.default_rng(seed))[0][:3] == 0 for seed in range(400)])
    assert 0.75 < gone < 0.9


def test_what_is_recorded_is_plain_and_true(people: list[Rendered]) -> None:
    for person in people:
        attributes = person.annotation["attributes"]
        assert all(type(value) in (str, int, float, bool) for value in attributes.values())
        joints = person.scene.main.joints
        hip, knee, ankle = (joints[f"left_{name}"] for name in ("hip", "knee", "ankle"))
        cosine = (hip - knee) @ (ankle - knee) / np.linalg.norm(hip - knee) / np.linalg.norm(ankle - knee)
        assert attributes["left_knee_angle"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.01)
        labelled = (keypoints(person)[:, 2] > 0).sum()
        assert person.annotation["num_keypoints"] == labelled
        assert (person.keypoints[:, 2] > 0).sum() - labelled == attributes["unlabelled"]
