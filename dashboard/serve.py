"""Entry point of `make dashboard`: the dashboard, and headers without which the phone's page has one thread.

`streamlit run dashboard/app.py` serves the same without them.
"""

from typing import Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PHONE: Final = "/app/static/phone/"
"""Below this nothing but the phone's page is served."""

HEADERS: Final = {
    # Threads share memory, which browsers allow to pages that nothing else looks into.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    # As in the page itself; a worker obeys its own headers only. Nothing can be sent anywhere else.
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'",
    "Referrer-Policy": "no-referrer",
    # The page's own service worker keeps what does not change.
    "Cache-Control": "no-cache",
}


class PhoneHeaders:
    """Puts HEADERS on every answer below PHONE, and answers for the folder with its index.html."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http" or not scope["path"].startswith(PHONE):
            await self._app(scope, receive, send)
            return
        if scope["path"] == PHONE:
            scope = {**scope, "path": f"{PHONE}index.html", "raw_path": f"{PHONE}index.html".encode()}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *ours]}
            await send(message)

        await self._app(scope, receive, with_headers)


app = st.App("app.py", middleware=[Middleware(PhoneHeaders)])
