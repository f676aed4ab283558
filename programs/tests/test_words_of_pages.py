"""What every committee page says: choices, help, and lists without rows."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from django.contrib.admin import site
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from checkins.models import Wave
from learning.models import LibraryItem
from programs.committee_admin import CommitteeAdmin
from programs.committee_admin.base import COLUMN_HELP
from programs.creation import create_program
from programs.models import Membership, Program
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


CHOICES = re.compile(r'<select name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
LABEL = re.compile(r"<option[^>]*>([^<]*)</option>")
BOX = re.compile(r'<input type="checkbox" name="(\w+)" value="\d+"[^>]*>([^<]*)</label>')


@pytest.fixture
def of_two_programs(db, as_user):
    """Return the chair of two programs that begin with the same words and have the same cohorts."""
    chair = factories.person("Nora Both")
    for slug in ("north", "south"):
        program = create_program(Program(name=slug.title(), slug=slug, purpose="p"), template="")
        since = timezone.localdate()
        Membership.objects.create(user=chair, program=program, role="chair", since=since)
        cohort = factories.cohort(program=program, name="Spring", slug=f"{slug}-spring")
        for month in (1, 2):
            day = date(2026, month, 1)
            Wave.objects.create(
                cohort=cohort,
                kind="pulse",
                month=day,
                asked=9,
                answered=9,
                published_at=timezone.now(),
            )
    return as_user(chair)


def labels_of(html):
    """Return (field, label) of each choice of a page."""
    labels = [
        (name, label.strip())
        for name, rows in CHOICES.findall(html)
        if "<optgroup" not in rows  # time zones: a group of them has a name of its own
        for label in LABEL.findall(rows)
    ]
    return labels + [(name, label.strip()) for name, label in BOX.findall(html)]


def test_no_two_choices_read_the_same(of_two_programs):
    offered, same = {}, []
    for model in [page.model._meta for page in PAGES if page.add_roles]:
        address = reverse(f"admin:{model.app_label}_{model.model_name}_add")
        offered[model.label] = labels_of(of_two_programs.get(address).content.decode())
        times = Counter(offered[model.label])
        same += [(model.label, *label) for label, number in times.items() if number > 1]
    assert same == []
    assert ("theme", "Finding time to meet (North)") in offered["checkins.Adjustment"]
    assert ("wave", "Pulse of Spring, January 2026 (South)") in offered["checkins.Adjustment"]
    assert ("cohort", "Spring (North)") in offered["announcements.SavedGroup"]
    assert any(label.endswith(" (South)") for _, label in offered["learning.LibraryItem"])
    assert any(label.endswith(" (South)") for _, label in offered["learning.TouchText"])


def test_one_program_is_not_named_in_each_choice(as_user, program):
    factories.cohort(program=program, name="Spring", slug="a-spring")
    chair = factories.member(program=program)
    html = as_user(chair).get(reverse("admin:announcements_savedgroup_add")).content.decode()
    assert ">Spring</option>" in html


def test_an_item_offers_only_topics_of_its_program(of_two_programs):
    item = LibraryItem.objects.filter(program__slug="north").first()
    address = reverse("admin:learning_libraryitem_change", args=[item.pk])
    labels = [label for _, label in labels_of(of_two_programs.get(address).content.decode())]
    assert "Asking and listening" in labels
    assert labels.count("Asking and listening") == 1
