"""A sweep over people whose distances do not fit into the memory the process may have."""

import subprocess
import sys

import numpy as np
import pytest

resource = pytest.importorskip("resource")

PEOPLE, DIMENSIONS = 12_000, 512
LIMIT = 400_000_000
"""Bytes of memory of its own. All distances of these people would take 576 MB."""

PROGRAM = f"""
import resource, sys
import numpy as np
from posecore import blocks as blockwise
from posecore.clustering import sweep as module
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.clustering.space import latent_space
resource.setrlimit(resource.RLIMIT_DATA, ({LIMIT}, {LIMIT}))
blockwise.LocalSource.__init__.__defaults__ = (0,)
module.COPY_UP_TO = 0
latents = np.load(sys.argv[1], mmap_mode="r")
if sys.argv[2] == "whole":
    np.ones(({PEOPLE}, {PEOPLE}), np.float32)
found = sweep(latent_space(latents), SweepSettings(2, 3, 2))
status = open("/proc/self/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024  # ru_maxrss would be the parent's
print(float(found.silhouettes.max()), peak)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its anonymous memory")
def test_a_sweep_keeps_within_its_memory(tmp_path):
    rng = np.random.default_rng(0)
    latents = rng.standard_normal((PEOPLE, DIMENSIONS), np.float32)
    latents[: PEOPLE // 2, :20] += 3
    np.save(tmp_path / "latents.npy", latents.astype(np.float16))

    def run(how):
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / "latents.npy"), how]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run("blocks")
    assert done.returncode == 0, done.stderr
    silhouette, peak = map(float, done.stdout.split())
    assert 0.05 < silhouette < 0.2
    # With the mapped latents and libraries in memory too.
    assert peak < 450_000_000
    # The limit holds: who asks for all distances at once does not get them.
    assert "MemoryError" in run("whole").stderr
