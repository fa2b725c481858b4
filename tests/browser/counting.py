"""A door before a server, which counts what passes: whatever part of a browser asks, it goes through here."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Door:
    """asked: the first line of all that browsers sent to the server; received: how many bytes came back."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.received = 0
        self._server = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listening.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._server))
                except OSError:  # as if there were no network
                    browser.close()
                    continue
                for one, other in ((browser, server), (server, browser)):
                    threading.Thread(
                        target=self._pass, args=(one, other, one is browser), daemon=True
                    ).start()

    def _pass(self, one: socket.socket, other: socket.socket, asking: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if asking:
                    self.asked.append(data.split(b"\r\n")[0].decode(errors="replace"))
                else:
                    self.received += len(data)
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Nobody comes in any more."""
        self._listening.close()


@contextmanager
def counting(port: int) -> Iterator[Door]:
    """A door to the server at `port` of this machine."""
    door = Door(port)
    try:
        yield door
    finally:
        door.close()
