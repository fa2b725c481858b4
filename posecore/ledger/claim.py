"""A claim before it is tested, and what came out: as they are made, sealed, written down and read again."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from posecore.bundle.manifest import LATENTS, SAMPLES, WEIGHTS, Manifest, read_manifest
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import open_study
from posecore.config import from_dict
from posecore.errors import BundleError, ConfigError, DataError
from posecore.files import sha256
from posecore.ledger.findings import Verdict
from posecore.ledger.kinds import Kind, Known, kind_of
from posecore.ledger.parameters import LARGEST, read_beside
from posecore.printable import printable
from posecore.studies.projection import results as projection

LONGEST: Final = 500
"""Characters of a text."""

LONGEST_NAME: Final = 200
"""Characters of any other text of a claim or a result, such as where its people are from."""

DEEPEST: Final = 8
"""Lists and mappings within each other in parameters; no kind has more than four."""

MOST_CLAIMS: Final = 1_000_000
"""Of a ledger; no number lies beyond it."""

PEOPLE: Final = 500
"""New people per claim."""

_SEED_DIGITS: Final = 12
"""Of the hash in hexadecimal; as seeds become columns of tables, they have less than 63 bits."""


@dataclass(frozen=True)
class Claim:
    """number: of the ledger, from 1. kind: key of KINDS, with its parameters. text: in its author's words.

    direction: 1 or -1; smallest: the least effect that matters. networks: digest of the weights of the
    bundle's own, and of the other one where there is one. fingerprint: of what else of the bundle a test
    depends on. made: ISO 8601, UTC.
    """

    number: int
    kind: str
    parameters: Mapping[str, Any]
    text: str
    direction: int
    smallest: float
    networks: Mapping[str, str]
    fingerprint: str
    made: str

    @cached_property
    def seal(self) -> str:
        """Hash of what is claimed: not of its text, time, direction or smallest effect."""
        sealed = {
            "kind": self.kind,
            "parameters": dict(kind_of(self.kind).same(self.parameters)),
            "networks": dict(self.networks),
            "fingerprint": self.fingerprint,
        }
        return hashlib.sha256(canonical(sealed).encode()).hexdigest()

    @property
    def id(self) -> str:
        """What it is called in links."""
        return self.seal[:_SEED_DIGITS]

    @property
    def seed(self) -> int:
        """Of the people it is tested on."""
        return int(self.seal[:_SEED_DIGITS], 16)


@dataclass(frozen=True)
class Result:
    """Of the claim of that id. effect, low, high: None where nothing can be told of an effect.

    n, fewest, people: see Finding, and how many were drawn. chance: the one-sided p at the smallest effect
    that matters. level: at which it was tested. source: who they are, in words. left_out: how many of them
    were not new. versions, machine: by which the numbers were made. tested: ISO 8601, UTC.
    """

    claim: str
    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    n: int
    fewest: int
    people: int
    chance: float | None
    level: float
    source: str
    left_out: int
    versions: Mapping[str, str]
    machine: str
    tested: str


def make_claim(
    known: Known,
    kind: str,
    parameters: Mapping[str, Any],
    text: str,
    direction: int = 1,
    smallest: float | None = None,
) -> Claim:
    """A claim about a bundle, not yet of any ledger (its number is 0). smallest: None for the kind's own.

    Raises ConfigError where something of it cannot be: a sentence says what, and what is expected.
    """
    row = kind_of(kind)
    text = printable(" ".join(text.split()))
    if not 0 < len(text) <= LONGEST:
        what = f"has {len(text)} characters" if text else "is empty"
        raise ConfigError(f"the claim {what}; say what you claim in at most {LONGEST}")
    if direction not in row.directions:
        raise ConfigError(f"direction {direction!r:.20}: expected {' or '.join(map(str, row.directions))}")
    smallest = row.smallest if smallest is None else smallest
    _check_smallest(row, smallest)
    read = row.read(known, parameters)
    read |= row.recorded(known, read)
    bundle = known.bundle
    return Claim(
        number=0,
        kind=kind,
        parameters=read,
        text=text,
        direction=direction,
        smallest=float(smallest),
        networks=networks_of(bundle, row, read),
        fingerprint=fingerprint(bundle),
        made=now(),
    )


def networks_of(bundle: Bundle, kind: Kind, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Digests of the weights that a claim speaks of. Raises ConfigError where the other is not there, or has
    other joints."""
    found = {"own": bundle.manifest.files[WEIGHTS]["sha256"]}
    if kind.beside:
        found["other"] = _beside(bundle, parameters["beside"]).files[WEIGHTS]["sha256"]
    return found


