"""`{% needs_today as today %}` for the first page of the committee's admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from dashboard import attention

register = template.Library()


@register.simple_tag(takes_context=True)
def needs_today(context: template.Context) -> dict[str, Any]:
    """What needs the member who looks, whether letters leave, and whether there is anything here yet."""
    at = timezone.now()
    member = context["request"].user
    return {
        "needs": attention.needs_of(member, at=at),
        "warnings": attention.warning(at),
        "is_new": attention.is_empty_installation(),
    }
