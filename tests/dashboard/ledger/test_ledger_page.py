"""The page Ledger: a claim goes from the form to the file, and what came out is told."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from planted_claims import planted_claim, result_of
from reading import everything, words
from streamlit.testing.v1 import AppTest

from dashboard.ledger import words as ledger_words
from dashboard.shared import links
from dashboard.shared.escaping import escaped
from posecore.bundle import open_bundle
from posecore.causes.table import CAUSES
from posecore.ledger.claim import Claim, make_claim, plain
from posecore.ledger.file import Ledger, _written
from posecore.ledger.findings import Verdict
from posecore.ledger.kinds import Known

OPEN = {
    "Two ways to cut skips": {"led_mask_b": "0111", "led_joints": "small joints"},
    "Component and attribute": {"led_component": "2"},
    "Group and the rest": {"led_k": "3", "led_cluster": "3"},
    "Cause and component": {"led_component": "2"},
    "Two networks": {"led_joints": "knees"},
}


def ledger(tmp_path: Path, bundle: str = "demo") -> Ledger:
    return Ledger(tmp_path / "ledgers" / f"{bundle}.jsonl")


def test_of_many_damaged_lines_the_first_are_told_one_by_one(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ledger(tmp_path).path
    file.parent.mkdir()
    file.write_text("damaged\n" * 40)
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    told = [one.value for one in app.warning]
    assert len(told) == ledger_words.MOST_PROBLEMS + 1 and told[0].startswith("Line 1 is cut off")
    assert told[-1] == ledger_words.more_problems(40)


def press(app: AppTest, text: str) -> AppTest:
    app.text_area(key="_led_text").set_value(text).run()
    app.button(key="_led_seal").click().run()
    assert not app.exception, app.exception
    return app


def planted(artifacts: Path, tmp_path: Path, text: str = "I say so.", component: int = 1) -> Claim:
    known = Known(open_bundle(artifacts / "demo"))
    given = {"component": component, "attribute": "hip_angle"}
    return ledger(tmp_path).seal(make_claim(known, "component", given, text))


@pytest.mark.parametrize("kind", links.LEDGER_KINDS)
def test_a_claim_of_every_kind_is_sealed_and_its_test_begun(
    kind: str, claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo", led_kind=kind, **OPEN[kind])
    assert not app.warning and not app.error
    press(app, "  What *I* say.  ")
    assert not app.warning, [one.value for one in app.warning]
    (claim,) = ledger(tmp_path).read().claims.values()
    assert (claim.number, claim.text) == (1, "What *I* say.")
    assert started == ["demo.jsonl"]
    assert app.query_params[links.LEDGER_CLAIM] == claim.id
    assert [text.value for text in app.text] == ["“What *I* say.”"]
    assert "The claim of this link" in words(app) and "not tested" in words(app)
    # The same again, in other words: a sentence, and the way to the claim that stands there.
    press(app, "The same otherwise.")
    assert "This is claim 1 already" in app.warning[0].value
    assert len(ledger(tmp_path).read().claims) == 1


def test_parameters_of_the_link_are_those_of_the_claim(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = {"led_kind": "Group and the rest", "led_area": "1-2:0,-99,99,-99,99,99,0,99"}
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo", **link)
    press(app, "Those there.")
    (claim,) = ledger(tmp_path).read().claims.values()
    corners = [[0, -99], [99, -99], [99, 99], [0, 99]]
    assert claim.parameters["group"] == {"of": "area", "plane": [1, 2], "corners": corners}
    assert "in an area drawn on components 1 and 2" in words(app)


def test_a_cause_is_held_against_another_grain_and_against_networks_that_never_learned(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = {"led_kind": "Cause and component", "led_cause": CAUSES["turn"].name}
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo", **link)
    said = "does, and than it moves any component of networks that never learned (0.05)"
    assert said in words(app)
    press(app, "It moves.")
    (claim,) = ledger(tmp_path).read().claims.values()
    assert claim.parameters["untrained"] == pytest.approx(0.05, abs=1e-3)
    ledger(tmp_path).record(result_of(claim))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    told = "standard deviations of people beyond another grain and networks that never learned"
    assert f"**+0.51** {told}" in words(app)
    # One that was sealed before such networks were looked at stays what it was.
    older = {name: value for name, value in claim.parameters.items() if name != "untrained"}
    ledger(tmp_path).path.unlink()
    ledger(tmp_path).record(result_of(ledger(tmp_path).seal(replace(claim, parameters=older))))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert "standard deviations farther than another grain does.\n" in words(app) + "\n"
    assert "**+0.51** standard deviations of people beyond another grain (95 %" in words(app)


def test_without_the_study_of_causes_no_claim_on_one_is_made(
    started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "artifacts" / "demo", 24, annotations=True, truth={"seed": 15})
    app = open_page(monkeypatch, tmp_path / "artifacts", "ledger", led_kind="Cause and component")
    (said,) = [one.value for one in app.warning]
    assert "cannot be told here" in said and "`python scripts/cause_study.py --bundle" in said
    assert not [one for one in app.button if one.key == "_led_seal"]


def test_an_empty_text_gets_a_sentence_and_is_not_sealed(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = press(open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo"), "  ")
    assert len(app.warning) == 1 and "what you claim" in app.warning[0].value
    assert not ledger(tmp_path).path.exists() and not started


@pytest.mark.parametrize("verdict", Verdict)
def test_what_came_out_is_told(
    verdict: Verdict,
    claimed_artifacts: Path,
    started: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = planted(claimed_artifacts, tmp_path)
    ledger(tmp_path).record(result_of(claim, verdict=verdict.value, fewest=12))
    other = planted(claimed_artifacts, tmp_path, "Another.", component=2)
    ledger(tmp_path).record(result_of(other, effect=None, low=None, high=None, chance=None))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo", led_claim=claim.id)
    said = words(app)
    assert f"**{verdict}**" in said
    assert "**+0.51** rank correlation (95 % interval +0.45 to +0.57); n = 480 of 500 people" in said
    assert "12 in the smaller group" in said and "There is no effect to speak of" in said
    assert [one.value for one in app.subheader][1:] == ["The claim of this link", "All others"]
    assert said.index("Claim 1: ") < said.index("Claim 2: ")
    assert any(str(claim.seed) in text.value for text in app.text)
    link = next(one for one in app.get("page_link") if one.proto.label == "Link to claim 2")
    assert f"led_claim={other.id}" in link.proto.query_string


PICTURE = "![](https://evil.test/x.png)"


def test_what_a_file_holds_is_no_markdown(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from posecore.files import write_json
    from posecore.ledger.progress import PROBLEM, work_folder

    known = Known(open_bundle(claimed_artifacts / "demo"))
    claim = make_claim(known, "component", {"component": 1, "attribute": "hip_angle"}, "I say so.")
    harmful = replace(claim, parameters={"component": 1, "attribute": PICTURE})
    sealed = ledger(tmp_path).seal(harmful)
    write_json(work_folder(ledger(tmp_path).path, sealed.id) / PROBLEM, f"no {PICTURE}; run `a_b`")
    content = {"line": 2, "before": "", "kind": "claim", "entry": {**plain(sealed), "kind": PICTURE}}
    with ledger(tmp_path).path.open("a") as file:
        file.write(_written(content))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert PICTURE not in everything(app) and words(app).count(escaped(PICTURE)) == 3
    assert "; run `a_b`" in words(app)


def test_the_name_of_a_folder_is_no_markdown(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = PICTURE.replace("/", "")
    monkeypatch.setenv("POSE_LEDGER", str(tmp_path / name))
    (tmp_path / name / "demo.jsonl").mkdir(parents=True)
    app = press(open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo"), "I say so.")
    assert [len(said) for said in (app.error, app.warning)] == [1, 1]
    for said in (app.error[0].value, app.warning[0].value):
        assert name not in said and escaped(name) in said


def test_a_column_of_the_bundle_is_no_markdown(
    started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = {"seed": 15, "family": [PICTURE, "sitting"] * 12}
    make_fake_bundle(tmp_path / "artifacts" / "demo", 24, annotations=True, truth=truth)
    link = {"led_kind": "Component and attribute"}
    app = open_page(monkeypatch, tmp_path / "artifacts", "ledger", **link)
    box = next(one for one in app.selectbox if one.label == "Attribute")
    box.set_value(next(name for name in box.options if PICTURE in name)).run()
    assert PICTURE not in words(app) and escaped(PICTURE) in words(app)


def test_another_network_in_the_place_of_the_other_is_told(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = shutil.copytree(claimed_artifacts, tmp_path / "artifacts")
    known = Known(open_bundle(artifacts / "demo"))
    ledger(tmp_path).seal(make_claim(known, "networks", {"beside": "other", "joints": "knees"}, "More."))
    told = ledger_words.OTHER_STATE
    assert told not in words(open_page(monkeypatch, artifacts, "ledger", bundle="demo"))
    shutil.rmtree(artifacts / "other")
    make_fake_bundle(artifacts / "other", 24, seed=7)
    assert told in words(open_page(monkeypatch, artifacts, "ledger", bundle="demo"))


def test_where_nobody_differs_it_is_not_said_that_more_people_could_tell() -> None:
    claim = planted_claim(number=1)
    nothing = {"effect": None, "low": None, "high": None, "chance": None, "verdict": Verdict.UNKNOWN.value}
    told = ledger_words.changes_it(claim, result_of(claim, **nothing))
    assert told.startswith("Nothing varies") and "nobody or everybody has it" in told
    assert ledger_words.changes_it(claim, result_of(claim, **nothing, fewest=19)).startswith("A group of 20")
    unsure = ledger_words.changes_it(claim, result_of(claim, verdict=Verdict.UNKNOWN.value))
    assert "too near the smallest" in unsure


def test_a_claim_that_is_not_there_and_a_damaged_line_get_a_sentence_each(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planted(claimed_artifacts, tmp_path)
    ledger(tmp_path).record(result_of(first))
    path = ledger(tmp_path).path
    path.write_text(path.read_text().replace("0.51", "0.91"))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo", led_claim="0" * 12)
    said = [one.value for one in app.warning]
    assert len(said) == 2
    assert any("expected a claim of this ledger" in one for one in said)
    assert any("Line 2 was changed" in one for one in said)
    assert "0.91" not in everything(app)


def test_a_test_that_was_interrupted_can_go_on_and_what_failed_is_told(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from posecore.files import write_json
    from posecore.ledger.progress import PROBLEM, work_folder

    claim = planted(claimed_artifacts, tmp_path)
    write_json(work_folder(ledger(tmp_path).path, claim.id) / PROBLEM, "the disk is full")
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert "the disk is full" in app.warning[0].value
    app.button(key="_led_go_on").click().run()
    assert started == ["demo.jsonl"]


def test_progress_and_time_left_are_told_while_a_claim_is_tested(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    from posecore.files import write_json
    from posecore.ledger.progress import RUN, piece_file, turn, work_folder

    claims = [planted(claimed_artifacts, tmp_path, component=number) for number in (1, 2)]
    folder = work_folder(ledger(tmp_path).path, claims[0].id)
    write_json(folder / RUN, {"began": time.time() - 60, "done": 10, "of": 500})
    for place in range(110):
        piece_file(folder, place).touch()
    with turn(tmp_path / "ledgers"):
        app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    said = everything(app)
    assert "110 of 500 people, about 4 minutes left" in said
    assert "Claim 2: It waits for its turn" in said
    assert not any(button.key == "_led_go_on" for button in app.button)


@pytest.mark.parametrize("name", ["file", "x" * 300])
def test_a_folder_that_cannot_be_written_keeps_claims_in_the_session(
    name: str, claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POSE_LEDGER", str(tmp_path / name))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert len([one for one in app.info if "cannot be written" in one.value]) == 1
    press(app, "Mine alone.")
    assert "has no link" in words(app) and len(app.get("download_button")) == 1
    assert not [one for one in app.get("page_link") if one.proto.label.startswith("Link to")]
    other = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert "Mine alone." not in everything(other)
    assert (tmp_path / "file").read_text() == ""


def test_photographs_are_not_tested_until_people_are_set_aside(
    started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "artifacts" / "photographs", 12)
    monkeypatch.delenv("POSE_HELDOUT", raising=False)
    link = {"led_kind": "Component and attribute"}
    app = press(open_page(monkeypatch, tmp_path / "artifacts", "ledger", **link), "They do.")
    assert not started
    assert any("POSE_HELDOUT" in one.value for one in app.info)
    assert any("stays not tested" in one.value for one in app.caption)
    monkeypatch.setenv("POSE_HELDOUT", str(tmp_path))
    app = open_page(monkeypatch, tmp_path / "artifacts", "ledger", led_kind="Cause and component")
    assert any("Only rendered people" in one.value for one in app.info)


def test_a_line_with_parameters_that_no_bundle_has_does_not_break_the_page(
    claimed_artifacts: Path, started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known(open_bundle(claimed_artifacts / "demo"))
    claim = make_claim(known, "component", {"component": 1, "attribute": "hip_angle"}, "[x](y) <b>")
    ledger(tmp_path).seal(replace(claim, parameters={"component": [], "attribute": {}}))
    app = open_page(monkeypatch, claimed_artifacts, "ledger", bundle="demo")
    assert "cannot be said of this bundle" in words(app)
    assert "[x](y) <b>" not in words(app)  # plain text only
    assert json.loads(ledger(tmp_path).path.read_text())["entry"]["text"] == "[x](y) <b>"
