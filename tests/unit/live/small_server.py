"""A real HTTP server whose answers a test writes down one by one, down to broken ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from reconciler.live.patience import Patience

TOKEN = "a-token-of-the-test"
SUB = "00000000-0000-0000-0000-000000000001"
GALLERY = f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g"
AT_ONCE = Patience(sleep=lambda _: None)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back. `cut` promises more bytes than are sent; `drop` hangs up; `wait` holds it back."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    drop: bool = False
    wait: float = 0.0


@dataclass
class Small:
    """The running server: `reply` decides, `sent` remembers."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    reply: Callable[[Sent], Reply] = lambda _: Reply()
    released: threading.Event = field(default_factory=threading.Event)

    def gateway(self, **more: Any) -> Gateway:
        return Gateway(cloud_of("emulator", endpoint=self.url), StaticToken(TOKEN), **more)

    def answers(self, *replies: Reply) -> None:
        """Give these answers in turn, the last one for ever."""
        left = list(replies)
        self.reply = lambda _: left.pop(0) if len(left) > 1 else left[0]


def handler(small: Small) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Sent(self.command, self.path, headers, self.rfile.read(length))
            small.sent.append(seen)
            reply = small.reply(seen)
            if reply.wait:
                small.released.wait(reply.wait)
            if reply.drop:
                self.close_connection = True
                return
            content = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content) + (100 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = self.close_connection or reply.cut

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is part of the tests."""


@contextmanager
def serving() -> Iterator[Small]:
    small = Small()
    server = QuietServer(("127.0.0.1", 0), handler(small))
    small.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield small
    finally:
        small.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
