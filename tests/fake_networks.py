"""A study of networks whose hits are made up, for tests of whatever reads it."""

from pathlib import Path
from typing import Any

import numpy as np
from fake_runs import make_fake_run

from posecore.bundle import Bundle, write_study
from posecore.studies.networks.facts import DataSet
from posecore.studies.networks.results import (
    NAME,
    NetworksStudy,
    StoredHits,
    describe,
    save_networks_study,
    variants,
)
from posecore.studies.networks.runs import read_network

DATA = (DataSet("fake people", "val", "of fake people", 40), DataSet("rendered", "train", "of others", 30))


def planted() -> dict[str, dict[str, Any]]:
    """Two seeds of a plain network, one without skips and one of two stacks, and of each trained on; of the
    plain one also with an autoencoder."""
    made: dict[str, dict[str, Any]] = {}
    for seed in (0, 1):
        begun = {"plain": {}, "none": {"skips": "0000"}, "two": {"stacks": 2}}
        for label, options in begun.items():
            made[f"{label}-{seed}"] = {"seed": seed, **options}
            on = {"seed": seed, "epochs": 1, "preset": "onward", "init": f"{label}-{seed}", **options}
            made[f"{label} on-{seed}"] = on
        squeezed = {"autoencoder": 3, "autoencoder_epochs": 100, "init": f"plain-{seed}"}
        made[f"ae-{seed}"] = {"seed": seed, "epochs": 1, "preset": "onward", **squeezed}
    return made


def make_study(folder: Path, runs: dict[str, dict[str, Any]], alike: bool = False) -> NetworksStudy:
    """A study of fake runs in `folder`, options as of make_fake_run; init names another run.

    Last stacks find more than those before, and least with skips cut. Of seed 1 the network "ae" finds
    everything, and "plain on" nothing; of seed 0 both find the same. alike: all networks have the same hits.
    """
    networks = []
    for name, options in runs.items():
        init = {"init": folder / options["init"]} if "init" in options else {}
        run = make_fake_run(folder / name, **{**options, **init})
        networks.append(read_network(name.rsplit("-", 1)[0], run))
    hits = []
    for place, network in enumerate(networks):
        row: list[StoredHits] = []
        for number, data in enumerate(DATA):
            rng = np.random.default_rng((number, 0 if alike else place))
            labelled = np.random.default_rng(number).random((data.people, 17)) < 0.9
            labelled[:, 0] = True
            shares = [*[0.3] * (network.stacks - 1), 0.6, 0.1][: variants(network)]
            found = np.stack([rng.random((data.people, 17)) < share for share in shares])
            row.append(np.where(labelled, found, -1).astype(np.int8))
        hits.append(row)
    for network, row in zip(networks, hits, strict=True):
        for part in row if not alike else []:
            if network.label in ("ae", "plain on") and network.seed == 1:
                part[part >= 0] = network.label == "ae"
    named = {network.name: row for network, row in zip(networks, hits, strict=True)}
    if "ae · seed 0" in named:
        for own, control in zip(named["ae · seed 0"], named["plain on · seed 0"], strict=True):
            own[:] = control
    ids = tuple(np.array([f"{data.split}-{i}" for i in range(data.people)]) for data in DATA)
    return NetworksStudy(
        tuple(networks), DATA, ids, tuple(map(tuple, hits)), "2026-01-02", "fp32", thesis_channels=256
    )


def write_fake_study(bundle: Bundle, study: NetworksStudy) -> None:
    """Put it into a bundle."""
    folder = bundle.path / "studies" / f".{NAME}.partial"
    folder.mkdir(parents=True)
    save_networks_study(folder, study.sample_ids, study.hits)
    info = describe(study.networks, study.data) | {"precision": study.precision}
    write_study(bundle, NAME, folder, info | {"thesis_channels": study.thesis_channels})
