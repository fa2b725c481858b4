"""A network as an ONNX graph of one picture, and the graph at work."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from posecore.ablation import ALL_ON, SkipMask
from posecore.data.crops import SIZE
from posecore.files import atomic_file
from posecore.models.registry import PoseNetwork

PICTURE: Final = "picture"
"""Input (1, 3, 256, 256) float32: RGB in [0, 1]. The graph itself takes the mean colour away."""

MASK: Final = "mask"
"""Input (4,) float32: by how much every skip counts, finest level first; 1 is on, 0 is cut."""

HEATMAPS: Final = "heatmaps"
"""Output (1, K, 64, 64) float32, of the last stack."""

_LARGE: Final = 1024
"""Numbers from which on a tensor is worth a node of its own."""


class _LastHeatmaps(nn.Module):
    """A network whose skips are switched by numbers, in all stacks alike."""

    def __init__(self, network: PoseNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        """(1, 3, 256, 256) and (4,) to (1, K, 64, 64)."""
        heatmaps: Tensor = self.network(picture, mask)[:, -1]
        return heatmaps


def graph_of(network: PoseNetwork) -> onnx.ModelProto:
    """The network's ONNX graph, with its weights as they are: nothing is folded into anything else."""
    example = torch.zeros(1, 3, SIZE, SIZE), torch.ones(len(ALL_ON))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, on its insides
        program = torch.onnx.export(
            _LastHeatmaps(network).eval(),
            example,
            input_names=[PICTURE, MASK],
            output_names=[HEATMAPS],
            dynamo=True,
            optimize=False,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    graph: onnx.ModelProto = program.model_proto
    # What the exporter notes on where every number comes from: half a megabyte, and paths of this machine.
    del graph.graph.value_info[:]
    for part in (
        graph.graph,
        *graph.graph.node,
        *graph.graph.initializer,
        *graph.graph.input,
        *graph.graph.output,
    ):
        part.doc_string = ""
        del part.metadata_props[:]
    onnx.checker.check_model(graph)
    return graph


def half_stored(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with every large tensor that float16 holds exactly stored so: half the bytes.

    An engine makes them float32 once, when it loads the graph; all answers stay the same to the bit.
    """
    smaller = onnx.ModelProto()
    smaller.CopyFrom(graph)
    casts = []
    for tensor in smaller.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LARGE:
            continue
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *smaller.graph.node]
    del smaller.graph.node[:]
    smaller.graph.node.extend(nodes)
    onnx.checker.check_model(smaller)
    return smaller


def write_graph(path: Path, graph: onnx.ModelProto) -> None:
    """Write the graph with all its weights to one file, atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(graph.SerializeToString())


class Engine:
    """A graph at work in onnxruntime on this machine's processor."""

    def __init__(self, graph: onnx.ModelProto | Path, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        if threads is not None:
            options.intra_op_num_threads = threads
        source = str(graph) if isinstance(graph, Path) else graph.SerializeToString()
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

    def heatmaps(self, pictures: NDArray[np.uint8], mask: SkipMask = ALL_ON) -> NDArray[np.float32]:
        """Heatmaps of pictures, one after another, with the skips that are off in `mask` cut."""
        found = [self._session.run([HEATMAPS], inputs(picture, mask))[0] for picture in pictures]
        return np.concatenate(found)


def inputs(picture: NDArray[np.uint8], mask: SkipMask = ALL_ON) -> Mapping[str, NDArray[Any]]:
    """What the graph takes of one picture (256, 256, 3)."""
    image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255))
    return {PICTURE: image, MASK: np.array(mask, np.float32)}
