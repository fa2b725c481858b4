import json

import numpy as np
import pytest

from posecore.clustering.clouds import KINDS
from posecore.errors import ConfigError
from posecore.studies import verdicts
from posecore.studies.verdicts import VerdictSettings, judged, rates
from scripts import verdict_study

FEW = ["--people", "320", "--draws", "2", "--seeds", "2", "--kind", "normal cloud"]


def test_a_stopped_study_goes_on_and_its_rates_are_printed(tmp_path, capsys, monkeypatch):
    out = tmp_path / "rates.json"
    assert verdict_study.main(["--out", str(out), *FEW, "--first", "2000"]) == 0
    first = json.loads(out.read_text())
    assert set(first["verdicts"]["normal cloud"]) == {"2000", "2001"}
    done = []

    def counted(kind, seed, settings):
        done.append(seed)
        return judged(kind, seed, settings)

    monkeypatch.setattr(verdicts, "judged", counted)
    assert verdict_study.main(["--out", str(out), *FEW, "--first", "2001"]) == 0
    assert done == [2002]  # the other is there
    held = json.loads(out.read_text())
    assert held["verdicts"]["normal cloud"]["2000"] == first["verdicts"]["normal cloud"]["2000"]
    rate = held["rates"]["normal cloud"]["found"]
    assert (rate["times"], rate["n"]) == (0, 3)
    assert "normal cloud: groups 0 of 3, 0.0% (0.0% to 70.8%)" in capsys.readouterr().out
    # Other settings begin anew.
    assert verdict_study.main(["--out", str(out), *FEW, "--first", "2000", "--draws", "3"]) == 0
    assert json.loads(out.read_text())["rates"]["normal cloud"]["found"]["n"] == 2


def test_rates_by_hand():
    said = [{"kind": "groups", "groups": 3}] * 8 + [{"kind": "groups", "groups": 2}]
    said.append({"kind": "cannot be told", "groups": None})
    found = rates("three groups, clear", dict(enumerate(said)))
    assert (found.found.times, found.right.times, found.unknown.times, found.right.n) == (9, 8, 1, 10)
    # Clopper and Pearson's interval of 8 of 10.
    np.testing.assert_allclose((found.right.low, found.right.high), (0.4439, 0.9748), atol=1e-4)


def test_what_cannot_be_judged_is_one_line(tmp_path, capsys):
    assert verdict_study.main(["--out", str(tmp_path / "rates.json"), "--kind", "cube"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: kind 'cube': expected one of normal")
    with pytest.raises(SystemExit, match="2"):
        verdict_study.main(["--out", "rates.json", "--people", "319"])
    with pytest.raises(ConfigError, match="kind"):
        judged("cube", 0, VerdictSettings())
    assert set(KINDS) >= {"normal cloud", "bent cloud", "heavy tails"}
