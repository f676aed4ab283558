"""The page on which a member leaves a line of Today for later, or asks another member to do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import acting_member
from programs.committee_admin import CommitteeSite, DateInput

from . import today
from .today import TodayLine


class LaterForm(forms.Form):
    """Until when, and whether another member does it meanwhile."""

    until = forms.DateField(
        label=gettext_lazy("Show it again on"),
        widget=DateInput(),
        error_messages={
            "required": gettext_lazy("Enter a day."),
            "invalid": gettext_lazy("Enter a day, for example 2027-03-31."),
        },
    )
    given_to = forms.ChoiceField(label=gettext_lazy("Who does it meanwhile"), required=False)

    def __init__(
        self, data: QueryDict | None, *, line: TodayLine, people: list[User], **options: object
    ) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # `initial`
        self.people = {str(person.public_id): person for person in people}
        names = [(key, person.name) for key, person in self.people.items()]
        if line.item.is_personal:
            del self.fields["given_to"]
        else:
            choices = [("", _("Nobody: it waits")), *names]
            cast("forms.ChoiceField", self.fields["given_to"]).choices = choices

    @property
    def chosen(self) -> User | None:
        return self.people.get(self.cleaned_data.get("given_to", ""))


def later(request: HttpRequest, site: CommitteeSite) -> HttpResponse:
    """Show a line by its address and ask until when it is left out; do so on POST."""
    member, at = acting_member(request), timezone.now()
    line = today.find_line(member, request.GET.get("line", ""), at=at)
    if line is None:
        messages.info(request, _("Nothing waits there any more."))
        return redirect("admin:index")
    latest = today.latest_day(line.item, at=at)
    form = LaterForm(
        request.POST if request.method == "POST" else None,
        line=line,
        people=today.colleagues(member),
        initial={"until": today.usual_day(line.item, at=at)},
    )
    form.fields["until"].help_text = _("Until %(day)s at the latest.") % {
        "day": date_format(latest)
    }
    if form.is_valid() and _leave_out(request, line, form):
        return redirect("admin:index")
    context = {**site.each_context(request), "title": _("Later"), "line": line, "form": form}
    return TemplateResponse(request, "admin/dashboard/later.html", context)


def _leave_out(request: HttpRequest, line: TodayLine, form: LaterForm) -> bool:
    """Do what the form says; return whether it was allowed, else the form says why not."""
    until, to = form.cleaned_data["until"], form.chosen
    try:
        today.leave_until(line, by=acting_member(request), until=until, to=to, at=timezone.now())
    except ActionNotAllowed as refused:
        form.add_error("given_to" if to else "until", str(refused))
        return False
    names = {"day": date_format(until), "name": to.name if to else ""}
    if to:
        text = _("%(name)s sees on Today that you ask for this. You see it again on %(day)s.")
    else:
        text = _("You see this again on %(day)s, or earlier if there is more to do.")
    messages.success(request, text % names)
    return True


def undo(request: HttpRequest, verb: Callable[[User, str], bool]) -> HttpResponse:
    """Take back a decision about a line with `verb`, one of `today`."""
    if verb(acting_member(request), request.POST.get("line", "")):
        messages.success(request, _("The line is where it was before."))
    else:
        messages.info(request, _("Nothing was left for later here."))
    return redirect("admin:index")
