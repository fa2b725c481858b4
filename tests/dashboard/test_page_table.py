"""Every row of the table of pages: what it names is there, and the page opens, with and without bundles."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import DASHBOARD, PAGES, Row, open_page
from reading import figures

from dashboard.shared import links

PEOPLE = 12

every_page = pytest.mark.parametrize("row", PAGES, ids=[row.name for row in PAGES])


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bundles of the same people, so that there is something to compare."""
    folder = tmp_path_factory.mktemp("artifacts")
    for name in ("one", "other"):
        make_fake_bundle(folder / name, PEOPLE)
    return folder


def first_prefix(name: str) -> str:
    return name.split("_")[0]


def test_no_two_rows_share_a_file_a_title_a_path_or_a_prefix() -> None:
    for column in ([row.file for row in PAGES], [row.title for row in PAGES], [row.path for row in PAGES]):
        assert max(Counter(column).values()) == 1
    assert max(Counter(prefix for row in PAGES for prefix in row.prefixes).values()) == 1
    assert [row.path for row in PAGES].count("") == 1  # The first is what the bare address shows.
    assert PAGES[0].path == ""


def test_every_page_folder_has_a_row_and_every_name_of_a_link_a_page() -> None:
    assert {row.file for row in PAGES} == {
        f"{path.parent.name}/page.py" for path in DASHBOARD.glob("*/page.py")
    }
    prefixes = {prefix for row in PAGES for prefix in row.prefixes}
    assert {first_prefix(name) for name in links.NAMES} - {links.BUNDLE} == prefixes


@every_page
def test_what_a_row_names_is_there(row: Row) -> None:
    assert (DASHBOARD / row.file).is_file()
    assert row.title.strip() and row.icon.startswith(":material/")
    assert row.path == row.path.strip("/") and row.path.isascii()
    known = {first_prefix(name) for name in links.NAMES}
    assert [prefix for prefix in row.prefixes if prefix not in known] == []


@pytest.mark.parametrize("file", ["app.py", *(row.file for row in PAGES)])
def test_no_string_stands_alone_in_a_file_that_streamlit_runs(file: str) -> None:
    """Streamlit prints a value that stands alone, on every page where it is app.py's."""
    lines = ast.parse((DASHBOARD / file).read_text()).body[1:]
    assert not [line for line in lines if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)]


@every_page
def test_a_page_opens_with_bundles(row: Row, artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts, row.name)
    assert len(app.title) == 1 and app.title[0].value
    assert not app.error and not app.warning
    assert app.get("plotly_chart") or app.image or app.info
    for figure in figures(app):
        title = figure["layout"]["title"]["text"]
        whom = f"n = {PEOPLE} fake people" if "n = " in title else "epochs · validation people"
        assert whom in title
    # Pictures and charts have a text for those who do not see them.
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert all(picture.alt for images in app.image for picture in images.proto.imgs)


@every_page
def test_a_broken_bundle_gets_a_sentence(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "broken", people=PEOPLE)
    (tmp_path / "broken" / "latents.npy").write_bytes(b"short")
    app = open_page(monkeypatch, tmp_path, row.name)
    assert len(app.error) == 1 and "latents.npy" in app.error[0].value
    assert not app.get("plotly_chart") and not app.image


@every_page
def test_no_bundle_at_all_says_how_to_make_one(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, tmp_path, row.name)
    assert len(app.title) == 1 and "scripts/extract_latents.py" in app.info[0].value


@every_page
def test_a_name_that_is_no_page_s_is_taken_out_of_its_link(
    row: Row, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of another page, too: each knows its own prefixes only."""
    foreign = next(
        name for name in sorted(links.NAMES - {links.BUNDLE}) if first_prefix(name) not in row.prefixes
    )
    app = open_page(monkeypatch, artifacts, row.name, **{foreign: "x"})
    assert len(app.warning) == 1 and foreign in app.warning[0].value.replace("\\", "")
    assert foreign not in app.query_params
