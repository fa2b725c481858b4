"""scripts/claims_study.py on a fake bundle, and what it refuses."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from fake_runs import make_fake_run

from posecore.theses.table import CLAIMS
from scripts import claims_study


def test_it_says_what_every_claim_comes_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_fake_bundle(tmp_path / "people", 24, annotations=True, pictures=True)
    assert claims_study.main(["--bundle", str(path), "--networks", "0"]) == 0
    said = capsys.readouterr().out
    assert all(claim.statement in said for claim in CLAIMS) and "not computed: " in said
    # No untrained network, so that nothing is known of what neighbours are alike by without learning.
    (alike,) = (claim.statement for claim in CLAIMS if claim.key == "neighbours")
    assert f"not computed: {alike}" in said


def test_networks_that_are_not_as_asked_for_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_fake_bundle(tmp_path / "people", 24, annotations=True, pictures=True)
    plain = str(make_fake_run(tmp_path / "plain") / "best.safetensors")
    for options, expected in (
        (["--autoencoder", plain], "go together"),
        (["--autoencoder", plain, "--without", plain], "expected a network with the autoencoder"),
        (["--autoencoder", plain, "--without", str(tmp_path / "none")], "none"),
    ):
        assert claims_study.main(["--bundle", str(path), *options]) == 2
        said = capsys.readouterr().err
        assert expected in said and len(said.splitlines()) == 1
