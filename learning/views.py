"""The library as participants read it: the items for their roles, on paper too, and one item."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from programs.role_names.rows import get_row_or_404

from .models import LibraryItem, Step


@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    """The items for the roles of the reader; of one topic or step if the address names one."""
    return render(request, "learning/item_list.html", _chosen(request))


@require_safe
def item_print(request: HttpRequest) -> HttpResponse:
    """The same items with their whole texts on one page, to be printed."""
    return render(request, "learning/item_print.html", _chosen(request))


def _chosen(request: HttpRequest) -> dict[str, object]:
    """Return what both pages show. A topic or step that no item has is passed over."""
    rows = LibraryItem.objects.for_participant(request.user).current()
    items = list(rows.select_related("program").prefetch_related("topics"))
    topics = {topic.code: topic for item in items for topic in item.current_topics}
    steps = [Step(code) for code in Step.values if any(item.step == code for item in items)]
    topic = topics.get(request.GET.get("topic", ""))
    step = next((one for one in steps if one.value == request.GET.get("step")), None)
    shown = [
        item
        for item in items
        if (topic is None or topic.code in item.topic_codes)
        and (step is None or item.step == step.value)
    ]
    return {
        "items": [(item, item.words()) for item in shown],
        "topics": sorted(topics.values(), key=lambda one: (one.position, one.pk)),
        "steps": steps,
        "chosen": topic or (step.label if step else None),
        "query": request.GET.urlencode(),
        "has_programs": len({item.program_id for item in items}) > 1,
        "language": _language(),
    }


@require_safe
def item_detail(request: HttpRequest, item_id: str) -> HttpResponse:
    """One item. The committee sees it as people do."""
    rows = LibraryItem.objects.visible_to(request.user).select_related("program")
    item = get_row_or_404(rows, public_id=item_id)
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
