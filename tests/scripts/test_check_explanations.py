"""scripts/check_explanations.py as people run it: a network that never learned fails."""

from pathlib import Path

import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle
from posecore.clustering.sweep import SweepSettings
from posecore.data.prepare import PrepareSettings, prepare
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.studies.checks.rows import ROWS, check
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study
from posecore.studies.control import explanations, run
from posecore.studies.control import study as control
from posecore.studies.control.study import ControlSettings, run_control_study
from posecore.studies.probe import study as probe
from posecore.studies.probe.study import ProbeSettings, run_probe_study
from posecore.synthetic.writer import RenderSettings, make_people
from scripts import check_explanations, extract_latents

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 200


@pytest.fixture(scope="module")
def never_learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of rendered people and a small untrained network, with the studies of what it may claim."""
    work = tmp_path_factory.mktemp("untrained")
    make_people(work / "people", RenderSettings(people=PEOPLE), workers=2)
    prepare(work / "people", work / "data", PrepareSettings(test_size=0), workers=1)
    save_checkpoint(work / "net.safetensors", StackedHourglass(HourglassConfig(channels=4)))
    path = work / "bundle"
    named = {"checkpoint": work / "net.safetensors", "data": work / "data", "out": path, "samples": PEOPLE}
    arguments = [word for name, value in named.items() for word in (f"--{name}", str(value))]
    arguments += ["--annotations", "--pictures", str(PEOPLE), "--untrained", "--seed", "7", "--threads", "1"]
    assert extract_latents.main(arguments) == 0
    bundle = open_bundle(path)
    with pytest.MonkeyPatch.context() as patch:
        few = SweepSettings(most=3, restarts=2)
        patch.setattr(run, "EACH", 10)
        for name, value in (("SKIP_PEOPLE", 10), ("CURVE_PEOPLE", 10), ("TESTED", 3), ("DRAWS", 3)):
            patch.setattr(explanations, name, value)
        patch.setattr(explanations, "SweepSettings", lambda seed: few)
        patch.setattr(control, "SweepSettings", lambda: few)
        patch.setattr(probe, "COUNTS", ())
        run_control_study(bundle, None, ControlSettings(networks=1, limit=80))
        run_probe_study(bundle, None, ProbeSettings(networks=1, limit=80))
    run_cluster_study(bundle, ClusterSettings(few, draws=0, resamples=0, controls=False))
    return path


def test_a_network_that_never_learned_fails(never_learned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_explanations.main(["--bundle", str(never_learned)]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 1 + len(ROWS) + 2
    outcomes = {found.row.name: found for found in check(open_bundle(never_learned))}
    for name in (
        "skips: cutting all loses PCK",
        "probe: bottleneck R²",
        "probe: bottleneck PCK",
        "components: strongest |r|, mean of 10",
        "clusters: groups off the verdict's",
        "clusters: pose tells them at K = 2",
    ):
        # It was measured, and is not beyond.
        assert outcomes[name].measured is not None and not outcomes[name].holds, name
        (line,) = (line for line in printed if line.startswith(name))
        assert "  no  " in line
    # Of other people's latents nothing is known, whatever the network.
    assert outcomes["probe: other people's bottlenecks"].holds
    hold = sum(outcome.holds for outcome in outcomes.values())
    withdrawn = sum(o.held and o.studied and not o.holds for o in outcomes.values())
    absent = sum(not outcome.studied for outcome in outcomes.values())
    assert withdrawn and printed[-1] == (
        f"{hold} of {len(ROWS) - absent} explanations hold, {withdrawn} withdrawn, {absent} not studied"
    )


def test_a_missing_study_names_its_command(
    never_learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = {found.row.name: found for found in check(open_bundle(never_learned))}
    missing = outcomes["belonging: people refused"]
    assert not missing.holds and missing.measured is None
    assert "make it with `python scripts/belonging_study.py --bundle " in missing.problem
    path = make_fake_bundle(tmp_path / "fake")
    assert check_explanations.main(["--bundle", str(path), "--markdown"]) == 1
    printed = capsys.readouterr().out.splitlines()
    rows = [line for line in printed if line.startswith("| ")]
    assert len(rows) == len(ROWS) + 2 and len({line.replace(r"\|", "").count("|") for line in rows}) == 1
    for study in ("control", "probe", "cluster_sweep", "belonging"):
        assert any(f"`python scripts/{study}" in line for line in rows), study
    absent = sum(row.name.startswith("causes: ") for row in ROWS)
    assert printed[-1] == f"0 of {len(ROWS) - absent} explanations hold, {absent} not studied"


def test_bad_input_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_explanations.main(["--bundle", str(tmp_path / "nowhere")]) == 2
    err = capsys.readouterr().err
    assert "no such folder, expected a bundle" in err and err.count("\n") == 1


@pytest.fixture(autouse=True)
def same_threads():
    """Scripts set how many cores PyTorch takes."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
