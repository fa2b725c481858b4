"""The Overview's report: whose ledger it tells of."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page

from dashboard.overview import report
from dashboard.shared.ledgers import place_of


class Done:
    """A process that has ended without a report."""

    def poll(self) -> int:
        return 1


@pytest.mark.parametrize("writable", [True, False])
def test_it_tells_of_the_ledger_of_who_asks(
    writable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "demo", 12)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POSE_LEDGER", str(tmp_path / ("folder" if writable else "file")))
    places, asked = [], []

    def placed(bundle: object) -> object:
        places.append(place_of(bundle))  # type: ignore[arg-type]
        places[-1].file.parent.mkdir(exist_ok=True)
        places[-1].file.write_text("")
        return places[-1]

    monkeypatch.setattr(report, "place_of", placed)
    monkeypatch.setattr(report.subprocess, "Popen", lambda command, **_: asked.append(command) or Done())
    for _ in range(2):
        app = open_page(monkeypatch, tmp_path, "overview")
        app.button(key="_ov_report").click().run()
        assert not app.exception
    ledgers = [Path(command[command.index("--ledger") + 1]) for command in asked]
    assert ledgers == [place.file for place in places]
    assert all("--any-ledger" in command for command in asked)
    if writable:
        assert ledgers == [tmp_path / "folder" / "demo.jsonl"] * 2
    else:  # each session's own
        assert len(set(ledgers)) == 2 and not any(place.stored for place in places)
