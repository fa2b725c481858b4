import json
from dataclasses import replace

import pytest
import torch

import posecore.training.loop as module
from posecore.data.prepared import open_prepared
from posecore.errors import CheckpointError, ConfigError
from posecore.models.checkpoint import load_checkpoint
from posecore.training.loop import train
from posecore.training.presets import PRESETS, Stage, find_preset
from posecore.training.record import STATE, RunFolder

QUICK = {name: replace(preset, stages=(Stage(64, 0.5), Stage(128, 0.5))) for name, preset in PRESETS.items()}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run(prepared_dir, out, name="fast", **options):
    defaults = {"epochs": 2, "channels": 8, "workers": 0}
    return train([open_prepared(prepared_dir)], RunFolder(out), name, QUICK[name], **defaults | options)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_trains_and_records_each_epoch(name, prepared_dir, tmp_path):
    history = run(prepared_dir, tmp_path, name)
    written = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert written == history
    assert [line["epoch"] for line in history] == [1, 2]
    assert [line["image_size"] for line in history] == [64, 128]
    assert all(line["train_loss"] > 0 and 0 <= line["val_pck"] <= 1 for line in history)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["preset"] == name
    assert record["data"][0]["fingerprint"] == open_prepared(prepared_dir).info["fingerprint"]
    network = load_checkpoint(tmp_path / "best.safetensors")
    assert network.config.mean_rgb == tuple(open_prepared(prepared_dir).info["mean_rgb"])


def test_training_learns(prepared_dir, tmp_path):
    history = run(prepared_dir, tmp_path, epochs=8)
    assert history[-1]["train_loss"] < 0.5 * history[0]["train_loss"]


@pytest.mark.parametrize("name", PRESETS)
def test_an_interrupted_run_goes_on_to_the_very_weights_of_an_uninterrupted_one(
    name, prepared_dir, tmp_path, monkeypatch
):
    run(prepared_dir, tmp_path / "whole", name, epochs=3)
    real = RunFolder.save_state

    def interrupt(self, state, history):
        real(self, state, history)
        if len(history) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_state", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(prepared_dir, tmp_path / "parts", name, epochs=3)
    monkeypatch.undo()
    torch.rand(7)  # what happened to the global generator meanwhile must not matter
    history = run(prepared_dir, tmp_path / "parts", name, epochs=3, resume=True)
    assert len(history) == 3
    whole, parts = (
        torch.load(tmp_path / f / STATE, weights_only=True)["network"] for f in ("whole", "parts")
    )
    assert all(torch.equal(whole[key], parts[key]) for key in whole)


def test_another_seed_gives_other_weights(prepared_dir, tmp_path):
    for seed in (0, 1):
        run(prepared_dir, tmp_path / str(seed), epochs=1, seed=seed)
    first, second = (torch.load(tmp_path / s / STATE, weights_only=True)["network"] for s in ("0", "1"))
    assert not torch.equal(first["stem.body.0.weight"], second["stem.body.0.weight"])


def test_a_run_is_never_overwritten_nor_continued_with_other_settings(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path, epochs=1)
    with pytest.raises(ConfigError, match="--resume"):
        run(prepared_dir, tmp_path, epochs=1)
    with pytest.raises(ConfigError, match="started with seed 0, now 3"):
        run(prepared_dir, tmp_path, epochs=1, seed=3, resume=True)


def test_a_broken_state_is_named(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path, epochs=1)
    (tmp_path / STATE).write_bytes(b"half a file")
    with pytest.raises(CheckpointError, match=r"last\.pt: not readable"):
        run(prepared_dir, tmp_path, epochs=1, resume=True)


def test_the_thesis_recipe_is_the_thesis_recipe():
    preset = find_preset("thesis")
    assert (preset.optimiser, preset.learning_rate, preset.batch_size) == ("rmsprop", 2.5e-4, 16)
    assert (preset.target.sigma_visible, preset.target.sigma_hidden) == (0.5, 1.0)
    assert preset.augmentation is None
    assert preset.unlabelled == "zero"
    assert preset.initialisation == "glorot"


def test_the_learning_rate_of_the_thesis_drops_once_after_five_epochs_without_progress():
    from posecore.training.loop import _schedule

    optimiser = torch.optim.RMSprop([torch.nn.Parameter(torch.zeros(1))], lr=2.5e-4)
    schedule = _schedule(PRESETS["thesis"], optimiser, 100)
    rates = []
    for score in [0.3, 0.4, *[0.4] * 5, *[0.1] * 20]:
        schedule.step(score)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates[5] == pytest.approx(2.5e-4)
    assert rates[6] == pytest.approx(5e-5)
    assert rates[-1] == pytest.approx(5e-5)


def test_the_image_size_grows_and_ends_at_the_last_stage():
    preset = PRESETS["fast"]
    sizes = [preset.image_size(epoch, 17) for epoch in range(17)]
    assert sizes == [128] * 8 + [192] * 5 + [256] * 4
    assert preset.image_size(0, 1) == 256


def test_an_unknown_preset_is_refused_by_name():
    with pytest.raises(ConfigError, match="'quick' is unknown; expected one of thesis, fast"):
        find_preset("quick")


def test_training_on_starts_with_the_given_weights_and_their_history(prepared_dir, tmp_path, monkeypatch):
    first = run(prepared_dir, tmp_path / "first", epochs=2)
    kept = max(range(2), key=lambda i: first[i]["val_pck"]) + 1
    best = tmp_path / "first" / "best.safetensors"
    seen = []
    real = module._train_epoch

    def look(fabric, network, *rest):
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return real(fabric, network, *rest)

    monkeypatch.setattr(module, "_train_epoch", look)
    history = run(prepared_dir, tmp_path / "second", epochs=1, init=best)
    assert history[:-1] == first[:kept]
    assert history[-1]["epoch"] == kept + 1
    weights = load_checkpoint(best).state_dict()
    assert all(torch.equal(seen[0][name], weights[name]) for name in weights)
    trained = torch.load(tmp_path / "second" / STATE, weights_only=True)["network"]
    assert not torch.equal(trained["stem.body.0.weight"], weights["stem.body.0.weight"])
    record = json.loads((tmp_path / "second" / "run.json").read_text())["init"]
    assert record["run"]["preset"] == "fast"
    # A finished run that is resumed has nothing left to do.
    assert run(prepared_dir, tmp_path / "second", epochs=1, init=best, resume=True) == history


def test_people_of_several_folders_are_trained_on_together(prepared_dir, tmp_path):
    data = open_prepared(prepared_dir)
    train([data, data], RunFolder(tmp_path), "fast", QUICK["fast"], epochs=1, channels=8, workers=0)
    record = json.loads((tmp_path / "run.json").read_text())
    people = data.info["splits"]["train"]["people"]
    assert [folder["train"] for folder in record["data"]] == [people, people]
    assert record["validated_on"]["people"] == data.info["splits"]["val"]["people"]


def test_a_frozen_stem_keeps_its_weights_and_statistics(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path / "first", epochs=3)
    best = tmp_path / "first" / "best.safetensors"
    run(prepared_dir, tmp_path / "second", "finish", epochs=3, init=best)
    before = load_checkpoint(best).state_dict()
    after = torch.load(tmp_path / "second" / STATE, weights_only=True)["network"]
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith("stem.")} <= same
    assert "features.0.body.2.weight" not in same
