"""The map itself: a canvas that draws 124,040 people faster than a chart, and needs no network for it.

Three components meet in the browser (canvas_js/hub.js). The canvas shows; the points, which are large, travel
apart from it, so that a click does not send them again; and pictures are asked for and sent apart from both,
in a fragment of their own, so that nothing else on the page waits. All know people by sample_id.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

FOLDER: Final = Path(__file__).parent / "canvas_js"
HEIGHT: Final = 620

# No `as`: a name is the same everywhere.
IMPORT: Final = re.compile(r"^import \{ \w+(?:, \w+)* \} from '\./(\w+\.js)';\n", re.MULTILINE)
EXPORT: Final = re.compile(r"^export (?!default )", re.MULTILINE)

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
        "latent_map", html=_file("canvas.html"), css=_file("canvas.css"), js=script("canvas.js")
    )
    mount(key=CANVAS, data=data, **_changes(on))


def courier(key: str, data: bytes, **on: Callable[[], None]) -> None:
    """Hand data over to the canvas, unseen. on: as in `canvas`: wanted (pictures), view (part of a plane)."""
    mount = st.components.v2.component("latent_map_courier", js=script("courier.js"))
    mount(key=key, data=data, **_changes(on))


def gallery(key: str, data: bytes, picked: Callable[[], None]) -> None:
    """People as buttons. data: a packet of ids, facts, kind, person, serial, columns, tile, and the sheet."""
    mount = st.components.v2.component(
        "latent_map_gallery",
        html='<div class="gallery"></div>',
        css=_file("gallery.css"),
        js=script("gallery.js"),
    )
    mount(key=key, data=data, on_picked_change=picked)


def said(key: str, name: str) -> Any:
    """What the component `key` just said under `name`; to be asked in a callback."""
    return (st.session_state.get(key) or {}).get(name)


@lru_cache
def script(entry: str) -> str:
    """A module and all it imports as one module, what is imported first: Streamlit hands the browser a
    component's script as text, which has no address to import others from.

    What modules name at their top comes to be in one place; a script that names two things alike the browser
    refuses.
    """
    needs: dict[str, list[str]] = {}
    left = [entry]
    while left:
        if (name := left.pop()) not in needs:
            needs[name] = IMPORT.findall(_file(name))
            left += needs[name]
    order = TopologicalSorter(needs).static_order()
    return "\n".join(EXPORT.sub("", IMPORT.sub("", _file(name))) for name in order)


@lru_cache
def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
