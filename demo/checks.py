"""A deployment check: the demo's sign-ins are public."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs: object, **kwargs: object) -> list[Error]:
    """Refuse DEMO: anyone can sign in to a demonstration with one button."""
    is_asked_for = os.environ.get("DEMO", "").lower() not in {"", "0", "false", "no", "off"}
    if settings.DEMO or is_asked_for:
        return [Error("DEMO lets anyone sign in. Turn it off in production.", id="demo.E001")]
    return []
