"""Studies in a bundle: opened, refused where they speak of something else, and verified."""

import json
import shutil

import numpy as np
import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, studies, verify
from posecore.bundle.studies import (
    open_study,
    study_arrays,
    study_command,
    study_folder,
    study_problems,
    write_study,
)
from posecore.errors import BundleError


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A bundle with a study whose one file is not looked into here."""
    path = make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "people", people=4)
    write(open_bundle(path))
    return path


@pytest.fixture
def bundle(source, tmp_path):
    return open_bundle(shutil.copytree(source, tmp_path / "people"))


def write(bundle, content=b"results", info=None):
    folder = study_folder(bundle, "skips").with_name(".skips.partial")
    folder.mkdir(parents=True)
    (folder / "results.npz").write_bytes(content)
    return write_study(bundle, "skips", folder, info or {"seed": 3})


def edit(bundle, **values):
    path = study_folder(bundle, "skips") / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_study_is_read_as_it_was_written(bundle):
    study = open_study(bundle, "skips")
    assert (study.info, list(study.files)) == ({"seed": 3}, ["results.npz"])
    assert study.files["results.npz"]["bytes"] == 7
    assert study.path == bundle.path / "studies" / "skips"
    assert verify(bundle.path) == []


def test_a_new_study_takes_the_place_of_the_old_one(bundle):
    write(bundle, b"newer results", {"seed": 4})
    assert open_study(bundle, "skips").info == {"seed": 4}
    assert [path.name for path in (bundle.path / "studies").iterdir()] == ["skips"]


def test_without_a_study_the_command_is_named(bundle):
    shutil.rmtree(bundle.path / "studies")
    with pytest.raises(BundleError) as error:
        open_study(bundle, "skips")
    assert "no such study" in str(error.value)
    assert f"python scripts/skip_study.py --bundle {bundle.path} --data DIR" in str(error.value)
    assert verify(bundle.path) == []


def test_a_command_holds_for_a_path_with_a_space(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "two words", people=2))
    assert f"--bundle '{bundle.path}'" in study_command(bundle, "skips")


@pytest.mark.parametrize(("seed", "people"), [(0, 5), (1, 4)])
def test_a_study_of_other_people_or_weights_is_refused(bundle, tmp_path, seed, people):
    other = make_fake_bundle(tmp_path / "other", people=people, seed=seed)
    shutil.copytree(bundle.path / "studies", other / "studies")
    what = "other people" if seed == 0 else "other weights"
    with pytest.raises(BundleError, match=what):
        open_study(open_bundle(other), "skips")
    problems = verify(other)
    assert len(problems) == 1
    assert what in problems[0]


def test_reading_a_study_finds_a_flipped_byte(bundle):
    folder = study_folder(bundle, "skips").with_name(".skips.partial")
    folder.mkdir()
    np.savez(folder / "results.npz", numbers=np.arange(5))
    study = write_study(bundle, "skips", folder, {})
    with study_arrays(bundle, study, "results.npz") as arrays:
        assert arrays["numbers"].tolist() == [0, 1, 2, 3, 4]
    path = study.path / "results.npz"
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    written = r"results.npz is not as it was written.*skip_study.py"
    again = open_study(bundle, "skips")
    with pytest.raises(BundleError, match=written) as error, study_arrays(bundle, again, "results.npz"):
        pass
    assert "\n" not in str(error.value)


def test_what_cannot_be_made_of_its_arrays_is_said_with_the_command(bundle):
    folder = bundle.path.parent / ".broken.partial"
    folder.mkdir()
    np.savez(folder / "results.npz", numbers=np.arange(5))
    study = write_study(bundle, "skips", folder, {})
    for wrong in (lambda arrays: arrays["letters"], lambda arrays: int(arrays["numbers"])):
        refused = pytest.raises(BundleError, match=r"results.npz is not readable \(\w+\); .*skip_study.py")
        with refused, study_arrays(bundle, study, "results.npz") as arrays:
            wrong(arrays)


def test_a_study_of_people_of_the_same_names_from_other_data_is_refused(bundle):
    manifest = bundle.path / "manifest.json"
    values = json.loads(manifest.read_text())
    values["dataset"]["fingerprint"] = "1" * 64
    manifest.write_text(json.dumps(values))
    with pytest.raises(BundleError, match="other people"):
        open_study(open_bundle(bundle.path), "skips")


def test_verify_finds_a_flipped_byte(bundle):
    file = bundle.path / "studies" / "skips" / "results.npz"
    file.write_bytes(b"resulTs")
    open_study(bundle, "skips")  # sizes only
    (problem,) = verify(bundle.path)
    assert "results.npz" in problem
    assert "SHA-256" in problem
    assert "skip_study.py" in problem


def test_verify_leaves_unfinished_studies_alone_and_names_unknown_ones(bundle):
    (bundle.path / "studies" / ".skips.partial").mkdir()
    (bundle.path / "studies" / "guesses").mkdir()
    (problem,) = study_problems(bundle)
    assert "guesses" in problem


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"schema_version": 2}, "schema version 2"),
        ({"name": "other"}, "'other'"),
        ({"created": 5}, "created is 5"),
        ({"info": []}, "JSON objects"),
        ({"files": {"../x": {"sha256": "", "bytes": 1}}}, "inside the study"),
        ({"files": {"x": {}}}, "no size and hash"),
        ({"files": {"results.npz": {"sha256": "", "bytes": 8}}}, "7 bytes, expected 8"),
        ({"files": {"gone.npz": {"sha256": "", "bytes": 8}}}, "gone.npz is missing"),
        ({"unheard": 1}, "unheard"),
    ],
)
def test_a_manifest_that_is_not_as_written_is_refused_in_one_line(bundle, values, words):
    edit(bundle, **values)
    with pytest.raises(BundleError, match=r"skip_study\.py") as error:
        open_study(bundle, "skips")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
def test_a_manifest_that_is_no_json_object_is_refused(bundle, text):
    (study_folder(bundle, "skips") / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=r"skip_study\.py"):
        open_study(bundle, "skips")


def test_a_link_in_place_of_the_studies_is_refused(bundle, tmp_path):
    studies = bundle.path / "studies"
    studies.rename(tmp_path / "elsewhere")
    studies.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="link"):
        open_study(bundle, "skips")


def test_a_study_is_read_again_only_after_it_was_written_anew(bundle, monkeypatch):
    seen = []
    read = studies._read
    monkeypatch.setattr(studies, "_read", lambda *rest: seen.append(rest) or read(*rest))
    assert [open_study(bundle, "skips").info["seed"] for _ in range(3)] == [3, 3, 3] and len(seen) == 1
    edit(bundle, info={"seed": 40})
    assert [open_study(bundle, "skips").info["seed"] for _ in range(3)] == [40, 40, 40] and len(seen) == 2
    edit(bundle, weights="other")
    for _ in range(2):
        with pytest.raises(BundleError, match="made with other weights"):
            open_study(bundle, "skips")
