"""Sets of keypoints: names, mirror images, limbs, groups, colours and OKS spreads.

Which set a data folder, a network or a bundle has stands in it; one that names none has COCO's, as those from
before there were several. Every table about keypoints is indexed in the order of its set's names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from posecore.errors import ConfigError


@dataclass(frozen=True)
class KeypointSet:
    """K keypoints of one person, in their order.

    key: what it is called on disk. title: for people. names: (K,). flip: the keypoint that each becomes in a
    mirrored picture. limbs: pairs joined by a line in a drawn skeleton. groups: disjoint, those in which
    scores are reported; together they hold every keypoint. colours: RGB of each, from Okabe and Ito's
    colour-blind-safe palette; left and right differ everywhere. sigmas: spread of annotators relative to
    the person's size (cocodataset.org/#keypoints-eval), None where nobody published any. not_in_pckh: which
    PCKh leaves out. head: the two keypoints whose distance may stand in for the size of a head, None
    without such.
    """

    key: str
    title: str
    names: tuple[str, ...]
    flip: tuple[int, ...]
    limbs: tuple[tuple[int, int], ...]
    groups: Mapping[str, tuple[int, ...]]
    colours: tuple[tuple[int, int, int], ...]
    sigmas: tuple[float, ...] | None = None
    not_in_pckh: tuple[int, ...] = ()
    head: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def labels(self) -> tuple[str, ...]:
        """(K,) the names for people."""
        return tuple(map(label, self.names))


def label(name: str) -> str:
    """'left_eye' to 'left eye', for people."""
    return name.replace("_", " ")


_BLACK: Final = (0, 0, 0)
_LEFT_FACE, _RIGHT_FACE = (0, 114, 178), (213, 94, 0)
_LEFT_ARM, _RIGHT_ARM = (86, 180, 233), (230, 159, 0)
_LEFT_LEG, _RIGHT_LEG = (0, 158, 115), (204, 121, 167)

COCO17: Final = KeypointSet(
    key="coco17",
    title="COCO's 17 joints",
    names=(
        "nose",
        "left_eye",
        "right_eye",
        "left_ear",
        "right_ear",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
        "left_hip",
        "right_hip",
        "left_knee",
        "right_knee",
        "left_ankle",
        "right_ankle",
    ),
    flip=(0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15),
    limbs=(
        (0, 1),
        (0, 2),
        (1, 3),
        (2, 4),
        (5, 6),
        (5, 7),
        (7, 9),
        (6, 8),
        (8, 10),
        (5, 11),
        (6, 12),
        (11, 12),
        (11, 13),
        (13, 15),
        (12, 14),
        (14, 16),
    ),
    groups={
        "head": (0, 1, 2, 3, 4),
        "shoulders": (5, 6),
        "elbows": (7, 8),
        "wrists": (9, 10),
        "hips": (11, 12),
        "knees": (13, 14),
        "ankles": (15, 16),
    },
    colours=(
        _BLACK,
        *(_LEFT_FACE, _RIGHT_FACE) * 2,
        *(_LEFT_ARM, _RIGHT_ARM) * 3,
        *(_LEFT_LEG, _RIGHT_LEG) * 3,
    ),
    sigmas=(
        0.026,
        0.025,
        0.025,
        0.035,
        0.035,
        0.079,
        0.079,
        0.072,
        0.072,
        0.062,
        0.062,
        0.107,
        0.107,
        0.087,
        0.087,
        0.089,
        0.089,
    ),
)

MPII16: Final = KeypointSet(
    key="mpii16",
    title="MPII's 16 joints",
    names=(
        "right_ankle",
        "right_knee",
        "right_hip",
        "left_hip",
        "left_knee",
        "left_ankle",
        "pelvis",
        "thorax",
        "upper_neck",
        "head_top",
        "right_wrist",
        "right_elbow",
        "right_shoulder",
        "left_shoulder",
        "left_elbow",
        "left_wrist",
    ),
    flip=(5, 4, 3, 2, 1, 0, 6, 7, 8, 9, 15, 14, 13, 12, 11, 10),
    limbs=(
        (8, 9),
        (7, 8),
        (7, 12),
        (7, 13),
        (13, 14),
        (14, 15),
        (12, 11),
        (11, 10),
        (7, 6),
        (6, 3),
        (6, 2),
        (3, 4),
        (4, 5),
        (2, 1),
        (1, 0),
    ),
    groups={
        "head": (8, 9),
        "shoulders": (12, 13),
        "elbows": (11, 14),
        "wrists": (10, 15),
        "trunk": (6, 7),
        "hips": (2, 3),
        "knees": (1, 4),
        "ankles": (0, 5),
    },
    colours=(
        *[_RIGHT_LEG] * 3,
        *[_LEFT_LEG] * 3,
        *[_BLACK] * 4,
        *[_RIGHT_ARM] * 3,
        *[_LEFT_ARM] * 3,
    ),
    not_in_pckh=(6, 7),
    head=(8, 9),
)

SETS: Final[Mapping[str, KeypointSet]] = {one.key: one for one in (COCO17, MPII16)}
"""All there are, by what they are called on disk."""

_BY_SIZE: Final = {len(one): one for one in SETS.values()}


def named_set(record: Mapping[str, Any], where: str) -> KeypointSet:
    """The set that a record names under `keypoints`: COCO's where it names none.

    where: the record, for the error. Raises ConfigError for a name of none of SETS.
    """
    key = record.get("keypoints", COCO17.key)
    if not isinstance(key, str) or key not in SETS:
        raise ConfigError(f"{where}: keypoints are {key!r:.40}; expected {' or '.join(SETS)}")
    return SETS[key]


def sized_set(joints: int) -> KeypointSet:
    """The set with so many keypoints, for networks, heatmaps and points: of no two sets the number is the
    same.

    Raises ConfigError where there is none.
    """
    if joints in _BY_SIZE:
        return _BY_SIZE[joints]
    sizes = " or ".join(str(len(keypoints)) for keypoints in SETS.values())
    raise ConfigError(f"{joints} joints are those of no set; expected {sizes}")


def set_record(keypoints: KeypointSet) -> dict[str, str]:
    """What a record says of its set, for `named_set`: nothing where it is COCO's."""
    return {} if keypoints == COCO17 else {"keypoints": keypoints.key}


# COCO's set by itself, for what is COCO's by nature: its files, and rendered people.
KEYPOINTS: Final = COCO17.names
K: Final = len(COCO17)
FLIP: Final = COCO17.flip
LIMBS: Final = COCO17.limbs
GROUPS: Final = COCO17.groups
COLOURS: Final = COCO17.colours
assert COCO17.sigmas is not None
OKS_SIGMAS: Final = COCO17.sigmas
