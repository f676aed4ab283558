from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str | bool]:
    """What every page knows: demo mode and the saved theme."""
    theme = request.COOKIES.get("theme", "")
    return {"demo_mode": settings.DEMO, "theme": theme if theme in {"light", "dark"} else ""}
