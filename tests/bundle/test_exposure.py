"""Whether people were trained on, from made-up records of training."""

import dataclasses

import pytest

from posecore.bundle import open_bundle
from posecore.bundle.exposure import exposure

PEOPLE = {"name": "rendered people", "fingerprint": "f0", "train": 9}
OTHERS = {"name": "photographs", "fingerprint": "f1", "train": 5}
MORE = {"name": "rendered people, seed 1", "fingerprint": "f2", "train": 7}


def run(*data, init=None):
    return {"preset": "fast", "data": list(data)} | ({"init": init} if init is not None else {})


@pytest.fixture
def exposed(whole):
    """What part a bundle's people, rendered people of the fingerprint f0, had in a training."""
    manifest = open_bundle(whole).manifest

    def judge(training, split="train"):
        dataset = {**manifest.dataset, "name": "rendered people", "fingerprint": "f0", "split": split}
        return exposure(dataclasses.replace(manifest, dataset=dataset, training=training))

    return judge


def test_people_are_known_by_fingerprint_and_split(exposed):
    assert exposed(run(OTHERS, MORE)) == "new"
    assert exposed(run(OTHERS, PEOPLE)) == "trained on"
    assert exposed(run(PEOPLE, OTHERS), "val") == "validated on"
    assert exposed(run(OTHERS, PEOPLE), "val") == "new"  # the first folder's people are validated on
    assert exposed(run(PEOPLE, OTHERS), "test") == "new"


def test_all_runs_before_count(exposed):
    first = run(OTHERS, init=None)
    trained_on = run(OTHERS, PEOPLE)
    assert exposed(run(OTHERS, init={"weights": "0", "run": first})) == "new"
    assert exposed(run(OTHERS, init={"weights": "0", "run": trained_on})) == "trained on"
    deeper = run(MORE, init={"weights": "1", "run": trained_on})
    assert exposed(run(OTHERS, init={"weights": "0", "run": deeper})) == "trained on"
    # The form of records from before there could be several folders.
    assert exposed({"data": PEOPLE}) == "trained on" and exposed({"data": OTHERS}) == "new"


@pytest.mark.parametrize(
    "training",
    [
        {},
        {"preset": "fast"},
        {"data": "photographs"},
        {"data": []},
        {"data": [{"name": "photographs"}]},
        run(OTHERS, init={"weights": "0", "run": None}),
        run(OTHERS, init={"weights": "0", "run": {"preset": "fast"}}),
        # The same name with another fingerprint may be the same people, prepared otherwise.
        run(OTHERS, PEOPLE | {"fingerprint": "f9"}),
        run(OTHERS, init={"weights": "0", "run": run(OTHERS), "autoencoder": {"weights": "2", "run": None}}),
    ],
)
def test_what_is_not_recorded_is_not_claimed(exposed, training):
    assert exposed(training) == "unknown"


def test_a_network_that_never_learned_was_trained_on_nobody(exposed):
    assert exposed({"untrained": True, "seed": 0}) == "new"


def test_an_autoencoder_was_trained_too(exposed):
    def with_autoencoder(data):
        squeezing = {"weights": "2", "run": {"bundle": {"data": data, "split": "train"}}}
        return run(OTHERS, init={"weights": "0", "run": run(OTHERS), "autoencoder": squeezing})

    assert exposed(with_autoencoder("photographs")) == "new"
    assert exposed(with_autoencoder("rendered people")) == "unknown"
