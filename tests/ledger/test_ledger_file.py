"""The file: nothing is lost between two writers, and whatever was done to a line is named."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from planted_claims import planted_claim, planted_result

from posecore.errors import ConfigError
from posecore.ledger import file as ledger_file
from posecore.ledger.claim import LONGEST_NAME, MOST_CLAIMS, canonical, plain
from posecore.ledger.file import MOST_LINES, MOST_WAITING, Ledger, SealedError
from posecore.printable import printable

ROOT = Path(__file__).parent.parent.parent
HARM = "![](https://evil.test/x.png)\x1b[2J\ud800" + "x" * 100_000
"""What a name in a file can be."""


def deep(levels: int) -> dict:
    """Mappings within each other."""
    return {"component": deep(levels - 1) if levels else 1, "attribute": "hip_angle"}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Three claims, the first two with results: five lines."""
    found = Ledger(tmp_path / "folder" / "demo.jsonl")
    for component in (1, 2, 3):
        sealed = found.seal(planted_claim(component))
        if component < 3:
            found.record(planted_result(sealed.id))
    return found


def lines(ledger: Ledger) -> list[bytes]:
    return ledger.path.read_bytes().splitlines(keepends=True)


def test_what_was_written_is_read_again(ledger: Ledger) -> None:
    entries = ledger.read()
    assert entries.problems == [] and entries.lines == 5
    assert [claim.number for claim in entries.claims.values()] == [1, 2, 3]
    assert [claim.parameters["component"] for claim in entries.claims.values()] == [1, 2, 3]
    assert entries.claims[planted_claim(2).id] == planted_claim(2, number=2)
    assert entries.results[planted_claim(2).id] == planted_result(planted_claim(2).id)
    assert [claim.number for claim in entries.untested] == [3]
    assert Ledger(ledger.path.with_name("none.jsonl")).read().claims == {}


def test_a_changed_line_is_named_and_the_others_stay(ledger: Ledger) -> None:
    kept = lines(ledger)
    kept[3] = kept[3].replace(b'"holds"', b'"does not hold"')
    ledger.path.write_bytes(b"".join(kept))
    entries = ledger.read()
    assert len(entries.problems) == 1
    assert "Line 4" in entries.problems[0] and "changed" in entries.problems[0]
    assert len(entries.claims) == 3 and len(entries.results) == 1


def test_a_line_changed_with_its_own_hash_does_not_fit_the_next(ledger: Ledger) -> None:
    """Whoever can compute hashes has to write all later lines anew."""
    kept = lines(ledger)
    other = Ledger(ledger.path.with_name("other.jsonl"))
    other.seal(planted_claim(1, text="Something else."))
    other.record(planted_result(planted_claim(1).id))
    ledger.path.write_bytes(b"".join([*lines(other), *kept[2:]]))
    problems = ledger.read().problems
    assert len(problems) == 1 and "Line 3 was written after another line" in problems[0]


def test_a_missing_line_is_named_wherever_it_stood_but_for_the_end(ledger: Ledger) -> None:
    kept = lines(ledger)
    for place in range(4):
        ledger.path.write_bytes(b"".join(kept[:place] + kept[place + 1 :]))
        problems = ledger.read().problems
        missing = f"A line is missing before line {place + 1}."
        assert problems == [missing, *([orphan(place + 1)] if place in (0, 2) else [])]
    ledger.path.write_bytes(b"".join([kept[0], *kept[3:]]))
    assert ledger.read().problems == ["2 lines are missing before line 2.", orphan(2)]


def orphan(line: int) -> str:
    """Of a result whose claim's line is missing."""
    return f"Line {line} is the result of a claim that is not there; it is left out."


def test_a_cut_line_is_named_and_what_is_added_stays_apart_from_it(ledger: Ledger) -> None:
    ledger.path.write_bytes(ledger.path.read_bytes()[:-40])
    problems = ledger.read().problems
    assert len(problems) == 1 and "Line 5 is cut off" in problems[0]
    ledger.seal(planted_claim(9))
    entries = ledger.read()
    assert len(entries.problems) == 1 and len(entries.claims) == 3
    # What was cut may have been a claim: nobody gets an easier level by cutting one off.
    assert entries.claims[planted_claim(9).id].number == 4


def test_lines_that_are_repeated_exchanged_or_no_entries_are_named(ledger: Ledger) -> None:
    kept = lines(ledger)
    ledger.path.write_bytes(b"".join([*kept, kept[1]]))
    assert ledger.read().problems == ["Line 6 stands where it was not written; it is left out."]
    ledger.path.write_bytes(b"".join([kept[0], kept[2], kept[1], *kept[3:]]))
    assert len(ledger.read().problems) >= 2
    strange = (b"[1, 2]\n", b"{}\n", b"\xff\xfe\n", b"[" * 5000 + b"\n", b'{"line": NaN}\n', b"1e999\n")
    ledger.path.write_bytes(b"".join([*strange, *kept]))
    entries = ledger.read()
    assert len(entries.claims) == 3 and len(entries.problems) >= len(strange)


