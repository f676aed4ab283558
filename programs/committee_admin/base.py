"""The base of every committee page and of the admin site that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.utils import display_for_value
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.formsets import BaseFormSet
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.scoping import allow_unscoped

from ..committee import has_role, roles_held
from ..models import Program
from ..role_names.rows import speak_about
from .action_log import ChangeMessage, log_action
from .cells import empty_value
from .forms import DateInput, LabelledSplitDateTime, WholeRowForm
from .lists import BoundedPaginator, CommitteeList
from .row_pages import RowPages


def format_date(value: date | None) -> str:
    """Return a computed date or datetime in the format of the admin's columns.

    Django formats it in lists only; on the page of one row it would print Python's own text.
    """
    return display_for_value(value, empty_value())


# What Django's filters of a column ask: a value, a related row, a missing or an empty value.
FILTER_LOOKUPS = ("exact", "id__exact", "isnull", "isempty")


COLUMN_HELP: dict[str, str | Promise] = {
    "position": gettext_lazy("Lists show the lowest number first. The same number twice is fine."),
    "code": gettext_lazy(
        "Stands for this entry in imports, exports and stored rounds, whatever its name becomes."
    ),
    "retired_on": gettext_lazy(
        "As soon as a day is entered, no form offers it any more. Whoever has chosen it "
        "keeps it. Leave blank while it is in use."
    ),
}


def _changed_rows(formsets: Iterable[BaseModelFormSet]) -> Iterator[models.Model]:
    """Yield the rows of inlines in the order in which Django lists them in a change message."""
    for formset in formsets:
        yield from formset.new_objects
        yield from (row for row, _fields in formset.changed_objects)
        yield from formset.deleted_objects


class CommitteeSite(admin.AdminSite):
    """Admin site that lets in whoever has a committee role today."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # no page deletes rows

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(roles_held(request))

    def app_index(  # type: ignore[override]  # any response will do
        self, request: HttpRequest, app_label: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Lead to the first page: pages are grouped by task, so an app has none of its own."""
        return redirect("admin:index")


class CommitteeAdmin(RowPages):
    """Base of every committee page: rows by `for_committee` or `visible_to`, nothing is deleted.

    `change_roles` may change rows and `add_roles` may add them; the maintainer may do both. Other
    members read.
    """

    formfield_overrides: ClassVar[dict[type, dict]] = {
        models.DateTimeField: {"widget": LabelledSplitDateTime},
        models.DateField: {"widget": DateInput},
    }
    change_roles: ClassVar[tuple[str, ...]] = ()
    add_roles: ClassVar[tuple[str, ...]] = ()
    row_relations: ClassVar[tuple[str, ...]] = ()  # what the page of one row reads beside it
    empty_words: str | Promise = ""  # shown when the list is empty
    empty_advice: str | Promise = ""  # after these words, to members who may add a row
    add_title: str | Promise = ""  # of the button and page that add a row: "Add a topic"
    menu_words: str | Promise = gettext_lazy(
        "Add"
    )  # of the link beside the list's name in the menu
    other_list: tuple[str, str | Promise] | None = None  # a route and the words of its link
    duplicate_field: str | None = None  # beside which field a duplicate is reported
    list_per_page = 25
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.ALLOW
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = self.model._default_manager.get_queryset()
        scope = getattr(rows, "for_committee", None) or rows.visible_to
        ordering = self.get_ordering(request)
        found = scope(request.user)
        return found.order_by(*ordering) if ordering else found

    def with_columns(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        """Add what the columns show to the rows of one page. Override to annotate or prefetch."""
        return rows

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        try:
            rows = self.get_queryset(request).filter(pk=object_id)
            if self.row_relations:
                rows = rows.select_related(*self.row_relations)
            row = self.with_columns(request, rows).first()
        except (ValueError, ValidationError):  # an id that no row can have
            return None
        if row is not None:
            speak_about(row)
        return row

    def action_checkbox(self, obj: models.Model) -> str:  # type: ignore[override]  # a subclass
        """Return the box that selects a row; as Django's, without a template for each row."""
        label = _("Select %(row)s") % {"row": self.row_title(obj)}
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME, obj.pk, label,
        )  # fmt: skip

    def get_empty_value_display(self) -> str:  # type: ignore[override]  # safe: from format_html
        return empty_value()

    def get_action_choices(
        self, request: HttpRequest, default_choices: list[tuple[str, str]] | None = None
    ) -> list[tuple[str, str]]:
        """Begin with words, not with Django's dashes."""
        return super().get_action_choices(request, [("", _("Choose what to do"))])

    def get_form(
        self,
        request: HttpRequest,
        obj: models.Model | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[forms.ModelForm]:
        """Check on every form of the page that the row is not there already."""
        declared = getattr(getattr(self.form, "_meta", None), "help_texts", None) or {}
        kwargs["help_texts"] = {**self._column_help(), **declared}
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (WholeRowForm, form), {"page": self, "request": request})

    def _column_help(self) -> dict[str, str | Promise]:
        """Return the help of columns that mean the same on every page and have no other."""
        columns = {one.name: one for one in self.opts.get_fields() if isinstance(one, models.Field)}
        return {
            name: words
            for name, words in COLUMN_HELP.items()
            if name in columns and not columns[name].help_text
        }

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: object
    ) -> forms.Field | None:
        """Use plain choices, without Django's icons that add or change a related row."""
        if isinstance(db_field, models.SlugField):
            words = _("Use letters without accents, digits and hyphens only: spring-2026")
            kwargs["error_messages"] = {"invalid": words}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if field and field.label:
            field.label = capfirst(str(field.label))
        return field

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        """Set the columns of `form.instance` that no one types, once the rest is valid.

        What is wrong with a field for this member is added to the form.
        """

    def has_duplicate(self, request: HttpRequest, row: models.Model) -> bool:
        """Return whether saving `row` would break a unique column or constraint."""
        try:
            row.validate_unique()
            with allow_unscoped("a row that is there already"):
                for constraint in row._meta.constraints:
                    if isinstance(constraint, models.UniqueConstraint):
                        constraint.validate(type(row), row)
        except ValidationError:
            return True
        return False

    def is_impossible(self, row: models.Model) -> bool:
        """Return whether `row` breaks a rule of its table about what fits together."""
        try:
            for constraint in row._meta.constraints:
                if isinstance(constraint, models.CheckConstraint):
                    constraint.validate(type(row), row)
        except ValidationError:
            return True
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only what the list shows: the values of its filters and its date hierarchy.

        Django allows any lookup on a column of the table (`?email=…&password__regex=^a`), so that
        a reader could ask for columns that no list shows. What is not allowed answers 400.
        Ordering is safe as it is: `?o=` counts the columns in `list_display`.
        """
        allowed = set()
        if self.date_hierarchy:
            allowed |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        for declared in self.get_list_filter(request):
            if isinstance(declared, type) and issubclass(declared, admin.SimpleListFilter):
                allowed.add(str(declared.parameter_name))
                continue
            path, kind = declared if isinstance(declared, tuple) else (declared, None)
            allowed |= {f"{path}__{end}" for end in FILTER_LOOKUPS}
            if kind and issubclass(kind, admin.AllValuesFieldListFilter):
                allowed.add(str(path))  # this filter asks without a lookup
        return lookup in allowed

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Title the list by what is in it, not "Select … to view"."""
        advice = self.empty_advice if self.has_add_permission(request) else ""
        empty = f"{self.empty_words} {advice}".strip()
        context = {"title": self.list_name, "empty_words": empty, **(extra_context or {})}
        return super().changelist_view(request, context)

    def construct_change_message(
        self,
        request: HttpRequest,
        form: forms.Form,
        formsets: Iterable[BaseFormSet],
        add: bool = False,
    ) -> list[dict[str, dict[str, list[str]]]]:
        """Name the fields that were changed; rows of inlines by id, for they may be people."""
        messages = super().construct_change_message(request, form, formsets, add)
        rows = _changed_rows(cast(Iterable[BaseModelFormSet], formsets or ()))
        for message in messages:
            for what in message.values():
                if "object" in what:
                    what["object"] = str(next(rows).pk)  # type: ignore[assignment]  # a text
        return messages

    def log_addition(
        self, request: HttpRequest, obj: models.Model, message: ChangeMessage
    ) -> LogEntry:
        return log_action(request, obj, ADDITION, message)

    def log_change(
        self, request: HttpRequest, obj: models.Model, message: ChangeMessage
    ) -> LogEntry:
        return log_action(request, obj, CHANGE, message)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CommitteeList]:
        return CommitteeList

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet, *args: Any
    ) -> HttpResponse | None:
        """Refuse an action on every row of a list that does not show them all."""
        is_about_all = request.POST.get("select_across") not in (None, "", "0")
        if is_about_all and BoundedPaginator(queryset, self.list_per_page).is_cut:
            words = _("There are too many rows to act on at once. Please filter the list first.")
            self.message_user(request, words, messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        rows = self.with_columns(request, queryset)
        return super().response_action(request, rows, *args)

    def _holds(self, request: HttpRequest, roles: tuple[str, ...]) -> bool:
        return not roles_held(request).isdisjoint(roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(roles_held(request))

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(roles_held(request))

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._holds(request, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        if obj is None or not request.user.is_authenticated:
            return self._holds(request, self.change_roles)
        program = self.program_of(obj)
        if program is None:
            return self._holds(request, self.change_roles)
        return bool(self.change_roles) and has_role(request.user, program, *self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def program_of(self, obj: models.Model) -> Program | None:
        """Return the program that a row belongs to; override where no usual path leads to it."""
        if isinstance(obj, Program):
            return obj
        row: Any = obj  # its attributes depend on the model
        if hasattr(row, "program_id"):
            return row.program
        return row.cohort.program if hasattr(row, "cohort_id") else None
