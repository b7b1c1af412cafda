"""A receiver of webhooks, as a customer would write one: a real server, and signatures by the public library.

receiver.answer("/hooks", 500, 500)      # the next two posts fail, then all is well again
receiver.messages("/hooks")              # what was accepted, in order, each id once
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

SECONDS_TO_ARRIVE = 30.0

Answer = int | Callable[["Handler"], None]


@dataclass(frozen=True, slots=True)
class Post:
    """A post that came in."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def message_id(self) -> str:
        """What a receiver knows a message by."""
        return self.headers["webhook-id"]

    @property
    def content(self) -> dict[str, Any]:
        """The message itself."""
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content

    def is_signed_by(self, secret: str) -> bool:
        """Whether the public library accepts the signature."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


class Handler(BaseHTTPRequestHandler):
    """Takes posts in and answers as the test says."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a post in."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        post = Post(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        answer = self.server.take(post)
        if callable(answer):
            answer(self)
        else:
            if answer < 300:
                # Before the answer: the sender may be faster with the next one than this thread.
                self.server.accept(post)
            self.send_response(answer)
            if answer in (301, 302, 307, 308):
                self.send_header("Location", "/elsewhere")
            said = b"" if answer < 400 else b"not\x1b[31m\r\ntoday"
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Remembers what came in, and what is to be answered."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts: list[Post] = []
        self.accepted: list[Post] = []
        self.answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.is_over = threading.Event()
        self.guard = threading.Lock()

    def take(self, post: Post) -> Answer:
        """Note a post, and return what it is answered with."""
        with self.guard:
            self.posts.append(post)
            answers = self.answers[post.path]
            return answers.popleft() if answers else 204

    def accept(self, post: Post) -> None:
        """Note a post that was accepted."""
        with self.guard:
            self.accepted.append(post)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: callers that go away are what is tested here."""


class Receiver:
    """The server, and what tests ask it."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.server = Server()
        self._scheme = "https" if context else "http"
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return self.server.server_port

    def url(self, path: str = "/hooks", *, host: str = "127.0.0.1") -> str:
        """The address of one of its paths."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    def answer(self, path: str, *answers: Answer) -> None:
        """Answer the next posts to the path with a status, or by a function; those after them with 204."""
        self.server.answers[path].extend(answers)

    def posts(self, path: str = "/hooks") -> list[Post]:
        """Everything that came in, refused or not, and repeated or not."""
        with self.server.guard:
            return [post for post in self.server.posts if post.path == path]

    def messages(self, path: str = "/hooks") -> list[Post]:
        """What was accepted, in order, each id once: what a receiver acts on that keeps the ids it has seen."""
        first: dict[str, Post] = {}
        with self.server.guard:
            for post in self.server.accepted:
                if post.path == path:
                    first.setdefault(post.message_id, post)
        return list(first.values())

    def wait_for(self, count: int, path: str = "/hooks") -> None:
        """Wait until so many posts came in."""
        deadline = time.monotonic() + SECONDS_TO_ARRIVE
        while len(self.posts(path)) < count:
            assert time.monotonic() < deadline, f"{len(self.posts(path))} of {count} posts came in"
            self.server.is_over.wait(0.02)

    def close(self) -> None:
        """Stop, and let everybody go who hangs."""
        self.server.is_over.set()
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(context)
    try:
        yield receiver
    finally:
        receiver.close()


def hang(handler: Handler) -> None:
    """Answer nothing until the test is over."""
    handler.server.is_over.wait(SECONDS_TO_ARRIVE)


def hang_up(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def drip_headers(handler: Handler) -> None:
    """Send the head of an answer, a byte at a time, and never end it."""
    _drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def drip_body(handler: Handler) -> None:
    """Refuse, and send the reason a byte at a time, without end."""
    handler.wfile.write(b"HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\n")
    _drip(handler, b"")


def flood(handler: Handler) -> None:
    """Refuse, and send a reason without end, as fast as it goes."""
    handler.wfile.write(b"HTTP/1.1 500 Oh\r\n\r\n")
    while not handler.server.is_over.is_set():
        handler.wfile.write(b"x" * 65536)


def flood_headers(handler: Handler) -> None:
    """Send headers without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.is_over.is_set():
        handler.wfile.write(b"X-More: yes\r\n")


def continue_for_ever(handler: Handler) -> None:
    """Ask to go on, again and again."""
    while not handler.server.is_over.is_set():
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def speak_nonsense(handler: Handler) -> None:
    """Answer with something that is not HTTP."""
    handler.wfile.write(b"\x00\xff nonsense\r\n\r\n")


def _drip(handler: Handler, first: bytes) -> None:
    handler.wfile.write(first)
    while not handler.server.is_over.wait(0.05):
        handler.wfile.write(b"x")
