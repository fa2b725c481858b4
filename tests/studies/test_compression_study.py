"""The study of compression from the folders that runs leave to its file, and runs that were stopped."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.bundle.manifest import WEIGHTS
from posecore.compression.compress import compress, rank_as_it_is
from posecore.compression.engineering import engineer
from posecore.compression.masks import masked, without_small_weights
from posecore.compression.ranking import RANKING, kept_share, load_ranking
from posecore.data.dataset import CropDataset
from posecore.data.prepared import open_prepared
from posecore.errors import CheckpointError, ConfigError, DataError
from posecore.inference import Predictor
from posecore.metrics.pck import hits
from posecore.models.checkpoint import load_checkpoint, save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.prediction import predict
from posecore.samples import TRUTH, read_points, read_visibility
from posecore.studies.compression import people
from posecore.studies.compression import study as compression_study
from posecore.studies.compression.facts import Point, under_trained
from posecore.studies.compression.results import load_compression_study
from posecore.studies.compression.study import CompressionSettings, run_compression_study
from posecore.training.loop import train
from posecore.training.presets import at_size, find_preset
from posecore.training.record import LAST, RunFolder

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = CompressionSettings(limit=5, swept=3, shares=(0.75, 0.5), rounds=1)


class Runs:
    """Folders of runs: rankings by method, fine-tuned ones by name."""

    def __init__(self, folder, bundle, data):
        self.init = bundle.path / WEIGHTS
        self.preset = at_size(find_preset("onward"), 64)
        self.folder, self.data = folder, data
        common = {"init": self.init, "epochs": 1, "people": 4, "workers": 0}
        dense = self.train("dense128", init=self.init, seed=3)
        compress(
            [data],
            RunFolder(folder / "bayes"),
            "onward",
            self.preset,
            method="bayesian",
            strength=1e-6,
            seed=2,
            **common,
        )
        compress(
            [data],
            RunFolder(folder / "l1"),
            "onward",
            self.preset,
            method="l1",
            strength=1e-6,
            seed=0,
            **common,
        )
        rank_as_it_is(folder / "magnitude", init=dense / LAST, method="magnitude")
        self.rankings = [folder / name for name in ("bayes", "magnitude", "l1")]
        for name in ("bayes", "magnitude"):
            small = folder / "small" / f"{name}.safetensors"
            engineer(folder / name / LAST, folder / name / RANKING, small, keep=0.5)
            self.train(f"tuned-{name}", init=small, seed=4)
        self.train("tuned-dense", init=dense / LAST, seed=5)
        begun = self.train("scratch128", shape=folder / "small" / "bayes.safetensors", seed=0)
        self.train("tuned-scratch", init=begun / LAST, seed=0, epochs=2)
        names = ("tuned-dense", "tuned-bayes", "tuned-magnitude", "tuned-scratch")
        self.tuned = [folder / name for name in names]

    def train(self, name, epochs=1, **how):
        run = RunFolder(self.folder / name)
        train([self.data], run, "onward", self.preset, epochs=epochs, people=4, workers=0, **how)
        return run.path


@pytest.fixture(scope="module")
def data(prepared_dir):
    return open_prepared(prepared_dir)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A bundle without the study; tests must not write there."""
    folder = tmp_path_factory.mktemp("fresh") / "fake"
    return make_fake_bundle(folder, people=3, channels=32)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, data, fresh):
    return Runs(tmp_path_factory.mktemp("runs"), open_bundle(fresh), data)


@pytest.fixture(scope="module")
def written(runs, data, fresh, tmp_path_factory):
    bundle = open_bundle(shutil.copytree(fresh, tmp_path_factory.mktemp("written") / "fake"))
    run_compression_study(bundle, runs.rankings, runs.tuned, [(data, "val")], SETTINGS)
    return bundle


@pytest.fixture
def bundle(fresh, tmp_path):
    return open_bundle(shutil.copytree(fresh, tmp_path / "fake"))


@pytest.fixture(scope="module")
def study(written):
    return load_compression_study(written)


def one_of(study, kind, method, keep=None):
    return next(one for one in study.points if (one.kind, one.method, one.keep) == (kind, method, keep))


