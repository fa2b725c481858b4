"""scripts/cluster_sweep.py as people run it."""

import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.studies.clusters.results import load_cluster_study
from scripts import cluster_sweep

QUICK = ["--most", "3", "--restarts", "2", "--draws", "3", "--resamples", "3"]


@pytest.fixture
def path(tmp_path):
    return make_fake_bundle(tmp_path / "fake", people=40)


def test_it_says_what_it_found_and_what_comes_next(path, capsys):
    assert cluster_sweep.main(["--bundle", str(path), *QUICK, "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "40 people in the 128 numbers of the latent" in printed
    assert "K =  2: silhouette" in printed and "found again 1.00" in printed
    assert "verdict: cannot be told, as there are too few people" in printed
    assert "gap statistic in the first 39 components, 40 people: 2 clusters" in printed
    assert "next: make dashboard" in printed
    study = load_cluster_study(open_bundle(path))
    assert study.info["sweep"] == {"least": 2, "most": 3, "restarts": 2, "seed": 3}
    assert verify(path) == []


def test_bad_input_gets_a_sentence(path, tmp_path, capsys):
    assert cluster_sweep.main(["--bundle", str(path), "--most", "40"]) == 2
    assert "error: 40 clusters of 40 people: expected 2 to 39" in capsys.readouterr().err
    assert cluster_sweep.main(["--bundle", str(path), "--least", "1"]) == 2
    assert "error: K from 1 to 10" in capsys.readouterr().err
    assert cluster_sweep.main(["--bundle", str(tmp_path / "none")]) == 2
    assert "error: " in capsys.readouterr().err
