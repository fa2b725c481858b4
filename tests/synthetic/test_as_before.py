"""Ten people look as they always did: shipped bundles name people by seed and number alone.

ten_people.json holds what they looked like. Another processor, numpy or OpenCV rounds otherwise in the last
digit, so bytes are compared where all three are those the file was made with, and what is in the picture
everywhere. After a change that is meant to change people, write the file anew: run this file as a script.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from posecore.synthetic.people import Rendered, render_person

FILE = Path(__file__).with_name("ten_people.json")
TEN = [*((2026, index, "train") for index in (0, 1, 2, 3, 4, 5, 6, 7, 8)), (5, 3, "val")]
MADE_WITH = [np.__version__, cv2.__version__, cv2.getCPUFeaturesLine()]


def described(person: Rendered) -> dict[str, Any]:
    small = cv2.resize(person.image, (8, 8), interpolation=cv2.INTER_AREA)
    return {
        "sha256": hashlib.sha256(person.image.tobytes()).hexdigest(),
        "size": list(person.image.shape),
        "small": small.ravel().tolist(),
        "annotation": person.annotation,
        "others": list(person.others),
    }


@pytest.fixture(scope="module")
def ten() -> list[dict[str, Any]]:
    return [json.loads(json.dumps(described(render_person(*name)))) for name in TEN]


@pytest.fixture(scope="module")
def before() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_pictures_show_what_they_showed(ten: list[dict[str, Any]], before: dict[str, Any]) -> None:
    for now, then in zip(ten, before["people"], strict=True):
        assert now["size"] == then["size"]
        assert np.abs(np.subtract(now["small"], then["small"])).max() <= 2


def test_annotations_say_what_they_said(ten: list[dict[str, Any]], before: dict[str, Any]) -> None:
    for now, then in zip(ten, before["people"], strict=True):
        one, other = now["annotation"], then["annotation"]
        assert one["keypoints"] == pytest.approx(other["keypoints"], abs=0.02)
        assert one["bbox"] == pytest.approx(other["bbox"], abs=1)
        assert len(now["others"]) == len(then["others"])
        assert one["attributes"].keys() >= other["attributes"].keys()
        for name, value in other["attributes"].items():
            expected = pytest.approx(value, abs=2e-3) if isinstance(value, float) else value
            assert one["attributes"][name] == expected, name


def test_bytes_are_the_same_where_arithmetic_is(ten: list[dict[str, Any]], before: dict[str, Any]) -> None:
    if before["made_with"] != MADE_WITH:
        pytest.skip("another processor, numpy or OpenCV than the file was made with")
    for now, then in zip(ten, before["people"], strict=True):
        assert now["sha256"] == then["sha256"]
        assert now["others"] == then["others"]
        assert now["annotation"] | {"attributes": None} == then["annotation"] | {"attributes": None}


if __name__ == "__main__":
    people = [described(render_person(*name)) for name in TEN]
    FILE.write_text(json.dumps({"made_with": MADE_WITH, "people": people}) + "\n", encoding="utf-8")
