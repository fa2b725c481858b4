"""A record or history that is not whole: named where it is needed, left out where weights are enough."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from fake_bundle import make_fake_bundle
from fake_runs import make_fake_run
from harming import HARMS

from posecore.errors import DataError
from posecore.training.record import BEST, HISTORY, RUN, read_run
from scripts import extract_latents, networks_study, train

TINY = ["--channels", "8", "--workers", "0", "--threads", "1"]


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trained(prepared_dir, tmp_path_factory) -> Path:
    """A finished run of two epochs."""
    out = tmp_path_factory.mktemp("trained") / "run"
    assert train.main(["--data", str(prepared_dir), "--out", str(out), "--epochs", "2", *TINY]) == 0
    return out


@pytest.fixture
def run(trained, tmp_path) -> Path:
    return shutil.copytree(trained, tmp_path / "run")


def go_on(prepared_dir, out: Path) -> int:
    return train.main(["--data", str(prepared_dir), "--out", str(out), "--epochs", "2", *TINY, "--resume"])


@pytest.mark.parametrize("name", [RUN, HISTORY])
@pytest.mark.parametrize("harm", HARMS)
def test_what_is_not_whole_is_named_in_one_line(harm, name, run) -> None:
    assert len(read_run(run / BEST).history) == 2
    HARMS[harm](run / name)
    with pytest.raises(DataError) as error:
        read_run(run / BEST)
    assert str(error.value).startswith(f"{run / name}: ") and "\n" not in str(error.value)
    assert "--resume" in str(error.value)
    # Without a state that would begin anew, over these weights.
    (run / "last.pt").unlink()
    with pytest.raises(DataError, match="put it back from a copy") as error:
        read_run(run / BEST)
    assert "--resume" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content"), [(RUN, "[]"), (HISTORY, "[]\n"), (HISTORY, '{"epoch": 1}\n'), (HISTORY, "7\n")]
)
def test_json_of_another_kind_is_named_too(name, content, run) -> None:
    (run / name).write_text(content)
    with pytest.raises(DataError, match=name):
        read_run(run / BEST)


@pytest.mark.parametrize("harm", HARMS)
def test_a_run_goes_on_though_its_history_was_cut_off(harm, run, prepared_dir) -> None:
    whole = (run / HISTORY).read_text()
    HARMS[harm](run / HISTORY)
    assert go_on(prepared_dir, run) == 0
    assert (run / HISTORY).read_text() == whole


@pytest.mark.parametrize("harm", HARMS)
def test_a_run_whose_record_is_broken_goes_on_as_the_error_says(harm, run, prepared_dir, capsys) -> None:
    whole = json.loads((run / RUN).read_text())
    HARMS[harm](run / RUN)
    assert go_on(prepared_dir, run) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and f"{run / RUN}: " in errors[0] and "delete it" in errors[0]
    (run / RUN).unlink()
    assert go_on(prepared_dir, run) == 0
    assert json.loads((run / RUN).read_text()) == whole


@pytest.mark.parametrize("name", [RUN, HISTORY])
def test_weights_alone_are_enough_to_train_on(name, run, prepared_dir, tmp_path, capsys) -> None:
    (run / name).write_text("{")
    options = ["--data", str(prepared_dir), "--epochs", "1", "--workers", "0", "--threads", "1"]
    assert train.main([*options, "--out", str(tmp_path / "second"), "--init", str(run / BEST)]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("left out: ")]
    assert len(told) == 1 and str(run / name) in told[0]
    record = json.loads((tmp_path / "second" / RUN).read_text())
    assert record["init"]["run"] is None and record["epochs_before"] == 0


@pytest.mark.parametrize("name", [RUN, HISTORY])
def test_weights_alone_are_enough_to_extract(name, run, prepared_dir, tmp_path, capsys) -> None:
    (run / name).write_text("{")
    arguments = ["--checkpoint", str(run / BEST), "--data", str(prepared_dir), "--split", "val"]
    assert extract_latents.main([*arguments, "--out", str(tmp_path / "bundle"), "--threads", "1"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("left out: ")]
    assert len(told) == 1 and str(run / name) in told[0]


@pytest.mark.parametrize("name", [RUN, HISTORY])
def test_where_the_record_is_needed_the_script_ends_in_one_line(name, prepared_dir, tmp_path, capsys) -> None:
    bundle = make_fake_bundle(tmp_path / "fake", people=3)
    fake = make_fake_run(tmp_path / "plain-0")
    (fake / name).write_text("{")
    arguments = ["--bundle", str(bundle), "--data", str(prepared_dir), "--network", f"plain={fake}"]
    assert networks_study.main([*arguments, "--threads", "1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {fake / name}: ") and error.count("\n") == 1
