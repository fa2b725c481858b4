import json
from dataclasses import replace

import numpy as np
import pytest
from trained_like import NETWORKS, trained_like

from posecore.compression.compress import rank_as_it_is
from posecore.compression.cost import parameters
from posecore.compression.groups import norms
from posecore.compression.ranking import (
    Ranking,
    kept_above,
    kept_share,
    load_ranking,
    rounded,
    save_ranking,
    size_of,
)
from posecore.errors import ConfigError, DataError
from posecore.models.checkpoint import save_checkpoint, weights_digest

pytestmark = pytest.mark.usefixtures("one_thread")


def ranking(network, **values):
    sizes = norms(network, network.structure(), "channels")
    scores = {name: part.tolist() for name, part in sizes.items()}
    return Ranking(weights_digest(network), "magnitude", scores=scores, norms=scores, **values)


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [
        (0, 128, 16),
        (3, 128, 16),
        (20, 128, 24),
        (19, 128, 16),
        (124, 128, 128),
        (123, 128, 120),
        (1, 8, 8),
        (2, 4, 4),
        (9, 12, 8),
        (12, 12, 12),
        (0, 64, 8),
    ],
)
def test_widths_are_multiples_of_eight_or_whole(count, size, expected):
    assert rounded(count, size) == expected


@pytest.mark.parametrize("scale", ["layer", "none"])
@pytest.mark.parametrize("name", NETWORKS)
def test_smaller_shares_are_parts_of_larger_ones_and_as_large_as_they_may_be(name, scale):
    network = trained_like(name)
    order, before = ranking(network, scale=scale), None
    for share in (0.9, 0.7, 0.5, 0.35, 0.25):
        kept, threshold = kept_share(order, network, share)
        size = size_of(network, kept)
        assert size <= share * parameters(network)
        # One group more would be too many: the next lower threshold keeps more than was asked for.
        scores = np.unique(np.concatenate(list(order.relative().values())))
        lower = scores[scores < threshold]
        assert size_of(network, kept_above(order, lower[-1])) > share * parameters(network)
        if before is not None:
            assert all(set(kept[width]) <= set(before[width]) for width in kept)
        before = kept
        for width, rows in kept.items():
            gone = np.setdiff1d(np.arange(len(order.scores[width])), rows)
            scores_of = np.asarray(order.scores[width])
            assert len(gone) == 0 or scores_of[rows].min() >= scores_of[gone].max()


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    network = trained_like("hourglass")
    with pytest.raises(ConfigError, match="--keep"):
        kept_share(ranking(network), network, share)


def test_a_share_below_the_smallest_network_is_refused():
    network = trained_like("hourglass")
    with pytest.raises(ConfigError, match=r"smallest network has 0\.\d+ of the parameters; ask for more"):
        kept_share(ranking(network), network, 0.001)


def test_a_ranking_is_read_as_it_was_written(tmp_path):
    network = trained_like("hourglass")
    order = ranking(network, made={"groups": "channels"})
    save_ranking(tmp_path / "r.json", order)
    assert load_ranking(tmp_path / "r.json", network) == order


def test_rankings_that_do_not_fit_are_refused(tmp_path):
    network, path = trained_like("hourglass"), tmp_path / "r.json"
    order = ranking(network)

    def refused(words, kind, other):
        save_ranking(path, other)
        with pytest.raises(kind, match=words) as error:
            load_ranking(path, network)
        assert str(path) in str(error.value) and "\n" not in str(error.value)

    refused("ranks other weights", ConfigError, ranking(trained_like("hourglass", seed=1)))
    refused("l1 ranks single weights", ConfigError, replace(order, method="l1", scores={}, norms={}))
    refused("groups are not this network's", DataError, replace(order, scores={"trunk": [1.0]}))
    refused("no ranking of finite scores", DataError, replace(order, scale="some"))
    for text, words in (("{", "not readable"), ("[]", "no JSON object"), ('{"a": 1}', "no ranking")):
        path.write_text(text)
        with pytest.raises(DataError, match=words):
            load_ranking(path, network)
    values = json.loads(json.dumps({"weights": order.weights, "method": "x", "scores": {"trunk": ["a"]}}))
    path.write_text(json.dumps(values))
    with pytest.raises(DataError, match="no ranking"):
        load_ranking(path, network)
    with pytest.raises(DataError, match="no such file"):
        load_ranking(tmp_path / "none.json", network)


def test_controls_rank_the_network_as_it_is(tmp_path):
    network = trained_like("hourglass")
    save_checkpoint(tmp_path / "dense", network)
    made = {
        seed: rank_as_it_is(tmp_path / str(seed), init=tmp_path / "dense", method="random", seed=seed)
        for seed in (0, 1)
    }
    assert made[0].scores != made[1].scores
    magnitude = rank_as_it_is(tmp_path / "m", init=tmp_path / "dense", method="magnitude")
    assert magnitude.scores == magnitude.norms == made[0].norms
    assert load_ranking(tmp_path / "m" / "ranking.json", network) == magnitude
