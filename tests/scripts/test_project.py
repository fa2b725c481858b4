"""scripts/project.py as people run it."""

import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.studies.projection.results import load_projection
from scripts import project


def test_it_says_what_it_found_and_what_comes_next(tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=40)
    assert project.main(["--bundle", str(path), "--draws", "2", "--components", "9"]) == 0
    printed = capsys.readouterr().out
    assert "projection: 40 people, 9 components" in printed
    assert "hold 95 % of the variance" in printed and "among 40 people" in printed
    assert "next: make dashboard" in printed and "no UMAP" not in printed
    found = load_projection(open_bundle(path))
    assert (found.scores.shape, found.info["draws"], found.info["seed"]) == ((40, 9), 2, 0)
    assert verify(path) == []


def test_three_people_and_bad_input_get_a_sentence(tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=3)
    assert project.main(["--bundle", str(path), "--draws", "1"]) == 0
    assert "no UMAP: UMAP needs more than 30 people; there are 3" in capsys.readouterr().out
    assert project.main(["--bundle", str(path), "--components", "5"]) == 2
    assert "error: 5 components: 2 are kept, and 3 people" in capsys.readouterr().err
    assert project.main(["--bundle", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    with pytest.raises(SystemExit):
        project.main(["--bundle", str(path), "--components", "0"])
