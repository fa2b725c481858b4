"""What phones measured: read from the files that their page saves, and kept with a bundle."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, broken_study, open_study, study_arrays, write_study
from posecore.errors import DataError
from posecore.files import write_arrays

NAME: Final = "phone"
FILE: Final = "times.npz"
SCHEMA: Final = 1
"""Of the files that the page saves."""

COLUMNS: Final = ("phone", "browser", "threads", "network", "precision", "sha256", "bytes", "macs")
"""Arrays of a stored study for the fields of Timed, in their order; the times follow by themselves."""


@dataclass(frozen=True, eq=False)
class Timed:
    """A network on one phone.

    file: the name of the phone's file. browser: as it calls itself. threads: that the network had. network:
    its name, that of its bundle's folder, with "-int8" behind it in eight bits. precision: "float32" or
    "int8". sha256: of its ONNX file of `bytes` bytes. macs: multiply-adds for a picture. milliseconds: (R,)
    float64 of the network alone, run by run; on one phone the networks took turns.
    """

    file: str
    browser: str
    threads: int
    network: str
    precision: str
    sha256: str
    bytes: int
    macs: int
    milliseconds: NDArray[np.float64]

    def quantile(self, share: float) -> float:
        """Milliseconds that so many of the runs took at most."""
        return float(np.quantile(self.milliseconds, share))


def read_times(path: Path) -> list[Timed]:
    """The networks of one phone's file, in its order. Raises DataError for a file the page did not write."""
    try:
        measured = json.loads(path.read_text(encoding="utf-8"))
        if measured["schema"] != SCHEMA:
            raise ValueError(f"schema {measured['schema']}")
        return [
            Timed(
                path.name,
                str(measured["browser"]),
                int(measured["threads"]),
                str(network["name"]),
                str(network["precision"]),
                str(network["sha256"]),
                int(network["bytes"]),
                int(network["macs"]),
                _milliseconds(network["milliseconds"]),
            )
            for network in measured["networks"]
        ]
    except FileNotFoundError as error:
        raise DataError(
            f"{path}: no such file; name what “Save as JSON” on the phone's page wrote"
        ) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{path}: not a file of measured times ({type(error).__name__}: {error}); name what “Save as "
            "JSON” on the phone's page wrote"
        ) from error


def write_phone_study(bundle: Bundle, timed: list[Timed]) -> Study:
    """Keep the times with a bundle, in place of those kept before. Raises DataError where none of them is of
    the bundle's network, and where two files are called the same."""
    measured = [(one.file, one.network) for one in timed]
    if twice := sorted({file for file, network in measured if measured.count((file, network)) > 1}):
        raise DataError(f"{twice[0]}: several files are called so; give each phone's a name of its own")
    if bundle.path.name not in {one.network for one in timed}:
        names = ", ".join(sorted({one.network for one in timed}))
        raise DataError(
            f"{bundle.path}: none of the files times its network {bundle.path.name}, only {names or 'none'}; "
            "name the bundle whose network was measured"
        )
    folder = empty_partial(open_partial(bundle, NAME, {}))
    write_arrays(
        folder / FILE,
        runs=np.array([len(one.milliseconds) for one in timed]),
        milliseconds=np.concatenate([one.milliseconds for one in timed]),
        **{
            column: np.array([getattr(one, field.name) for one in timed])
            for column, field in zip(COLUMNS, fields(Timed), strict=False)
        },
    )
    return write_study(bundle, NAME, folder, {"phones": len({one.file for one in timed})})


def load_phone_study(bundle: Bundle) -> tuple[Timed, ...]:
    """The times kept with a bundle. Raises BundleError, with the command, where there are none to use."""
    study = open_study(bundle, NAME)
    with study_arrays(bundle, study, FILE) as found:
        ends = np.cumsum(found["runs"])
        if not len(ends) or ends[-1] != len(found["milliseconds"]):
            raise broken_study(bundle, NAME, f"{FILE} lacks times")
        parts = np.split(np.asarray(found["milliseconds"], np.float64), ends[:-1])
        columns = [found[column].tolist() for column in COLUMNS]
        return tuple(Timed(*row) for row in zip(*columns, parts, strict=True))


def _milliseconds(values: object) -> NDArray[np.float64]:
    found = np.array(values, np.float64)
    if found.ndim != 1 or not len(found) or not (np.isfinite(found) & (found > 0)).all():
        raise ValueError("milliseconds")
    return found
