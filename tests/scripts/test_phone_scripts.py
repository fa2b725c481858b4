"""scripts/export_onnx.py and scripts/phone_times.py as people run them, on tiny networks."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from fake_bundle import make_fake_bundle
from onnx import numpy_helper

from posecore.ablation import ALL_MASKS, ALL_ON, SkipMask
from posecore.bundle import open_bundle
from posecore.errors import CheckpointError, DataError
from posecore.export import agreement, graph, manifest, quantised
from posecore.export.facts import describe_network
from posecore.files import sha256
from posecore.inference import Predictor
from posecore.keypoints import MPII16
from posecore.metrics.paired import Comparison
from posecore.models.checkpoint import round_weights, save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.statistics import Estimate
from posecore.studies.phone.results import load_phone_study, read_times
from scripts import export_onnx, phone_times


def small(channels: int = 8, **built: Any) -> StackedHourglass:
    """A network that answers, with running averages that are not those of the beginning."""
    torch.manual_seed(0)
    network = StackedHourglass(HourglassConfig(channels=channels, mean_rgb=(0.2, 0.4, 0.7), **built))
    for name, values in network.named_buffers():
        if name.endswith("running_mean"):
            values.copy_(0.1 * torch.randn_like(values))
        elif name.endswith("running_var"):
            values.copy_(torch.rand_like(values) + 0.5)
    return round_weights(network.eval().requires_grad_(False))


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 256, 256, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def whole() -> onnx.ModelProto:
    """The graph of small(32)."""
    return graph.graph_of(small(32))


def same_under_every_mask(network: StackedHourglass, engine: graph.Engine, pictures: np.ndarray) -> None:
    predictor = Predictor(network, "fp32")
    answers = []
    for mask in (ALL_ON, *map(SkipMask.all_but, range(4))):
        found, expected = engine.heatmaps(pictures, mask), predictor.heatmaps(pictures, mask)
        assert found.shape == expected.shape and np.ptp(expected) > 0
        assert found == pytest.approx(expected, abs=float(1e-4 * np.abs(expected).max()))
        answers.append(found)
    # The first skip is not built in one of the networks.
    assert all(np.abs(answers[0] - other).max() > 0 for other in answers[2:])


def test_a_graph_answers_as_its_network_under_every_mask(
    whole: onnx.ModelProto, pictures: np.ndarray
) -> None:
    same_under_every_mask(small(32), graph.Engine(whole, 1), pictures)


def test_so_does_one_of_another_shape(pictures: np.ndarray) -> None:
    network = small(stacks=2, skips="0111", bottleneck_channels=4, autoencoder=5, joints=16)
    same_under_every_mask(network, graph.Engine(graph.graph_of(network), 1), pictures)


def test_half_stored_weights_give_the_same_answers_in_half_the_bytes(
    whole: onnx.ModelProto, pictures: np.ndarray
) -> None:
    half = graph.half_stored(whole)
    assert np.array_equal(graph.Engine(half, 1).heatmaps(pictures), graph.Engine(whole, 1).heatmaps(pictures))
    sizes = [numpy_helper.to_array(tensor).nbytes for tensor in whole.graph.initializer]
    large = sum(size for size in sizes if size >= 4 * 1024)
    assert whole.ByteSize() - half.ByteSize() > 0.45 * large > 50_000


def test_weights_that_float16_does_not_hold_are_left_alone(whole: onnx.ModelProto) -> None:
    finer = onnx.ModelProto()
    finer.CopyFrom(whole)
    large = [tensor for tensor in finer.graph.initializer if numpy_helper.to_array(tensor).size >= 1024]
    first = large[0].name
    large[0].CopyFrom(numpy_helper.from_array(numpy_helper.to_array(large[0]) * np.float32(1.0001), first))
    halved = [node for node in graph.half_stored(finer).graph.node if node.op_type == "Cast"]
    casts = {node.output[0] for node in halved if f"{node.output[0]}.half" in node.input}
    assert casts == {tensor.name for tensor in large} - {first}


def test_a_graph_of_another_network_is_refused(whole: onnx.ModelProto, pictures: np.ndarray) -> None:
    engine, network = graph.Engine(whole, 1), small(32)
    agreed = agreement.compare_engines(network, engine, pictures)
    assert agreed.people == 2 and agreed.largest_difference < 1e-3 and agreed.same_cells > 0.99
    network.heads[-1].last.weight.mul_(1.5)
    with pytest.raises(CheckpointError, match="differs from PyTorch"):
        agreement.compare_engines(network, engine, pictures)


def test_the_gate_looks_at_the_lower_end() -> None:
    def judged(mean: float, low: float) -> Comparison:
        one = Estimate(np.array(0.7), np.array(0.6), np.array(0.8), np.array(9))
        return Comparison(one, one, Estimate(np.array(mean), np.array(low), np.array(0.02), np.array(9)))

    assert quantised.good_enough(judged(-0.005, -0.009))
    assert not quantised.good_enough(judged(0.0, -0.011))
    assert not quantised.good_enough(judged(0.0, np.nan))


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "tiny", 8, annotations=True, pictures=True)


@pytest.fixture(scope="module")
def graphs() -> dict[HourglassConfig, onnx.ModelProto]:
    return {}


@pytest.fixture
def quickly(graphs: dict[HourglassConfig, onnx.ModelProto], monkeypatch: pytest.MonkeyPatch) -> None:
    """With few people, and every network exported once."""
    export = graph.graph_of

    def once(network: StackedHourglass) -> onnx.ModelProto:
        if network.config not in graphs:
            graphs[network.config] = export(network)
        return graphs[network.config]

    monkeypatch.setattr(graph, "graph_of", once)
    monkeypatch.setattr(export_onnx, "CHECKED", 2)
    monkeypatch.setattr(export_onnx, "CALIBRATED", 2)


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("good", [True, False])
def test_a_bundle_is_exported_with_its_people(
    good: bool,
    artifacts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quantised, "LEAST", -1.0 if good else 1.0)
    out = tmp_path / "made"
    (out / "kept").mkdir(parents=True)
    assert export_onnx.main(["--bundle", str(artifacts), "--out", str(out), "--int8", "--people", "3"]) == 0
    printed = capsys.readouterr().out
    assert "differs from PyTorch by up to" in printed and ("not offered" in printed) is not good
    told = manifest.read_manifest(out)
    dense, eight = told["networks"]
    network = open_bundle(artifacts).network()
    assert dense["name"] == "tiny" and dense["offered"]
    assert dense["parameters"] == sum(weight.numel() for weight in network.parameters())
    assert (
        dense["sha256"] == sha256(out / dense["file"])
        and dense["bytes"] == (out / dense["file"]).stat().st_size
    )
    assert len(dense["joints"]["names"]) == network.config.joints == len(dense["joints"]["colours"])
    assert dense["check"]["people"] == 2 and dense["check"]["same_cells"] > 0.9
    assert eight["name"] == "tiny-int8" and eight["offered"] is good
    assert ("file" in eight) is good is (out / "tiny-int8.onnx").exists()
    assert eight["pck"]["low"] <= eight["pck"]["difference"] <= eight["pck"]["high"]
    if good:
        types = {node.op_type for node in onnx.load(out / eight["file"]).graph.node}
        assert "DequantizeLinear" in types
    assert len(told["people"]) == 3 and all((out / file).is_file() for file in told["people"])
    assert (out / "kept").is_dir()


@pytest.mark.usefixtures("quickly")
def test_weights_are_exported_beside_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(tmp_path / "mine" / "best.safetensors", small(joints=17))
    out = tmp_path / "made"
    manifest.put_rows(out, {"name": "other", "offered": True}, people=["people/a.webp"])
    arguments = ["--checkpoint", str(tmp_path / "mine" / "best.safetensors"), "--out", str(out)]
    assert export_onnx.main(arguments) == 0 and export_onnx.main(arguments) == 0
    told = manifest.read_manifest(out)
    assert [row["name"] for row in told["networks"]] == ["other", "mine"]
    assert told["people"] == ["people/a.webp"]
    assert told["networks"][1]["sure_above"] is None and told["networks"][1]["pck"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--checkpoint", "none.safetensors", "--int8"], "--bundle"),
        (["--checkpoint", "none.safetensors"], "no such file"),
        (["--bundle", "artifacts/demo", "--limit", "5"], "--int8"),
    ],
)
def test_bad_input_gets_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export_onnx.main([*arguments, "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_a_list_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text('{"schema": 9, "networks": []}')
    with pytest.raises(DataError, match=r"networks\.json"):
        manifest.read_manifest(tmp_path)


def measured(**changes: Any) -> dict[str, Any]:
    runs = list(range(1, 31))
    row = {"name": "demo", "precision": "float32", "bytes": 8_400_000, "macs": 1, "sha256": "ab"}
    return {
        "schema": 1,
        "browser": "A browser",
        "threads": 1,
        "networks": [{**row, "milliseconds": runs}, {**row, "name": "demo-int8", "milliseconds": [5.5]}],
        **changes,
    }


def test_times_of_several_phones_become_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, threads in (("one", 1), ("two", 4)):
        (tmp_path / f"{name}.json").write_text(json.dumps(measured(threads=threads)))
    files = [str(tmp_path / f"{name}.json") for name in ("one", "two")]
    assert phone_times.main([*files, "--json", str(tmp_path / "table.json")]) == 0
    assert "1.23 s compressed" in capsys.readouterr().out
    rows = json.loads((tmp_path / "table.json").read_text())["rows"]
    assert [(row["file"], row["network"], row["threads"]) for row in rows] == [
        (f"{name}.json", network, threads)
        for name, threads in (("one", 1), ("two", 4))
        for network in ("demo", "demo-int8")
    ]
    assert rows[0]["p50"] == 15.5 and rows[0]["p95"] == pytest.approx(
        np.quantile(range(1, 31), 0.95), abs=0.05
    )


@pytest.mark.parametrize(
    "content", ["", "[]", json.dumps(measured(schema=2)), json.dumps(measured(networks=[{"name": "x"}]))]
)
def test_a_file_that_is_none_gets_one_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text(content)
    assert phone_times.main([str(tmp_path / "x.json")]) == 2
    assert "Save as JSON" in capsys.readouterr().err


def test_they_are_kept_with_the_bundle_whose_network_they_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "demo", 12))
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(measured(browser=f"Browser {name}")))
    files = [str(tmp_path / f"{name}.json") for name in ("one", "two")]
    assert phone_times.main([*files, "--bundle", str(bundle.path)]) == 0
    assert str(bundle.path / "studies" / "phone") in capsys.readouterr().out
    read = [one for file in files for one in read_times(Path(file))]
    for one, other in zip(load_phone_study(bundle), read, strict=True):
        assert one.milliseconds.tolist() == other.milliseconds.tolist()
        assert asdict(replace(one, milliseconds=None)) == asdict(replace(other, milliseconds=None))


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [("other", ["one.json"], "demo-int8"), ("demo", ["one.json", "two/one.json"], "a name of its own")],
)
def test_times_that_would_mislead_are_not_kept(
    name: str, files: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_fake_bundle(tmp_path / name, 12)
    (tmp_path / "two").mkdir()
    for file in files:
        (tmp_path / file).write_text(json.dumps(measured()))
    assert phone_times.main([*(str(tmp_path / file) for file in files), "--bundle", str(bundle)]) == 2
    assert said in capsys.readouterr().err
    assert not (bundle / "studies" / "phone").exists()


def test_joints_are_those_of_the_network_s_set() -> None:
    joints = describe_network("other", small(joints=16), None)["joints"]
    assert joints["names"] == list(MPII16.labels)
    assert joints["limbs"] == [list(limb) for limb in MPII16.limbs]
    assert joints["colours"][3] == "#{:02x}{:02x}{:02x}".format(*MPII16.colours[3])


def test_every_mask_has_its_height(artifacts: Path, tmp_path: Path) -> None:
    bundle = open_bundle(artifacts)
    row = describe_network("tiny", bundle.network(), bundle)
    assert row["sure_above"] is None or set(row["sure_above"]) == {mask.title for mask in ALL_MASKS}


def test_nothing_of_this_machine_is_in_a_graph(whole: onnx.ModelProto) -> None:
    assert str(Path(__file__).parents[2]).encode() not in whole.SerializeToString()
