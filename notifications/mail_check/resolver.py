"""Asking the DNS, with a time limit; a question without an answer is no answer."""

from __future__ import annotations

from typing import Protocol

import dns.exception
import dns.resolver
import dns.reversename

QUESTION_SECONDS = 4.0
MOST_FAILURES = 3  # then the DNS is out of reach: ask no more


class CouldNotAsk(Exception):
    """The DNS did not answer, so that nothing is known."""


class Resolver(Protocol):
    """What the checks ask; tests play it. Each returns [] where there is no such record.

    Each raises CouldNotAsk.
    """

    def txt(self, name: str) -> list[str]: ...
    def mx(self, name: str) -> list[str]: ...
    def addresses(self, name: str) -> list[str]: ...
    def names(self, address: str) -> list[str]: ...


class DNSResolver:
    """Asks the servers that the machine is set up with."""

    def __init__(self) -> None:
        self._failures = 0

    def txt(self, name: str) -> list[str]:
        """Return the texts of a name, the pieces of each put together."""
        return [
            b"".join(getattr(row, "strings", ())).decode("ascii", "replace")
            for row in self._ask(name, "TXT")
        ]

    def mx(self, name: str) -> list[str]:
        """Return the mail servers of a domain; "" is a server that takes none (RFC 7505)."""
        return [str(getattr(row, "exchange", "")).rstrip(".") for row in self._ask(name, "MX")]

    def addresses(self, name: str) -> list[str]:
        """Return the addresses of a machine, IPv4 and IPv6."""
        return [str(row) for kind in ("A", "AAAA") for row in self._ask(name, kind)]

    def names(self, address: str) -> list[str]:
        """Return the names that the owner of an IP address gives it (PTR)."""
        reverse = str(dns.reversename.from_address(address))
        return [str(row).rstrip(".").lower() for row in self._ask(reverse, "PTR")]

    def _ask(self, name: str, kind: str) -> list[object]:
        if self._failures >= MOST_FAILURES:
            raise CouldNotAsk(name)
        try:
            return list(dns.resolver.resolve(name, kind, lifetime=QUESTION_SECONDS))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            self._failures += 1
            raise CouldNotAsk(name) from error