@pytest.mark.parametrize(
    "values",
    [
        {"number": 10**4000},
        {"number": True},
        {"smallest": -1.0},
        {"direction": 2},
        {"text": "x" * 501},
        {"text": ""},
        {"text": "two\x1b[31m"},
        {"kind": "other"},
        {"parameters": {"component": 1}},
        {"networks": {"own": 1}},
        {"smallest": 10**400},
        {"kind": "masks", "parameters": {"masks": 5, "joints": "nose", "replacement": "zero"}},
        {"kind": "masks", "parameters": {"masks": [1, "a"], "joints": "nose", "replacement": "zero"}},
        {"kind": "group", "parameters": {"group": 1, "attribute": "hip_angle"}},
        {"kind": "group", "parameters": {"group": {"of": "area"}, "attribute": "hip_angle"}},
        {"kind": "group", "parameters": {"group": {"of": "area", "corners": []}, "attribute": "x"}},
        {"made": "\x1b[2J"},
        {"made": "x" * (LONGEST_NAME + 1)},
        {"networks": {"own": "x" * (LONGEST_NAME + 1)}},
        {"kind": HARM},
        {HARM: 1},
        {"parameters": {HARM: 1}},
        {"parameters": deep(200)},
        {
            "kind": "group",
            "parameters": {"group": {"of": "area", "corners": [[0, 0]] * 3000}, "attribute": "hip_angle"},
        },
    ],
)
def test_a_whole_line_with_values_that_no_claim_has_is_left_out(ledger: Ledger, values: dict) -> None:
    add(ledger, "claim", {**plain(planted_claim(7, number=4)), **values})
    entries = ledger.read()
    assert len(entries.claims) == 3
    assert len(entries.problems) == 1 and entries.problems[0].startswith("Line 6 ")
    assert printable(entries.problems[0]) == entries.problems[0] and len(entries.problems[0]) < 200


@pytest.mark.parametrize(
    "values",
    [
        {"level": 10**400},
        {"effect": -(10**400)},
        {"n": 10**400},
        {"low": "0"},
        {"verdict": "perhaps"},
        {"source": "two\x1b[31m"},
        {"versions": {"torch": 2}},
        {"versions": {"torch": "x" * (LONGEST_NAME + 1)}},
        {"source": "x" * (LONGEST_NAME + 1)},
        {"machine": "x" * (LONGEST_NAME + 1)},
        {HARM: 1},
    ],
)
def test_a_whole_line_with_values_that_no_result_has_is_left_out(ledger: Ledger, values: dict) -> None:
    add(ledger, "result", {**plain(planted_result(planted_claim(3).id)), **values})
    entries = ledger.read()
    assert len(entries.results) == 2
    assert len(entries.problems) == 1 and entries.problems[0].startswith("Line 6 ")
    assert printable(entries.problems[0]) == entries.problems[0] and len(entries.problems[0]) < 200
    # Whatever it is, it is no claim, and makes no later one harder.
    assert ledger.seal(planted_claim(8)).number == 4


def test_a_result_of_no_claim_is_named(ledger: Ledger) -> None:
    add(ledger, "result", plain(planted_result("0" * 12)))
    entries = ledger.read()
    assert len(entries.results) == 2
    assert entries.problems == [orphan(6)]


def test_a_damaged_line_makes_the_next_claim_harder_and_no_later_one(ledger: Ledger) -> None:
    """It may have been a claim; the one after it has a number that says so for all that follow."""
    kept = lines(ledger)
    kept[3] = kept[3].replace(b'"holds"', b'"does not hold"')
    ledger.path.write_bytes(b"".join(kept))
    assert [ledger.seal(planted_claim(8)).number, ledger.seal(planted_claim(9)).number] == [4, 5]
    ledger.path.write_bytes(ledger.path.read_bytes()[:-40])
    assert [ledger.seal(planted_claim(10)).number, ledger.seal(planted_claim(11)).number] == [6, 7]


