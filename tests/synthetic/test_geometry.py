"""Meshes, camera and depth buffer against places worked out by hand, and joints where the eye puts them."""

from dataclasses import replace

import numpy as np
import pytest

from posecore.keypoints import KEYPOINTS
from posecore.synthetic.annotate import visibility
from posecore.synthetic.body.pose import Arm, Pose
from posecore.synthetic.body.proportions import draw_build
from posecore.synthetic.clothes.wardrobe import draw_look
from posecore.synthetic.figure import Figure, build_figure
from posecore.synthetic.geometry.camera import look_at
from posecore.synthetic.geometry.mesh import Mesh, ball, box, tube
from posecore.synthetic.geometry.raster import DepthBuffer
from posecore.synthetic.geometry.rotations import rot_x, rot_y
from posecore.synthetic.render import render
from posecore.synthetic.scene.backdrop import draw_backdrop
from posecore.synthetic.scene.compose import Scene, Thing
from posecore.synthetic.scene.light import draw_light
from posecore.synthetic.surfaces.materials import Material

IDENTITY = np.eye(3)


def volume(mesh: Mesh) -> float:
    """Signed: positive where the corners of every face turn the right way round, seen from outside."""
    a, b, c = (mesh.points[mesh.faces[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def closed_tube() -> Mesh:
    heights = np.array([0.0, 0.0, 2.0, 2.0])
    centres = np.stack([heights * 0, heights, heights * 0], axis=1)
    radii = np.array([[0.0, 0.0], [1, 1], [1, 1], [0, 0]])
    return tube(centres, np.broadcast_to(IDENTITY, (4, 3, 3)), radii, 0, 0, around=40)


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        (ball(np.zeros(3), rot_x(30), (1.0, 2.0, 0.5), 0, 0, rings=25, around=48), 4 / 3 * np.pi),
        (box(np.array([1.0, 2, 3]), rot_y(40), (1.0, 0.5, 0.25), 0, 0), 1.0),
        (closed_tube(), 2 * np.pi),
    ],
)
def test_surfaces_face_outwards(mesh: Mesh, expected: float) -> None:
    assert volume(mesh) == pytest.approx(expected, rel=0.02)
    a, b, c = (mesh.points[mesh.faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    whole = np.linalg.norm(flat, axis=1) > 1e-9
    assert ((flat * mesh.normals[mesh.faces].mean(axis=1)).sum(axis=1)[whole] > 0).all()


def test_a_place_is_drawn_where_the_lens_puts_it() -> None:
    camera = look_at(np.array([0.0, 1, 4]), np.array([0.0, 1, 0]), 0.0, 200.0, 320, 240)
    pixels, depth = camera.project(np.array([[0.0, 1, 0], [1.0, 1, 0], [0.0, 2, 2]]))
    assert np.allclose(pixels, [[160, 120], [210, 120], [160, 20]])
    assert np.allclose(depth, [4, 4, 2])
    rays = camera.rays()
    assert np.allclose(rays[120, 210], [0.2525, -0.0025, -1], atol=1e-5)


def test_the_nearest_face_wins_and_its_depth_is_exact() -> None:
    buffer = DepthBuffer(20, 10)
    square = np.array([[2.0, 1], [2, 9], [10, 9], [10, 1]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    buffer.draw(square, np.full(4, 5.0), faces, both=False)
    before = buffer.snapshot()
    buffer.draw(square + np.array([4, 0]), np.full(4, 3.0), faces, both=False)
    buffer.draw(square - (1, 0), np.full(4, 9.0), faces, both=False)
    buffer.draw(square, np.full(4, 1.0), faces[:, ::-1], both=False)  # seen from inside
    depths = buffer.depths()
    assert np.isinf(depths[0]).all() and np.isinf(depths[5, 0])
    assert depths[5, [1, 2, 5, 6, 13]] == pytest.approx([9, 5, 5, 3, 3], rel=1e-5)
    assert np.isinf(depths[5, 14])
    assert set(buffer.faces()[1:9, 6:14].ravel()) == {2, 3}
    buffer.restore(before)
    assert buffer.depths()[5, 6] == pytest.approx(5)


def test_a_tilted_face_has_the_depth_of_perspective() -> None:
    buffer = DepthBuffer(8, 8)
    corners, depth = np.array([[0.0, 0], [0, 8], [8, 8], [8, 0]]), np.array([1.0, 1, 2, 2])
    buffer.draw(corners, depth, np.array([[0, 1, 2], [0, 2, 3]]), both=False)
    inverse = 1 - 0.5 * (np.arange(8) + 0.5) / 8
    assert np.allclose(buffer.depths()[4], 1 / inverse, rtol=1e-5)
    found = buffer.pixels()
    assert np.allclose(found.weight.sum(axis=1), 1, atol=1e-5)
    # What lies at a quarter of the screen is not at a quarter of the face.
    right = found.weight[:, 1] * (found.face == -1) + np.where(
        found.face == 0, found.weight[:, 2], found.weight[:, 1] + found.weight[:, 2]
    )
    u = (found.index % 8 + 0.5) / 8
    assert np.allclose(right, u * found.depth / 2, atol=1e-4)


def standing_figure(view: float) -> Figure:
    rng = np.random.default_rng(2)
    build = draw_build(rng)
    look = replace(draw_look(rng, build.child, 0.0), hair_style="crop", hat="none", glasses=False)
    arms = Arm(flexion=0, abduction=25, elbow=5)
    return build_figure(build, Pose(left_arm=arms, right_arm=arms), look, view, rng)


def plain_scene(main: Figure, occluder: Thing | None = None) -> Scene:
    rng = np.random.default_rng(3)
    backdrop = replace(draw_backdrop(rng), clutter=0)
    camera = look_at(np.array([0.0, 1.1, 5]), np.array([0.0, 0.85, 0]), 0.0, 420.0, 320, 320)
    kind = "none" if occluder is None else "box"
    return Scene(
        "standing", 0.0, main, (), None, kind, occluder, None, camera, "full", draw_light(rng, True), backdrop
    )


def seen(scene: Scene) -> dict[str, int]:
    frame = render(scene, 0.0)
    values = visibility(scene.main, scene.camera, frame)
    return dict(zip(KEYPOINTS, values.tolist(), strict=True))


def test_of_somebody_who_faces_the_camera_every_joint_is_seen() -> None:
    assert set(seen(plain_scene(standing_figure(0.0))).values()) == {2}


def test_from_behind_no_face_is_seen_and_from_the_left_no_right_ear() -> None:
    behind = seen(plain_scene(standing_figure(180.0)))
    assert [behind[name] for name in ("nose", "left_eye", "right_eye")] == [1, 1, 1]
    assert behind["left_shoulder"] == behind["right_knee"] == 2
    aside = seen(plain_scene(standing_figure(-90.0)))
    assert aside["left_ear"] == 2 and aside["right_ear"] == 1
    assert aside["left_shoulder"] == 2 and aside["right_shoulder"] == 1


def test_a_board_in_front_hides_what_is_behind_it_and_nothing_else() -> None:
    main = standing_figure(0.0)
    knees = (main.marks["left_knee"] + main.marks["right_knee"]) / 2
    board = box(knees + np.array([0, 0, 0.5]), IDENTITY, (0.6, 0.08, 0.01), 0, 0)
    values = seen(plain_scene(main, Thing(board, (Material((0.5, 0.4, 0.3)),))))
    assert [name for name, v in values.items() if v == 1] == ["left_knee", "right_knee"]
    assert sum(v == 2 for v in values.values()) == 15


def test_hips_are_marked_where_annotators_put_them() -> None:
    main = standing_figure(0.0)
    apart = {
        name: abs(main.marks[f"left_{name}"][0] - main.marks[f"right_{name}"][0])
        for name in ("hip", "shoulder")
    }
    assert 0.6 < apart["hip"] / apart["shoulder"] < 0.76
    assert main.marks["left_hip"][1] > main.joints["left_hip"][1]
    assert np.array_equal(main.marks["left_knee"], main.joints["left_knee"])
    assert np.array_equal(main.moved(np.ones(3)).marks["left_hip"], main.marks["left_hip"] + 1)
