"""Which networks may be compared follows from how they were built and trained, not from their names."""

import json
from dataclasses import asdict, replace

import pytest
from fake_runs import make_fake_run

from posecore.errors import CheckpointError, DataError
from posecore.studies.networks.facts import DataSet, beginning_of, control_of, longest, network_from_json
from posecore.studies.networks.runs import fingerprint, read_network
from posecore.training.presets import PRESETS


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """By folder: two seeds of a basic network and what was made of it, and others."""
    folder = tmp_path_factory.mktemp("runs")
    made = {}

    def make(name, **options):
        made[name] = read_network(name.rsplit("-", 1)[0], make_fake_run(folder / name, **options))

    for seed in (0, 1):
        make(f"a-{seed}", seed=seed)
        make(f"b-{seed}", seed=seed, skips="0000")
        make(f"on-{seed}", seed=seed, epochs=1, preset="onward", init=folder / f"a-{seed}")
        squeezed = {"preset": "onward", "autoencoder": 3, "autoencoder_epochs": 100, "epochs": 1}
        make(f"ae-{seed}", seed=seed, init=folder / f"a-{seed}", **squeezed)
        make(f"two-{seed}", seed=seed, stacks=2)
    make("wide-0", channels=6, skips="0000")
    make("longer-0", epochs=4, skips="0000")
    make("other-0", data=("fake people", "more"), skips="0000")
    make("narrow-0", bottleneck_channels=2)
    make("early-0", epochs=3, kept=2)
    return made


def test_the_record_of_a_network_is_read(networks):
    found = networks["ae-1"]
    assert (found.label, found.seed, found.autoencoder, found.skips) == ("ae", 1, 3, "1111")
    first, last = found.trainings
    # 100 people in batches of 16: six whole ones an epoch.
    assert (first.preset, first.epochs, first.steps, first.planned) == ("fast", 3, 6, 17)
    assert (last.preset, last.epochs, last.planned, last.autoencoder_epochs) == ("onward", 1, 8, 100)
    assert (found.epochs, found.steps) == (4, 24)
    assert found.val_pck == pytest.approx((0.15, 0.2, 0.25, 0.45))
    assert found.began_with == networks["a-1"].weights != networks["a-0"].weights
    assert networks["a-0"].began_with is None


def test_epochs_after_the_kept_one_are_no_part_of_the_weights(networks):
    found = networks["early-0"]
    assert (found.epochs, found.steps, found.trainings[0].epochs) == (2, 12, 3)


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("b-0", "a-0"),
        ("b-1", "a-1"),
        ("two-1", "a-1"),
        ("ae-0", "on-0"),
        ("ae-1", "on-1"),
        ("narrow-0", "a-0"),
        ("a-0", None),
        ("on-0", None),
        ("wide-0", None),
        ("longer-0", None),
        ("other-0", None),
    ],
)
def test_a_control_is_basic_and_was_given_the_same_means_and_seed(networks, name, control):
    found = control_of(networks[name], list(networks.values()))
    assert found == (None if control is None else networks[control])


def test_a_network_that_met_cut_skips_is_compared_with_one_that_did_not(tmp_path):
    made = [
        read_network(label, make_fake_run(tmp_path / label, cut_skips=cut))
        for label, cut in (("cut", 0.5), ("none", 0.0), ("older", None))
    ]
    cut, none, older = made
    assert [one.trainings[0].cut_skips for one in made] == [0.5, 0.0, 0.0]
    assert [one.is_basic for one in made] == [False, True, True]
    assert control_of(cut, made) == none and control_of(none, made) is None
    assert cut.build != none.build == older.build
    # Whoever goes on from it has met them, too.
    on = read_network("on", make_fake_run(tmp_path / "on", init=tmp_path / "cut", cut_skips=0.0))
    assert on.met_cuts and not on.is_basic
    # What older studies hold says nothing of cuts.
    values = json.loads(json.dumps(asdict(older)))
    del values["trainings"][0]["cut_skips"]
    assert network_from_json(values) == older


def test_names_decide_nothing(networks):
    renamed = {name: replace(one, label="plain") for name, one in networks.items()}
    assert control_of(renamed["ae-0"], list(renamed.values())) == renamed["on-0"]


def test_what_a_network_began_with_is_found_by_its_weights(networks):
    everybody = list(networks.values())
    assert beginning_of(networks["ae-1"], everybody) == networks["a-1"]
    assert beginning_of(networks["on-0"], everybody) == networks["a-0"]
    assert beginning_of(networks["b-0"], everybody) is None
    assert beginning_of(networks["on-0"], [networks["a-1"]]) is None


def test_kinds(networks):
    assert {name for name, one in networks.items() if one.is_basic} == {
        "a-0",
        "a-1",
        "on-0",
        "on-1",
        "early-0",
    }
    without = {name for name, one in networks.items() if one.lacks_skips_only}
    assert without == {"b-0", "b-1", "wide-0", "longer-0", "other-0"}
    assert networks["narrow-0"].bottleneck == 2


def test_the_longest_trained_are_taken_of_every_build_and_seed(networks):
    chosen = [networks[name] for name in ("b-0", "longer-0", "b-1", "wide-0", "two-0")]
    assert longest(chosen) == [networks[name] for name in ("longer-0", "b-1", "wide-0", "two-0")]


def test_people_are_trained_on_by_fingerprint_and_split(networks):
    seen = DataSet("another name", "train", "of fake people", 9)
    assert seen.exposed_to(networks["a-0"]) == "trained on"
    assert replace(seen, split="val").exposed_to(networks["a-0"]) == "validated on"
    assert replace(seen, fingerprint="of more").exposed_to(networks["a-0"]) == "new"
    assert replace(seen, fingerprint="of more").exposed_to(networks["other-0"]) == "trained on"
    # The same name, but other people or the same ones prepared otherwise: nobody can tell.
    assert replace(seen, name="fake people", fingerprint="of more").exposed_to(networks["a-0"]) == "unknown"


def test_facts_go_through_json_unchanged(networks):
    for one in networks.values():
        assert network_from_json(json.loads(json.dumps(asdict(one)))) == one


def test_what_is_not_recorded_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CheckpointError, match="no such file"):
        read_network("x", tmp_path)
    run = make_fake_run(tmp_path / "run")
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").unlink()
    with pytest.raises(DataError, match=r"no run\.json or history\.jsonl"):
        read_network("x", run)
    (run / "run.json").write_text(json.dumps(record | {"init": {"weights": "0", "run": None}}))
    with pytest.raises(DataError, match="no record of their own"):
        read_network("x", run)
    for broken in ("{", "[]", json.dumps({"preset": "fast"})):
        (run / "run.json").write_text(broken)
        with pytest.raises(
            DataError, match=r"run\.json.*(not readable|no JSON object|not as train\.py writes it)"
        ):
            read_network("x", run)


def test_a_recipe_is_known_by_what_it_does_whatever_records_called_it():
    now = asdict(PRESETS["onward"])
    first = {name: value for name, value in now.items() if name != "frozen"}
    same = [now, first | {"freeze_stem": False}, first | {"freeze_fine": False}]
    assert {fingerprint(one) for one in same} == {"6b0e130880a6010c"}  # as a study that ships has it
    others = [asdict(PRESETS[name]) for name in ("finish", "finish-stem", "fast")]
    others += [first | {"freeze_stem": True}, first | {"freeze_fine": True}, now | {"learning_rate": 1e-4}]
    assert len({fingerprint(one) for one in [now, *others]}) == 1 + len(others)
