"""scripts/component_study.py as people run it."""

from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.studies.components.results import load_component_study
from scripts import component_study


def test_it_says_what_it_found_and_what_comes_next(tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=16, annotations=True, pictures=True)
    assert component_study.main(["--bundle", str(path), "--limit", "6", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "components: 6 people, components of 8 others" in printed
    assert "skips off, n = 6: PCK" in printed and "skips on, n = 6: PCK" in printed
    assert "next: make dashboard" in printed
    study = load_component_study(open_bundle(path))
    assert (study.info["limit"], study.info["seed"]) == (6, 3)
    assert verify(path) == []


def test_bad_input_gets_a_sentence(tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=8)
    assert component_study.main(["--bundle", str(path)]) == 2
    assert "holds no annotated joints" in capsys.readouterr().err
    path = make_fake_bundle(tmp_path / "labelled", people=8, annotations=True)
    assert component_study.main(["--bundle", str(path), "--limit", "90"]) == 2
    assert "error: --limit 90: expected 1 to" in capsys.readouterr().err
    assert component_study.main(["--bundle", str(path), "--limit", "2"]) == 0
    assert "skips on: nobody's picture is at hand" in capsys.readouterr().out
