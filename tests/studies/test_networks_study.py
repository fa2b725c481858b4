"""The study of several networks: whose hits are where, from pictures to file, and a run that was killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from fake_runs import make_fake_run

from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import open_bundle, verify
from posecore.bundle.studies import study_folder
from posecore.data.dataset import CropDataset
from posecore.data.prepared import open_prepared
from posecore.errors import BundleError, ConfigError, DataError
from posecore.inference import Predictor
from posecore.metrics.paired import paired
from posecore.metrics.pck import hits
from posecore.models.checkpoint import load_checkpoint
from posecore.prediction import predict
from posecore.samples import read_points, read_visibility
from posecore.studies.networks import study as networks_study
from posecore.studies.networks.results import load_networks_study
from posecore.studies.networks.study import run_networks_study

pytestmark = pytest.mark.usefixtures("one_thread")

RUNS = {
    "plain-0": {},
    "plain-1": {"seed": 1},
    "none-0": {"skips": "0000"},
    "some-0": {"skips": "0001"},
    "two-0": {"stacks": 2},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return [
        (name.rsplit("-", 1)[0], make_fake_run(folder / name, **options)) for name, options in RUNS.items()
    ]


@pytest.fixture(scope="module")
def data(prepared_dir):
    prepared = open_prepared(prepared_dir)
    return [(prepared, "val"), (prepared, "train")]


@pytest.fixture
def bundle(tmp_path):
    return open_bundle(make_fake_bundle(tmp_path / "fake", people=3))


@pytest.fixture(scope="module")
def written(runs, data, tmp_path_factory):
    bundle = open_bundle(make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "fake", people=3))
    run_networks_study(bundle, runs, data)
    return bundle


def truth(run, data, split, masks=(ALL_ON,), stack=None):
    """Hits of a network's stack under masks, as scripts/evaluate.py scores them."""
    crops = CropDataset(data, split)
    predicted = predict(Predictor(load_checkpoint(run / "best.safetensors")), crops, masks, stack)
    annotated, visibility = read_points(crops.table, "annotated"), read_visibility(crops.table)
    return [hits(predicted[mask][0], annotated, visibility) for mask in masks]


def test_every_network_has_its_own_hits_of_every_data_set(written, runs, data):
    study = load_networks_study(written)
    assert [network.name for network in study.networks] == [
        "plain · seed 0",
        "plain · seed 1",
        "none · seed 0",
        "some · seed 0",
        "two · seed 0",
    ]
    assert [(one.split, one.people) for one in study.data] == [("val", 8), ("train", 24)]
    for (_, run), network in zip(runs, study.networks, strict=True):
        # The larger data set of one network: of all it would take seconds.
        sets = list(zip(data, study.data, strict=True))[: 2 if network.label == "two" else 1]
        for (folder, split), one in sets:
            built, cut = truth(run, folder, split, (ALL_ON, ALL_OFF))
            np.testing.assert_array_equal(study.as_built(network, one), built)
            np.testing.assert_array_equal(study.cut(network, one), cut)
    first, second = study.networks[:2]
    assert not np.array_equal(*(study.as_built(n, study.data[1]) for n in (first, second)), equal_nan=True)
    ids = CropDataset(data[0][0], "train").table["sample_id"].tolist()
    assert study.sample_ids[1].tolist() == ids
    assert study.data[1].fingerprint == data[0][0].info["fingerprint"]


def test_the_first_stack_comes_first_and_the_last_one_speaks_for_the_network(written, runs, data):
    study = load_networks_study(written)
    two, train = study.networks[-1], study.data[1]
    for stack in (1, 2):
        (right,) = truth(runs[-1][1], data[1][0], "train", stack=stack)
        np.testing.assert_array_equal(study.stack_hits(two, train, stack), right)
    np.testing.assert_array_equal(study.as_built(two, train), study.stack_hits(two, train, 2))
    assert not np.array_equal(
        study.stack_hits(two, train, 1), study.stack_hits(two, train, 2), equal_nan=True
    )


