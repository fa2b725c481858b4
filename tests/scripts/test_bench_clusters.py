"""scripts/bench_clusters.py: that it measures, and notices what is wrong."""

import dataclasses

import pytest

from posecore.clustering import sweep
from scripts import bench_clusters


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bench_clusters, "DIMENSIONS", 100)
    monkeypatch.setattr(bench_clusters, "TIMED", (2, 4))


def test_it_ends_with_the_ratio(small, capsys):
    assert bench_clusters.main(["--people", "300", "--starts", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "300 people, 100 numbers, 30 labellings with silhouettes"
    assert any(line.startswith("124040 people: about ") for line in lines)
    assert lines[-1].startswith("ratio: ") and float(lines[-1].split()[1]) > 0
    assert lines[-2].startswith("ratio, fair: ") and float(lines[-2].split()[2]) > 0


@pytest.mark.parametrize("wrong", ["inertia", "silhouettes"])
def test_what_is_wrong_is_noticed(small, capsys, monkeypatch, wrong):
    real = sweep.sweep

    def off(*arguments):
        found = real(*arguments)
        return dataclasses.replace(found, **{wrong: getattr(found, wrong) * 1.02})

    monkeypatch.setattr(sweep, "sweep", off)
    assert bench_clusters.main(["--people", "300", "--starts", "3"]) == 1
