"""Readers and their opinions, on the page of an application and for several of the list."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.committee import acting_member, holds

from .. import opinions, reviewing
from ..forms.opinions import OpinionForm, ReaderForm, ShareOutForm
from ..models import Application, Opinion
from .bulk_decisions import BulkDecisionsMixin

State = Application.State


def opinions_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return who reads an application, the opinions that the member may read, and the forms."""
    member = acting_member(request)
    may_decide = holds(request, application.program, *reviewing.DECIDERS)
    is_waiting = may_decide and application.state == State.SUBMITTED
    assigned = Opinion.objects.assignments(member).filter(application=application)
    readers = opinions.readers_for(application, assigned.select_related("reader"))
    rows = readers.rows
    shown = (
        Opinion.objects.visible_to(member).filter(application=application).in_bulk() if rows else {}
    )
    mine = next((shown[one.pk] for one in rows if one.reader_id == member.pk), None)
    missing = readers.missing if application.state == State.SUBMITTED else 0
    may_write = is_waiting and readers.may_write(member)
    initial = {"outcome": mine.outcome, "text": mine.text} if mine else None
    return {
        "opinions": [(one, shown.get(one.pk)) for one in rows],
        "opinions_missing": missing,
        "opinions_missing_words": reviewing.words_of_missing_opinions(missing) if missing else "",
        "are_opinions_hidden": _are_hidden(application, readers),
        "is_my_turn": mine is not None and mine.written_at is None and is_waiting,
        "opinion_form": OpinionForm(initial=initial) if may_write else None,
        "reader_form": _reader_form(application, readers) if is_waiting else None,
        "may_remove_readers": is_waiting,
    }


def _are_hidden(application: Application, readers: opinions.Readers) -> bool:
    is_open = readers.is_complete or application.state != State.SUBMITTED
    return not is_open and any(row.written_at for row in readers.rows)


def _reader_form(application: Application, readers: opinions.Readers) -> ReaderForm | None:
    if readers.are_open:
        return None
    possible = opinions.readers_of([application.cohort.program_id]).exclude(
        pk__in=[one.reader_id for one in readers.rows]
    )
    return ReaderForm(readers=possible)


def bound_reader_form(request: HttpRequest, application: Application) -> ReaderForm:
    readers = opinions.readers_of([application.cohort.program_id])
    return ReaderForm(request.POST, readers=readers)


def write(request: HttpRequest, application: Application, form: OpinionForm) -> str:
    """Save the opinion of the member; return what to say about it."""
    form.save(application, by=acting_member(request))
    if opinions.readers_for(application).is_complete:
        return _("Your opinion is saved. All readers have written; the committee can read them.")
    return _("Your opinion is saved. The committee reads it once all readers have written.")


def assign(request: HttpRequest, application: Application, form: ReaderForm) -> str:
    row = form.save(application, by=acting_member(request))
    return _("%(name)s is asked for an opinion.") % {"name": row.reader}


def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a reader no longer."""
    rows = Opinion.objects.assignments(acting_member(request))
    row = get_object_or_404(rows.select_related("application", "reader"), pk=pk)
    opinions.remove(row.application, row.reader, by=acting_member(request))
    words = _("%(name)s is no longer asked for an opinion.") % {"name": row.reader}
    messages.success(request, words)
    return redirect("admin:applications_application_change", row.application_id)


class ReaderFilter(admin.SimpleListFilter):
    """Which applications the member has still to read, and which no one was asked to read."""

    title = gettext_lazy("reader")
    parameter_name = "reader"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("me", _("For me to read")), ("none", _("Without a reader"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "me":
            return queryset.filter(opinions.to_read_by(acting_member(request)))
        if self.value() == "none":
            readers = Opinion.objects.assignments(acting_member(request)).usable()
            return queryset.exclude(Exists(readers.filter(application=OuterRef("pk"))))
        return queryset


class ReadersMixin(BulkDecisionsMixin):
    """Sharing out applications of the list between readers."""

    @admin.display(description=gettext_lazy("readers"))
    def readers(self, application: Application) -> str:
        names = (getattr(application, name) for name in ("first_reader", "second_reader"))
        return ", ".join(filter(None, names))

    @admin.action(description=gettext_lazy("Share out between readers"), permissions=["decide"])
    def share_out_selected(
        self, request: HttpRequest, chosen: QuerySet[Application]
    ) -> HttpResponse | None:
        rows = list(chosen.filter(state=State.SUBMITTED).select_related("person", "cohort"))
        skipped = list(chosen.exclude(state=State.SUBMITTED).select_related("person"))
        programs = {row.cohort.program_id for row in rows}
        data = request.POST if "confirmed" in request.POST else None
        form = ShareOutForm(data, readers=opinions.readers_of(programs))
        if form.is_bound and form.is_valid():
            readers = list(form.cleaned_data["readers"])
            done = opinions.share_out(rows, readers, by=acting_member(request))
            _tell(request, done)
            return None
        return self._confirm(
            request,
            "share_out_selected",
            _("Share out between readers"),
            form=form,
            chosen=rows,
            skipped=skipped,
            action="share_out_selected",
            button=_("Share out these applications"),
        )


def _tell(request: HttpRequest, done: opinions.SharedOut) -> None:
    """Say how many applications each reader got, and which stayed without."""
    given = [f"{reader}: {number}" for reader, number in done.given.items()]
    if given:
        text = _("Shared out. %(given)s")
        messages.success(request, text % {"given": get_text_list(given, _("and"))})
    elif not done.left:
        messages.warning(request, _("These applications have as many readers as they need."))
    if done.left:
        text = ngettext(
            "%(names)s still needs a reader: no one of those you chose can read it.",
            "%(names)s still need a reader: no one of those you chose can read them.",
            len(done.left),
        )
        names = get_text_list([str(one.person) for one in done.left], _("and"))
        messages.warning(request, text % {"names": names})
