"""What every committee page says: choices, help, and lists without rows."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin import site
from django.test import RequestFactory
from django.urls import reverse

from programs.committee_admin import CommitteeAdmin
from programs.committee_admin.base import COLUMN_HELP
from programs.models import Membership
from testkit import factories

PAGES = [page for page in site._registry.values() if isinstance(page, CommitteeAdmin)]
SMALL = re.compile(r"<option[^>]*>\s*([^\W\d_A-Z][^<]*)<")


@pytest.fixture
def request_of(db):
    def request(user):
        made = RequestFactory().get("/")
        made.user = user
        return made

    return request


EXPLAINED = [
    pytest.param(page, name, id=f"{page.model._meta.label}-{name}")
    for page in PAGES
    for name in COLUMN_HELP
    if name in {field.name for field in page.opts.get_fields()}
]


@pytest.mark.parametrize(("shown", "name"), EXPLAINED)
def test_position_code_and_last_day_are_explained(shown, name, request_of):
    form = shown.get_form(request_of(factories.person("Mo Keeper", is_superuser=True)), None)
    assert form._meta.help_texts.get(name) or shown.opts.get_field(name).help_text
    assert name not in form.base_fields or form.base_fields[name].help_text


def test_an_empty_list_asks_only_those_who_can_to_add_something(request_of, program):
    member = request_of(factories.member(program=program, role="reader"))
    begging = re.compile(r"\b(?:Add|Open|Import|Note) ")
    assert [
        page.model._meta.label
        for page in PAGES
        if begging.search(str(page.empty_words)) and not page.has_add_permission(member)
    ] == []


def test_the_advice_is_for_members_who_may_add(as_user, cleo, program):
    reader = factories.member(program=program, role="reader")
    address = reverse("admin:matching_keepapart_changelist")
    assert "Add two people who must not be matched" in as_user(cleo).get(address).content.decode()
    page = as_user(reader).get(address).content.decode()
    assert "No one is kept apart." in page
    assert "Add two people" not in page


@pytest.mark.parametrize(
    "address",
    [
        "admin:applications_rosterupload_add",
        "admin:checkins_concern_add",
        "admin:programs_topic_add",
    ],
)
def test_choices_begin_with_a_capital(as_user, cleo, cohort, address):
    assert SMALL.findall(as_user(cleo).get(reverse(address)).content.decode()) == []


@pytest.mark.parametrize("name", ["contactlog", "concern"])
def test_a_deputy_with_another_role_adds_what_carers_add(as_user, cleo, program, name):
    deputy = factories.member(program=program, role="reader")
    address = reverse(f"admin:checkins_{name}_add")
    assert as_user(deputy).get(address).status_code == 403
    carer = factories.member(program=program, role="carer")
    Membership.objects.filter(user=carer).update(deputy=deputy)
    assert as_user(deputy).get(address).status_code == 200


def test_a_chair_adds_a_word_to_a_program_not_to_all(as_user, cleo, program):
    address = reverse("admin:programs_topic_add")
    factories.member(program=factories.program(), role="chair")
    data = {"name_en": "Payroll", "kind": "subject", "position": 1, "program": ""}
    form = as_user(cleo).post(address, data).context["adminform"].form
    assert list(form.errors) == ["program"]
    keeper = factories.person("Mo Keeper", is_superuser=True)
    assert as_user(keeper).post(address, data).status_code == 302
