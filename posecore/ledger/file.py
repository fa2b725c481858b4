"""A ledger: a file in JSON Lines to which claims and results are added, each with the hash of the last line.

A line that was changed, cut or taken out is named, and the others are read as ever. That the last lines, or
the whole file, were taken away cannot be noticed; nor that all lines from one on were written anew.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from posecore.errors import ConfigError, DataError
from posecore.files import sync_folder
from posecore.ledger.claim import MOST_CLAIMS, Claim, Result, canonical, plain, read_claim, read_result

MOST_WAITING: Final = 5
"""Claims that wait for the one that is tested."""

FIRST: Final = "0" * 64
"""Stands for the hash of the line before the first."""

LONGEST_LINE: Final = 8_000_000
"""Bytes of a line that is looked at: twenty clusters of whole latents take a third of it."""

MOST_LINES: Final = 4 * MOST_CLAIMS
"""No line has a number beyond it: a claim and its result take two."""

_CONTENT: Final = ("line", "before", "kind", "entry")
"""Keys of a line, which holds the hash of these, too."""

_BEGINS: Final = b'{"before":"'

_NO_LINE: Final = "is cut off, or no line of a ledger"

Kept = Literal["claim", "result"]


@dataclass
class Entries:
    """What a ledger holds. problems: a sentence for every line that is not as it was written.

    claims: by id, in their order. results: by the same ids.
    """

    claims: dict[str, Claim] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    lines: int = 0
    """Number of the last line, those that are damaged or missing counted."""
    last: str = FIRST
    """Hash of the last line that could be read."""
    is_ledger: bool = False
    """Whether any line begins as a ledger's does, whatever became of it."""
    unknown: int = 0
    """Lines since the last claim that are damaged or missing, each of which may have been a claim."""

    @property
    def untested(self) -> list[Claim]:
        """Claims without a result, the one that is tested or comes next first."""
        return [claim for name, claim in self.claims.items() if name not in self.results]

    @property
    def next_number(self) -> int:
        """Of the next claim: no smaller than it would be if no line had been damaged, so that nobody gets an
        easier level by damaging one."""
        return self.highest + self.unknown + 1

    @property
    def highest(self) -> int:
        """Number of the last claim: every one has a higher number than the claim before it."""
        return next((claim.number for claim in reversed(self.claims.values())), 0)


class SealedError(ConfigError):
    """A claim that is to be sealed stands in the ledger. claim: as it does there."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(
            f"this is claim {claim.number} of the ledger already, {claim.id}: a claim is tested once, in "
            "whatever words and direction"
        )
        self.claim = claim


class Ledger:
    """The file at `path`, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Entries:
        """All that is in it. Raises ConfigError where the file cannot be read."""
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                return _entries(file)
        except FileNotFoundError:
            return Entries()
        except OSError as error:
            raise ConfigError(
                f"{self.path}: cannot be read ({error.strerror}); name another folder"
            ) from error

    def seal(self, claim: Claim, waits: Callable[[Claim], bool] = lambda _: True) -> Claim:
        """Write a claim down, with the number it gets, for ever.

        waits: whether an untested claim waits for its turn; one that nobody can be found for does not.

        Raises SealedError where it stands in the ledger already, in whatever words or direction, and
        ConfigError where too many others wait, the ledger is full, or the file cannot be written.
        """
        with self._open() as file:
            entries = _entries(file)
            if (same := entries.claims.get(claim.id)) is not None:
                raise SealedError(same)
            waiting = sum(waits(one) for one in entries.untested)
            if waiting > MOST_WAITING:
                raise ConfigError(
                    f"{waiting} claims are not tested yet; wait until one of them is, as at "
                    f"most {MOST_WAITING} wait"
                )
            if entries.next_number > MOST_CLAIMS:
                raise ConfigError(
                    f"{self.path}: takes {MOST_CLAIMS:,} claims, lines that are damaged or missing counted, "
                    "and is full; name another folder"
                )
            sealed = replace(claim, number=entries.next_number)
            _append(file, entries, "claim", plain(sealed))
        return sealed

    def record(self, result: Result) -> None:
        """Write down what came out. Raises ConfigError where that claim is not there or has a result."""
        with self._open() as file:
            entries = _entries(file)
            if result.claim not in entries.claims:
                raise ConfigError(f"{self.path}: holds no claim {result.claim}")
            if result.claim in entries.results:
                raise ConfigError(f"{self.path}: claim {result.claim} is tested already")
            _append(file, entries, "result", plain(result))

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        """The file, which nobody else writes or reads meanwhile."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if file.seek(0, os.SEEK_END) == 0:  # new, so that its name may not be on the disk yet
                    sync_folder(self.path.parent)
                yield file
        except OSError as error:
            raise ConfigError(
                f"{self.path}: cannot be written ({error.strerror}); free space, or name another folder"
            ) from error


def read_ledger(path: Path) -> Entries:
    """A file that is to be a ledger. Raises ConfigError where there is no such file, it cannot be read, or no
    line of it begins as a ledger's does; those that are damaged are problems of it."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; name a ledger, such as artifacts/ledgers/demo.jsonl")
    entries = Ledger(path).read()
    if entries.problems and not entries.is_ledger:
        raise ConfigError(f"{path}: holds no line of a ledger; name another file")
    return entries


