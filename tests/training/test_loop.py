import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
import torch

import posecore.training.loop as module
from posecore.ablation import ALL_OFF
from posecore.data.dataset import CropDataset, Example, TrainingDataset
from posecore.data.heatmaps import encode
from posecore.data.prepared import open_prepared
from posecore.errors import CheckpointError, ConfigError, DataError
from posecore.models.autoencoder import Autoencoder, AutoencoderConfig
from posecore.models.checkpoint import (
    load_autoencoder,
    load_checkpoint,
    save_autoencoder,
    save_checkpoint,
    weights_digest,
)
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import read_points, read_visibility
from posecore.training.loop import train
from posecore.training.optimise import make_schedule
from posecore.training.presets import PRESETS, Stage, find_preset
from posecore.training.record import STATE, RunFolder, read_run

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = {name: replace(preset, stages=(Stage(64, 0.5), Stage(128, 0.5))) for name, preset in PRESETS.items()}


def run(prepared_dir, out, name="fast", **options):
    defaults = {"epochs": 2, "channels": 8, "workers": 0}
    return train([open_prepared(prepared_dir)], RunFolder(out), name, QUICK[name], **defaults | options)


def interrupt_after(monkeypatch, epochs):
    """A run stops as if by the keyboard once the state after so many epochs of its own is kept."""
    real, kept = RunFolder.save_state, []

    def interrupt(self, state, history):
        real(self, state, history)
        kept.append(state)
        if len(kept) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_state", interrupt)


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
    interrupt_after(monkeypatch, epochs=2)
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
    optimiser = torch.optim.RMSprop([torch.nn.Parameter(torch.zeros(1))], lr=2.5e-4)
    schedule = make_schedule(PRESETS["thesis"], optimiser, 100)
    rates = []
    for score in [0.3, 0.4, *[0.4] * 5, *[0.1] * 20]:
        schedule.step(score)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates[5] == pytest.approx(2.5e-4)
    assert rates[6] == pytest.approx(5e-5)
    assert rates[-1] == pytest.approx(5e-5)


@pytest.mark.parametrize("steps", [1, 2, 19, 20, 21, 40])
def test_one_cycle_fits_into_any_number_of_steps(steps):
    optimiser = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make_schedule(PRESETS["fast"], optimiser, steps)
    for _ in range(steps):
        optimiser.step()
        assert 0 <= optimiser.param_groups[0]["lr"] <= PRESETS["fast"].learning_rate * 1.001
        schedule.step()


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
    kept = max(range(2), key=lambda i: (first[i]["val_pck"], i)) + 1
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


def test_an_epoch_of_some_people_draws_others_than_the_one_before(prepared_dir, tmp_path, monkeypatch):
    seen, real = [], TrainingDataset.__getitem__

    def note(self, index):
        if self._change is not None:  # not of the validation
            seen.append(index)
        return real(self, index)

    monkeypatch.setattr(TrainingDataset, "__getitem__", note)
    run(prepared_dir, tmp_path, epochs=2, people=8)
    assert len(seen) == 16 and len(set(seen[:8])) == len(set(seen[8:])) == 8
    assert set(seen[:8]) != set(seen[8:])
    assert json.loads((tmp_path / "run.json").read_text())["people"] == 8


def test_a_shape_is_trained_from_new_weights(prepared_dir, tmp_path):
    torch.manual_seed(9)
    small = StackedHourglass(HourglassConfig(channels=8, inner=((3, 2),) * 18, mean_rgb=(0.1, 0.2, 0.3)))
    save_checkpoint(tmp_path / "small", small)
    history = run(prepared_dir, tmp_path / "run", epochs=1, channels=None, shape=tmp_path / "small")
    assert [line["epoch"] for line in history] == [1]
    trained = load_checkpoint(tmp_path / "run" / "last.safetensors")
    assert trained.config == replace(small.config, initialisation="he")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (record["shape"], record["init"]) == (weights_digest(small), None)
    assert (trained.state_dict()["stem.body.0.weight"] - small.state_dict()["stem.body.0.weight"]).std() > 0.1
    with pytest.raises(ConfigError, match="leave out --init"):
        run(prepared_dir, tmp_path / "x", channels=None, shape=tmp_path / "small", init=tmp_path / "small")
    with pytest.raises(ConfigError, match="--channels 16: the network of --shape has 8"):
        run(prepared_dir, tmp_path / "x", channels=16, shape=tmp_path / "small")


