"""Testing claims: on people who were rendered for it, in a process that may be killed at any moment."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted_claims import planted_result
from planting import make_claimed_bundle
from test_sealing import GIVEN

from posecore.bundle import Bundle, open_bundle
from posecore.components.pca import fit_components
from posecore.data.heatmaps import decode
from posecore.data.prepared import open_prepared
from posecore.errors import ConfigError
from posecore.files import write_json
from posecore.inference import Predictor
from posecore.ledger import testing
from posecore.ledger.check import Agreement, compare
from posecore.ledger.claim import LONGEST_NAME, Claim, make_claim
from posecore.ledger.file import Ledger
from posecore.ledger.findings import Verdict
from posecore.ledger.kinds import KINDS, Answers, Known, attributes_in, in_group
from posecore.ledger.parameters import packed
from posecore.ledger.people import HeldOut, Rendered, source_for
from posecore.ledger.progress import RUN, is_testing, piece_file, progress, turn, work_folder
from posecore.ledger.testing import Setting, run_waiting
from posecore.metrics.pck import hits
from scripts import check_claim

pytestmark = pytest.mark.usefixtures("one_thread")

THREE = Setting(people=3, workers=1)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("artifacts")
    make_claimed_bundle(folder / "other", seed=1)
    return open_bundle(make_claimed_bundle(folder / "demo"))


def sealed(ledger: Ledger, bundle: Bundle, kind: str, **changed: object) -> Claim:
    return ledger.seal(make_claim(Known(bundle), kind, {**GIVEN[kind], **changed}, "I say so."))


def test_claims_are_tested_in_turn_and_checked_to_the_last_digit(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(testing, "Setting", partial(Setting, people=3))  # of the check as of the test
    ledger = Ledger(tmp_path / "demo.jsonl")
    claims = [sealed(ledger, bundle, kind) for kind in ("masks", "cause", "networks")]
    assert [found[0].id for found in run_waiting(ledger, bundle, THREE)] == [claim.id for claim in claims]
    entries = ledger.read()
    assert not entries.untested and not entries.problems
    for claim in claims:
        result = entries.results[claim.id]
        assert (result.people, result.verdict) == (3, Verdict.UNKNOWN)  # fewer than 20 people
        assert str(claim.seed) in result.source
        assert progress(ledger.path, claim.id) is None
    # The first by hand: the network's joints on those three people.
    source, predictor = Rendered(claims[0].seed, 3), Predictor(bundle.network(), bundle.manifest.precision)
    subjects = [source.subject(place) for place in range(3)]
    small = list(range(5))
    shares = []
    for one in subjects:
        maps = predictor.decode_all(predictor.encode(one.crop[None]))[:, 0]
        points = decode(maps)[0]
        right = [hits(points[[m]], one.joints[None], one.visibility[None])[0, small] for m in (0, 8)]
        shares.append(100 * np.nanmean(right[0] - right[1]))
    assert entries.results[claims[0].id].effect == pytest.approx(np.nanmean(shares))

    command = [str(ledger.path), "--bundle", str(bundle.path), "--workers", "1", "--claim", claims[0].id]
    assert check_claim.main(command) == 0
    assert f"claim 1, {claims[0].id}: the same (same machine and versions)" in capsys.readouterr().out
    # A ledger with another number: only the line is well made, and the check says what differs.
    forged = Ledger(tmp_path / "forged.jsonl")
    forged.seal(claims[0])
    forged.record(replace(entries.results[claims[0].id], effect=99.0))
    assert check_claim.main([str(forged.path), *command[1:]]) == 1
    said = capsys.readouterr().out
    assert "effect: 99.0 then" in said and "the tolerance is" not in said
    # And one that was tested on fewer people than a test takes.
    (_, fewer), *_ = run_waiting(_with(tmp_path / "fewer.jsonl", claims[0]), bundle, replace(THREE, people=2))
    assert not isinstance(fewer, str)
    assert check_claim.main([str(tmp_path / "fewer.jsonl"), *command[1:]]) == 1
    assert "people: 2 then, 3 now" in capsys.readouterr().out
    away = Ledger(tmp_path / "away.jsonl")
    away.seal(claims[0])
    away.record(replace(entries.results[claims[0].id], machine="another"))
    assert check_claim.main([str(away.path), *command[1:]]) == 0
    said = capsys.readouterr().out
    assert "the same (another machine" in said and "the tolerance is 25% of the smallest effect" in said


def _with(path: Path, claim: Claim) -> Ledger:
    """A ledger of one claim."""
    ledger = Ledger(path)
    ledger.seal(claim)
    return ledger


def test_another_machine_is_held_to_a_tolerance(bundle: Bundle, tmp_path: Path) -> None:
    claim = sealed(Ledger(tmp_path / "demo.jsonl"), bundle, "masks")
    stored = planted_result(claim.id, effect=3.0, low=2.0, high=4.0)
    near, far = replace(stored, effect=3.4), replace(stored, effect=3.6)
    assert compare(claim, stored, stored).agreement == Agreement.SAME
    assert compare(claim, stored, near).agreement == Agreement.DIFFERS
    assert compare(claim, stored, replace(near, machine="other")).agreement == Agreement.ALIKE
    assert compare(claim, stored, replace(near, versions={"torch": "3"})).agreement == Agreement.ALIKE
    assert compare(claim, stored, replace(far, machine="other")).agreement == Agreement.DIFFERS
    assert compare(claim, stored, replace(stored, machine="other", n=480)).agreement == Agreement.DIFFERS
    assert compare(claim, stored, replace(stored, machine="other", low=None)).agreement == Agreement.DIFFERS
    turned = replace(stored, machine="other", verdict=Verdict.UNKNOWN.value)
    assert compare(claim, stored, turned).agreement == Agreement.DIFFERS


def test_a_killed_test_leaves_a_claim_that_goes_on(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path / "demo.jsonl")
    claim = sealed(ledger, bundle, "component")
    folder = work_folder(ledger.path, claim.id)
    command = ["-m", "posecore.ledger", str(ledger.path), "--bundle", str(bundle.path), "--workers", "1"]
    running = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not piece_file(folder, 1).is_file():
        assert running.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    assert is_testing(tmp_path)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not is_testing(tmp_path)
    assert [one.id for one in ledger.read().untested] == [claim.id]
    found = progress(ledger.path, claim.id)
    assert found is not None and 2 <= found.done < found.of == 500

    asked: list[int] = []
    measure = testing._measure
    monkeypatch.setattr(testing, "_measure", lambda *given: (asked.append(given[-1]), measure(*given)))
    done = {int(path.stem) for path in folder.glob("[0-9]*.npz")}
    people = max(done) + 2
    (result,) = [result for _, result in run_waiting(ledger, bundle, Setting(people=people, workers=1))]
    assert not isinstance(result, str) and result.people == people
    assert asked == sorted(set(range(people)) - done)
    assert not folder.exists() and not ledger.read().untested


def test_what_others_gave_is_no_part_of_a_test_that_goes_on(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = replace(make_claim(Known(bundle), "masks", GIVEN["masks"], "I say so."), number=1)
    asked: list[int] = []
    measure = testing._measure
    monkeypatch.setattr(testing, "_measure", lambda *given: (asked.append(given[-1]), measure(*given)))

    def ask(one: Claim = claim) -> list[int]:
        """Whom it asked."""
        asked.clear()
        testing.run_test(one, bundle, tmp_path / "work", THREE)
        return list(asked)

    everybody = [0, 1, 2]
    assert ask() == everybody and ask() == []
    # The same claim, but what is asked is asked in another order.
    turned = replace(claim, parameters={**GIVEN["masks"], "masks": GIVEN["masks"]["masks"][::-1]})
    assert turned.id == claim.id and ask(turned) == everybody
    for name, other in (
        ("version", lambda _: "0"),
        ("machine", lambda: "another"),
        ("source_for", lambda *_: Rendered(claim.seed + 1, 3)),
    ):
        monkeypatch.setattr(testing, name, other)
        assert ask(turned) == everybody and ask(turned) == []


def test_no_more_is_done_than_there_is_to_do(tmp_path: Path) -> None:
    folder = work_folder(tmp_path / "demo.jsonl", "claim")
    write_json(folder / RUN, {"began": time.time(), "done": 0, "of": 2})
    for place in range(3):
        piece_file(folder, place).touch()
    found = progress(tmp_path / "demo.jsonl", "claim")
    assert found is not None and found.done == found.of == 2 and found.seconds == 0


def test_a_test_ends_with_the_server_that_started_it(bundle: Bundle, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "demo.jsonl")
    sealed(ledger, bundle, "component")
    command = ["-m", "posecore.ledger", str(ledger.path), "--bundle", str(bundle.path), "--workers", "1"]
    with turn(tmp_path):  # so that it waits
        running = subprocess.Popen(
            [sys.executable, *command, "--with-parent"], cwd=ROOT, stdin=subprocess.PIPE
        )
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(60) == 1
    assert len(ledger.read().untested) == 1


def test_what_goes_wrong_is_kept_for_the_page_and_the_next_claim_is_tested(
    bundle: Bundle, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "demo.jsonl")
    first = sealed(ledger, bundle, "component")
    ledger.path.unlink()
    ledger.seal(replace(first, fingerprint="c" * 64))
    other = sealed(ledger, bundle, "component", component=2)
    (claim, said), (after, result) = run_waiting(ledger, bundle, THREE)
    assert isinstance(said, str) and "components are not those" in said
    found = progress(ledger.path, claim.id)
    assert found is not None and found.problem == said
    assert after.id == other.id and not isinstance(result, str)
    assert [one.id for one in ledger.read().untested] == [claim.id]


def answers(known: Known, latents: np.ndarray, table: pd.DataFrame | None = None) -> Answers:
    joints = len(known.bundle.keypoints)
    people = known.bundle.samples if table is None else table
    return Answers(np.full((len(latents), 0, joints), np.nan), latents.astype(np.float32), people)


def test_what_kinds_find_on_planted_people(bundle: Bundle) -> None:
    """The bundle's own people, of whom half sit: component 1 and the clusters tell."""
    known = Known(bundle)
    latents = np.asarray(bundle.latents, np.float32)
    given = answers(known, latents[:, None])
    fitted = fit_components(latents, 3)
    scores = fitted.project(latents)[:, 0]
    found = KINDS["component"].find(known, GIVEN["component"], given)
    hips = attributes_in(bundle.samples, "annotated")["hip_angle"]
    assert abs(found.effect) > 0.6 and found.n == hips.notna().sum() < len(latents)
    # A kind that is not among these people is nobody's.
    nobody = KINDS["component"].find(known, {"component": 1, "attribute": "truth_family: flying"}, given)
    assert np.isnan(nobody.effect) and nobody.fewest == 24

    sits = scores > 0
    centroids = np.stack([latents[sits].mean(axis=0), latents[~sits].mean(axis=0)])
    cluster = {"of": "cluster", "cluster": 1, "components": None, "centroids": packed(centroids)}
    np.testing.assert_array_equal(in_group(known, cluster, latents), sits)
    in_scores = packed(fitted.project(centroids)[:, :1])
    np.testing.assert_array_equal(
        in_group(known, {**cluster, "components": 1, "centroids": in_scores}, latents), sits
    )
    area = {"of": "area", "plane": [1, 2], "corners": [[0, -99], [99, -99], [99, 99], [0, 99]]}
    np.testing.assert_array_equal(in_group(known, area, latents), sits)
    apart = KINDS["group"].find(known, {"group": cluster, "attribute": "knee_drop"}, given)
    assert abs(apart.effect) > 2 and 8 < apart.fewest <= 12

    # A cause that moves everybody two standard deviations up the component; grain moves them a tenth.
    spread = float(np.sqrt(fitted.variances[0]))
    steps = np.array([0, 2, 0.1, -0.1])[None, :, None] * spread * fitted.axes[0]
    moved = KINDS["cause"].find(known, GIVEN["cause"], answers(known, latents[:, None] + steps))
    assert moved.effect == pytest.approx(1.9, abs=0.01)
    # Of networks that never learned a component moves nearly as far, or less than another grain does.
    for untrained, effect in ((1.95, 0.05), (0.05, 1.9)):
        given = {**GIVEN["cause"], "untrained": untrained}
        both = KINDS["cause"].find(known, given, answers(known, latents[:, None] + steps))
        assert both.effect == pytest.approx(effect, abs=0.01) and both.n == both.fewest == len(latents)
    steps[0, 1] = np.nan  # where it cannot be made
    assert KINDS["cause"].find(known, GIVEN["cause"], answers(known, latents[:, None] + steps)).n == 0