@pytest.mark.parametrize("number", [1, 3])
def test_a_claim_without_a_number_of_its_own_is_left_out(ledger: Ledger, number: int) -> None:
    """Else any number of claims would be tested as the first is."""
    add(ledger, "claim", plain(planted_claim(7, number=number)))
    entries = ledger.read()
    assert len(entries.claims) == 3 and len(entries.problems) == 1
    assert entries.problems[0].startswith("Line 6 has no higher number than the claim before it")
    assert ledger.seal(planted_claim(8)).number == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"before"', b'{"verdict":"holds","before"'),
        (b'"kind":"result"', b'"kind":"claim","kind":"result"'),
        (b'"verdict":"holds"', b'"verdict":"does not hold","verdict":"holds"'),
        (b'"kind":', b'"kind": '),
    ],
)
def test_a_line_is_what_is_written_to_the_letter(ledger: Ledger, old: bytes, new: bytes) -> None:
    """Other readers of JSON would take something else from it."""
    kept = lines(ledger)
    assert kept[3].count(old) == 1
    kept[3] = kept[3].replace(old, new)
    ledger.path.write_bytes(b"".join(kept))
    entries = ledger.read()
    assert entries.problems == ["Line 4 was changed after it was written; it is left out."]
    assert len(entries.results) == 1


def test_a_full_ledger_takes_no_more_and_says_so(ledger: Ledger) -> None:
    before = ledger.path.read_bytes()
    add(ledger, "claim", plain(planted_claim(7, number=MOST_CLAIMS)))
    with pytest.raises(ConfigError, match=r"takes 1,000,000 claims, .* is full; name another folder"):
        ledger.seal(planted_claim(8))
    assert len(ledger.read().claims) == 4
    ledger.path.write_bytes(before)
    add(ledger, "claim", plain(planted_claim(7, number=MOST_CLAIMS)), MOST_LINES)
    with pytest.raises(ConfigError, match=r"4,000,000 lines, and this one is full; name another folder"):
        ledger.record(planted_result(planted_claim(7).id))
    assert ledger.read().problems == ["3999994 lines are missing before line 6."]
    ledger.path.write_bytes(before)
    add(ledger, "claim", plain(planted_claim(7, number=4)), MOST_LINES + 1)
    assert ledger.read().problems == ["Line 6 is cut off, or no line of a ledger; it is left out."]
    assert ledger.seal(planted_claim(8)).number == 5


def test_the_name_of_a_new_ledger_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(ledger_file, "sync_folder", synced.append)
    for component in (1, 2):
        Ledger(tmp_path / "folder" / "demo.jsonl").seal(planted_claim(component))
    assert synced == [tmp_path / "folder"]


def add(ledger: Ledger, kind: str, entry: dict, line: int | None = None) -> None:
    """A line whose hashes are right, as anybody can make one. line: its number, that of the next if None."""
    ours = json.loads(lines(ledger)[-1])
    place = ours["line"] + 1 if line is None else line
    content = {"line": place, "before": ours["hash"], "kind": kind, "entry": entry}
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    with ledger.path.open("a") as file:
        file.write(canonical({**content, "hash": digest}) + "\n")


def test_the_same_claim_is_refused_and_so_is_a_sixth_that_waits(ledger: Ledger) -> None:
    with pytest.raises(SealedError, match=f"claim 2 of the ledger already, {planted_claim(2).id}") as raised:
        ledger.seal(planted_claim(2, text="In other words.", direction=-1, smallest=0.3))
    assert raised.value.claim.number == 2
    for component in range(4, 4 + MOST_WAITING):
        ledger.seal(planted_claim(component))
    with pytest.raises(ConfigError, match="6 claims are not tested yet"):
        ledger.seal(planted_claim(20))
    # Whom nobody can be found for does not wait.
    assert ledger.seal(planted_claim(20), lambda claim: claim.number != 5).number == 9
    with pytest.raises(ConfigError, match="tested already"):
        ledger.record(planted_result(planted_claim(1).id))
    with pytest.raises(ConfigError, match="holds no claim"):
        ledger.record(planted_result("0" * 12))


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        Ledger(tmp_path / "file" / "demo.jsonl").seal(planted_claim())
    (tmp_path / "demo.jsonl").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        Ledger(tmp_path / "demo.jsonl").read()


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1]]
from planted_claims import planted_claim, planted_result
from posecore.ledger.file import Ledger
ledger = Ledger(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for place in range(int(sys.argv[3]), int(sys.argv[3]) + 10):
    ledger.record(planted_result(ledger.seal(planted_claim(place)).id))
"""


def test_two_processes_that_seal_at_once_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "demo.jsonl"
    folders = f"{Path(__file__).parent}", f"{path}"
    code = WRITER.replace("[sys.argv[1]]", f"[sys.argv[1], {str(ROOT)!r}, {str(ROOT / 'tests')!r}]")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, *folders, str(first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (1, 1001)
    ]
    for one in both:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    assert [one.wait(60) for one in both] == [0, 0]
    entries = Ledger(path).read()
    assert entries.problems == []
    assert len(entries.claims) == len(entries.results) == 20
    assert [claim.number for claim in entries.claims.values()] == list(range(1, 21))
