import json
from pathlib import Path

import numpy as np
import pytest
from harming import HARMS
from pycocotools.coco import COCO

import posecore.synthetic.writer as module
from posecore.claims import claimed
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.keypoints import KEYPOINTS
from posecore.samples import read_visibility
from posecore.synthetic.writer import RenderSettings, make_people
from scripts import make_people as script

PEOPLE = RenderSettings(people=5, val=2, seed=4)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "people"
    assert make_people(folder, PEOPLE, workers=1) == {"train": 5, "val": 2}
    return folder


def test_any_number_of_workers_gives_the_same_bytes(rendered: Path, tmp_path: Path) -> None:
    make_people(tmp_path / "again", PEOPLE, workers=2)
    assert content(tmp_path / "again") == content(rendered)


def test_another_seed_gives_other_people(rendered: Path, tmp_path: Path) -> None:
    make_people(tmp_path / "other", RenderSettings(people=1, seed=5), workers=1)
    name = "train2017/000000000001.jpg"
    assert content(tmp_path / "other")[name] != content(rendered)[name]


def test_coco_reads_one_labelled_person_a_picture(rendered: Path) -> None:
    coco = COCO(str(rendered / "annotations" / "person_keypoints_train2017.json"))
    assert len(coco.getImgIds()) == 5
    assert coco.loadCats(1)[0]["keypoints"] == list(KEYPOINTS)
    for image in coco.loadImgs(coco.getImgIds()):
        people = coco.loadAnns(coco.getAnnIds(image["id"]))
        labelled = [person for person in people if person["num_keypoints"]]
        assert len(labelled) == 1
        assert labelled[0]["attributes"]["family"]
        keypoints = np.array(labelled[0]["keypoints"]).reshape(17, 3)
        assert (keypoints[:, 2] > 0).sum() == labelled[0]["num_keypoints"] >= 1
        assert not keypoints[keypoints[:, 2] == 0].any()
        seen = keypoints[keypoints[:, 2] > 0]
        assert (seen[:, :2] >= 0).all()
        assert (seen[:, 0] < image["width"]).all() and (seen[:, 1] < image["height"]).all()
        for person in people:
            left, top, width, height = person["bbox"]
            assert (
                left >= 0 and top >= 0 and left + width <= image["width"] and top + height <= image["height"]
            )
            assert 0 < person["area"] <= width * height


def test_they_are_prepared_like_photographs(rendered: Path, tmp_path: Path) -> None:
    prepare(rendered, tmp_path / "data", PrepareSettings(test_size=0), workers=1)
    table = open_prepared(tmp_path / "data").table("train")
    assert len(table) == 5
    assert table["truth_family"].nunique() == 5  # they take turns
    assert (read_visibility(table) > 0).any(axis=1).all()


def test_a_killed_run_goes_on_and_ends_with_the_same(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = module._render, []

    def dies(*arguments):
        made.append(arguments)
        if len(made) == 4:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(module, "_render", dies)
    with pytest.raises(KeyboardInterrupt):
        make_people(tmp_path / "parts", PEOPLE, workers=1)
    assert not (tmp_path / "parts").exists()
    monkeypatch.setattr(module, "_render", lambda *a: (made.append(a), real(*a)))
    make_people(tmp_path / "parts", PEOPLE, workers=1)
    assert len(made) == 4 + 4  # three were done
    assert content(tmp_path / "parts") == content(rendered)


def test_people_whose_record_or_picture_cannot_be_read_are_rendered_anew(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "write_json", _die_at_the_end(module.write_json))
        make_people(tmp_path / "p", PEOPLE, workers=1)
    partial = tmp_path / ".p.partial"
    for number, harm in enumerate(HARMS.values()):
        harm(partial / "records" / f"train-{number}.json")
        harm(partial / "train2017" / f"{number + 3:012d}.jpg")
    (partial / "val2017" / "000000000002.jpg").unlink()
    made, real = [], module._render
    monkeypatch.setattr(module, "_render", lambda *a: (made.append(a[-1]), real(*a)))
    make_people(tmp_path / "p", PEOPLE, workers=1)
    assert made == [*(("train", index) for index in range(5)), ("val", 1)]
    assert content(tmp_path / "p") == content(rendered)


def test_other_settings_start_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "write_json", _die_at_the_end(module.write_json))
    with pytest.raises(KeyboardInterrupt):
        make_people(tmp_path / "p", RenderSettings(people=2, seed=1), workers=1)
    monkeypatch.undo()
    make_people(tmp_path / "p", RenderSettings(people=1, seed=2), workers=1)
    assert sorted(path.name for path in (tmp_path / "p" / "train2017").iterdir()) == ["000000000001.jpg"]
    assert json.loads((tmp_path / "p" / "rendered.json").read_text()) == {"people": 1, "val": 0, "seed": 2}


def _die_at_the_end(real):
    def dies(path, value):
        if path.name.startswith("person_keypoints"):
            raise KeyboardInterrupt
        real(path, value)

    return dies


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--people", "0"], "--people 0: expected at least 1"),
        (["--people", "99999999999"], "at most 300,000"),
        (["--people", "3", "--val", "-1"], "--val -1"),
        (["--people", "3", "--workers", "9999"], "at most 256"),
        (["--people", "3", "--seed", "-1"], "--seed -1"),
        (["--people", "3", "--workers", "0"], "--workers 0"),
    ],
)
def test_impossible_numbers_are_one_line(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--out", str(tmp_path / "p"), *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_what_is_no_rendered_people_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert script.main(["--out", str(tmp_path), "--people", "1"]) == 2
    assert "left alone" in capsys.readouterr().err
    assert script.main(["--out", str(tmp_path / "letter.txt"), "--people", "1"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_two_at_once_with_one_destination_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with claimed(tmp_path / "out"):
        assert script.main(["--out", str(tmp_path / "out"), "--people", "1"]) == 2
    assert "out: another process is writing it" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["--out", "/proc/nobody/people", "--people", "1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: /proc/nobody") and error.count("\n") == 1