def truth(network, data, study, point):
    """Hits of a network's own prediction of the people that a point was shown."""
    crops = CropDataset(data, "val")
    points, _ = predict(Predictor(network), crops, ((True,) * 4,))[(True,) * 4]
    right = hits(points, read_points(crops.table, "annotated"), read_visibility(crops.table))
    ids = crops.table["sample_id"].tolist()
    names = study.people[0].sample_ids[study.rows(point, 0)]
    return right[[ids.index(name) for name in names]]


def test_method_seed_share_and_steps_come_from_the_records(study):
    found = {
        (one.kind, one.method, one.seed, one.strength, one.keep, one.steps)
        for one in study.points
        if one.kind == "tuned"
    }
    # An epoch of four people is one step; compression had one, fine-tuning another.
    assert found == {
        ("tuned", "dense", 5, None, None, 2),
        ("tuned", "bayesian", 4, 1e-6, 0.5, 2),
        ("tuned", "magnitude", 4, None, 0.5, 2),
        ("tuned", "scratch", 0, None, 0.5, 3),
    }
    masked_seeds = {one.method: one.seed for one in study.points if one.kind == "masked"}
    assert masked_seeds == {"bayesian": 2, "magnitude": 3, "l1": 0}
    assert not any(under_trained(one, study.points) for one in study.points)
    assert [one.keep for one in study.points if one.kind == "live"] == [0.75, 0.5]


def test_what_networks_find_is_what_they_predict(study, runs, data, written):
    tuned = one_of(study, "tuned", "bayesian", 0.5)
    network = load_checkpoint(runs.folder / "tuned-bayes" / LAST)
    np.testing.assert_array_equal(study.hits(tuned, 0), truth(network, data, study, tuned))
    assert tuned.parameters == sum(weight.numel() for weight in network.parameters())
    dense = load_checkpoint(runs.folder / "bayes" / LAST)
    kept, _ = kept_share(load_ranking(runs.folder / "bayes" / RANKING, dense), dense, 0.5)
    point = one_of(study, "masked", "bayesian", 0.5)
    np.testing.assert_array_equal(study.hits(point, 0), truth(masked(dense, kept), data, study, point))
    shipped = written.network()
    kept, _ = kept_share(study.live, shipped, 0.5)
    point = one_of(study, "live", "bayesian", 0.5)
    np.testing.assert_array_equal(study.hits(point, 0), truth(masked(shipped, kept), data, study, point))
    point = one_of(study, "masked", "l1", 0.5)
    small = without_small_weights(load_checkpoint(runs.folder / "l1" / LAST), 0.5)
    np.testing.assert_array_equal(study.hits(point, 0), truth(small, data, study, point))
    assert point.left < point.parameters == study.points[0].parameters


def test_masked_points_cost_what_the_engineered_network_costs(study):
    whole = study.points[0]
    for one in study.points:
        if one.kind in ("masked", "live") and one.method != "l1":
            assert one.parameters <= one.keep * whole.parameters
            assert one.multiplications < whole.multiplications and one.bytes < whole.bytes
            assert (study.milliseconds[study.place(one)] > 0).all()
        if one.method == "l1":
            assert np.isnan(study.milliseconds[study.place(one)]).all()


def test_the_file_holds_people_widths_margins_and_no_photograph(study, written):
    people = study.people[0]
    assert len(people.sample_ids) == 5 and len(people.swept) == 3
    assert (people.peak >= people.second).all()
    assert people.pictures == b"" and not len(people.shown)  # these people are photographs, as far as is told
    assert study.scores["oks"].shape == (len(study.points), 1)
    assert ((study.scores["oks"] >= 0) & (study.scores["oks"] <= 1)).all()
    place = study.place(one_of(study, "tuned", "bayesian", 0.5))
    assert (study.widths[place] <= study.widths[0]).all() and (study.widths[place] < study.widths[0]).any()
    assert len(study.hessians) == 1 and -1 <= study.hessians[0].correlation <= 1
    assert set(study.hessians[0].overlap) == {"0.75", "0.5"}
    assert verify(written.path) == []


