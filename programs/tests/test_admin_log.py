"""The log of the admin names no one: it has the table and the id of a row, and names of fields."""

import importlib

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from programs.committee_admin import CommitteeAdmin

pytestmark = pytest.mark.django_db
migration = importlib.import_module("programs.migrations.0003_opaque_admin_log")


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=lambda one: str(one))
def test_every_page_logs_without_names(model_admin):
    for verb in ("log_addition", "log_change", "construct_change_message"):
        owner = next(one for one in type(model_admin).__mro__ if verb in vars(one))
        assert owner is CommitteeAdmin


def values_of(form) -> dict[str, object]:
    shown = {form.add_prefix(name): form[name].value() for name in form.fields}
    for name, field in form.fields.items():
        if field.show_hidden_initial:  # as a browser sends it: the value that was shown
            shown[form.add_initial_prefix(name)] = form[name].value()
    return {
        name: value for name, value in shown.items() if value is not None and value is not False
    }


def test_a_change_is_logged_by_id_and_fields(as_user, cohort, cleo):
    program = cohort.program
    program.other_help = "The library."
    program.save()
    url = reverse("admin:programs_program_change", args=[program.pk])
    client = as_user(cleo)
    page = client.get(url)
    sent = values_of(page.context["adminform"].form)
    for inline in page.context["inline_admin_formsets"]:
        sent |= values_of(inline.formset.management_form)
        for form in inline.formset.initial_forms:
            sent |= values_of(form)
    sent |= {"name": "Zqname", "objectives-TOTAL_FORMS": 1, "objectives-0-text": "Zqinline"}
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["errors"]
    entry = LogEntry.objects.get()
    assert entry.object_repr == f"programs.program {program.pk}"
    assert "Zq" not in f"{entry.object_repr}{entry.change_message}"
    assert "changed" in entry.change_message
    history = client.get(f"{url.removesuffix('change/')}history/").content.decode()
    assert "Changed: Name. Added: objective" in history


def test_the_migration_empties_what_was_logged_before(cleo):
    kind = ContentType.objects.get_for_model(type(cleo))
    texts = ['[{"added": {"name": "role", "object": "Zq"}}, {"changed": {"fields": ["x"]}}]', "Zq"]
    for text in texts:
        LogEntry.objects.create(
            user=cleo, content_type=kind, object_id=cleo.pk, object_repr="Zq",
            action_flag=CHANGE, change_message=text,
        )  # fmt: skip
    for _n in range(2):
        migration.make_opaque(apps, None)
    entries = list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message"))
    assert entries == [
        (
            f"accounts.user {cleo.pk}",
            '[{"added": {"name": "role", "object": ""}}, {"changed": {"fields": ["x"]}}]',
        ),
        (f"accounts.user {cleo.pk}", ""),
    ]
