"""From a trained network to a compressed, engineered and fine-tuned one, as the commands do it."""

import json

import pytest
import torch

from posecore.ablation import ALL_OFF
from posecore.bundle import open_bundle
from posecore.models.checkpoint import load_checkpoint
from posecore.training.record import RunFolder
from scripts import compress, engineer, evaluate, extract_latents, train

pytestmark = pytest.mark.usefixtures("one_thread")

QUIET = ["--threads", "1", "--workers", "0", "--epochs", "1"]


@pytest.fixture(scope="module")
def dense(prepared_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dense")
    where = ["--data", str(prepared_dir), "--out", str(folder), "--preset", "thesis", "--size", "64"]
    assert train.main([*where, *QUIET, "--channels", "32"]) == 0
    return folder / "last.safetensors"


def compressed(dense, prepared_dir, out, method, *more):
    arguments = ["--init", str(dense), "--data", str(prepared_dir), "--out", str(out), "--method", method]
    return compress.main([*arguments, "--size", "64", "--cut-skips", "0.5", *QUIET, *more])


@pytest.mark.parametrize("method", ["group-lasso", "bayesian"])
def test_compressed_engineered_and_fine_tuned(method, dense, prepared_dir, tmp_path, capsys):
    run, small, tuned = tmp_path / "run", tmp_path / "small.safetensors", tmp_path / "tuned"
    more = ["--outer", "2"] if method == "bayesian" else []
    assert compressed(dense, prepared_dir, run, method, "--strength", "1e-5", *more) == 0
    record = json.loads((run / "run.json").read_text())
    assert (record["penalty"]["method"], record["penalty"]["strength"]) == (method, 1e-5)
    assert record["cut_skips"] == 0.5
    made = json.loads((run / "ranking.json").read_text())
    assert made["made"]["data_term"]["train_loss"][-1] > 0 and made["made"]["data_term"]["penalty"][-1] > 0
    assert engineer.main(["--run", str(run), "--keep", "0.4", "--out", str(small)]) == 0
    assert "gone)" in capsys.readouterr().out
    teacher = ["--teacher", str(dense), "--init", str(small), "--cut-skips", "0.5"]
    where = ["--data", str(prepared_dir), "--out", str(tuned), "--preset", "onward", "--size", "64"]
    assert train.main([*where, *QUIET, *teacher]) == 0
    network = load_checkpoint(tuned / "best.safetensors")
    assert network.config == load_checkpoint(small).config and network.config.inner is not None
    record = json.loads((tuned / "run.json").read_text())
    assert record["teacher"]["share"] == 0.5
    assert record["init"]["engineered"]["method"] == method
    assert json.loads((tuned / "history.jsonl").read_text().splitlines()[-1])["teacher_loss"] > 0
    # A network like any other.
    weights = ["--checkpoint", str(tuned / "best.safetensors"), "--data", str(prepared_dir)]
    assert evaluate.main([*weights, "--threads", "1"]) == 0
    assert extract_latents.main([*weights, "--out", str(tmp_path / "bundle"), "--threads", "1"]) == 0


def test_a_pose_resnet_is_compressed_alike(prepared_dir, tmp_path):
    data = ["--data", str(prepared_dir)]
    net, run, small = tmp_path / "net", tmp_path / "run", tmp_path / "small.safetensors"
    new = ["--out", str(net), "--model", "pose_resnet", "--depth", "18", "--size", "64"]
    assert train.main([*data, *new, *QUIET]) == 0
    init = ["--init", str(net / "last.safetensors"), "--out", str(run), "--size", "64"]
    penalty = ["--method", "bayesian", "--groups", "filters", "--strength", "1e-6"]
    assert compress.main([*data, *init, *penalty, *QUIET]) == 0
    assert engineer.main(["--run", str(run), "--keep", "0.3", "--out", str(small)]) == 0
    teacher = ["--teacher", str(net / "last.safetensors"), "--init", str(small), "--out", str(tmp_path / "t")]
    assert train.main([*data, *teacher, "--preset", "onward", "--size", "64", *QUIET]) == 0
    # The ranking beside the weights is theirs.
    twin = tmp_path / "twin.safetensors"
    alone = ["--checkpoint", str(run / "last.safetensors"), "--keep", "0.3", "--out", str(twin)]
    assert engineer.main(alone) == 0 and twin.read_bytes() == small.read_bytes()
    weights = ["--checkpoint", str(tmp_path / "t" / "best.safetensors"), *data]
    assert evaluate.main([*weights, "--threads", "1"]) == 0
    assert extract_latents.main([*weights, "--out", str(tmp_path / "bundle"), "--threads", "1"]) == 0
    assert open_bundle(tmp_path / "bundle").manifest.built_skips == ALL_OFF


def test_a_killed_run_goes_on_to_the_very_ranking_of_an_uninterrupted_one(
    dense, prepared_dir, tmp_path, monkeypatch
):
    more = ["--strength", "1e-5", "--outer", "3"]
    assert compressed(dense, prepared_dir, tmp_path / "whole", "bayesian", *more) == 0
    real = RunFolder.save_state

    def interrupt(self, state, history):
        real(self, state, history)
        raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_state", interrupt)
    assert compressed(dense, prepared_dir, tmp_path / "parts", "bayesian", *more) == 130
    monkeypatch.undo()
    torch.rand(7)
    assert compressed(dense, prepared_dir, tmp_path / "parts", "bayesian", *more, "--resume") == 0
    whole, parts = (json.loads((tmp_path / name / "ranking.json").read_text()) for name in ("whole", "parts"))
    assert whole == parts
    # A finished run that is asked again has nothing to train and writes the same.
    assert compressed(dense, prepared_dir, tmp_path / "parts", "bayesian", *more, "--resume") == 0
    assert json.loads((tmp_path / "parts" / "ranking.json").read_text()) == whole


def test_the_penalty_makes_groups_smaller(dense, prepared_dir, tmp_path):
    def total(strength):
        out = tmp_path / strength
        assert (
            compressed(dense, prepared_dir, out, "group-lasso", "--strength", strength, "--epochs", "8") == 0
        )
        return sum(map(sum, json.loads((out / "ranking.json").read_text())["norms"].values()))

    assert total("1") < 0.98 * total("1e-12")


def test_what_cannot_be_done_is_told_in_one_line(dense, prepared_dir, tmp_path, capsys):
    run = tmp_path / "l1"
    assert compressed(dense, prepared_dir, run, "l1", "--strength", "1e-6") == 0
    controls = ["--init", str(dense), "--out", str(tmp_path / "m"), "--method", "magnitude"]
    assert compress.main(controls) == 0
    capsys.readouterr()
    out, small = ["--out", str(tmp_path / "x.safetensors")], ["--keep", "0.4"]
    ranking = ["--ranking", str(tmp_path / "m" / "ranking.json")]
    other = ["--checkpoint", str(run / "last.safetensors"), *ranking]
    m = ["--run", str(tmp_path / "m")]
    data = ["--data", str(prepared_dir)]
    cases = [
        (engineer, ["--run", str(run), *small, *out], "ranks single weights"),
        (engineer, [*other, *small, *out], "ranks other weights"),
        (engineer, [*m, "--keep", "0", *out], "--keep 0.0"),
        (engineer, [*m, "--keep", "1", *out], "--keep 1.0"),
        (engineer, [*m, "--threshold", "0", *out], "--threshold 0.0"),
        (engineer, [*m, *ranking, *small, *out], "either --run or --checkpoint"),
        (engineer, ["--run", str(tmp_path), *small, *out], "no such file"),
        (compress, [*controls[:-1], "random", *data], "leave out --data"),
        (compress, [*controls[:-1], "bayesian", *data, "--out", str(tmp_path / "b")], "give --data and"),
        (
            compress,
            [*controls[:-1], "l1", *data, "--strength", "1e-6", "--outer", "2", "--out", str(tmp_path / "b")],
            "--outer 2",
        ),
        (
            compress,
            [*controls[:-1], "bayesian", *data, "--strength", "1e-6", "--size", "100"],
            "--size 100",
        ),
        (
            train,
            [
                *data,
                "--out",
                str(tmp_path / "t"),
                "--channels",
                "8",
                "--teacher",
                str(tmp_path / "none"),
                *QUIET,
            ],
            "no such file",
        ),
    ]
    for script, arguments, words in cases:
        assert script.main(arguments) == 2, words
        told = capsys.readouterr().err
        assert words in told and told.count("\n") == 1, told


def test_people_without_val_are_refused(dense, prepared_dir, tmp_path, capsys):
    import shutil

    shutil.copytree(prepared_dir, tmp_path / "data")
    (tmp_path / "data" / "val.parquet").unlink()
    info = json.loads((tmp_path / "data" / "dataset.json").read_text())
    del info["splits"]["val"]
    (tmp_path / "data" / "dataset.json").write_text(json.dumps(info))
    assert compressed(dense, tmp_path / "data", tmp_path / "run", "l1", "--strength", "1e-6") == 2
    assert "no split 'val'" in capsys.readouterr().err
