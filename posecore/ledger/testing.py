"""Testing claims one after the other: what every person gave is a file, so that a stopped test goes on.

The files of a test lie beside its ledger until the result stands in it.
"""

import hashlib
import json
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import cv2
import torch

from posecore.bundle.reader import Bundle, open_bundle
from posecore.errors import PosecoreError
from posecore.files import read_arrays, write_arrays, write_json
from posecore.ledger.claim import PEOPLE, Claim, Result, canonical, check_subject, now
from posecore.ledger.file import Ledger
from posecore.ledger.findings import Finding, judge, level
from posecore.ledger.kinds import Asked, Known, kind_of
from posecore.ledger.measure import PERSON, Networks, answers_of
from posecore.ledger.people import Source, source_for
from posecore.ledger.progress import PROBLEM, RUN, piece_file, turn, work_folder
from posecore.processes import cores, in_processes
from posecore.unfinished import read_json, read_piece

PACKAGES: Final = ("torch", "numpy", "scipy", "opencv-python-headless", "pillow")
"""On whose versions the last digits of a result depend."""

MADE_BY: Final = "made_by.json"
"""Beside what people gave: a hash of who they are and of how it was measured."""


@dataclass(frozen=True)
class Setting:
    """held_out: a data folder of people set aside, for bundles of photographs; known: the folders that the
    bundle's own people, and those its network was trained on, come from. people: to test on; workers:
    processes, None for one per core."""

    held_out: Path | None = None
    known: tuple[Path, ...] = ()
    people: int = PEOPLE
    workers: int | None = None


def run_waiting(ledger: Ledger, bundle: Bundle, setting: Setting) -> Iterator[tuple[Claim, Result | str]]:
    """Test all claims of a ledger that have no result, one at a time, in their order, when nothing else is
    tested in its folder. Yields each with its result, or with why there is none; that one is left untested.
    """
    failed: set[str] = set()
    with turn(ledger.path.parent):
        while waiting := [claim for claim in ledger.read().untested if claim.id not in failed]:
            claim = waiting[0]
            folder = work_folder(ledger.path, claim.id)
            (folder / PROBLEM).unlink(missing_ok=True)
            try:
                result = run_test(claim, bundle, folder, setting)
                ledger.record(result)
            except (PosecoreError, OSError) as error:
                failed.add(claim.id)
                with suppress(OSError):
                    write_json(folder / PROBLEM, str(error))
                yield claim, str(error)
                continue
            shutil.rmtree(folder, ignore_errors=True)
            yield claim, result


def run_test(claim: Claim, bundle: Bundle, folder: Path, setting: Setting) -> Result:
    """What new people say of a claim about a bundle. folder: for what every one of them gave.

    Raises ConfigError where the bundle is not the one that the claim is of, or nobody new can be had.
    """
    check_subject(claim, bundle)
    kind, known = kind_of(claim.kind), Known(bundle)
    parameters = kind.read(known, claim.parameters)
    source = source_for(bundle, claim, setting.people, setting.held_out, setting.known)
    _empty_of_others(folder, source, kind.asked(parameters))
    pieces = [piece_file(folder, place) for place in range(source.count)]
    todo = [place for place, file in enumerate(pieces) if read_piece(file, *PERSON) is None]
    write_json(folder / RUN, {"began": time.time(), "done": source.count - len(todo), "of": source.count})
    # As a text, which can be a key.
    work = partial(_measure, folder, bundle.path, claim.kind, canonical(parameters), source)
    workers = cores() if setting.workers is None else setting.workers
    for _ in in_processes(work, todo, workers, at_a_time=1):
        pass
    answers = answers_of(bundle, [read_arrays(file, *PERSON) for file in pieces])
    return _result(claim, kind.find(known, parameters, answers), source)


def _empty_of_others(folder: Path, source: Source, asked: Asked) -> None:
    """Keep what a folder holds of a stopped test only where the same people gave it, asked the same, in the
    same way: whoever is set aside, or a version, may be another one since."""
    made_by = {"people": source.key, "asked": repr(asked), "versions": versions(), "machine": machine()}
    digest = hashlib.sha256(canonical(made_by).encode()).hexdigest()
    if read_json(folder / MADE_BY) != digest:
        if folder.exists():
            shutil.rmtree(folder)
        write_json(folder / MADE_BY, digest)


def _result(claim: Claim, finding: Finding, source: Source) -> Result:
    return Result(
        claim=claim.id,
        verdict=judge(finding, claim.direction, claim.smallest, claim.number).value,
        effect=_known(finding.effect),
        low=_known(finding.low),
        high=_known(finding.high),
        n=finding.n,
        fewest=finding.fewest,
        people=source.count,
        chance=_known(finding.chance(claim.smallest, claim.direction)),
        level=level(claim.number),
        source=source.words,
        left_out=source.left_out,
        versions=versions(),
        machine=machine(),
        tested=now(),
    )


def versions() -> dict[str, str]:
    """Of PACKAGES."""
    return {name: version(name) for name in PACKAGES}


def machine() -> str:
    """The kind of processor, on which last digits depend."""
    model = ""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return ", ".join(part for part in (platform.system(), platform.machine(), model) if part)


def _known(value: float) -> float | None:
    return value if value == value else None


def _measure(folder: Path, path: Path, kind: str, parameters: str, source: Source, place: int) -> None:
    """Write one person's file: a function of the module, as workers need it."""
    # There is a worker per core; and a sum over several threads differs in its last digits.
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    write_arrays(piece_file(folder, place), **_networks(path, kind, parameters).ask(source.subject(place)))


@lru_cache(maxsize=1)
def _networks(path: Path, kind: str, parameters: str) -> Networks:
    values = json.loads(parameters)
    return Networks(
        open_bundle(path, trust_latents=True), kind_of(kind).asked(values), values.get("beside", "")
    )
