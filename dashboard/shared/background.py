"""One worker for what is computed, or imported, before somebody asks for it."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final


def _step_back() -> None:
    """Whoever looks at a page goes before what is computed in the background. Linux knows a thread's rank;
    elsewhere it would be that of the whole process."""
    if sys.platform == "linux":
        os.nice(10)


worker: Final = ThreadPoolExecutor(1, "background", _step_back)
