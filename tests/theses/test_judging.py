"""Claims judged on a bundle: a study that is missing or broken gives a line with its command, no verdict."""

from pathlib import Path

from fake_bundle import make_fake_bundle
from fake_networks import make_study, planted, write_fake_study

from posecore.bundle import open_bundle
from posecore.theses.judging import judge
from posecore.theses.table import CLAIMS
from posecore.verdict import Verdict


def test_without_studies_there_is_no_verdict(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "people", 12))
    outcomes = judge(bundle)
    assert [outcome.claim for outcome in outcomes] == list(CLAIMS)
    for outcome in outcomes:
        assert outcome.finding is None
        if outcome.claim.unmeasured:  # no command alone would help
            assert outcome.verdict is Verdict.UNKNOWN and outcome.problem == outcome.claim.unmeasured
        else:
            assert outcome.verdict is None
            assert len(outcome.commands) == len(outcome.claim.studies)
            assert all(f"--bundle {bundle.path}" in command for command in outcome.commands)


def test_a_study_that_cannot_be_used_is_no_verdict(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "people", 12))
    (bundle.path / "studies" / "compression").mkdir(parents=True)
    unmeasured = [one for one in judge(bundle) if one.claim.studies == ("compression",)]
    assert unmeasured and all(one.verdict is None and one.problem for one in unmeasured)


def test_a_stored_study_is_read_and_a_broken_one_says_how_to_mend_it(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "people", 12))
    write_fake_study(bundle, make_study(tmp_path / "runs", planted()))
    by_key = {outcome.claim.key: outcome for outcome in judge(bundle)}
    assert {by_key[key].verdict for key in ("autoencoder", "second-stack", "without-skips")} <= set(Verdict)
    narrow = by_key["narrow"]
    assert narrow.verdict is None and not narrow.studied
    trained, put_beside = narrow.commands
    assert "--bottleneck-channels 4" in trained and f"--bundle {bundle.path}" in put_beside
    (bundle.path / "studies" / "networks" / "results.npz").write_bytes(b"no study")
    broken = {outcome.claim.key: outcome for outcome in judge(open_bundle(bundle.path))}["autoencoder"]
    assert broken.verdict is None and "networks_study.py" in broken.problem
