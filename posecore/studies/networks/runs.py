"""From the folder of a training run to what posecore.studies.networks.facts says of its network."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from posecore.errors import DataError
from posecore.models.checkpoint import load_checkpoint, weights_digest
from posecore.models.hourglass import StackedHourglass
from posecore.studies.networks.facts import Network, Training
from posecore.training.record import BEST, HISTORY, RUN, Run, read_run

Record = dict[str, Any]


def weights_file(folder: Path) -> Path:
    """Where a run's best weights lie."""
    return folder / BEST


def load_network(folder: Path) -> StackedHourglass:
    """The best weights of a run. Raises CheckpointError where they are not usable, DataError where they are
    not an hourglass's."""
    network = load_checkpoint(weights_file(folder))
    if not isinstance(network, StackedHourglass):
        raise DataError(f"{folder}: not of an hourglass; the study compares hourglasses, leave it out")
    return network


def read_network(label: str, folder: Path) -> Network:
    """What is known of the network that scripts/train.py left in `folder`.

    Raises CheckpointError where the weights are not usable, DataError where their record is not whole.
    """
    network = load_network(folder)
    try:
        run = read_run(weights_file(folder))
        if run is None:
            raise DataError(
                f"{folder}: no {RUN} or {HISTORY} beside the weights; expected a folder of train.py"
            )
        trainings = _trainings(run)
        init = run.record["init"]
        config = network.config
        return Network(
            label=label,
            seed=run.record["seed"],
            channels=config.channels,
            stacks=config.stacks,
            skips=config.skips,
            bottleneck=config.bottleneck_width,
            autoencoder=config.autoencoder,
            parameters=sum(weight.numel() for weight in network.parameters()),
            weights=weights_digest(network),
            began_with=None if init is None else init["weights"],
            trainings=trainings,
            validated_on=run.record["validated_on"]["name"],
            val_pck=tuple(line["val_pck"] for line in run.history),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: {RUN} or {HISTORY} is not as train.py writes it ({type(error).__name__}: {error}); "
            "train anew"
        ) from error


def steps_of_epoch(record: Mapping[str, Any]) -> int:
    """Steps of one batch each that an epoch of a run has, of the run's record.

    Raises KeyError or TypeError for a record that is not as train.py writes it.
    """
    # As DistributedSampler and DataLoader count, both with drop_last.
    people: int = sum(folder["train"] for folder in record["data"]) // record["processes"]
    if record.get("people") is not None:
        people = min(people, record["people"] // record["processes"])
    batch: int = max(1, min(record["recipe"]["batch_size"], people))
    return people // batch


def _trainings(run: Run) -> tuple[Training, ...]:
    """All runs that made the weights, the first one first."""
    before = run.record["epochs_before"]
    found = [_training(run.record, len(run.history) - before, run.kept + 1 - before)]
    record = run.record
    while record["init"] is not None:
        earlier = record["init"]["run"]
        if earlier is None:
            raise DataError(
                f"a run of preset {record['preset']} began with weights that have no record of their own, so "
                "how long they were trained is not known; name runs whose --init lay in the folder of its run"
            )
        kept = record["epochs_before"] - earlier["epochs_before"]
        found.insert(0, _training(earlier, earlier["epochs"], kept))
        record = earlier
    return tuple(found)


def fingerprint(recipe: Mapping[str, Any]) -> str:
    """Of a recipe as train.py records it; the same for the same one, whatever a record of its time calls it.

    Where nothing is frozen it is taken as the first records have it: studies keep no more than this of runs
    that are long gone.
    """
    names = {"frozen": "nothing", "freeze_fine": False, "freeze_stem": False}
    frozen = {name: recipe[name] for name in names if name in recipe}
    if all(value == names[name] for name, value in frozen.items()):
        frozen = {"freeze_stem": False}
    rest = {name: value for name, value in recipe.items() if name not in names}
    return hashlib.sha256(json.dumps(rest | frozen, sort_keys=True).encode()).hexdigest()[:16]


def _training(record: Record, epochs: int, kept: int) -> Training:
    squeezing = (record["init"] or {}).get("autoencoder")
    alone = squeezing and squeezing["run"]
    return Training(
        preset=record["preset"],
        recipe=fingerprint(record["recipe"]),
        seed=record["seed"],
        planned=record["recipe"]["epochs"],
        epochs=epochs,
        kept=kept,
        steps=steps_of_epoch(record),
        data=tuple(folder["name"] for folder in record["data"]),
        fingerprints=tuple(folder["fingerprint"] for folder in record["data"]),
        autoencoder_epochs=alone["epochs"] if alone else None,
        cut_skips=record.get("cut_skips", 0.0),
    )