def test_cutting_has_an_effect_where_skips_were_built_and_none_elsewhere(written):
    study = load_networks_study(written)
    same = {
        network.label: np.array_equal(
            study.as_built(network, study.data[1]), study.cut(network, study.data[1]), equal_nan=True
        )
        for network in study.networks
    }
    assert same == {"plain": False, "none": True, "some": False, "two": False}


def test_the_same_network_twice_shows_no_difference_anywhere(bundle, runs, data):
    run_networks_study(bundle, [runs[0], ("again", runs[0][1])], data[:1])
    study = load_networks_study(bundle)
    one, other = study.networks
    for view in (study.as_built, study.cut):
        found = paired(view(one, study.data[0]), view(other, study.data[0]))
        for part in (found.overall, found.joints):
            known = part.difference.n > 0
            for values in part.difference[:3]:
                assert (np.asarray(values)[known] == 0).all()


def test_the_bundle_stays_whole_and_the_study_is_small(written):
    assert verify(written.path) == []
    folder = study_folder(written, "networks")
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "results.npz"}
    assert (folder / "results.npz").stat().st_size < 20_000
    info = json.loads((folder / "manifest.json").read_text())["info"]
    assert info["thesis_channels"] == 256 and info["pck_radius"] == 12.8


def files_of(bundle):
    return {path.name: path.read_bytes() for path in study_folder(bundle, "networks").glob("*.npz")}


def test_a_killed_run_goes_on_and_ends_with_the_same_files(written, runs, data, tmp_path):
    """The process is killed by the system in the third of ten parts; the second run computes eight."""
    path = make_fake_bundle(tmp_path / "fake", people=3)
    bundle = open_bundle(path)
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from posecore.bundle import open_bundle\nfrom posecore.data.prepared import open_prepared\n"
        "from posecore.studies.networks import study as networks_study\n"
        "import time\ncount = 0\nfind = networks_study._hits\n"
        "def slow(*given):\n    global count\n    count += 1\n"
        "    time.sleep(600 if count > 2 else 0)\n    return find(*given)\n"
        "networks_study._hits = slow\n"
        f"runs = [(label, Path(run)) for label, run in {[(label, str(run)) for label, run in runs]!r}]\n"
        f"data = open_prepared(Path({str(data[0][0].path)!r}))\n"
        f"networks_study.run_networks_study(open_bundle(Path({str(path)!r})), runs, "
        "[(data, 'val'), (data, 'train')])\n"
    )
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL, env=alone)
    partial = path / "studies" / ".networks.partial"
    began = time.monotonic()
    while len(list(partial.glob("[!.]*.npz"))) < 2 and time.monotonic() - began < 60:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not study_folder(bundle, "networks").exists()
    calls = []
    computed = networks_study._hits
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks_study, "_hits", lambda *given: calls.append(given) or computed(*given))
        run_networks_study(bundle, runs, data)
    assert len(calls) == 8
    assert files_of(bundle) == files_of(written) and not partial.exists()