def test_people_set_aside_are_drawn_without_those_of_the_bundle(
    prepared_dir: Path, bundle: Bundle, tmp_path: Path
) -> None:
    """A folder of which the bundle's data holds the train people, in another file."""
    own = shutil.copytree(prepared_dir, tmp_path / "own")
    shutil.rmtree(own / "crops" / "val")
    (own / "val.parquet").unlink()
    info = json.loads((own / "dataset.json").read_text())
    info |= {"splits": {"train": info["splits"]["train"]}, "fingerprint": "0" * 64}
    (own / "dataset.json").write_text(json.dumps(info))
    photographs = replace(bundle, samples=bundle.samples.drop(columns="truth_seed"))
    own_data = [{"name": "own", "fingerprint": "0" * 64}]
    own_run = {"data": own_data, "init": None}
    photographs = _trained(photographs, own_run)
    claim = make_claim(Known(photographs), "component", GIVEN["component"], "I say so.")
    source = source_for(photographs, claim, 500, prepared_dir, [own])
    assert isinstance(source, HeldOut)
    val = open_prepared(prepared_dir).table("val")
    assert source.count == len(val) and source.left_out == 24
    assert {source.subject(place).row["sample_id"] for place in range(source.count)} == set(val["sample_id"])
    assert source.words.startswith("held-out people")
    # Nobody of another folder, or of a folder made anew, is taken for one of these.
    others = (replace(source, fingerprint="3" * 64), replace(source, chosen=source.chosen[::-1]))
    assert len({one.key for one in (source, replace(source), *others)}) == 3
    long = _renamed(prepared_dir, tmp_path / "long", name="\x1b" + "x" * 1000)
    assert len(source_for(photographs, claim, 500, long, [own]).words) == LONGEST_NAME
    with pytest.raises(Exception, match="POSE_IMAGES"):
        source_for(photographs, claim, 500, prepared_dir, [])
    # Whoever was trained on has to be looked through, too; a run without a record may be of anybody.
    folder = {"name": "cats", "fingerprint": "2" * 64}
    squeezing = {"run": {"bundle": {"data": "dogs"}}}
    for training, message in (
        ({"data": [*own_data, folder], "init": None}, "also trained on cats; .* POSE_TRAINED_ON"),
        ({"data": own_data, "init": {"run": None}}, "is not recorded"),
        ({"data": own_data, "init": {"run": own_run, "autoencoder": squeezing}}, "also trained on dogs"),
    ):
        with pytest.raises(ConfigError, match=message):
            source_for(_trained(photographs, training), claim, 500, prepared_dir, [own])
    both = {"data": [*own_data, {**folder, "fingerprint": "1" * 64}], "init": None}
    other = _renamed(own, tmp_path / "renamed", fingerprint="1" * 64)
    assert source_for(_trained(photographs, both), claim, 500, prepared_dir, [own, other]).count == len(val)
    with pytest.raises(Exception, match="everybody in it is in the bundle's data"):
        source_for(photographs, claim, 500, other, [own])
    found = Ledger(tmp_path / "demo.jsonl")
    found.seal(claim)
    setting = Setting(held_out=prepared_dir, known=(own,), people=2, workers=1)
    (result,) = [result for _, result in run_waiting(found, photographs, setting)]
    assert not isinstance(result, str) and result.people == 2 and result.source == source.words


