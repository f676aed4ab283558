"""The pages of an announcement: who gets it and when, its tests, Stop, and its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models import Notification
from programs.committee import acting_member
from programs.committee_admin import language_label
from programs.committee_admin.release_emails import when_emails_leave
from programs.sender_policy import sender_policy_for

from . import releasing
from .forms import KeepGroupForm
from .group_members import WRITERS, find_group
from .models import Announcement, SavedGroup

MOST_NAMES = 500  # on the page; the figure counts everyone
EMAIL_STATES = dict(Notification.State.choices)


@dataclass(frozen=True)
class LanguageWords:
    """What people who read a language get: `count` of the group, or None where it is not asked."""

    name: str
    subject: str
    body: str
    is_own: bool
    count: int | None = None


def _find(request: HttpRequest, pk: int) -> Announcement:
    rows = Announcement.objects.for_committee(request.user, *WRITERS)
    found = rows.select_related("program__policy", "cohort__program", "author")
    return get_object_or_404(found, pk=pk)


def _back(announcement: Announcement) -> HttpResponse:
    return redirect("admin:announcements_announcement_change", announcement.pk)


def to_check(request: HttpRequest, row: Model) -> HttpResponse:
    """Say that a draft was saved, and lead to who gets it."""
    messages.success(request, _("Saved as a draft. Nobody was written to yet."))
    return redirect("admin:announcements_announcement_send", row.pk)


def words_of(announcement: Announcement) -> list[LanguageWords]:
    """Return what was written, by language."""
    return [
        LanguageWords(language_label(code), *announcement.words_in(code), is_own=True)
        for code in announcement.languages
    ]


def email_counts(states: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many e-mails are in which state, as the outbox calls it."""
    return [(str(EMAIL_STATES[state]), count) for state, count in sorted(states.items())]


def send_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who gets it, in which words and when; set its time on POST."""
    row, member = _find(request, pk), acting_member(request)
    if request.method == "POST":
        is_sooner = request.POST.get("when") == "sooner"
        count = releasing.schedule(row, by=member, is_sooner=is_sooner)
        words = ngettext(
            "An e-mail to %(n)s person leaves on %(when)s. You can stop it until then.",
            "E-mails to %(n)s people leave on %(when)s. You can stop them until then.",
            count,
        )
        when = date_format(timezone.localtime(row.send_at), "DATETIME_FORMAT")
        messages.success(request, words % {"n": count, "when": when})
        return _back(row)
    if not row.is_draft or not releasing.may_act_on(row, member):
        return _back(row)
    now = timezone.now()
    group = find_group(row, author=member, at=now)
    moments = releasing.release_times(row, group.by_zone, at=now) if group.people else []
    label = _("Announcement")
    return _page(
        request,
        "send",
        row,
        _("Who gets it, and when"),
        group=group,
        names=[person.name or person.email for person in group.people[:MOST_NAMES]],
        more=max(0, len(group.people) - MOST_NAMES),
        words=_words_for(row, group.by_language),
        moments=moments,
        weekly_limit=sender_policy_for(row.program).weekly_emails,
        departing=[when_emails_leave(row.program, {label: group.by_zone}, at) for at in moments],
    )


def _words_for(row: Announcement, readers: Mapping[str, int]) -> list[LanguageWords]:
    if not row.languages:
        return []
    return [
        LanguageWords(
            language_label(code), *row.words_in(code), is_own=code in row.languages, count=count
        )
        for code, count in sorted(readers.items())
    ]


def test_view(request: HttpRequest, pk: int) -> HttpResponse:
    row, member = _find(request, pk), acting_member(request)
    releasing.send_test(row, to=member)
    text = _("A test is on its way to %(address)s, in your language.")
    messages.success(request, text % {"address": member.email})
    return redirect("admin:announcements_announcement_send", row.pk)


def stop_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    releasing.stop(row, by=acting_member(request))
    messages.success(request, _("Stopped. Nobody was written to, and the draft is kept."))
    return _back(row)


def hold_back_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    count = releasing.hold_back(row, by=acting_member(request))
    words = ngettext(
        "%(n)s e-mail that had not left was cancelled.",
        "%(n)s e-mails that had not left were cancelled.",
        count,
    )
    messages.success(request, words % {"n": count})
    return _back(row)


def discard_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to give up a draft; do it on POST."""
    row = _find(request, pk)
    if request.method == "POST":
        releasing.discard(row, by=acting_member(request))
        messages.success(request, _("The draft was discarded."))
        return redirect("admin:announcements_announcement_changelist")
    if not row.is_draft:
        return _back(row)
    return _page(request, "discard", row, _("Discard this draft?"))


def keep_group_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the group of an announcement under a name."""
    row = _find(request, pk)
    form = KeepGroupForm(request.POST, announcement=row)
    if form.is_valid():
        group = form.save()
        text = _("The group “%(name)s” is kept: you can start your next message with it.")
        messages.success(request, text % {"name": group})
    else:
        messages.error(request, " ".join(map(str, form.errors["name"])))
    return _back(row)


def remove_group_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to remove a saved group, which is only a filter; do it on POST."""
    rows = SavedGroup.objects.for_committee(request.user, *WRITERS)
    group = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        group.delete()
        messages.success(request, _("The group was removed. What was sent to it is kept."))
        return redirect("admin:announcements_savedgroup_changelist")
    context = {
        **admin.site.each_context(request),
        "opts": SavedGroup._meta,
        "group": group,
        "title": _("Remove this group?"),
    }
    return TemplateResponse(request, "admin/announcements/savedgroup/remove.html", context)


def _page(
    request: HttpRequest, template: str, row: Announcement, title: str, **context: object
) -> HttpResponse:
    shared = {
        **admin.site.each_context(request),
        "opts": Announcement._meta,
        "announcement": row,
        "title": title,
    }
    name = f"admin/announcements/announcement/{template}.html"
    return TemplateResponse(request, name, {**shared, **context})