def fingerprint(bundle: Bundle) -> str:
    """Of the people of a bundle, their latents, and the components that its pages show."""
    manifest = bundle.manifest
    try:
        stored = sha256(open_study(bundle, projection.NAME).path / projection.FILE)
    except (BundleError, OSError):
        stored = ""
    parts = {
        "data": manifest.dataset["fingerprint"],
        "latents": manifest.files[LATENTS]["sha256"],
        "samples": manifest.files[SAMPLES]["sha256"],
        "latent": manifest.latent,
        "precision": manifest.precision,
        "components": stored,
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def check_subject(claim: Claim, bundle: Bundle) -> None:
    """Raise ConfigError where the bundle, or the other network, is no longer what the claim was made of."""
    kind = kind_of(claim.kind)
    if claim.networks != networks_of(bundle, kind, claim.parameters):
        raise ConfigError(
            f"{bundle.path}: claim {claim.number} is of other weights; open the bundle it is of"
        )
    if claim.fingerprint != fingerprint(bundle):
        raise ConfigError(
            f"{bundle.path}: its people, latents or components are not those that claim {claim.number} is "
            "of; restore them, or make the claim anew"
        )


def is_of(claim: Claim, bundle: Bundle, state: str) -> bool:
    """Whether a bundle, and the other network, are still what the claim was made of. state: the bundle's
    fingerprint now, which takes a while."""
    try:
        networks = networks_of(bundle, kind_of(claim.kind), claim.parameters)
    except ConfigError:
        return False
    return (claim.networks, claim.fingerprint) == (networks, state)


def read_claim(values: Mapping[str, Any]) -> Claim:
    """A claim of a ledger's line. Raises DataError where it is none."""
    claim = _read(Claim, values)
    try:
        row = kind_of(claim.kind)
        _check_smallest(row, claim.smallest)
    except ConfigError as error:
        raise DataError(str(error)) from error
    if not (
        0 < claim.number <= MOST_CLAIMS
        and _are_texts(claim.networks.values())
        and claim.text
        and claim.direction in row.directions
        and row.has(claim.parameters)
        and _is_shallow(claim.parameters)
    ):
        raise DataError("holds values that no claim has")
    try:
        claim.seal  # noqa: B018 - cached; parameters of any shape may stand in a file
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise DataError("holds parameters that no claim has") from error
    return claim


def read_result(values: Mapping[str, Any]) -> Result:
    """A result of a ledger's line. Raises DataError where it is none."""
    result = _read(Result, values)
    if result.verdict not in set(Verdict):
        raise DataError("holds a verdict that there is not")
    if not _are_texts(result.versions.values()):
        raise DataError("holds versions that are none")
    return result


def plain(entry: Claim | Result) -> dict[str, Any]:
    """The values of a line."""
    return asdict(entry)


def canonical(values: Mapping[str, Any]) -> str:
    """JSON that is the same for the same values."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _beside(bundle: Bundle, given: object) -> Manifest:
    name = read_beside(given)
    try:
        manifest = read_manifest(bundle.path.parent / name)
    except BundleError as error:
        raise ConfigError(f"network {name}: {error}") from error
    if manifest.keypoints != bundle.keypoints:
        raise ConfigError(f"network {name}: has {manifest.keypoints.title}; choose one with the same joints")
    return manifest


def _check_smallest(kind: Kind, smallest: float) -> None:
    if not (math.isfinite(smallest) and 0 < smallest <= kind.most):
        raise ConfigError(
            f"smallest effect {smallest:g}: expected more than 0 and at most {kind.most:g} {kind.unit}"
        )


Entry = TypeVar("Entry", Claim, Result)

_NUMBER: Final = (int, float)
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(("number", "direction", "n", "fewest", "people", "left_out"), (int,)),
    **dict.fromkeys(("smallest", "level"), _NUMBER),
    **dict.fromkeys(("effect", "low", "high", "chance"), (*_NUMBER, type(None))),
    **dict.fromkeys(("parameters", "networks", "versions"), (dict,)),
}
"""Of fields; all others are texts."""


def _read(kind: type[Entry], values: Mapping[str, Any]) -> Entry:
    """What is wrong is named in our words alone: a file's may be of any length, and hold anything."""
    try:
        entry = from_dict(kind, values)
    except ConfigError as error:
        raise DataError(f"holds other values than a {kind.__name__.lower()} has") from error
    for name, value in values.items():
        # `type`, not isinstance: True is an int.
        most = LONGEST if name == "text" else LONGEST_NAME
        if type(value) not in _TYPES.get(name, (str,)) or not _is_shown(value, most):
            raise DataError(f"holds a value of {name} that no {kind.__name__.lower()} has")
    return entry


def _is_shown(value: object, most: int = LONGEST_NAME) -> bool:
    """Whether pages and terminals can show a value: numbers of a size that is measured, texts that print and
    have at most so many characters."""
    if isinstance(value, int | float):
        return -LARGEST <= value <= LARGEST
    return not isinstance(value, str) or (len(value) <= most and value == printable(value))


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and _is_shown(value) for value in values)


def _is_shallow(value: object, left: int = DEEPEST) -> bool:
    """Whether lists and mappings do not lie so deep within each other that whoever walks them gets lost."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(left > 0 and _is_shallow(one, left - 1) for one in inner)
