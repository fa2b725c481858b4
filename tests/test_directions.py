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


REPORT = "dashboard.report"
"""Stands above the pages, as app.py does: it tells what they show."""

REPORTING = "scripts/report.py"
"""The only script that the dashboard's code is behind."""


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("posecore", {"streamlit", "dashboard", "scripts"}),
        ("scripts", {"streamlit", "dashboard"}),
        ("dashboard", {"scripts"}),
    ],
)
def test_imports_go_one_way(folder: str, forbidden: set[str]) -> None:
    files = sorted(set((ROOT / folder).rglob("*.py")) - {ROOT / REPORTING})
    assert files
    wrong = {str(path): imported(path) & forbidden for path in files}
    assert not {path: names for path, names in wrong.items() if names}


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("posecore", "dashboard", "scripts")
    for path in (ROOT / folder).rglob("*.py")
}


def modules_imported(path: Path) -> set[str]:
    """The project's own modules that a file imports when it runs, within functions, too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            # A package of which nothing but modules is taken gives nothing of its own.
            found |= parts & MODULES.keys() if parts <= MODULES.keys() else {node.module, *parts}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)  # a tab's module is imported by its name
    return found & MODULES.keys()


def test_a_page_imports_what_pages_share_and_never_another_page() -> None:
    pages = {path.parent.name for path in (ROOT / "dashboard").glob("*/page.py")}
    assert len(pages) >= 6
    wrong = []
    for name, path in MODULES.items():
        parts = name.split(".")
        if parts[0] != "dashboard" or len(parts) < 3:
            continue
        if is_of_report(name):
            continue
        others = pages - {parts[1]}
        wrong += [
            f"{name} imports {one}"
            for one in modules_imported(path)
            if one.split(".")[1] in others and one.startswith("dashboard.")
        ]
    assert not wrong


def is_of_report(name: str) -> bool:
    return name == REPORT or name.startswith(f"{REPORT}.")


def test_the_report_is_imported_by_its_script_alone() -> None:
    by = {
        name
        for name, path in MODULES.items()
        if not is_of_report(name) and any(map(is_of_report, modules_imported(path)))
    }
    assert by == {REPORTING.removesuffix(".py").replace("/", ".")}
    script = ROOT / REPORTING
    # What a page or the entry point holds comes to the script by way of the report alone.
    of_dashboard = {one for one in modules_imported(script) if one.startswith("dashboard")}
    assert all(map(is_of_report, of_dashboard)) and "streamlit" not in imported(script)
    # It shows what pages say, and runs none of them.
    run = {f"dashboard.{path.parent.name}.page" for path in (ROOT / "dashboard").glob("*/page.py")}
    run.add("dashboard.app")
    ours = [path for name, path in MODULES.items() if is_of_report(name)]
    assert ours and not [path for path in ours if modules_imported(path) & run]


def test_no_imports_go_round_in_a_circle() -> None:
    left = {name: modules_imported(path) for name, path in MODULES.items()}
    while free := [name for name, imports in left.items() if not imports & left.keys()]:
        for name in free:
            del left[name]
    # What is left stands in a circle, or leads to one.
    assert not left


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
