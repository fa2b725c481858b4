"""The command lines of the study of compression and of its benchmark."""

import re

import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle
from posecore.bundle.manifest import WEIGHTS
from posecore.compression.compress import rank_as_it_is
from posecore.compression.engineering import engineer
from posecore.compression.ranking import RANKING
from posecore.training.record import LAST
from scripts import bench_compression, compression_study

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def bundle(tmp_path):
    return open_bundle(make_fake_bundle(tmp_path / "fake", people=3, channels=32))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--split", "val", "train"], "unrecognized"),
        (["--split", "val", "--split", "train"], "one split per folder"),
        (["--limit", "0"], "expected 1 or more people"),
        ([], "nothing to study"),
        (["--ranking", "RUN", "--shares", "0"], "between 0 and 1"),
        (["--ranking", "RUN", "--shares", "1"], "between 0 and 1"),
        (["--ranking", "RUN"], "no such file"),
    ],
)
def test_bad_input_is_told_in_one_line(bundle, prepared_dir, tmp_path, capsys, more, said):
    more = [str(tmp_path / word) if word == "RUN" else word for word in more]
    arguments = ["--bundle", str(bundle.path), "--data", str(prepared_dir), *more]
    if said == "unrecognized":
        with pytest.raises(SystemExit):
            compression_study.main(arguments)
    else:
        assert compression_study.main(arguments) == 2
        error = capsys.readouterr().err.strip()
        assert said in error and error.startswith("error: ") and "\n" not in error
    assert not (bundle.path / "studies").exists()


def test_dense_and_smaller_network_are_timed_in_turn(bundle, tmp_path, capsys):
    weights, run, small = bundle.path / WEIGHTS, tmp_path / "run", tmp_path / "small.safetensors"
    rank_as_it_is(run, init=weights, method="magnitude")
    engineer(run / LAST, run / RANKING, small, keep=0.5)
    arguments = ["--dense", str(bundle.path), "--compressed", str(small), "--rounds", "2", "--threads", "1"]
    assert bench_compression.main(arguments) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert re.fullmatch(r"ratio: \d+\.\d{3}", lines[-1])
    sizes = [float(found) for line in lines for found in re.findall(r"(\d+\.\d+) M parameters", line)]
    assert 0 < sizes[0] < sizes[1]


def test_a_benchmark_without_a_smaller_network_says_which_file_is_missing(bundle, tmp_path, capsys):
    missing = tmp_path / "none.safetensors"
    assert bench_compression.main(["--dense", str(bundle.path), "--compressed", str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err
