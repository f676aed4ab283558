"""Container health check: does this web process answer and reach its database? No Django needed.

It ignores the worker: restarting the web process would not bring the worker back.
"""

import json
import os
import sys
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen


def problem(port: int, host: str) -> str:
    """Return what is wrong in a few words, or an empty string."""
    request = Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urlopen(request, timeout=8) as response:  # noqa: S310  # always http
            body = response.read()
    except HTTPError as error:  # 503 still carries the report
        body = error.read()
    except (URLError, OSError) as error:
        return f"no answer: {error}"
    try:
        return "" if json.loads(body)["database"] == "up" else "database down"
    except (ValueError, KeyError, TypeError):
        return "not our answer"


if __name__ == "__main__":
    found = problem(
        int(os.environ.get("PORT", "8000")),
        urlsplit(os.environ.get("BASE_URL", "")).netloc or "localhost",
    )
    sys.exit(found or 0)