def _append(file: BinaryIO, entries: Entries, kind: Kept, values: Mapping[str, Any]) -> None:
    """Add a line and have the system write it to the disk. Raises ConfigError where no more can be added."""
    if entries.lines >= MOST_LINES:
        raise ConfigError(f"a ledger takes {MOST_LINES:,} lines, and this one is full; name another folder")
    content = {"line": entries.lines + 1, "before": entries.last, "kind": kind, "entry": values}
    line = _written(content) + "\n"
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":  # a line that was cut stays alone
            line = "\n" + line
    file.write(line.encode())
    file.flush()
    os.fsync(file.fileno())


def _written(content: Mapping[str, Any]) -> str:
    """A line, of all but its hash."""
    return canonical({**content, "hash": hashlib.sha256(canonical(content).encode()).hexdigest()})


def _entries(file: BinaryIO) -> Entries:
    file.seek(0)
    found, damaged = Entries(), 0
    for row, raw in enumerate(file, start=1):
        found.is_ledger |= raw.startswith(_BEGINS)
        try:
            line = _line(raw)
            _check_unchanged(line, raw)
        except DataError as error:
            found.problems.append(f"Line {row} {error}; it is left out.")
            damaged += 1
            continue
        # Damaged lines since the last whole one have a number each, unless they were put in.
        missing = line["line"] - found.lines - 1
        if missing < 0:
            found.problems.append(f"Line {row} stands where it was not written; it is left out.")
            continue
        if missing > damaged:
            what = "A line is" if missing - damaged == 1 else f"{missing - damaged} lines are"
            found.problems.append(f"{what} missing before line {row}.")
        elif not missing and line["before"] != found.last:
            found.problems.append(f"Line {row} was written after another line than the one before it.")
        found.unknown += max(missing, damaged)
        found.lines, found.last, damaged = line["line"], line["hash"], 0
        try:
            _take(found, line)
        except DataError as error:
            found.problems.append(f"Line {row} {error}; it is left out.")
            found.unknown += line["kind"] != "result"
    found.lines += damaged
    found.unknown += damaged
    return found


def _line(raw: bytes) -> dict[str, Any]:
    """What has the shape of a line. Raises DataError, which goes on a sentence about it."""
    if len(raw) > LONGEST_LINE:
        raise DataError("is longer than any line of a ledger")
    try:
        line = json.loads(raw.decode(), parse_constant=_refuse)
        found = {name: line[name] for name in (*_CONTENT, "hash")}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(_NO_LINE) from error
    if not (type(found["line"]) is int and found["line"] <= MOST_LINES and isinstance(found["entry"], dict)):
        raise DataError(_NO_LINE)
    return found


def _check_unchanged(line: Mapping[str, Any], raw: bytes) -> None:
    """Raise DataError where a line is not, to the letter, what is written of its content."""
    try:
        unchanged = raw.removesuffix(b"\n") == _written({name: line[name] for name in _CONTENT}).encode()
    except (ValueError, RecursionError):  # of values that are never written
        unchanged = False
    if not unchanged:
        raise DataError("was changed after it was written")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _take(found: Entries, line: Mapping[str, Any]) -> None:
    """Add a line's entry. Raises DataError where it is none."""
    if line["kind"] == "claim":
        claim = read_claim(line["entry"])
        if claim.id in found.claims:
            raise DataError("repeats a claim")
        if claim.number <= found.highest:
            raise DataError("has no higher number than the claim before it")
        found.claims[claim.id] = claim
        found.unknown = 0  # when it got its number, whatever stood before it was counted
    elif line["kind"] == "result":
        result = read_result(line["entry"])
        if result.claim in found.results:
            raise DataError("repeats a result")
        if result.claim not in found.claims:
            raise DataError("is the result of a claim that is not there")
        found.results[result.claim] = result
    else:
        raise DataError("is of a kind that there is not")
