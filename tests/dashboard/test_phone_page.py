"""The page Phone: what lies ready is shown with the way there, what is missing is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from reading import words

from dashboard.phone import made
from posecore.bundle import open_bundle
from posecore.export.manifest import put_rows
from posecore.studies.phone.results import Timed, write_phone_study

DENSE = {"name": "demo", "precision": "float32", "bytes": 8_400_000, "macs": 8.49e9, "offered": True}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "one", 12).parent


def eight(offered: bool) -> dict[str, Any]:
    pck = {"dense": 0.75, "value": 0.74, "difference": -0.01, "low": -0.021, "high": 0.001, "people": 200}
    return {**DENSE, "name": "demo-int8", "precision": "int8", "offered": offered, "pck": pck}


def test_what_lies_ready_is_shown_with_its_address(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_rows(tmp_path, {**DENSE, "pck": None}, eight(offered=True))
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    app = open_page(monkeypatch, artifacts, "phone")
    assert not app.error and not app.info
    (table,) = app.dataframe
    assert table.value["network"].tolist() == ["demo", "demo-int8"]
    assert table.value["PCK"].tolist() == ["not known", "0.740"]
    (link,) = app.get("link_button")
    assert link.url.endswith("/app/static/phone/index.html")
    (code,) = app.image
    assert link.url in code.proto.imgs[0].alt
    assert "adb reverse tcp:8501" in words(app)


def test_a_network_that_is_not_offered_is_not_in_the_table(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_rows(tmp_path, {**DENSE, "pck": None}, eight(offered=False))
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    app = open_page(monkeypatch, artifacts, "phone")
    assert app.dataframe[0].value["network"].tolist() == ["demo"]
    assert "demo-int8 is not offered" in words(app) and "−1.0 points (−2.1 to +0.1)" in words(app)


def test_what_is_missing_is_said(artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "FOLDER", tmp_path / "none")
    app = open_page(monkeypatch, artifacts, "phone")
    assert "make phone" in app.info[0].value and not app.image


def test_a_broken_list_gets_a_sentence(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "networks.json").write_text("{")
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    app = open_page(monkeypatch, artifacts, "phone")
    assert len(app.error) == 1 and "networks.json" in app.error[0].value


def test_what_phones_took_is_shown_where_it_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "FOLDER", tmp_path / "none")
    bundle = open_bundle(make_fake_bundle(tmp_path / "bundles" / "demo", 12))
    app = open_page(monkeypatch, tmp_path / "bundles", "phone")
    assert not app.dataframe
    times = np.arange(1.0, 32)
    write_phone_study(bundle, [Timed("mine.json", "A browser", 2, "demo", "float32", "ab", 8, 8, times)])
    app = open_page(monkeypatch, tmp_path / "bundles", "phone")
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["phone"], row["network"], row["median, ms"], row["runs"]) == ("mine", "demo", 16, 31)
    (bundle.path / "studies" / "phone" / "times.npz").write_bytes(b"none")
    app = open_page(monkeypatch, tmp_path / "bundles", "phone")
    assert not app.dataframe and "phone_times.py" in app.error[0].value
