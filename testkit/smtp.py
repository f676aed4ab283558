"""An SMTP server for tests on a free loopback port that keeps every message it accepts.

    with smtp.sink() as server:            in this process, in a thread
        ...
        server.messages                    what was accepted, in order

`server.script` changes its answers. It is a list of behaviours, one per message: "" accepts;
"550", "450" and "421" are answers after the final dot; "rcpt550" rejects the recipient;
"close-after-dot" stores the message and closes the connection without an answer;
"close-before-dot" closes it before the message is complete; "slow" never answers.
"""

from __future__ import annotations

import contextlib
import email
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

LOOPBACK = "127.0.0.1"
HELLO = b"250-sink\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n"


@dataclass(frozen=True)
class Received:
    """An accepted message and the number of its connection."""

    at: float  # monotonic
    sender: str
    to: str
    raw: bytes
    connection: int

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.raw)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Conversation(socketserver.StreamRequestHandler):
    server: Sink
    timeout = 60

    def handle(self) -> None:
        with self.server.lock:
            self.server.connections += 1
            self.number = self.server.connections
        with contextlib.suppress(OSError):
            self._talk()

    def _say(self, line: bytes) -> None:
        self.wfile.write(line)

    def _talk(self) -> None:
        self._say(b"220 sink\r\n")
        sender = to = ""
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                self._say(HELLO)
            elif verb == b"MAIL":
                sender = _address(line)
                self._say(b"250 ok\r\n")
            elif verb == b"RCPT":
                to = _address(line)
                refused = self.server.next_is("rcpt550")
                self._say(
                    b"550 5.1.1 <" + to.encode() + b"> no such user\r\n"
                    if refused
                    else b"250 ok\r\n"
                )
            elif verb == b"DATA":
                if not self._data(sender, to):
                    return
            elif verb == b"QUIT":
                self._say(b"221 bye\r\n")
                return
            else:
                self._say(b"250 ok\r\n")

    def _data(self, sender: str, to: str) -> bool:
        """Receive one message; return whether the connection stays open."""
        behaviour = self.server.next_behaviour()
        self._say(b"354 go\r\n")
        if behaviour == "close-before-dot":
            self.rfile.readline()
            return False
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        else:
            return False
        if behaviour.isdigit():
            self._say(behaviour.encode() + b" 4.3.0 not now\r\n")
            return behaviour != "421"
        self.server.store(Received(time.monotonic(), sender, to, b"".join(lines), self.number))
        if behaviour == "close-after-dot":
            self.server.lost_answers += 1
            return False
        if behaviour == "slow":
            self.server.released.wait(30)
            return False
        self._say(b"250 2.0.0 taken\r\n")
        return True


def _address(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode()


class Sink(socketserver.ThreadingTCPServer):
    """The server: stores and counts messages; thread-safe."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), Conversation)
        self.lock = threading.Lock()
        self.messages: list[Received] = []
        self.script: list[str] = []
        self.connections = self.lost_answers = 0
        self.released = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    def next_behaviour(self) -> str:
        with self.lock:
            return self.script.pop(0) if self.script else ""

    def next_is(self, behaviour: str) -> bool:
        """Whether the next message is scripted so; if it is, the behaviour is consumed."""
        with self.lock:
            if self.script[:1] == [behaviour]:
                self.script.pop(0)
                return True
            return False

    def store(self, message: Received) -> None:
        with self.lock:
            self.messages.append(message)

    def copies(self) -> dict[str, int]:
        """How often each Message-ID was accepted."""
        counts: dict[str, int] = {}
        with self.lock:
            for message in self.messages:
                counts[message.message_id] = counts.get(message.message_id, 0) + 1
        return counts

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore broken connections: the tests kill workers in the middle of sending."""


def use(settings: Settings, port: int) -> None:
    """Let the settings of a test send e-mail to this port of the loopback."""
    use_backend(settings, "notifications.delivery.EmailBackend", host=LOOPBACK, port=port)


def use_backend(settings: Settings, backend: str, **options: str | int) -> None:
    """Let the settings of a test send e-mail through this backend."""
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = backend
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    with Sink() as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join(5)
