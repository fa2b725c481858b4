"""Headers of the phone's page: on its own answers, and on no other."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from dashboard.serve import HEADERS, PHONE, PhoneHeaders


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the path that it was asked for."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def answer(path: str) -> tuple[dict[str, str], str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "path": path, "raw_path": path.encode()}
    asyncio.run(PhoneHeaders(inner)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, sent[1]["body"].decode()


@pytest.mark.parametrize("name", ["", "worker.js", "made/networks.json"])
def test_the_phone_s_page_has_them(name: str) -> None:
    headers, path = answer(PHONE + name)
    assert path == PHONE + (name or "index.html")
    assert headers["x-own"] == "1"
    assert {name.lower() for name in HEADERS} < headers.keys()
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"


@pytest.mark.parametrize("path", ["/", "/skip-lab", "/app/static/other.js", "/app/static/phones/x"])
def test_nothing_else_has_them(path: str) -> None:
    assert answer(path) == ({"x-own": "1"}, path)
