"""The map itself: a canvas that draws 124,040 people faster than a chart, and needs no network for it.

Three components meet in the browser (canvas_js/hub.js). The canvas shows; the points, which are large, travel
apart from it, so that a click does not send them again; and pictures are asked for and sent apart from both,
in a fragment of their own, so that nothing else on the page waits. All know people by sample_id.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

FOLDER: Final = Path(__file__).parent / "canvas_js"
HEIGHT: Final = 620

NEEDS: Final[Mapping[str, Sequence[str]]] = {
    "courier.js": ("packet.js", "hub.js"),
    "canvas.js": (
        "packet.js",
        "hub.js",
        "scales.js",
        "points.js",
        "thumbnails.js",
        "card.js",
        "gestures.js",
        "front.js",
    ),
    "gallery.js": ("packet.js", "hub.js"),
}
"""What has to stand before a component's own file."""

CANVAS: Final = "map_canvas"
POINTS: Final = "map_points"
PICTURES: Final = "map_pictures_asked"


def packet(header: Mapping[str, Any], **arrays: NDArray[np.generic] | bytes) -> bytes:
    """A header and arrays, as canvas_js/packet.js reads them: a length, JSON, and the arrays' bytes."""
    parts, places, at = [], {}, 0
    for name, array in arrays.items():
        data = array if isinstance(array, bytes) else np.ascontiguousarray(array).tobytes()
        kind = "uint8" if isinstance(array, bytes) else str(array.dtype)
        places[name] = {"at": at, "bytes": len(data), "kind": kind}
        at += len(data) + -len(data) % 8
        parts.append(data + b"\0" * (-len(data) % 8))
    text = json.dumps({"header": dict(header), "arrays": places}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def _changes(on: Mapping[str, Callable[[], None]]) -> dict[str, Any]:
    """Callbacks by what happened, as Streamlit names its arguments for them."""
    return {f"on_{name}_change": callback for name, callback in on.items()}


def canvas(data: bytes, **on: Callable[[], None]) -> None:
    """The canvas, its tools and its legend. on: what to call when something of that name happened there:
    picked (a sample_id), area (plane:x,y,…), hidden (numbers of legend rows)."""
    mount = st.components.v2.component(
        "latent_map", html=_file("canvas.html"), css=_file("canvas.css"), js=_script("canvas.js")
    )
    mount(key=CANVAS, data=data, **_changes(on))


def courier(key: str, data: bytes, **on: Callable[[], None]) -> None:
    """Hand data over to the canvas, unseen. on: as in `canvas`: wanted (pictures), view (part of a plane)."""
    mount = st.components.v2.component("latent_map_courier", js=_script("courier.js"))
    mount(key=key, data=data, **_changes(on))


def gallery(key: str, data: bytes, picked: Callable[[], None]) -> None:
    """People as buttons. data: a packet of ids, facts, kind, person, serial, columns, tile, and the sheet."""
    mount = st.components.v2.component(
        "latent_map_gallery",
        html='<div class="gallery"></div>',
        css=_file("gallery.css"),
        js=_script("gallery.js"),
    )
    mount(key=key, data=data, on_picked_change=picked)


def said(key: str, name: str) -> Any:
    """What the component `key` just said under `name`; to be asked in a callback."""
    return (st.session_state.get(key) or {}).get(name)


def _script(entry: str) -> str:
    """One module out of several files: a component cannot import from another file of its own."""
    return "\n".join(_file(name) for name in (*NEEDS[entry], entry))


@lru_cache
def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
