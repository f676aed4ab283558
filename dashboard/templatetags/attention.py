"""`{% committee_attention as attention %}` for the first page of the committee's admin."""

from __future__ import annotations

from typing import TypedDict

from django import template
from django.utils import timezone

from dashboard import attention
from dashboard.today import TodayLine, today_of

register = template.Library()


class CommitteeAttention(TypedDict):
    lines: list[TodayLine]
    left_out: list[TodayLine]
    delivery_problems: list[str]
    is_empty: bool


@register.simple_tag(takes_context=True)
def committee_attention(context: template.Context) -> CommitteeAttention:
    """What needs the member, whether e-mails go out, and whether anything is set up yet."""
    at = timezone.now()
    today = today_of(context["request"].user, at=at)
    has_lines = bool(today.lines or today.left_out)
    return {
        "lines": today.lines,
        "left_out": today.left_out,
        "delivery_problems": attention.delivery_problems(at),
        "is_empty": not has_lines and attention.is_empty_installation(),
    }
