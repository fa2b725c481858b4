"""What is done before somebody asks for it."""

import os
import sys

import pytest

from dashboard.shared.background import worker


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no rank of its own")
def test_the_background_steps_back() -> None:
    assert worker.submit(os.nice, 0).result(60) == min(19, os.nice(0) + 10)
