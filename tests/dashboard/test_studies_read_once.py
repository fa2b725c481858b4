"""A rerun of any page reads each study at most once, and one that was replaced is seen all the same."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from opening import open_page
from reading import words

from dashboard.clusters import view
from dashboard.shared import links
from dashboard.skip_lab.study_words import NO_STUDY
from posecore.bundle import studies

SHIPPED = Path(__file__).parent.parent.parent / "artifacts"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of its own, so that nothing of its bundle was read before."""
    shutil.copytree(SHIPPED / "demo", tmp_path / "artifacts" / "demo")
    return tmp_path / "artifacts"


@pytest.fixture
def read(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the manifest of each study of the copied bundle was read and checked."""
    seen: Counter[str] = Counter()
    inner = studies._read

    def listen(bundle, name, folder):
        # Restarts that a test before left in the background may still read their own bundle's.
        seen[name] += bundle.path.parent == copied
        return inner(bundle, name, folder)

    monkeypatch.setattr(studies, "_read", listen)
    return seen


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("overview", {}),
        ("skip_lab", {"lab_tab": links.LAB_TABS[1]}),
        ("latent_map", {}),
        ("clusters", {"clu_tab": list(view.TABS)[-1]}),
        ("pc_walk", {"walk_tab": links.WALK_TABS[1]}),
        ("pc_walk", {}),
        ("causes", {}),
    ],
)
def test_a_page_reads_each_study_once(
    page: str, link: dict[str, str], copied: Path, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, copied, page, **link)
    assert max(read.values()) == 1
    read.clear()
    app.run()
    assert not +read


def test_another_k_reads_no_study_again(
    copied: Path, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, copied, "clusters", clu_tab="What is each?")
    read.clear()
    app.slider(key=links.CLUSTERS_K).set_value(4).run()
    assert not app.exception and not +read


def test_a_study_that_was_replaced_is_seen(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, copied, "skip_lab", lab_tab=links.LAB_TABS[1])
    assert NO_STUDY not in words(app)
    manifest = copied / "demo" / "studies" / "skips" / "manifest.json"
    values = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(values | {"weights": "others"}))
    app.run()
    assert NO_STUDY in words(app) and "was made with other weights" in words(app)