def test_who_changes_most_in_every_arm_is_kept_and_no_photograph():
    """Of each arm three who lose most in all of its seeds, and three who gain most."""

    def point(method, seed, keep=0.5):
        kind = "tuned" if method != "shipped" else "reference"
        return Point(kind, method, "hourglass", seed, None, keep, 1, 1, 1, 1, 1, f"{method}{seed}{keep}")

    points = [point("shipped", 0, None), point("dense", 0, None)]
    points += [point("bayesian", 0), point("bayesian", 1), point("scratch", 0)]
    before = np.tile(np.array([1, 1, 1, 0, 0], np.int8), (40, 1))
    found = [before.copy() for _ in points]
    for place in (2, 3):
        found[place][10:16, 0] = 0  # all seeds lose one joint of six people, the first three are kept
        found[place][20, 3:] = 1
    found[3][5, :3] = 0  # one seed alone loses three
    found[4][30, :2] = 0
    table = pd.DataFrame({f"{TRUTH}seed": np.arange(40)})
    rows = people._changed_most(points, found, table)
    assert rows.tolist() == [10, 11, 12, 20, 30]
    assert not len(people._changed_most(points, found, table.drop(columns=f"{TRUTH}seed")))


def test_what_networks_were_tuned_with_is_recorded(study):
    assert {(one.cut_skips, one.teacher) for one in study.points} == {(0.0, None)}


def test_a_stopped_run_goes_on(bundle, runs, data, monkeypatch, written):
    calls, look = [], compression_study._find_cells

    def stopping(*given):
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt
        return look(*given)

    arguments = (runs.rankings[:1], [], [(data, "val")], SETTINGS)
    with monkeypatch.context() as patch:
        patch.setattr(compression_study, "_find_cells", stopping)
        with pytest.raises(KeyboardInterrupt):
            run_compression_study(bundle, *arguments)
    again = []
    monkeypatch.setattr(compression_study, "_find_cells", lambda *given: again.append(1) or look(*given))
    run_compression_study(bundle, *arguments)
    ours, theirs = load_compression_study(bundle), load_compression_study(written)
    assert len(again) == len(ours.points) - 3 == 3
    for point in ours.points:
        np.testing.assert_array_equal(ours.hits(point, 0), theirs.hits(point, 0))


@pytest.mark.parametrize("shares", [(0.0,), (1.0,), (0.5, 0.5), ()])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ConfigError, match="--shares"):
        CompressionSettings(shares=shares)


def test_what_cannot_be_compared_is_refused_in_one_line(bundle, runs, data, tmp_path):
    def run(rankings=(), tuned=(), split="val"):
        run_compression_study(bundle, rankings, tuned, [(data, split)], SETTINGS)

    with pytest.raises(DataError, match="no split 'test'"):
        run(runs.rankings[:1], split="test")
    with pytest.raises(DataError, match="its ranking is not among --ranking"):
        run(tuned=runs.tuned[1:2])
    with pytest.raises(DataError, match="shape of a network that is not among --tuned"):
        run(runs.rankings, runs.tuned[3:])
    with pytest.raises(ConfigError, match="named twice"):
        run([runs.rankings[0]] * 2)
    other = tmp_path / "other"
    shutil.copytree(runs.rankings[0], other)
    shutil.copy(runs.rankings[1] / LAST, other / LAST)
    with pytest.raises(ConfigError, match="ranks other weights"):
        run([other])
    single = tmp_path / "single"
    shutil.copytree(runs.rankings[2], single)
    shutil.copy(runs.rankings[1] / LAST, single / LAST)
    with pytest.raises(DataError, match="ranks other weights"):
        run([single])
    joints = tmp_path / "joints"
    shutil.copytree(runs.tuned[0], joints)
    save_checkpoint(joints / LAST, StackedHourglass(HourglassConfig(channels=32, joints=5)))
    with pytest.raises(CheckpointError, match="5 joints; expected 17"):
        run(tuned=[joints])
    unknown = tmp_path / "unknown"
    shutil.copytree(runs.rankings[1], unknown)
    values = json.loads((unknown / RANKING).read_text())
    del values["made"]["init"]
    (unknown / RANKING).write_text(json.dumps(values))
    with pytest.raises(DataError, match="rank it anew"):
        run([unknown])
    with pytest.raises(CheckpointError, match="no such file"):
        run([tmp_path / "nowhere"])
    assert not (bundle.path / "studies" / "compression").exists()


def test_a_compressed_network_of_unknown_making_is_no_dense_control(bundle, runs, data, tmp_path):
    lost = tmp_path / "lost"
    shutil.copytree(runs.tuned[1], lost)
    values = json.loads((lost / "run.json").read_text())
    del values["init"]["engineered"]
    (lost / "run.json").write_text(json.dumps(values))
    with pytest.raises(DataError, match="does not say how it was made"):
        run_compression_study(bundle, runs.rankings, [lost], [(data, "val")], SETTINGS)