def _trained(bundle: Bundle, training: dict[str, object]) -> Bundle:
    """Its network trained so."""
    return replace(bundle, manifest=replace(bundle.manifest, training=training))


def _renamed(folder: Path, other: Path, **values: str) -> Path:
    """The same people under another name or fingerprint."""
    shutil.copytree(folder, other)
    info = json.loads((other / "dataset.json").read_text())
    (other / "dataset.json").write_text(json.dumps(info | values))
    return other


def test_check_claim_refuses_in_one_line(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_claim.main([str(tmp_path / "none.jsonl"), "--bundle", str(bundle.path)]) == 2
    assert "no such file" in capsys.readouterr().err
    assert check_claim.main([str(bundle.path / "manifest.json"), "--bundle", str(bundle.path)]) == 2
    assert "holds no line of a ledger" in capsys.readouterr().err
    ledger = Ledger(tmp_path / "demo.jsonl")
    sealed(ledger, bundle, "component")
    assert check_claim.main([str(ledger.path), "--bundle", str(bundle.path), "--claim", "abc"]) == 2
    assert "--claim 'abc': is not tested" in capsys.readouterr().err
    assert check_claim.main([str(ledger.path), "--bundle", str(bundle.path)]) == 0
    assert "0 of 1 claims are tested" in capsys.readouterr().out
    ledger.path.write_bytes(ledger.path.read_bytes()[:-9] + os.linesep.encode())
    assert check_claim.main([str(ledger.path), "--bundle", str(bundle.path)]) == 1
    assert "Line 1 is cut off" in capsys.readouterr().out
