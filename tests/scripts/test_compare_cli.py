"""scripts/compare.py as people run it, on tiny data."""

import shutil

import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle
from posecore.studies.pair.results import load_pair_study
from scripts import compare


@pytest.fixture(autouse=True)
def same_threads():
    """Scripts set how many cores PyTorch takes."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    """Two bundles of the same people with pictures, one without, and one of people of its own."""
    folder = tmp_path_factory.mktemp("artifacts")
    make_fake_bundle(folder / "one", 6, annotations=True, pictures=True)
    shutil.copytree(folder / "one", folder / "copy")
    make_fake_bundle(folder / "elsewhere", 6, seed=4)
    make_fake_bundle(folder / "bare", 6)
    return folder


def test_a_comparison_is_written_and_the_next_step_is_named(artifacts, capsys):
    arguments = ["--bundle", str(artifacts / "one"), "--with", str(artifacts / "copy"), "--limit", "5"]
    assert compare.main(arguments) == 0
    said = capsys.readouterr().out
    assert "5 of 6 people" in said and "make dashboard" in said and "studies/compare-copy" in said
    study = load_pair_study(open_bundle(artifacts / "one"), open_bundle(artifacts / "copy"))
    assert len(study.sample_ids) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bundle", "nowhere", "--with", "{copy}"], "nowhere: no such folder"),
        (["--bundle", "{one}", "--with", "nowhere"], "nowhere: no such folder"),
        (["--bundle", "{one}", "--with", "{copy}", "--data", "nowhere"], "nowhere: no prepared data"),
        (["--bundle", "{one}", "--with", "{copy}", "--limit", "0"], "expected 1 to 6"),
        (["--bundle", "{one}", "--with", "{copy}", "--limit", "7"], "expected 1 to 6"),
        (["--bundle", "{one}", "--with", "{elsewhere}"], "no people in common"),
        (["--bundle", "{bare}", "--with", "{bare}"], "--data"),
    ],
)
def test_bad_input_is_one_line_and_status_2(artifacts, arguments, words, capsys):
    names = {path.name: str(path) for path in artifacts.iterdir()}
    assert compare.main([argument.format(**names) for argument in arguments]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("error: ") and words in said
