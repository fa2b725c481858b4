"""From a plain network to the thesis's improved one, and its fair control, as the commands do it."""

import json
from pathlib import Path

import numpy as np
import pytest

from posecore.bundle import open_bundle, verify
from posecore.models.checkpoint import load_checkpoint
from posecore.studies.skips.results import load_skip_study
from scripts import evaluate, extract_latents, project, skip_study, train, train_autoencoder

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def made(prepared_dir, tmp_path_factory):
    """Runs plain, ae, on (the control) and other (two stacks, three skips not built); bundles of all."""
    folder = tmp_path_factory.mktemp("networks")
    quiet = ["--threads", "1"]

    def trained(name, *options):
        where = ["--data", str(prepared_dir), "--out", str(folder / name), "--epochs", "1", "--workers", "0"]
        assert train.main([*where, *quiet, *options]) == 0

    def extracted(name, run, *options):
        weights = ["--checkpoint", str(folder / run / "best.safetensors")]
        where = ["--data", str(prepared_dir), "--out", str(folder / "artifacts" / name)]
        assert extract_latents.main([*weights, *where, *quiet, *options]) == 0

    trained("plain", "--channels", "8")
    extracted("plain", "plain", "--annotations", "--pictures", "24")
    bundle = ["--bundle", str(folder / "artifacts" / "plain"), "--out", str(folder / "alone")]
    assert train_autoencoder.main([*bundle, "--epochs", "2", *quiet]) == 0
    on = ["--init", str(folder / "plain" / "best.safetensors"), "--preset", "onward"]
    trained("on", *on)
    trained("ae", *on, "--autoencoder", str(folder / "alone" / "best.safetensors"))
    extracted("ae", "ae", "--annotations", "--pictures", "24")
    extracted("numbers", "ae", "--latent", "autoencoder", "--annotations", "--pictures", "24")
    # The thesis's initialisation: the other one's heatmaps are still empty after a step.
    trained("other", "--preset", "thesis", "--channels", "8", "--stacks", "2", "--skips", "0001")
    extracted("other", "other", "--annotations", "--pictures", "24")
    return folder


def test_the_commands_say_what_they_found_and_what_comes_next(made, capsys, tmp_path):
    bundle = str(made / "artifacts" / "plain")
    assert (
        train_autoencoder.main(
            ["--bundle", bundle, "--out", str(tmp_path), "--epochs", "1", "--threads", "1"]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "held-out loss" in said and "of the held-out variance kept" in said
    assert f"--autoencoder {tmp_path / 'best.safetensors'}" in said


def test_the_improved_network_and_its_control_take_the_same_steps_over_the_same_people(made):
    ae, on = (json.loads((made / name / "run.json").read_text()) for name in ("ae", "on"))
    assert {name for name in ae if ae[name] != on[name]} == {"model", "init"}
    assert ae["model"] == on["model"] | {"autoencoder": 50}
    assert ae["init"]["weights"] == on["init"]["weights"]
    assert ae["init"]["autoencoder"]["run"]["people"] == {"trained": 22, "held_out": 2, "left_out": 0}
    epochs = [len((made / name / "history.jsonl").read_text().splitlines()) for name in ("ae", "on")]
    assert epochs == [2, 2]


def test_bundles_say_which_network_they_are_of(made):
    said = {
        name: open_bundle(made / "artifacts" / name).manifest for name in ("plain", "ae", "numbers", "other")
    }
    assert all(verify(made / "artifacts" / name) == [] for name in said)
    assert {name: (m.latent, m.dimensions) for name, m in said.items()} == {
        "plain": ("bottleneck", 128),
        "ae": ("bottleneck", 128),
        "numbers": ("autoencoder", 50),
        "other": ("bottleneck", 128),
    }
    assert said["ae"].model["config"]["autoencoder"] == 50
    assert said["ae"].training["init"]["autoencoder"]["run"]["recipe"]["optimiser"] == "sgd"
    assert said["other"].built_skips == (False, False, False, True)
    assert said["other"].model["config"]["stacks"] == 2
    assert (
        open_bundle(made / "artifacts" / "ae").network().config
        == load_checkpoint(made / "ae" / "best.safetensors").config
    )


def test_a_stack_is_scored_and_kept_by_its_number(made, prepared_dir, capsys):
    bundle = made / "artifacts" / "other"
    scores = {}
    for stack in ("1", "2", None):
        asked = [] if stack is None else ["--stack", stack]
        arguments = ["--bundle", str(bundle), "--data", str(prepared_dir), *asked, "--threads", "1", "--json"]
        assert evaluate.main([*arguments, "--store"]) == 0
        scores[stack] = json.loads(capsys.readouterr().out)
    assert (scores["1"]["stack"], scores["2"]["stack"], scores[None]["stack"]) == (1, 2, 2)
    assert scores["2"] == scores[None] and scores["1"]["oks_mean"] != scores["2"]["oks_mean"]
    kept = open_bundle(bundle).manifest.figures
    assert kept["tiny_coco val, stack 1"] == scores["1"]
    assert kept["tiny_coco val"] == scores[None]
    assert evaluate.main(["--bundle", str(bundle), "--data", str(prepared_dir), "--stack", "3"]) == 2
    assert "stack 3: expected 1 to 2" in capsys.readouterr().err


def test_the_skip_study_of_a_network_without_some_skips_finds_no_effect_of_them(made):
    bundle = made / "artifacts" / "other"
    assert skip_study.main(["--bundle", str(bundle), "--limit", "6", "--threads", "1"]) == 0
    study = load_skip_study(open_bundle(bundle))
    assert study.info["built"] == "0001"
    for replacement in study.replacements:
        points = study.points_under(replacement)
        # Masks go from 1111 to 0000, so those with the coarsest skip on and off take turns.
        np.testing.assert_array_equal(points, points[:, [0, 1] * 8])
        assert (points[:, 0] != points[:, 1]).any()


def test_components_and_a_map_are_made_of_the_numbers(made, capsys):
    bundle = made / "artifacts" / "numbers"
    assert project.main(["--bundle", str(bundle), "--draws", "2"]) == 0
    assert verify(bundle) == []


@pytest.mark.parametrize(
    ("main", "options", "words"),
    [
        (train_autoencoder.main, ["--bundle", "nowhere"], "nowhere"),
        (train_autoencoder.main, ["--bundle", "{bundles}/ae"], "has an autoencoder already"),
        (train_autoencoder.main, ["--bundle", "{bundles}/plain", "--numbers", "999"], "numbers is 999"),
        (train_autoencoder.main, ["--bundle", "{bundles}/plain", "--epochs", "0"], "--epochs 0"),
        (train.main, ["--data", "{data}", "--autoencoder", "x"], "--init"),
        (train.main, ["--data", "{data}", "--skips", "11"], "skip mask '11'"),
        (train.main, ["--data", "{data}", "--init", "{plain}", "--autoencoder", "x"], "x: no such file"),
        (
            extract_latents.main,
            ["--checkpoint", "{plain}", "--data", "{data}", "--latent", "autoencoder"],
            "has no autoencoder",
        ),
    ],
)
def test_bad_input_is_one_line_and_status_two(
    main, options, words, made, prepared_dir, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    places = {
        "bundles": made / "artifacts",
        "plain": made / "plain" / "best.safetensors",
        "data": prepared_dir,
    }
    assert main([*(option.format(**places) for option in options), "--out", "o"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and words in error and error.count("\n") == 1
    assert not list(Path(tmp_path).iterdir())
