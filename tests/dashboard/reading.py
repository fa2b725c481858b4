"""What a page says and draws."""

import base64
import json
import re
from collections.abc import Iterator

import numpy as np
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe


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


def everything(app: AppTest, without: str = "") -> str:
    """All text of a page, one piece per line: tips, titles of figures, names of columns and texts in tables.

    without: the label of an expander that is left out.
    """
    return "\n".join(_pieces(app._tree, without))


NO_TEXT = {"id", "url", "form_id", "icon", "page", "query_param_key", "columns_json", "config", "columns"}
NO_TEXT_OF_FIGURES = {"bdata", "template", "customdata", "source", "dtype", "colorscale"}


def _pieces(node: object, without: str) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    # What a component of our own is made of is code.
    own = list(_strings(proto)) if isinstance(proto, Message) and node.type != "bidi_component" else []
    if without and without in own:
        return
    yield from own
    if isinstance(node, Dataframe):
        yield from map(str, node.value.columns)
        for column in node.value.select_dtypes(["object", "str"]):
            yield from map(str, node.value[column].dropna())
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _pieces(child, without)


def _strings(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in NO_TEXT:
            continue
        for one in [value] if isinstance(value, (str, bytes, Message)) else _listed(value):
            if isinstance(one, Message):
                yield from _strings(one)
            elif isinstance(one, str):
                yield from _of_figure(json.loads(one)) if field.name == "spec" else [one]


def _listed(value: object) -> list[object]:
    return list(value) if hasattr(value, "__iter__") and not hasattr(value, "items") else []


def _of_figure(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in NO_TEXT_OF_FIGURES:
                yield from _of_figure(part)
    elif isinstance(value, list):
        for part in value:
            yield from _of_figure(part)
    elif isinstance(value, str):
        yield re.sub("<[^>]+>|%{[^}]+}", " ", value)
