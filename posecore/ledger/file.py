"""A ledger: a file in JSON Lines to which claims and results are added, each with the hash of the last line.

A line that was changed, cut or taken out is named, and the others are read as ever. That the last lines, or
the whole file, were taken away cannot be noticed.
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
from posecore.ledger.claim import Claim, Result, canonical, plain, read_claim, read_result

MOST_WAITING: Final = 5
"""Claims that wait for the one that is tested."""

FIRST: Final = "0" * 64
"""Stands for the hash of the line before the first."""

LONGEST_LINE: Final = 8_000_000
"""Bytes of a line that is looked at: twenty clusters of whole latents take a third of it."""

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
        return max((claim.number for claim in self.claims.values()), default=0) + self.unknown + 1


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
        ConfigError where too many others wait, or the file cannot be written.
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
                yield file
        except OSError as error:
            raise ConfigError(
                f"{self.path}: cannot be written ({error.strerror}); free space, or name another folder"
            ) from error


def _append(file: BinaryIO, entries: Entries, kind: Kept, values: Mapping[str, Any]) -> None:
    """Add a line and have the system write it to the disk."""
    content = {"line": entries.lines + 1, "before": entries.last, "kind": kind, "entry": values}
    line = canonical({**content, "hash": _hash(content)}) + "\n"
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":  # a line that was cut stays alone
            line = "\n" + line
    file.write(line.encode())
    file.flush()
    os.fsync(file.fileno())


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _entries(file: BinaryIO) -> Entries:
    file.seek(0)
    found, damaged = Entries(), 0
    for row, raw in enumerate(file, start=1):
        try:
            line = _line(raw)
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
    """A line that is as it was written. Raises DataError, which goes on a sentence about it."""
    if len(raw) > LONGEST_LINE:
        raise DataError("is longer than any line of a ledger")
    try:
        line = json.loads(raw.decode(), parse_constant=_refuse)
        content = {name: line[name] for name in ("line", "before", "kind", "entry")}
        shaped = type(line["line"]) is int and isinstance(line["entry"], dict)
        fits = line["hash"] == _hash(content)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError("is cut off, or no line of a ledger") from error
    if not shaped or not fits:
        raise DataError("was changed after it was written")
    return {**content, "hash": line["hash"]}


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _take(found: Entries, line: Mapping[str, Any]) -> None:
    """Add a line's entry. Raises DataError where it is none."""
    if line["kind"] == "claim":
        claim = read_claim(line["entry"])
        if claim.id in found.claims:
            raise DataError("repeats a claim")
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
