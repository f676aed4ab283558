"""The page of a cohort that says which topics lack mentors, and helps to ask for some."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications.links import absolute
from programs.committee import acting_member, has_role
from programs.committee_admin import CommitteeSite
from programs.models import Cohort, Membership, Program, read_roles_once
from programs.role_names.rows import get_row_or_404

from .attention_lines import Scope
from .overviews.topic_demand import Demand, TopicDemand, demand_of_cohort


def page(request: HttpRequest, site: CommitteeSite, slug: str) -> HttpResponse:
    """Show the topics; with `?ask=code` also the words to find mentors for one.

    Raises Http404 for a cohort that the member doesn't see, PermissionDenied for those who don't
    read its applications.
    """
    member = acting_member(request)
    cohorts = Cohort.objects.for_committee(member).select_related("program__policy")
    cohort = get_row_or_404(cohorts, slug=slug)
    if not has_role(member, cohort.program, *Membership.READERS):
        raise PermissionDenied
    with read_roles_once():
        demand = demand_of_cohort(Scope(member, timezone.now(), cohort))
    address = absolute(reverse("programs:program-detail", args=[cohort.program.slug]))
    topic = _topic(demand, request.GET.get("ask", ""))
    context = {
        **site.each_context(request),
        "title": _("Topics asked for and offered"),
        "cohort": cohort,
        "demand": demand,
        "topic": topic,
        "texts": _texts(topic, cohort.program, address) if topic else [],
        "address": address,
        "is_open": cohort.is_open(timezone.localdate()),
    }
    return TemplateResponse(request, "admin/dashboard/cohort_topics.html", context)


def _topic(demand: Demand, code: str) -> TopicDemand | None:
    return next((one for one in demand.topics if one.topic.code == code), None)


def _texts(demand: TopicDemand, program: Program, address: str) -> list[dict[str, str]]:
    """Return what a member can paste into a message or a newsletter, in each language."""
    found = []
    for code in map(str, dict(settings.LANGUAGES)):
        with translation.override(code):
            words = _(
                "Could you help someone with %(topic)s? %(program)s is looking for mentors. What "
                "it takes and how to apply: %(address)s"
            )
            values = {"topic": demand.topic, "program": program, "address": address}
            found.append({"code": code, "text": words % values})
    return found
