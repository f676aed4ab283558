"""`{% committee_dates cl %}`: the dates above a list."""

from __future__ import annotations

from django import template

from programs.committee_admin.lists import CommitteeList, DateLinks, date_links

register = template.Library()


@register.inclusion_tag("admin/date_hierarchy.html")
def committee_dates(changelist: CommitteeList) -> dict[str, object]:
    """Show years, months or days without looking which of them have rows."""
    links: DateLinks = date_links(changelist)
    return {"show": links.show, "back": links.back, "choices": links.choices}