def test_what_is_done_serves_a_run_with_more_networks(bundle, runs, data, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(networks_study, "empty_partial", fail)
        with pytest.raises(KeyboardInterrupt):
            run_networks_study(bundle, runs[:2], data[:1])
    calls = []
    computed = networks_study._hits
    monkeypatch.setattr(networks_study, "_hits", lambda *given: calls.append(1) or computed(*given))
    run_networks_study(bundle, [runs[1], runs[2], ("renamed", runs[0][1])], data[:1])
    assert len(calls) == 1
    study = load_networks_study(bundle)
    (right,) = truth(runs[0][1], *data[0])
    np.testing.assert_array_equal(study.as_built(study.networks[2], study.data[0]), right)


def test_networks_are_added_to_those_whose_runs_are_gone(bundle, written, runs, data, tmp_path):
    gone = [(label, shutil.copytree(run, tmp_path / run.name)) for label, run in runs[:3]]
    run_networks_study(bundle, gone, data)
    for _, run in gone:
        shutil.rmtree(run)
    run_networks_study(bundle, runs[3:], data, add=True)
    assert files_of(bundle) == files_of(written)
    assert load_networks_study(bundle).networks == load_networks_study(written).networks


def test_networks_are_added_in_the_precision_of_those_that_are_there(bundle, runs, data):
    run_networks_study(bundle, runs[:1], data[:1])
    manifest = study_folder(bundle, "networks") / "manifest.json"
    values = json.loads(manifest.read_text())
    other = {"bf16": "fp32", "fp32": "bf16"}[values["info"]["precision"]]
    values["info"]["precision"] = other
    manifest.write_text(json.dumps(values))
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        own = networks_study.Predictor
        patch.setattr(networks_study, "Predictor", lambda *given: asked.append(given[1]) or own(*given))
        run_networks_study(bundle, runs[1:2], data[:1], add=True)
    assert asked == [other] and load_networks_study(bundle).precision == other


def test_networks_are_added_for_the_same_people_alone(bundle, runs, data):
    with pytest.raises(BundleError, match=r"networks_study\.py"):
        run_networks_study(bundle, runs[:1], data, add=True)
    run_networks_study(bundle, runs[:1], data[:1])
    before = files_of(bundle)
    for other in (data[1:], data):
        with pytest.raises(ConfigError, match=r"--add: the study is of tiny_coco, val \(8 people\), given"):
            run_networks_study(bundle, runs[1:2], other, add=True)
    with pytest.raises(ConfigError, match="network 'plain · seed 0' is named twice"):
        run_networks_study(bundle, runs[:1], data[:1], add=True)
    assert files_of(bundle) == before


def test_names_have_to_be_unique_and_the_split_to_exist(bundle, runs, data):
    with pytest.raises(ConfigError, match="network 'plain · seed 0' is named twice"):
        run_networks_study(bundle, [runs[0], runs[0]], data[:1])
    with pytest.raises(ConfigError, match="data set 'tiny_coco, val' is named twice"):
        run_networks_study(bundle, runs[:1], [data[0], data[0]])
    with pytest.raises(ConfigError, match="no network"):
        run_networks_study(bundle, [], data)
    with pytest.raises(DataError, match="no split 'test'"):
        run_networks_study(bundle, runs[:1], [(data[0][0], "test")])
    assert not (bundle.path / "studies").exists()


def copy(written, tmp_path):
    return open_bundle(shutil.copytree(written.path, tmp_path / "copy"))


def test_a_missing_or_broken_study_names_the_command(bundle, written, tmp_path):
    with pytest.raises(BundleError, match=r"networks_study\.py --bundle .* --data DIR --network LABEL=RUN"):
        load_networks_study(bundle)
    broken = copy(written, tmp_path)
    file = study_folder(broken, "networks") / "results.npz"
    file.write_bytes(b"x" * file.stat().st_size)
    note_change(file.parent, file.name)
    with pytest.raises(BundleError, match=r"results\.npz is not readable"):
        load_networks_study(broken)


@pytest.mark.parametrize("change", ["people", "networks", "twice"])
def test_hits_that_do_not_fit_the_manifest_are_refused(written, tmp_path, change):
    broken = copy(written, tmp_path)
    manifest = study_folder(broken, "networks") / "manifest.json"
    values = json.loads(manifest.read_text())
    if change == "people":
        values["info"]["data"][0]["people"] = 9
    elif change == "networks":
        values["info"]["networks"][0]["stacks"] = 2
    else:
        values["info"]["networks"][1]["seed"] = 0
    manifest.write_text(json.dumps(values))
    with pytest.raises(BundleError, match="does not hold what"):
        load_networks_study(broken)


def test_facts_of_another_form_are_refused(written, tmp_path):
    broken = copy(written, tmp_path)
    manifest = study_folder(broken, "networks") / "manifest.json"
    values = json.loads(manifest.read_text())
    del values["info"]["networks"][0]["skips"]
    manifest.write_text(json.dumps(values))
    with pytest.raises(BundleError, match=r"networks_study\.py"):
        load_networks_study(broken)
