"""Who may import whom: scripts and dashboard use posecore, never the other way round; torch comes late."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle

ROOT = Path(__file__).parent.parent


def imported(path: Path) -> set[str]:
    """Top-level names of every module a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("posecore", {"streamlit", "dashboard", "scripts"}),
        ("scripts", {"streamlit", "dashboard"}),
        ("dashboard", {"scripts"}),
    ],
)
def test_imports_go_one_way(folder: str, forbidden: set[str]) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    wrong = {str(path): imported(path) & forbidden for path in files}
    assert not {path: names for path, names in wrong.items() if names}


def test_only_the_loaders_cache() -> None:
    caching = [
        path.name
        for path in (ROOT / "dashboard").rglob("*.py")
        if "st.cache" in path.read_text(encoding="utf-8")
    ]
    assert caching == ["cache.py"]


RUN_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(sys.argv[1], default_timeout=60).run()
assert not page.exception, page.exception
if sys.argv[2]:
    page.switch_page(sys.argv[2]).run()
    assert not page.exception, page.exception
assert page.title
print("torch" in sys.modules)
"""


@pytest.mark.parametrize(("page", "needs_torch"), [("", "False"), ("skip_lab/page.py", "True")])
def test_torch_is_imported_by_the_page_that_needs_it_only(
    page: str, needs_torch: str, tmp_path: Path
) -> None:
    make_fake_bundle(tmp_path / "fake", people=12)
    done = subprocess.run(
        [sys.executable, "-c", RUN_PAGE, str(ROOT / "dashboard/app.py"), page],
        env={**os.environ, "POSE_ARTIFACTS": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == needs_torch
