"""From people with MPII's joints to a bundle and its scores, by the scripts as people run them."""

import json
from pathlib import Path

import pytest
import torch
from tiny_mpii import write_mpii

from posecore.bundle import open_bundle
from posecore.keypoints import MPII16
from posecore.models.checkpoint import load_checkpoint
from scripts import evaluate, extract_latents, prepare_mpii, train

TINY = ["--channels", "8", "--workers", "0", "--threads", "1"]


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_from_mpii_to_a_bundle(prepared_dir: Path, tmp_path: Path, capsys, threads: None) -> None:
    write_mpii(tmp_path / "mpii", "train", 12, seed=1)
    write_mpii(tmp_path / "mpii", "val", 6, seed=2)
    data, run, bundle = (str(tmp_path / name) for name in ("data", "run", "bundle"))
    arguments = ["--mpii", str(tmp_path / "mpii"), "--out", data, "--test-size", "0", "--workers", "1"]
    assert prepare_mpii.main(arguments) == 0
    assert train.main(["--data", data, "--out", run, "--epochs", "1", *TINY]) == 0
    weights = f"{run}/best.safetensors"
    assert load_checkpoint(Path(weights)).config.joints == 16
    assert extract_latents.main(["--checkpoint", weights, "--data", data, "--out", bundle]) == 0
    manifest = open_bundle(Path(bundle)).manifest
    assert manifest.keypoints == MPII16 and manifest.dataset["keypoints"] == "mpii16"
    capsys.readouterr()
    for source in (["--checkpoint", weights], ["--bundle", bundle]):
        assert evaluate.main([*source, "--data", data, "--json"]) == 0
        scores = json.loads(capsys.readouterr().out)
        assert list(scores["per_joint"]) == list(MPII16.names)
        assert scores["pckh_heads"] == {"rendered": 6} and 0 <= scores["pckh"] <= 1
        assert not [key for key in scores if key.startswith("oks")]
    assert evaluate.main(["--bundle", bundle, "--data", data]) == 0
    printed = capsys.readouterr().out
    assert "no OKS and no AP: nobody published spreads of MPII's 16 joints" in printed
    assert "pckh: sizes of heads by 6 rendered head boxes" in printed
    # Whatever takes a network and people refuses those of other joints in one line.
    others, out = str(prepared_dir), str(tmp_path / "out")
    for script, arguments in (
        (evaluate, ["--bundle", bundle, "--data", others]),
        (extract_latents, ["--checkpoint", weights, "--data", others, "--out", out]),
        (train, ["--data", others, "--init", weights, "--out", out, "--workers", "0", "--threads", "1"]),
        (train, ["--data", data, others, "--out", out, *TINY]),
    ):
        assert script.main(arguments) == 2
        error = capsys.readouterr().err.splitlines()[-1]
        assert f"the network has 16 joints, {others} has COCO's 17 joints" in error
