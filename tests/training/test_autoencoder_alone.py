import dataclasses
import json
import warnings

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle

import posecore.training.autoencoder as module
from posecore.bundle import open_bundle
from posecore.errors import ConfigError, DataError
from posecore.models.autoencoder import CELLS
from posecore.models.checkpoint import load_autoencoder
from posecore.training.autoencoder import split, train_autoencoder
from posecore.training.record import STATE, RunFolder

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 80


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return open_bundle(make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "fake", people=PEOPLE))


def test_it_learns_to_give_latents_back_that_it_never_saw(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LEARNING_RATE", 0.02)  # eighty small latents instead of 124,040 large ones
    # Away from 0, so that the variance is one around the mean.
    bundle = dataclasses.replace(bundle, latents=np.asarray(bundle.latents) + np.float16(1))
    history = train_autoencoder(bundle, RunFolder(tmp_path), epochs=40)
    assert history[-1]["val_loss"] < 0.5 * history[0]["val_loss"]
    # Half of the people stand and half sit; who lies on the right side of that has most of the variance.
    assert history[-1]["val_explained"] > 0.4
    best = min(history, key=lambda line: line["val_loss"])
    autoencoder = load_autoencoder(tmp_path / "best.safetensors")
    held_out = split(bundle.latents, 0)[1]
    latents = np.asarray(bundle.latents[held_out], np.float32)
    with torch.no_grad():
        back = autoencoder(torch.from_numpy(latents).view(-1, 8, CELLS, CELLS)).flatten(1).numpy()
    assert np.square(back - latents).mean() == pytest.approx(best["val_loss"], rel=1e-4)
    mean = np.delete(np.asarray(bundle.latents, np.float64), held_out, axis=0).mean(axis=0)
    kept = 1 - np.square(back - latents).mean() / np.square(latents - mean).mean()
    assert kept == pytest.approx(best["val_explained"], rel=1e-3)


def test_the_weights_with_the_lowest_held_out_loss_are_kept(bundle, tmp_path, monkeypatch):
    losses, states = iter([3.0, 1.0, 2.0]), []

    def loss(network, *rest):
        states.append({name: weight.clone() for name, weight in network.state_dict().items()})
        return next(losses)

    monkeypatch.setattr(module, "_loss_on", loss)
    train_autoencoder(bundle, RunFolder(tmp_path), epochs=3)
    kept = load_autoencoder(tmp_path / "best.safetensors").state_dict()
    same = [all(torch.equal(kept[name], state[name]) for name in kept) for state in states]
    assert same == [False, True, False]


@pytest.mark.filterwarnings("ignore:Detected call of")  # no step is taken
def test_the_recipe_is_the_thesis_s(bundle, tmp_path, monkeypatch):
    assert (module.EPOCHS, module.BATCH, module.MOMENTUM) == (100, 16, 0.9)
    monkeypatch.setattr(module, "_train_epoch", lambda *a: 1.0)
    history = train_autoencoder(bundle, RunFolder(tmp_path), epochs=51)
    rates = [record["learning_rate"] for record in history]
    assert rates == [5e-4] * 25 + [2.5e-4] * 25 + [1.25e-4]
    optimisers = torch.load(tmp_path / STATE, weights_only=True)["optimiser"]["param_groups"]
    assert [group["momentum"] for group in optimisers] == [0.9]


def test_it_is_trained_with_noise_towards_the_latent_without(bundle, tmp_path, monkeypatch):
    pairs = []
    real = module.nn.functional.mse_loss

    def look(predicted, target):
        pairs.append((predicted.requires_grad, target.clone()))
        return real(predicted, target)

    modes = []
    monkeypatch.setattr(module.nn.functional, "mse_loss", look)
    monkeypatch.setattr(module.Autoencoder, "forward", recording(module.Autoencoder.forward, modes))
    train_autoencoder(bundle, RunFolder(tmp_path), epochs=1)
    trained, held_out, _ = split(bundle.latents, 0)
    assert modes == [True] * -(-len(trained) // 16) + [False] * -(-len(held_out) // 16)
    targets = torch.cat([target for learning, target in pairs if learning]).flatten(1).numpy()
    expected = np.asarray(bundle.latents[trained], np.float32)
    order = [np.lexsort(rows.T[:4]) for rows in (targets, expected)]
    assert np.array_equal(targets[order[0]], expected[order[1]])


def test_everybody_comes_once_in_every_epoch_and_in_another_order(bundle, tmp_path, monkeypatch):
    orders = []
    monkeypatch.setattr(module, "_train_epoch", lambda *given: orders.append(given[-1].tolist()) or 1.0)
    monkeypatch.setattr(module, "_loss_on", lambda *_: 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no step is taken
        train_autoencoder(bundle, RunFolder(tmp_path), epochs=3)
    trained = split(bundle.latents, 0)[0].tolist()
    assert [sorted(order) for order in orders] == [trained] * 3
    assert len({tuple(order) for order in [*orders, trained]}) == 4


def recording(forward, modes):
    def recorded(self, bottleneck):
        modes.append(self.training)
        return forward(self, bottleneck)

    return recorded


def test_a_tenth_is_held_out_by_seed_and_nan_is_left_out():
    latents = np.random.default_rng(0).normal(size=(60, 32)).astype(np.float16)
    latents[7, 3] = np.nan
    trained, held_out, left_out = split(latents, 0)
    assert (len(trained), len(held_out), left_out) == (53, 6, 1)
    assert sorted([*trained, *held_out, 7]) == list(range(60))
    assert np.array_equal(split(latents, 0)[1], held_out)
    assert not np.array_equal(split(latents, 1)[1], held_out)
    with pytest.raises(ConfigError, match="1 of 1 latents are finite"):
        split(latents[:1], 0)


def test_an_interrupted_run_goes_on_to_the_very_weights_of_an_uninterrupted_one(
    bundle, tmp_path, monkeypatch
):
    train_autoencoder(bundle, RunFolder(tmp_path / "whole"), epochs=3)
    real = RunFolder.save_state

    def interrupt(self, state, history):
        real(self, state, history)
        raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_state", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_autoencoder(bundle, RunFolder(tmp_path / "parts"), epochs=3)
    monkeypatch.undo()
    torch.rand(7)  # what happened to the global generator meanwhile must not matter
    assert len(train_autoencoder(bundle, RunFolder(tmp_path / "parts"), epochs=3, resume=True)) == 3
    whole, parts = (
        torch.load(tmp_path / f / STATE, weights_only=True)["network"] for f in ("whole", "parts")
    )
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    train_autoencoder(bundle, RunFolder(tmp_path / "other"), epochs=3, seed=1)
    other = torch.load(tmp_path / "other" / STATE, weights_only=True)["network"]
    assert not torch.equal(other["to_numbers.weight"], whole["to_numbers.weight"])


def test_latents_are_read_batch_by_batch(bundle, tmp_path):
    largest = []

    class Mapped(np.ndarray):
        def __getitem__(self, rows):
            found = np.asarray(super().__getitem__(rows))
            largest.append(len(found))
            return found

    watched = dataclasses.replace(bundle, latents=np.asarray(bundle.latents).view(Mapped))
    train_autoencoder(watched, RunFolder(tmp_path), epochs=2)
    # Looking for nan and for the mean goes by blocks of 1,024 people, training by sixteen.
    assert largest.count(16) >= 2 * (72 // 16) and max(largest) <= PEOPLE
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["people"] == {"trained": 72, "held_out": 8, "left_out": 0}
    assert record["bundle"]["latents.npy"] == bundle.manifest.files["latents.npy"]["sha256"]


def test_what_cannot_be_is_refused(bundle, tmp_path):
    with pytest.raises(ConfigError, match="--epochs 0"):
        train_autoencoder(bundle, RunFolder(tmp_path), epochs=0)
    with pytest.raises(ConfigError, match="numbers is 128; expected 1 to 127"):
        train_autoencoder(bundle, RunFolder(tmp_path), numbers=128)
    equal = dataclasses.replace(bundle, latents=np.ones((PEOPLE, 128), np.float16))
    with pytest.raises(ConfigError, match="all equal"):
        train_autoencoder(equal, RunFolder(tmp_path / "equal"))
    huge = dataclasses.replace(bundle, latents=np.asarray(bundle.latents, np.float32) * 1e18)
    with pytest.raises(DataError, match="the loss became"):
        train_autoencoder(huge, RunFolder(tmp_path / "huge"))
    manifest = dataclasses.replace(
        bundle.manifest,
        model={"name": "hourglass", "config": bundle.manifest.model["config"] | {"autoencoder": 50}},
    )
    with pytest.raises(ConfigError, match="has an autoencoder already"):
        train_autoencoder(dataclasses.replace(bundle, manifest=manifest), RunFolder(tmp_path / "again"))
