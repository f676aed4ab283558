"""Requests to a provider whose address a chair has entered: to the internet only, and short.

The address is resolved once, checked, and connected to as checked, so a name that changes between
the check and the connection leads nowhere else. Proxies of the environment are not used.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 5, 8
MOST_BYTES = 256 * 1024  # the keys of the largest providers have 20 KB
PIECE = 16 * 1024
TRANSLATED = ip_network("64:ff9b::/96")  # IPv4 addresses inside IPv6
INTERNET = ip_network("2000::/3")  # all of IPv6 that is given out for the internet


class AddressRefused(requests.RequestException):
    """The address is not one that this site asks."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is on the internet, also when it is written inside another."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in TRANSLATED:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
        if address.teredo is not None or address not in INTERNET:
            return False
    return address.is_global and not address.is_multicast


def checked_address(scheme: str, host: str, port: int) -> str:
    """Return the address to connect to. Raises AddressRefused for one that may not be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("the provider's name has no address") from error
    addresses = [ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if settings.ORGANISATIONS_ON_LOOPBACK and all(one.is_loopback for one in addresses):
        return str(addresses[0])
    if scheme != "https" or not addresses or not all(map(is_public, addresses)):
        raise AddressRefused("the provider's address is not on the internet, or not https")
    return str(addresses[0])


class PublicAddressAdapter(HTTPAdapter):
    """Connects to the address that was checked, with the certificate of the name."""

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: bool | str,
        cert: str | tuple[str, str] | None = None,
    ) -> tuple[dict[str, object], dict[str, object]]:
        where, options = super().build_connection_pool_key_attributes(request, verify, cert)
        parts = urlsplit(str(request.url))
        scheme, host = parts.scheme, parts.hostname or ""
        where["host"] = checked_address(scheme, host, parts.port or 443)
        if scheme == "https":
            options["server_hostname"] = options["assert_hostname"] = host
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        return where, options

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Return an answer that was read whole, within our limits of time and size."""
        until = time.monotonic() + WHOLE_SECONDS
        response = super().send(
            request,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            verify=verify,
            cert=cert,  # type: ignore[arg-type]  # passed on as it is
            proxies=None,
        )
        body = b""
        try:
            while piece := response.raw.read1(PIECE, decode_content=True):
                body += piece
                if len(body) > MOST_BYTES or time.monotonic() > until:
                    raise AddressRefused("the answer is too long or too slow")
        finally:
            response.raw.close()
        response.raw = io.BytesIO(body)
        return response


def new_session() -> requests.Session:
    """Return a session that follows no redirects and uses no proxy, cookie file or password."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.headers["User-Agent"] = "mentoring"
    adapter = PublicAddressAdapter(max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
