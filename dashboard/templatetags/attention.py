"""`{% committee_attention as attention %}` for the first page of the committee's admin."""

from __future__ import annotations

from typing import TypedDict

from django import template
from django.utils import timezone

from dashboard import attention

register = template.Library()


class CommitteeAttention(TypedDict):
    items: list[attention.AttentionItem]
    delivery_problems: list[str]
    is_empty: bool


@register.simple_tag(takes_context=True)
def committee_attention(context: template.Context) -> CommitteeAttention:
    """What needs the member, whether e-mails go out, and whether anything is set up yet."""
    at = timezone.now()
    items = attention.attention_items(context["request"].user, at=at)
    return {
        "items": items,
        "delivery_problems": attention.delivery_problems(at),
        "is_empty": not items and attention.is_empty_installation(),
    }
