import json

import numpy as np
import pytest
import torch
from torch import nn
from trained_like import LARGE, NETWORKS, trained_like

import posecore.compression.masks as masks
from posecore.compression.compress import rank_as_it_is
from posecore.compression.cost import multiplications, parameters
from posecore.compression.engineering import engineer, engineered
from posecore.compression.groups import SIDES, norms
from posecore.compression.masks import masked, without_small_weights
from posecore.compression.ranking import Ranking, kept_above, kept_share, load_ranking, size_of
from posecore.errors import ConfigError
from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.hourglass import HourglassConfig, StackedHourglass

PICTURES = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))

pytestmark = pytest.mark.usefixtures("one_thread")


def ranking(network, side="channels"):
    sizes = norms(network, network.structure(), side)
    return Ranking(
        weights_digest(network), "magnitude", scores={name: part.tolist() for name, part in sizes.items()}
    )


def apart(one, other, mask=None):
    """Largest difference of two networks' heatmaps, by the largest value of the first's."""
    with torch.no_grad():
        first, second = (
            network(PICTURES, mask) if mask is not None else network(PICTURES) for network in (one, other)
        )
    assert first.std() > 0.01 * first.abs().max()  # not a constant map
    return float((first - second).abs().max() / first.abs().max())


EVERY = [(name, side, share) for name in NETWORKS for side in SIDES for share in (0.8, 0.5, 0.25)]


@pytest.mark.parametrize(("name", "side", "share"), [*EVERY, *((name, "channels", 0.3) for name in LARGE)])
def test_the_masked_and_the_smaller_network_are_the_same_function(name, side, share):
    network = trained_like(name)
    kept, _ = kept_share(ranking(network, side), network, share)
    hidden, smaller = masked(network, kept), engineered(network, kept)
    assert parameters(smaller) <= share * parameters(network) < parameters(hidden)
    assert apart(hidden, smaller) <= 1e-5
    if hasattr(network.config, "skips"):
        cut = torch.tensor([False, True, False, False])
        assert apart(hidden, smaller, cut) <= 1e-5
    assert apart(network, smaller) > 1e-3  # the mask did something


@pytest.mark.parametrize("name", NETWORKS)
def test_a_mask_that_forgets_batch_normalisation_is_another_function(name, monkeypatch):
    """So the test above would notice it."""
    network = trained_like(name)
    kept, _ = kept_share(ranking(network), network, 0.5)
    structure = network.structure()
    forgetful = structure._replace(widths=tuple(width._replace(norms=()) for width in structure.widths))
    smaller = engineered(network, kept)
    monkeypatch.setattr(type(network), "structure", lambda self: forgetful)
    assert apart(masks.masked(network, kept), smaller) > 1e-3


@pytest.mark.parametrize("name", NETWORKS)
def test_every_convolution_and_normalisation_but_the_heads_last_is_narrowed(name):
    network = trained_like(name)
    kept, _ = kept_share(ranking(network), network, 0.5)
    halved = {width: rows[: len(rows) // 2 // 2 * 2] for width, rows in kept.items()}
    before, after = network.state_dict(), engineered(network, halved).state_dict()
    same = {key for key in before if before[key].shape == after[key].shape and before[key].dim()}
    heads = {key for key in before if key.startswith(("heads.", "head."))}
    assert same <= heads


@pytest.mark.parametrize("name", NETWORKS)
def test_a_smaller_network_is_loaded_from_its_file_like_any_other(name, tmp_path):
    network = trained_like(name)
    kept, _ = kept_share(ranking(network), network, 0.5)
    smaller = engineered(network, kept)
    save_checkpoint(tmp_path / "small.safetensors", smaller)
    loaded = load_checkpoint(tmp_path / "small.safetensors")
    assert loaded.config == smaller.config
    assert torch.equal(loaded(PICTURES), smaller(PICTURES))
    assert multiplications(loaded) < multiplications(network)
    # It can be narrowed again.
    again, _ = kept_share(ranking(loaded), loaded, 0.7)
    assert apart(masked(loaded, again), engineered(loaded, again)) <= 1e-5


def test_a_network_that_was_never_compressed_is_written_as_ever(tmp_path):
    network = StackedHourglass(HourglassConfig(channels=8))
    save_checkpoint(tmp_path / "a", network)
    written = (tmp_path / "a").read_bytes()
    assert b"inner" not in written[: 8 + int.from_bytes(written[:8], "little")]


def test_single_weights_are_masked_smallest_first():
    network = trained_like("hourglass")
    sparse = without_small_weights(network, 0.25)
    names = [n for n, m in network.named_modules() if isinstance(m, nn.Conv2d) and "heads" not in n]
    weights = torch.cat([sparse.get_submodule(name).weight.flatten() for name in names])
    assert float((weights == 0).float().mean()) == pytest.approx(0.75, abs=0.01)
    with pytest.raises(ConfigError, match="share of 1"):
        without_small_weights(network, 1)


def test_single_weights_are_judged_beside_those_of_their_layer():
    """A head's convolution whose normalisation makes all its weights small does not go as a whole."""
    network = trained_like("hourglass")
    head = network.get_submodule("heads.0.body.1")
    with torch.no_grad():
        head.weight.mul_(1e-3)
    sparse = without_small_weights(network, 0.8).get_submodule("heads.0.body.0").weight
    assert 0.5 < float((sparse != 0).float().mean()) < 1


def test_engineer_writes_the_network_and_what_it_is_made_of(tmp_path):
    save_checkpoint(tmp_path / "dense.safetensors", trained_like("hourglass"))
    rank_as_it_is(tmp_path / "run", init=tmp_path / "dense.safetensors", method="magnitude")
    out = tmp_path / "small.safetensors"
    run = tmp_path / "run"
    made = engineer(run / "last.safetensors", run / "ranking.json", out, keep=0.5)
    network, dense = load_checkpoint(out), load_checkpoint(run / "last.safetensors")
    order = load_ranking(run / "ranking.json", dense)
    assert json.loads(out.with_suffix(".json").read_text()) == made
    assert (
        made["engineered"]["parameters"]
        == parameters(network)
        == size_of(dense, kept_above(order, made["threshold"]))
    )
    assert parameters(network) <= 0.5 * made["dense"]["parameters"]
    assert made["widths"]["trunk"] == network.config.channels
    assert all(width % 8 == 0 for width in made["widths"].values())
    kept = {name: np.arange(width) for name, width in made["widths"].items()}
    assert kept.keys() == {width.name for width in network.structure().widths}
    # The threshold it names gives the very same network.
    again = engineer(
        run / "last.safetensors", run / "ranking.json", tmp_path / "again", threshold=made["threshold"]
    )
    assert again["weights"] == made["weights"]


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ([[4, 4]], "expected two widths for each of 18 residuals"),
        ([[4, 0]] * 18, "expected two widths"),
        ([[4, 4, 4]] * 18, "expected two widths"),
        ("widths", "expected two widths"),
    ],
)
def test_impossible_widths_are_refused(inner, words):
    with pytest.raises(ConfigError, match=words):
        HourglassConfig(channels=8, inner=inner)
