"""Every set of keypoints is consistent in itself."""

import numpy as np
import pytest

from posecore.errors import ConfigError
from posecore.keypoints import COCO17, MPII16, SETS, named_set, set_record, sized_set


@pytest.mark.parametrize("keypoints", SETS.values(), ids=SETS)
def test_a_set_fits_together(keypoints):
    joints = range(len(keypoints))
    assert len(set(keypoints.names)) == len(keypoints.flip) == len(keypoints.colours) == len(keypoints)
    assert sorted(k for group in keypoints.groups.values() for k in group) == list(joints)
    assert {k for limb in keypoints.limbs for k in limb} == set(joints)
    assert keypoints.sigmas is None or len(keypoints.sigmas) == len(keypoints)
    for k, name in enumerate(keypoints.names):
        swapped = {"left": "right", "right": "left"}.get(side := name.split("_")[0], side)
        mirrored = name.replace(side, swapped, 1)
        assert keypoints.names[keypoints.flip[k]] == mirrored
        assert keypoints.flip[keypoints.flip[k]] == k
        if mirrored != name:
            assert keypoints.colours[k] != keypoints.colours[keypoints.flip[k]]
    limbs = {frozenset(limb) for limb in keypoints.limbs}
    flip = np.array(keypoints.flip)
    assert {frozenset(flip[list(limb)].tolist()) for limb in keypoints.limbs} == limbs


def test_mpiis_joints_are_in_mpiis_order():
    assert MPII16.names.index("right_ankle") == 0
    assert [MPII16.names[k] for k in (2, 3, 6, 7, 8, 9, 10, 13, 15)] == [
        "right_hip",
        "left_hip",
        "pelvis",
        "thorax",
        "upper_neck",
        "head_top",
        "right_wrist",
        "left_shoulder",
        "left_wrist",
    ]
    assert [MPII16.names[k] for k in MPII16.not_in_pckh] == ["pelvis", "thorax"]
    assert [MPII16.names[k] for k in MPII16.head] == ["upper_neck", "head_top"]
    assert MPII16.sigmas is None


def test_a_record_names_its_set_and_one_that_names_none_is_cocos():
    assert set_record(COCO17) == {}
    for keypoints in SETS.values():
        assert named_set(set_record(keypoints), "here") == keypoints
    with pytest.raises(ConfigError, match="here: keypoints are 'body25'; expected coco17 or mpii16"):
        named_set({"keypoints": "body25"}, "here")


def test_a_network_is_known_by_the_number_of_its_joints():
    assert [sized_set(joints) for joints in (17, 16)] == [COCO17, MPII16]
    assert len({len(keypoints) for keypoints in SETS.values()}) == len(SETS)
    with pytest.raises(ConfigError, match="5 joints are those of no set; expected 17 or 16"):
        sized_set(5)
