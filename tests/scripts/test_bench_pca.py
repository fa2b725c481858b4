"""scripts/bench_pca.py: that it measures, and notices what is wrong."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from posecore.components import pca
from scripts import bench_pca


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bench_pca, "DIMENSIONS", 200)
    monkeypatch.setattr(bench_pca, "COMPONENTS", 10)
    monkeypatch.setattr(bench_pca, "COMPARED", 1000)


def test_it_ends_with_the_ratio(small, capsys):
    assert bench_pca.main(["--people", "3000"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1000 people, 10 components of 200 numbers")
    assert any(line.startswith("all 3000 people: ") for line in lines)
    assert lines[-1].startswith("ratio: ") and float(lines[-1].split()[1]) > 0
    assert lines[-2].startswith("ratio, by products: ") and float(lines[-2].split()[3]) > 0


def test_wrong_components_and_wrong_variances_are_noticed(small, capsys, monkeypatch):
    real = pca.fit_components

    def turned(latents, components):
        found = real(latents, components)
        return pca.Components(found.mean, np.roll(found.axes, 30, axis=1), found.variances, 1.0, 9)

    monkeypatch.setattr(pca, "fit_components", turned)
    assert bench_pca.main(["--people", "3000"]) == 1

    def stretched(latents, components):
        found = real(latents, components)
        return pca.Components(found.mean, found.axes, found.variances * 1.3, 1.0, 9)

    monkeypatch.setattr(pca, "fit_components", stretched)
    assert bench_pca.main(["--people", "3000"]) == 1


def test_memory_is_measured():
    # In a process of its own, as the benchmark: one that has trained keeps freed memory, and takes no new.
    code = "import numpy, scripts.bench_pca as b; print(b.measured(lambda: numpy.ones(3 * 10**7))[2])"
    root = Path(bench_pca.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert float(done.stdout) == pytest.approx(0.24, abs=0.05), done.stderr


def test_angles_by_hand():
    axes = np.eye(3)
    assert bench_pca.largest_angle(axes[:2], axes[[1, 0]]) == pytest.approx(0, abs=1e-5)
    assert bench_pca.largest_angle(axes[:2], axes[1:]) == pytest.approx(90)