def test_a_teacher_pulls_towards_its_own_heatmaps(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path / "teacher", "thesis", epochs=1)
    last = tmp_path / "teacher" / "last.safetensors"
    teacher = load_checkpoint(last)
    with torch.no_grad():
        teacher.heads[0].last.bias += 3.0
    save_checkpoint(last, teacher)
    taught = run(prepared_dir, tmp_path / "taught", "onward", epochs=6, teacher=last)
    alone = run(prepared_dir, tmp_path / "alone", "onward", epochs=6)
    assert "teacher_loss" not in alone[0]
    assert taught[-1]["teacher_loss"] < taught[0]["teacher_loss"]
    # Of what the annotation asks for, an untaught network finds more.
    assert taught[-1]["train_loss"] > alone[-1]["train_loss"]
    record = json.loads((tmp_path / "taught" / "run.json").read_text())["teacher"]
    assert record == {"weights": weights_digest(load_checkpoint(last)), "share": 0.5}


def test_finish_keeps_the_fine_layers_weights_and_statistics(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path / "first", epochs=3)
    best = tmp_path / "first" / "best.safetensors"
    run(prepared_dir, tmp_path / "second", "finish", epochs=3, init=best)
    before = load_checkpoint(best).state_dict()
    after = torch.load(tmp_path / "second" / STATE, weights_only=True)["network"]
    same = {name for name in before if torch.equal(before[name], after[name])}
    # stem.body.4 is the pooling; what comes behind it trains on.
    fine = {name for name in before if name.startswith(tuple(f"stem.body.{i}." for i in range(4)))}
    assert len(fine) > 10 and fine <= same
    assert "stem.body.5.body.2.weight" not in same
    assert "features.0.body.2.weight" not in same


def test_finish_stem_keeps_all_of_the_stem_and_nothing_else(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path / "first", epochs=3)
    best = tmp_path / "first" / "best.safetensors"
    run(prepared_dir, tmp_path / "second", "finish-stem", epochs=3, init=best)
    before = load_checkpoint(best).state_dict()
    after = torch.load(tmp_path / "second" / STATE, weights_only=True)["network"]
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and not [name for name in changed if name.startswith("stem.")]


@pytest.mark.parametrize(("unlabelled", "loss"), [("ignore", 1.0), ("zero", 5.0)])
def test_an_unlabelled_joint_is_left_out_of_the_loss_or_counts_as_empty_as_the_recipe_says(unlabelled, loss):
    guess = torch.zeros(1, 1, 2, 2, 2)
    guess[0, 0, 0], guess[0, 0, 1] = 1, 3  # squared errors 1 and 9; only the first joint is labelled
    batch = Example(
        torch.full((1, 3, 8, 8), 255, dtype=torch.uint8),
        torch.zeros(1, 2, 2, 2),
        torch.tensor([[True, False]]),
        torch.ones(1, 4, dtype=torch.bool),
    )
    seen = []
    preset = replace(PRESETS["thesis"], unlabelled=unlabelled)
    found, _ = module._loss(lambda pictures, mask: seen.append(pictures) or guess, batch, preset, None)
    assert found.item() == pytest.approx(loss)
    assert (seen[0] == 1).all()  # a network sees colours from 0 to 1


