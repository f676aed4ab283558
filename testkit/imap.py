"""An IMAP server for tests on a free loopback port, over TLS with a certificate of its own.

    with imap.mailbox([message, …], folder=tmp_path, monkeypatch=monkeypatch) as box:
        settings.BOUNCE_MAILBOX_URL = box.url

It knows the commands that reading bounces needs. `box.moved` lists the numbers of the messages that
were moved, `box.answers_no` the commands that it refuses, `box.commands` what it was asked.
"""

from __future__ import annotations

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = "127.0.0.1"
CAPABILITIES = b"* CAPABILITY IMAP4rev1 MOVE\r\n"


def certificate(folder: Path) -> Path:
    """Write a key and a certificate for the loopback address that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "imap.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Mailbox(socketserver.ThreadingTCPServer):
    """The messages by their UID, from 1 on; change them while it runs as you like."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, messages: Sequence[bytes], pem: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        super().__init__((LOOPBACK, 0), Session)
        self.messages = dict(enumerate(messages, 1))
        self.uid_validity = 7
        self.answers_no: set[str] = set()
        self.moved: list[int] = []
        self.commands: list[str] = []

    @property
    def url(self) -> str:
        return f"imaps://bounces:p%40ss@{LOOPBACK}:{self.server_address[1]}/INBOX"

    def add(self, message: bytes) -> None:
        self.messages[max(self.messages, default=0) + 1] = message


class Session(socketserver.StreamRequestHandler):
    server: Mailbox
    timeout = 20

    def setup(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _space, rest = line.decode().strip().partition(" ")
            words = rest.split()
            verb = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            self.server.commands.append(rest)
            if verb in self.server.answers_no:
                self.wfile.write(f"{tag} NO not now\r\n".encode())
                continue
            self.wfile.write(self.answer(verb, rest))
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if verb == "LOGOUT":
                return

    def answer(self, verb: str, rest: str) -> bytes:
        box = self.server
        numbers = [int(one) for one in re.findall(r"\d+", rest)]
        match verb:
            case "CAPABILITY":
                return CAPABILITIES
            case "SELECT" | "EXAMINE":
                state = "[READ-ONLY]" if verb == "EXAMINE" else "[READ-WRITE]"
                validity = f"* OK [UIDVALIDITY {box.uid_validity}] x\r\n"
                count = f"* {len(box.messages)} EXISTS\r\n"
                return f"{count}{validity}* OK {state} x\r\n".encode()
            case "UID SEARCH":
                last = max(box.messages, default=0)
                found = [uid for uid in box.messages if uid >= numbers[0] or uid == last]
                return f"* SEARCH {' '.join(map(str, found))}\r\n".encode()
            case "UID FETCH":
                uid = numbers[0]
                if uid not in box.messages:
                    return b""
                part = box.messages[uid][: numbers[2]]
                head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode()
                return head + part + b")\r\n"
            case "UID MOVE":
                box.moved.append(numbers[0])
                del box.messages[numbers[0]]
        return b""


@contextlib.contextmanager
def mailbox(
    messages: Sequence[bytes], *, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailbox]:
    """Run a mailbox; the process trusts its certificate meanwhile."""
    pem = certificate(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with Mailbox(messages, pem) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)
