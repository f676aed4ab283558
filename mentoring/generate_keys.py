"""Print keys for a new installation: `python -m mentoring.generate_keys >> .env`.

It needs no settings, because it creates them. Each key has one purpose and can be changed without
the others (docs/operations.md).
"""

import base64
import secrets
import sys
from collections.abc import Iterator


def new_keys() -> Iterator[str]:
    """Yield `NAME=value` lines that need no quoting in a shell, a URL or Compose."""
    yield f"SECRET_KEY={secrets.token_urlsafe(48)}"
    yield f"LINK_KEYS={secrets.token_urlsafe(48)}"
    yield f"TEXT_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"
    yield f"POSTGRES_PASSWORD={secrets.token_urlsafe(24)}"
    yield f"INSTANCE_ID={secrets.token_hex(8)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in new_keys())
