"""A graph that computes in whole numbers of eight bits, and whether it is good enough to be offered."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from posecore.bundle.people import People
from posecore.data.heatmaps import decode
from posecore.export.graph import Engine, inputs
from posecore.metrics.paired import Comparison, paired
from posecore.metrics.pck import hits

LEAST: Final = -0.01
"""The lower end of the difference of PCK, quantised minus dense, has to lie above this: one point."""


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Pictures one by one, as the calibration asks for them."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self._left: Iterator[Any] = iter([dict(inputs(picture)) for picture in pictures])

    def get_next(self) -> Any:
        """The next picture's inputs; None at the end."""
        return next(self._left, None)


def quantised(graph: onnx.ModelProto, pictures: NDArray[np.uint8]) -> onnx.ModelProto:
    """The graph with weights and features in eight bits, their ranges taken from pictures (N, 256, 256, 3).

    Statically, per output channel, with pairs of nodes that quantise and dequantise (QDQ).
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, folded, small = (Path(folder) / f"{name}.onnx" for name in ("plain", "folded", "small"))
        plain.write_bytes(graph.SerializeToString())
        # Batch normalisation goes into the convolution before it, so that both are quantised as one.
        quant_pre_process(str(plain), str(folded), skip_symbolic_shape=True)
        level = logging.root.level
        logging.root.setLevel(logging.ERROR)  # it would warn on the root logger of what has just been done
        try:
            quantize_static(
                str(folded),
                str(small),
                _Pictures(pictures),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )
        finally:
            logging.root.setLevel(level)
        return onnx.load(small)


def judge(dense: Engine, other: Engine, people: People) -> Comparison:
    """PCK of both over labelled people, and the difference, `other` minus `dense`, with intervals."""
    scored = []
    for engine in (dense, other):
        points = np.concatenate(
            [decode(engine.heatmaps(people.picture(i)[None]))[0] for i in range(len(people.pictures))]
        )
        scored.append(hits(points, people.annotated, people.visibility))
    return paired(scored[0], scored[1]).overall


def good_enough(judged: Comparison) -> bool:
    """Whether the quantised network may be offered: it surely loses less than a point of PCK."""
    return bool(judged.difference.low > LEAST)
