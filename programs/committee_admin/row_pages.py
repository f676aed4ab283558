"""The pages of one row: their titles, links that work, and a history that people can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, cast

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm, InlineAdminFormSet
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.options import Options
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.scoping import ConfidentialModel
from accounts.models import User
from workflow.models import Transition

from .chips import state_chip
from .state_names import state_name

# In a change message: {model: label, count: rows, kind: of file, of: what the rows are part of}
EXPORTED = "exported"


@dataclass(frozen=True)
class HistoryEntry:
    """What happened to a row: when, by whom (None: the program itself), and what."""

    at: datetime
    by: User | None
    what: str


class HasState(Protocol):
    """A row with a state: one of its model's choices."""

    state: str

    def get_state_display(self) -> str: ...


class RowPages(admin.ModelAdmin):
    """Title the pages of a row by its name; show its changes of state and what was edited."""

    list_title: str | Promise = ""  # where the plural of the model says too little
    # {computed column: attribute with the row that it names}; the row's own page links to it.
    named_rows: ClassVar[Mapping[str, str]] = {}

    @property
    def list_name(self) -> str:
        """Return what the menu, the list and the way to its rows call the list."""
        return str(self.list_title or capfirst(str(self.opts.verbose_name_plural)))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, row: Model) -> str:
        """Return the state as a chip; a column of lists whose rows have a state."""
        stated = cast(HasState, row)
        return state_chip(stated.state, stated.get_state_display(), model=str(row._meta.model_name))

    def row_title(self, row: Model) -> str:
        """Return the heading of the pages of `row`, read from what the list has loaded."""
        return capfirst(str(row))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        adminform = cast(AdminForm, context["adminform"])
        context["has_inputs"] = bool(adminform.form.fields or context["inline_admin_formsets"])
        context["list_name"] = self.list_name
        if context["errors"]:
            inlines = cast(list[InlineAdminFormSet], context["inline_admin_formsets"])
            context["wrong_forms"] = [adminform.form, *(one.formset for one in inlines)]
            context["errors"] = None  # Django's note, which names no field
        if obj is None:
            context |= {"title": getattr(self, "add_title", "") or context["title"]}
        else:
            context |= {"title": self.row_title(obj), "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_inline_formsets(
        self,
        request: HttpRequest,
        formsets: list[BaseModelFormSet],
        inline_instances: list[admin.options.InlineModelAdmin],
        obj: Model | None = None,
        **kwargs: object,
    ) -> list[InlineAdminFormSet]:
        """Let the link that adds a row to a table say what the table calls for."""
        found = super().get_inline_formsets(request, formsets, inline_instances, obj, **kwargs)
        for one in found:
            if words := getattr(one.opts, "add_words", ""):
                data = json.loads(one.inline_formset_data())
                data["options"]["addText"] = str(words)
                one.inline_formset_data = json.dumps(data)
        return found

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        return super().response_add(request, self._named(obj), post_url_continue)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return super().response_change(request, self._named(obj))

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options, object_id: str
    ) -> HttpResponse:
        """Say it without the number of the row; Django's own words show it."""
        words = _("This page is not there, or your role does not show it to you.")
        self.message_user(request, words, messages.WARNING)
        return redirect("admin:index")

    def _named(self, row: Model) -> Model:
        """Let Django's message about a confidential row, whose text names no one, say its title."""
        if isinstance(row, ConfidentialModel):
            row.shown_as = self.row_title(row)
        return row

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        extra: dict[str, object] = {}
        if row is not None:
            title = self.row_title(row)
            extra = {
                "title": _("History: %(name)s") % {"name": title},
                "row_title": title,
                "list_name": self.list_name,
                "subtitle": None,
                "entries": history_of(row),
            }
        return super().history_view(request, object_id, {**(extra_context or {}), **extra})


def row_id(sent: str) -> int:
    """Return the id of a row out of the address of its page; 0, which no row has, for others."""
    return int(sent) if sent.isdecimal() else 0


def history_of(row: Model, newest: int | None = None) -> list[HistoryEntry]:
    """Return what happened to a row that the member may see, the newest first.

    At most `newest` edits and as many changes of state, all if it is None.
    """
    model = row._meta.concrete_model
    assert model is not None
    types = ContentType.objects.get_for_models(type(row), model, for_concrete_models=False)
    logged = LogEntry.objects.filter(content_type__in=types.values(), object_id=str(row.pk))
    edited = (
        HistoryEntry(entry.action_time, entry.user, _edit_words(entry))
        for entry in logged.select_related("user").order_by("-action_time", "-pk")[:newest]
    )
    steps = steps_of(row, newest)
    return sorted([*edited, *steps], key=lambda entry: entry.at, reverse=True)


def steps_of(row: Model, newest: int | None = None) -> list[HistoryEntry]:
    """Return the changes of state of a row that the member may see, the oldest first.

    Only the `newest` ones, if it is given.
    """
    model = row._meta.concrete_model
    assert model is not None
    steps = Transition.objects.of(model(pk=row.pk)).select_related("by").order_by("-pk")[:newest]
    return [HistoryEntry(step.at, step.by, _step_words(model, step)) for step in reversed(steps)]


def _step_words(model: type[Model], step: Transition) -> str:
    return f"{state_name(model, step.from_state)} → {state_name(model, step.to_state)}"


def _export_words(what: dict) -> str:
    count: int = what["count"]
    text = ngettext(
        "Exported as %(kind)s: %(what)s, %(count)d row",
        "Exported as %(kind)s: %(what)s, %(count)d rows",
        count,
    )
    names = str(apps.get_model(what["model"])._meta.verbose_name_plural)
    if what.get("of"):
        names = f"{names} ({what['of']})"
    return text % {"kind": what["kind"].upper(), "what": names, "count": count}


def _edit_words(entry: LogEntry) -> str:
    """Return "Added: objective. Changed: name, purpose", without the names of rows."""
    if entry.action_flag == ADDITION:
        return _("Added")
    try:
        changes = json.loads(entry.change_message or "[]")
    except ValueError:
        changes = []
    exported = [what for change in changes for verb, what in change.items() if verb == EXPORTED]
    if exported:
        return ". ".join(map(_export_words, exported))
    words = {"added": _("Added: %(what)s"), "changed": _("Changed: %(what)s")}
    named: dict[str, list[str]] = {}
    for change in changes:
        for verb, what in change.items():
            names = what.get("fields") or [what.get("name", "")]
            named.setdefault(verb, []).extend(str(_(name)) for name in names if name)
    parts = [
        words[verb] % {"what": ", ".join(dict.fromkeys(names))}
        for verb, names in named.items()
        if verb in words and names
    ]
    return ". ".join(parts) or _("Changed")
