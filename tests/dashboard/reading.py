"""What a page says and draws."""

import base64
import json

import numpy as np
from streamlit.testing.v1 import AppTest


def words(app: AppTest) -> str:
    """All its running text."""
    messages = (app.info, app.success, app.warning, app.error)
    blocks = (app.title, app.subheader, app.markdown, app.caption, *messages)
    return "\n".join(str(element.value) for block in blocks for element in block)


def figures(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def numbers(values: object) -> np.ndarray:
    """An array of a figure, which Plotly writes as base64 where it is long."""
    if isinstance(values, dict):
        found = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
        return found.reshape([int(size) for size in str(values.get("shape", len(found))).split(",")])
    return np.array(values, float)