def test_people_are_validated_by_the_last_stack_with_all_skips_and_with_none(prepared_dir):
    """A network that knows the answer: its last stack with all skips, its first one at all events."""
    people, batch, asked = CropDataset(open_prepared(prepared_dir), "val"), 3, {True: 0, False: 0}
    points, visibility = read_points(people.table, "annotated"), read_visibility(people.table)
    preset = PRESETS["thesis"]
    right = torch.from_numpy(encode(points, visibility, 256, preset.target))
    nowhere = torch.zeros(17, 64, 64)
    nowhere[:, 0, 0] = 1

    class Knowing:
        config = SimpleNamespace(skips="1111")

        def eval(self):
            pass

        def __call__(self, pictures, mask):
            assert mask is None or not mask.any()
            first = asked[mask is None]
            asked[mask is None] = last = first + len(pictures)
            known = right[first:last]
            # One batch's squared error is 0, the next one's 1, then 4.
            stacks = [known + first // batch, known if mask is None else nowhere.expand_as(known)]
            return torch.stack(stacks, dim=1)

    fabric = SimpleNamespace(setup_dataloaders=lambda loader, **_: loader)
    found = module._validate(fabric, Knowing(), people, preset, batch)
    assert found["val_pck"] == 1 and found["val_pck_0000"] == 0
    # Eight people in batches of three, three and two; what is off is off by as much in every cell.
    assert found["val_loss"] == pytest.approx((3 * 0 + 3 * 1 + 2 * 4) / 8)
    Knowing.config.skips, asked[True] = "0000", 0
    assert "val_pck_0000" not in module._validate(fabric, Knowing(), people, preset, 8)


def scored(monkeypatch, scores):
    """No step is taken; epochs are scored so: (val_loss, val_pck) each."""
    left = iter(scores)
    monkeypatch.setattr(module, "_train_epoch", lambda *_: {"train_loss": 1.0})
    monkeypatch.setattr(
        module, "_validate", lambda *_: dict(zip(("val_loss", "val_pck"), next(left), strict=True))
    )


@pytest.mark.parametrize(("better", "rate"), [(0.01, 2.5e-4), (0.0, 5e-5)])
def test_the_learning_rate_drops_where_the_pck_stands_still(
    better, rate, prepared_dir, tmp_path, monkeypatch
):
    scored(monkeypatch, [(1 - 0.1 * epoch, 0.5 + better * epoch) for epoch in range(8)])
    history = run(prepared_dir, tmp_path, "thesis", epochs=8)
    assert history[-1]["learning_rate"] == pytest.approx(rate)


def test_of_equally_good_epochs_the_last_one_s_weights_are_kept_as_its_record_says(
    prepared_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "_validate", lambda *_: {"val_loss": 1.0, "val_pck": 0.5})
    run(prepared_dir, tmp_path, epochs=2)
    best, last = (load_checkpoint(tmp_path / f"{name}.safetensors").state_dict() for name in ("best", "last"))
    assert all(torch.equal(best[name], last[name]) for name in last)
    assert read_run(tmp_path / "best.safetensors").kept == 1


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_leaves_all_bounds_ends_the_run_and_keeps_nothing_of_it(
    loss, prepared_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "_train_epoch", lambda *_: {"train_loss": loss})
    with pytest.raises(DataError, match=rf"the loss became {loss} in epoch 1; train anew with another seed"):
        run(prepared_dir, tmp_path)
    assert not (tmp_path / "best.safetensors").exists() and not (tmp_path / STATE).exists()


def test_a_machine_without_bfloat16_trains_in_float32_and_says_so(prepared_dir, tmp_path, monkeypatch):
    for found, expected in (("fp32", "32-true"), ("bf16", "bf16-mixed")):
        monkeypatch.setattr(module, "best_precision", lambda found=found: found)
        history = run(prepared_dir, tmp_path / found, epochs=1)
        assert history[0]["precision"] == expected
    assert module._computed_in(replace(QUICK["finish"], precision="32-true")) == "32-true"


# Skips cut at random


def test_without_cuts_a_run_is_what_it_was_before_there_were_any(prepared_dir, tmp_path, monkeypatch):
    pictures, real = [], module._loss

    def look(network, batch, *rest):
        if network.training:
            pictures.append(batch.image.double().mean().item())
        return real(network, batch, *rest)

    monkeypatch.setattr(module, "_loss", look)
    preset = replace(QUICK["finish"], precision="32-true")
    data = [open_prepared(prepared_dir)]
    history = train(data, RunFolder(tmp_path), "finish", preset, epochs=2, channels=8, workers=0)
    assert pictures == pytest.approx(BEFORE_CUTS["pictures"], rel=1e-3)
    assert [line["train_loss"] for line in history] == pytest.approx(BEFORE_CUTS["train_loss"], rel=1e-3)
    assert [line["val_loss"] for line in history] == pytest.approx(BEFORE_CUTS["val_loss"], rel=1e-3)


BEFORE_CUTS = {
    "pictures": [99.82625834147136, 94.22369893391927],
    "train_loss": [0.01790500432252884, 0.005025429651141167],
    "val_loss": [0.0019726452883332968, 0.0019360707374289632],
}
"""Measured at commit 702b85f, which knew no cuts."""


def masks_of(monkeypatch, prepared_dir, out, **options):
    seen, real = [], module._loss

    def look(network, batch, preset, mask):
        if network.training:
            seen.append((batch.image.double().mean().item(), batch.skip_mask.tolist()))
        return real(network, batch, preset, mask)

    monkeypatch.setattr(module, "_loss", look)
    run(prepared_dir, out, **options)
    monkeypatch.undo()
    return seen


def test_cutting_leaves_the_pictures_and_their_order_alone(prepared_dir, tmp_path, monkeypatch):
    plain = masks_of(monkeypatch, prepared_dir, tmp_path / "plain", epochs=3)
    cut = masks_of(monkeypatch, prepared_dir, tmp_path / "cut", epochs=3, cut_skips=0.5)
    assert [picture for picture, _ in plain] == [picture for picture, _ in cut]
    assert all(all(map(all, masks)) for _, masks in plain)
    assert not all(all(map(all, masks)) for _, masks in cut)
    # Another epoch draws other masks.
    assert cut[0][1] != cut[-1][1]


def test_a_resumed_run_draws_the_masks_and_ends_with_the_weights_of_a_whole_one(
    prepared_dir, tmp_path, monkeypatch
):
    whole = masks_of(monkeypatch, prepared_dir, tmp_path / "whole", epochs=3, cut_skips=0.5)
    interrupt_after(monkeypatch, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        run(prepared_dir, tmp_path / "parts", epochs=3, cut_skips=0.5)
    monkeypatch.undo()
    rest = masks_of(monkeypatch, prepared_dir, tmp_path / "parts", epochs=3, cut_skips=0.5, resume=True)
    assert rest == whole[-len(rest) :]
    first, second = (
        torch.load(tmp_path / f / STATE, weights_only=True)["network"] for f in ("whole", "parts")
    )
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_network_trained_with_cuts_does_better_without_skips_than_one_trained_with_all(
    prepared_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "_validate", lambda *_: {"val_loss": 0.0, "val_pck": 0.0})  # nobody looks
    # The same pictures in each epoch, so that so small a network learns anything at all.
    preset = replace(QUICK["fast"], augmentation=None, stages=(Stage(128, 1.0),), learning_rate=5e-3)
    options = {"epochs": 20, "channels": 16, "workers": 0}
    losses = {}
    for name, share in [("plain", 0.0), ("cut", 1.0)]:
        train(
            [open_prepared(prepared_dir)],
            RunFolder(tmp_path / name),
            "fast",
            preset,
            cut_skips=share,
            **options,
        )
        network = load_checkpoint(tmp_path / name / "last.safetensors")
        losses[name] = learned_loss(network, open_prepared(prepared_dir), preset)
    assert losses["cut"] < 0.9 * losses["plain"]


def learned_loss(network, data, preset):
    """Of the people it was trained on, with all skips cut."""
    examples = TrainingDataset([CropDataset(data, "train")], preset.target, None, seed=0)
    examples.size = 128
    batch = Example(*map(torch.stack, zip(*(examples[i] for i in range(len(examples))), strict=True)))
    with torch.no_grad():
        return module._loss(network.eval(), batch, preset, torch.tensor(ALL_OFF))[0].item()


def test_a_share_that_is_none_and_a_network_without_skips_are_refused(prepared_dir, tmp_path):
    with pytest.raises(ConfigError, match=r"--cut-skips 1.5: expected a probability"):
        run(prepared_dir, tmp_path, cut_skips=1.5)
    with pytest.raises(ConfigError, match="built without skips"):
        run(prepared_dir, tmp_path, cut_skips=0.5, skips="0000")


# Networks that are built otherwise


@pytest.mark.parametrize(
    "built",
    [
        {"skips": "0000"},
        {"skips": "0110", "stacks": 2},
        {"bottleneck_channels": 4},
    ],
)
def test_a_network_built_otherwise_trains_and_says_so(built, prepared_dir, tmp_path):
    history = run(prepared_dir, tmp_path, epochs=2, **built)
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    config = asdict(load_checkpoint(tmp_path / "best.safetensors").config)
    recorded = json.loads((tmp_path / "run.json").read_text())["model"]
    assert {name: config[name] for name in built} == built
    assert {name: recorded[name] for name in built} == built


@pytest.fixture
def squeezing(tmp_path):
    torch.manual_seed(5)
    autoencoder = Autoencoder(AutoencoderConfig(channels=8, numbers=5))
    save_autoencoder(tmp_path / "autoencoder" / "best.safetensors", autoencoder)
    return tmp_path / "autoencoder" / "best.safetensors"


def test_an_autoencoder_is_put_in_and_the_whole_is_trained_on(prepared_dir, tmp_path, squeezing, monkeypatch):
    run(prepared_dir, tmp_path / "plain", epochs=1)
    best = tmp_path / "plain" / "best.safetensors"
    seen, real = [], module._train_epoch

    def look(fabric, network, *rest):
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return real(fabric, network, *rest)

    monkeypatch.setattr(module, "_train_epoch", look)
    run(prepared_dir, tmp_path / "ae", "onward", epochs=2, init=best, autoencoder=squeezing)
    plain, inside = load_checkpoint(best).state_dict(), load_autoencoder(squeezing).state_dict()
    place = "hourglasses.0.autoencoder."
    assert all(torch.equal(seen[0][name], weight) for name, weight in plain.items())
    assert all(torch.equal(seen[0][place + name], weight) for name, weight in inside.items())
    trained = torch.load(tmp_path / "ae" / STATE, weights_only=True)["network"]
    weights = [name for name in trained if name.endswith("weight") and trained[name].dim() > 1]
    # All of it learns, the stem and both halves of the autoencoder too.
    assert not [name for name in weights if torch.equal(trained[name], seen[0][name])]
    record = json.loads((tmp_path / "ae" / "run.json").read_text())
    assert record["model"]["autoencoder"] == 5
    assert record["init"]["autoencoder"]["weights"] == weights_digest(load_autoencoder(squeezing))
    # The fair control: the same command without it. Both take the same steps over the same people.
    control = run(prepared_dir, tmp_path / "on", "onward", epochs=2, init=best)
    assert [line["epoch"] for line in control] == [1, 2, 3]
    other = json.loads((tmp_path / "on" / "run.json").read_text())
    assert {name for name in record if record[name] != other[name]} == {"model", "init"}


def test_with_an_autoencoder_too_an_interrupted_run_agrees_with_an_uninterrupted_one(
    prepared_dir, tmp_path, squeezing, monkeypatch
):
    run(prepared_dir, tmp_path / "plain", epochs=1)
    both = {"init": tmp_path / "plain" / "best.safetensors", "autoencoder": squeezing, "epochs": 2}
    run(prepared_dir, tmp_path / "whole", **both)
    interrupt_after(monkeypatch, epochs=1)
    with pytest.raises(KeyboardInterrupt):
        run(prepared_dir, tmp_path / "parts", **both)
    monkeypatch.undo()
    torch.rand(7)
    run(prepared_dir, tmp_path / "parts", **both, resume=True)
    whole, parts = (
        torch.load(tmp_path / f / STATE, weights_only=True)["network"] for f in ("whole", "parts")
    )
    assert all(torch.equal(whole[key], parts[key]) for key in whole)


def test_the_best_of_its_own_epochs_is_kept_even_where_the_weights_it_began_with_were_better(
    prepared_dir, tmp_path, monkeypatch
):
    def scores(*values):
        left = iter(values)
        monkeypatch.setattr(module, "_validate", lambda *a: {"val_loss": 1.0, "val_pck": next(left)})

    scores(0.2, 0.9)
    run(prepared_dir, tmp_path / "first", epochs=2)
    scores(0.5, 0.6, 0.4)
    best = tmp_path / "first" / "best.safetensors"
    history = run(prepared_dir, tmp_path / "second", epochs=3, init=best)
    assert [line["val_pck"] for line in history] == [0.2, 0.9, 0.5, 0.6, 0.4]
    assert read_run(tmp_path / "first" / "best.safetensors").kept == 1
    assert read_run(tmp_path / "second" / "best.safetensors").kept == 3
    assert read_run(tmp_path / "second" / "last.safetensors").kept == 4
    # The weights are those after the fourth epoch, not the fifth and not those it began with.
    kept = load_checkpoint(tmp_path / "second" / "best.safetensors").state_dict()
    last = torch.load(tmp_path / "second" / STATE, weights_only=True)["network"]
    weight = "features.0.body.2.weight"
    assert not torch.equal(kept[weight], last[weight])
    assert not torch.equal(kept[weight], load_checkpoint(best).state_dict()[weight])
    ended = load_checkpoint(tmp_path / "second" / "last.safetensors").state_dict()
    assert torch.equal(ended[weight], last[weight])


def test_an_architecture_that_is_not_the_given_weights_own_is_refused(prepared_dir, tmp_path, squeezing):
    run(prepared_dir, tmp_path / "plain", epochs=1)
    best = tmp_path / "plain" / "best.safetensors"
    for options, words in [
        ({"skips": "0000"}, "--skips 0000: the network of --init has 1111"),
        ({"stacks": 2}, "--stacks 2: the network of --init has 1"),
        ({"bottleneck_channels": 4}, "--bottleneck-channels 4: the network of --init"),
    ]:
        with pytest.raises(ConfigError, match=words):
            run(prepared_dir, tmp_path / "other", epochs=1, init=best, **options)
    with pytest.raises(ConfigError, match="with --init"):
        run(prepared_dir, tmp_path / "other", epochs=1, autoencoder=squeezing)
    assert not (tmp_path / "other").exists()


def test_a_run_from_before_these_could_be_configured_goes_on(prepared_dir, tmp_path):
    run(prepared_dir, tmp_path, epochs=1)
    record = json.loads((tmp_path / "run.json").read_text())
    for name in ("skips", "bottleneck_channels", "autoencoder"):
        del record["model"][name]
    del record["epochs_before"]
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert len(run(prepared_dir, tmp_path, epochs=1, resume=True)) == 1
    with pytest.raises(ConfigError, match="started with model"):
        run(prepared_dir, tmp_path, epochs=1, skips="0000", resume=True)


# Another network


def test_a_pose_resnet_is_trained_and_trained_on(prepared_dir, tmp_path):
    other = {"channels": None, "model": "pose_resnet", "depth": 18}
    history = run(prepared_dir, tmp_path / "first", "thesis-resnet", epochs=1, **other)
    assert "val_pck_0000" not in history[0]  # it has no skips
    record = json.loads((tmp_path / "first" / "run.json").read_text())
    assert (record["network"], record["model"]["depth"]) == ("pose_resnet", 18)
    assert run(prepared_dir, tmp_path / "first", "thesis-resnet", epochs=1, **other, resume=True) == history
    history = run(prepared_dir, tmp_path / "learns", "fast", epochs=4, **other)
    assert history[-1]["train_loss"] < 0.8 * history[0]["train_loss"]
    begin = {"channels": None, "init": tmp_path / "learns" / "last.safetensors"}
    on = run(prepared_dir, tmp_path / "on", "finish-stem", epochs=1, **begin)
    assert on[-1]["epoch"] == 5
    before, after = (
        load_checkpoint(tmp_path / f / "last.safetensors").state_dict() for f in ("learns", "on")
    )
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert same >= {name for name in before if name.startswith("stem.")} and "head.weight" not in same


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "resnet"}, "--model resnet: expected one of hourglass, pose_resnet"),
        ({"model": "pose_resnet", "channels": 8}, "does not know channels"),
        ({"model": "pose_resnet", "depth": 34}, "depth is 34"),
        ({"model": "pose_resnet", "depth": 18, "cut_skips": 0.5}, "built without skips"),
        ({"depth": 18}, "does not know depth"),
    ],
)
def test_options_of_another_network_are_refused(options, words, prepared_dir, tmp_path):
    with pytest.raises(ConfigError, match=words):
        run(prepared_dir, tmp_path, **{"channels": None} | options)
