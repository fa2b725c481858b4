"""What is drawn, mirrored and described goes by the set of keypoints that the numbers are of."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import STANDING, make_fake_bundle, placed

from posecore import drawing
from posecore.attributes.descriptions import joints_of
from posecore.attributes.table import ATTRIBUTES, attributes_of
from posecore.bundle import open_bundle
from posecore.clustering.confounds import columns_of
from posecore.errors import BundleError
from posecore.keypoints import COCO17, MPII16, SETS
from posecore.training.augment import Augmentation, augment


@pytest.mark.parametrize("keypoints", SETS.values(), ids=SETS)
def test_joints_and_limbs_are_drawn_in_their_set_s_colours(keypoints):
    points = placed(STANDING, keypoints)
    drawn = drawing.draw_skeleton(np.full((256, 256, 3), 128, np.uint8), points)
    for k, (x, y) in enumerate(points.astype(int)):
        covered = np.linalg.norm(points - points[k], axis=1) < 8  # by another joint that lies nearby
        if covered.sum() == 1:
            assert tuple(drawn[y, x].tolist()) == keypoints.colours[k]
    ends = {name: points[k] for k, name in enumerate(keypoints.names)}
    x, y = ((ends["left_knee"] + ends["left_ankle"]) / 2).astype(int)
    assert tuple(drawn[y, x].tolist()) == keypoints.colours[keypoints.names.index("left_ankle")]
    maps = np.zeros((len(keypoints), 64, 64), np.float32)
    maps[keypoints.names.index("left_ankle"), 20, 30] = 1
    lit = drawing.fuse_heatmaps(maps)[20, 30]
    assert tuple(lit.tolist()) == keypoints.colours[keypoints.names.index("left_ankle")]
    assert drawing.stick_figure(points, (0, 0, 0), (255, 255, 255), 40)[..., 3].any()


@pytest.mark.parametrize("keypoints", SETS.values(), ids=SETS)
def test_a_mirror_image_swaps_left_and_right(keypoints):
    points, change = placed(STANDING, keypoints), Augmentation(0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0)
    visibility = np.arange(len(keypoints), dtype=np.int8) % 2 + 1
    image = np.zeros((256, 256, 3), np.uint8)
    _, moved, seen = augment(image, points, visibility, np.random.default_rng(0), replace(change, flip=1))
    for k, name in enumerate(keypoints.names):
        side = {"left": "right", "right": "left"}.get(name.split("_")[0], "")
        other = keypoints.names.index(f"{side}_{name.split('_')[1]}") if side else k
        np.testing.assert_allclose(moved[k], (256 - points[other, 0], points[other, 1]), atol=1e-3)
        assert seen[k] == visibility[other]


def test_attributes_that_need_a_nose_are_left_out_where_there_is_none(tmp_path: Path):
    tables = {}
    for keypoints in SETS.values():
        bundle = open_bundle(
            make_fake_bundle(tmp_path / keypoints.key, 20, annotations=True, keypoints=keypoints)
        )
        assert bundle.keypoints == keypoints
        tables[keypoints] = attributes_of(bundle.samples)
        known = joints_of(bundle.samples)
        assert known.columns.tolist() == [f"{name} found" for name in keypoints.names]
        told = columns_of(tables[keypoints].join(known).assign(crop_side=1.0))
        assert ("turned" in told["pose"]) == (keypoints == COCO17)
        assert set(known.columns) < set(told["which joints are labelled"])
    assert set(tables[COCO17]) == set(ATTRIBUTES)
    assert set(ATTRIBUTES) - set(tables[MPII16]) == {"turned"}
    # The same people stand and sit, so what both sets have says the same of them.
    for name in ("torso_angle", "knee_drop", "facing"):
        one, other = (np.nanmedian(tables[keypoints][name]) for keypoints in SETS.values())
        assert one == pytest.approx(other, rel=0.2, abs=3)


def test_a_bundle_whose_network_has_other_joints_than_its_people_is_refused(tmp_path: Path):
    path = make_fake_bundle(tmp_path / "bundle", 8, keypoints=MPII16)
    file = path / "manifest.json"
    manifest = json.loads(file.read_text())
    for keypoints, said in ((None, "joints is 16, but"), ("mpii17", "expected coco17 or mpii16")):
        changed = {**manifest["dataset"], "keypoints": keypoints}
        if keypoints is None:
            del changed["keypoints"]
        file.write_text(json.dumps(manifest | {"dataset": changed}))
        with pytest.raises(BundleError, match=said):
            open_bundle(path)
    coco = json.loads((make_fake_bundle(tmp_path / "coco", 8) / "manifest.json").read_text())
    assert "keypoints" not in coco["dataset"]
