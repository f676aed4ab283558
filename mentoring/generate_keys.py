"""Prints new keys for a new installation: `python -m mentoring.generate_keys >> .env`. Needs no settings, since it makes them.

Each key has one job, so that one can be changed without the others; docs/operations.md says how.
"""

import base64
import secrets
import sys
from collections.abc import Iterator


def new_keys() -> Iterator[str]:
    """One `NAME=value` each; letters that need no quoting in a shell, in a URL or in Compose."""
    yield f"SECRET_KEY={secrets.token_urlsafe(48)}"
    yield f"LINK_KEYS={secrets.token_urlsafe(48)}"
    yield f"TEXT_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"
    yield f"POSTGRES_PASSWORD={secrets.token_urlsafe(24)}"
    yield f"INSTANCE_ID={secrets.token_hex(8)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in new_keys())
