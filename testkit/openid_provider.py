"""A small OpenID provider on a free loopback port, for tests and to try the sign-in by hand.

    with openid_provider.started() as provider:
        provider.person["email"] = "ada@example.org"
        provider.spoil("aud", "someone else")      one claim of the tokens that follow
        provider.algorithm = "none"                 how the tokens that follow are signed

`python -m testkit.openid_provider --port 9100 --email me@example.org` runs it until Ctrl-C. It
shows one page with a button, checks client, secret, address and PKCE, and signs with a fresh key.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

LOOPBACK = "127.0.0.1"
CLIENT, SECRET = "mentoring-test", "a-secret-of-the-test"
LIFE_SECONDS = 300
PAGE = (
    '<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>'
    '<p>You are {email}.</p><p><a href="{back}">Continue</a></p></html>'
)


@functools.cache
def new_key(name: str) -> rsa.RSAPrivateKey:
    """Return a key that is made once in a process: that takes longer than a sign-in."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """What the provider knows, and how it is spoiled."""

    def __init__(self, port: int = 0) -> None:
        self.key, self.other_key = new_key("own"), new_key("other")
        self.person: dict[str, Any] = {
            "sub": "person-1",
            "email": "ada@example.org",
            "email_verified": True,
            "name": "Ada Okafor",
        }
        self.spoiled: dict[str, Any] = {}
        self.config: dict[str, Any] = {}  # replaces parts of what it says about itself
        self.algorithm, self.signs_with = "RS256", self.key
        self.is_down, self.redirects_to = False, ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []  # the paths, in order
        self.server = ThreadingHTTPServer(
            (LOOPBACK, port), type("OwnHandler", (Handler,), {"provider": self})
        )

    @property
    def issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.server.server_port}"

    def spoil(self, claim: str, value: object) -> None:
        """Let the next tokens have `value` as a claim; None leaves the claim out."""
        self.spoiled[claim] = value

    def about_itself(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.config,
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def way_back(self, asked: dict[str, str]) -> str:
        """Return the address to which a person is sent back after signing in."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return f"{asked['redirect_uri']}?{query}"

    def token(self, form: dict[str, str], client: tuple[str, str]) -> dict[str, Any] | None:
        """Return what a code is worth, once; None for whoever may not have it."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or client != (CLIENT, SECRET)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or asked.get("code_challenge") != challenge
            or asked.get("code_challenge_method") != "S256"
        ):
            return None
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "nonce": asked.get("nonce"),
            **self.person,
            **self.spoiled,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        key: Any = self.signs_with
        if self.algorithm == "none":
            key = None
        elif self.algorithm.startswith("HS"):
            key = SECRET * 4
        return jwt.encode(said, key, algorithm=self.algorithm, headers={"kid": "one"})


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.provider.is_down:
            self._answer(503, "{}")
        elif self.provider.redirects_to:
            self._answer(302, "", location=self.provider.redirects_to)
        elif parts.path == "/authorize":
            self._authorize(asked)
        else:
            pages = {
                "/.well-known/openid-configuration": self.provider.about_itself,
                "/keys": self.provider.keys,
                "/userinfo": lambda: self.provider.person,
            }
            page = pages.get(parts.path)
            self._answer(200 if page else 404, json.dumps(page() if page else {}))

    def do_POST(self) -> None:
        self.provider.asked.append(urlsplit(self.path).path)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(sent).items()}
        is_down = self.provider.is_down
        found = None if is_down else self.provider.token(form, self._client(form))
        self._answer(200 if found else 400, json.dumps(found or {"error": "invalid_grant"}))

    def _authorize(self, asked: dict[str, str]) -> None:
        if asked.get("client_id") != CLIENT:
            return self._answer(400, "{}")
        email, back = str(self.provider.person.get("email", "")), self.provider.way_back(asked)
        page = PAGE.format(email=html.escape(email), back=html.escape(back))
        return self._answer(200, page, kind="text/html")

    def _client(self, form: dict[str, str]) -> tuple[str, str]:
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        if basic:
            name, _colon, secret = base64.b64decode(basic).decode().partition(":")
            return name, secret
        return form.get("client_id", ""), form.get("client_secret", "")

    def _answer(
        self, status: int, text: str, *, kind: str = "application/json", location: str = ""
    ) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def started(port: int = 0) -> Iterator[Provider]:
    """Start a provider; it ends with the block."""
    provider = Provider(port)
    thread = threading.Thread(target=provider.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join(5)


def main() -> None:
    parser = argparse.ArgumentParser(description="A small OpenID provider to try the sign-in with.")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--email", default="ada@example.org")
    options = parser.parse_args()
    with started(options.port) as provider, contextlib.suppress(KeyboardInterrupt):
        provider.person["email"] = options.email
        print(f"issuer: {provider.issuer}\nclient id: {CLIENT}\nclient secret: {SECRET}")
        print("End it with Ctrl-C.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
