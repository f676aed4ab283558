"""An SMTP server for tests on a free loopback port that keeps every message it accepts.

    with smtp.sink() as server:            in this process, in a thread
        ...
        server.messages                    what was accepted, in order

`server.script` changes its answers. It is a list of behaviours, one per message: "" accepts;
"550", "450" and "421" are answers after the final dot; "rcpt550" rejects the recipient;
"close-after-dot" stores the message and closes the connection without an answer;
"close-before-dot" closes it before the message is complete; "slow" never answers.

`with server.play("refuse"):` changes all its answers for that time; the words are in `FAULTS`.
"""

from __future__ import annotations

import contextlib
import email
import socket
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
FAULTS = {
    "slow": "slow: each answer takes a tenth of a second",
    "refuse": "refuses connections: nobody listens on the port",
    "hang": "hangs: takes the connection and says nothing",
    "hang-after-dot": "hangs: takes the e-mail and never answers",
    "later": "answers 4xx, to each step in turn: greeting, sender, recipient, data, content",
}
SLOW_SECONDS = 0.1
STEPS = ("greeting", "sender", "recipient", "data", "content")
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
        if self.server.fault == "slow":
            time.sleep(SLOW_SECONDS)
        self.wfile.write(line)

    def _says_later(self, step: str) -> bool:
        """Answer that it does not work now, if this step is the one of this connection."""
        mine = STEPS[self.number % len(STEPS)]
        if self.server.fault != "later" or mine != step:
            return False
        self._say(b"421 4.3.2 not now\r\n" if step == "greeting" else b"451 4.3.0 not now\r\n")
        return True

    def _hangs(self, fault: str) -> bool:
        """Say nothing for as long as the server plays this fault; return whether it did."""
        if self.server.fault != fault:
            return False
        self.server.fault_over.wait(self.timeout)
        return True

    def _talk(self) -> None:
        if self._hangs("hang") or self._says_later("greeting"):
            return
        self._say(b"220 sink\r\n")
        sender = to = ""
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                self._say(HELLO)
            elif verb == b"MAIL":
                if self.server.fault == "refuse" or self._hangs("hang"):
                    return
                sender = self._sender(line)
            elif verb == b"RCPT":
                to = self._recipient(line)
            elif verb == b"DATA":
                if not (self._says_later("data") or self._data(sender, to)):
                    return
            elif verb == b"QUIT":
                self._say(b"221 bye\r\n")
                return
            else:
                self._say(b"250 ok\r\n")

    def _sender(self, line: bytes) -> str:
        if not self._says_later("sender"):
            self._say(b"250 ok\r\n")
        return _address(line)

    def _recipient(self, line: bytes) -> str:
        to = _address(line)
        if self._says_later("recipient"):
            return to
        refusal = b"550 5.1.1 <" + to.encode() + b"> no such user\r\n"
        self._say(refusal if self.server.next_is("rcpt550") else b"250 ok\r\n")
        return to

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
        if self._says_later("content"):
            return True
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
        if self.server.fault == "hang-after-dot":
            self.server.lost_answers += 1
            self._hangs("hang-after-dot")
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
        self.fault = ""
        self.fault_over = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self) -> None:
        """Answer connections in a thread, until `deafen`."""
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def deafen(self) -> None:
        """Take no more connections. Those that are open go on."""
        self.shutdown()
        assert self._thread
        self._thread.join(5)

    @contextlib.contextmanager
    def play(self, fault: str) -> Iterator[None]:
        """Behave as `FAULTS` says for as long as the context lasts."""
        self.fault = fault
        self.fault_over.clear()
        if fault == "refuse":
            self.deafen()
            self.socket.close()
        try:
            yield
        finally:
            self.fault = ""
            self.fault_over.set()
            if fault == "refuse":
                self.socket = socket.socket(self.address_family, self.socket_type)
                self.server_bind()  # to the same port
                self.server_activate()
                self.listen()

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
        server.listen()
        try:
            yield server
        finally:
            server.released.set()
            server.fault_over.set()
            server.deafen()
