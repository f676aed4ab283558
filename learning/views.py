"""The library as participants read it: the items for their roles, and one item."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from .models import LibraryItem


@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    """The items for the roles of the reader, by topic if the address names one."""
    rows = LibraryItem.objects.for_participant(request.user).current()
    items = list(rows.select_related("program").prefetch_related("topics"))
    topics = {topic.code: topic for item in items for topic in item.current_topics}
    chosen = topics.get(request.GET.get("topic", ""))
    shown = [item for item in items if chosen is None or chosen.code in item.topic_codes]
    context = {
        "items": [(item, item.words()) for item in shown],
        "topics": sorted(topics.values(), key=lambda topic: (topic.position, topic.pk)),
        "chosen": chosen,
        "has_programs": len({item.program_id for item in items}) > 1,
        "language": _language(),
    }
    return render(request, "learning/item_list.html", context)


@require_safe
def item_detail(request: HttpRequest, item_id: str) -> HttpResponse:
    """One item. The committee sees it as people do."""
    rows = LibraryItem.objects.visible_to(request.user).select_related("program")
    item = get_object_or_404(rows, public_id=item_id)
    context = {
        "item": item,
        "words": item.words(),
        "program": item.program,
        "topics": item.current_topics,
        "language": _language(),
    }
    return render(request, "learning/item_detail.html", context)


def _language() -> str:
    return (get_language() or "").split("-")[0]
