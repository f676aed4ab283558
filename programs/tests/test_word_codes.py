"""A word that is added on a page has a name in any script, and no other word has it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Industry
from programs.models import Experience, ProgramActivity, Topic
from programs.spellings import unique_code
from testkit import factories

SCRIPTS = (
    "الرواتب", "医疗保健", "Бухгалтерия", "Λογιστική", "שכר", "การเงิน", "हिन्दी", "회계", "Łódź",
    "C++", "C#", "C", "Paie été",
)  # fmt: skip
KINDS = [(Topic, "subject"), (Experience, None), (ProgramActivity, "activity"), (Industry, None)]


@pytest.fixture(params=KINDS, ids=lambda kind: kind[0].__name__)
def add(request, as_user, cleo, program):
    """Add a word on its page; return the page that answers."""
    model, kind = request.param
    client, url = as_user(cleo), reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")

    def post(name, **data):
        own = {} if model is Industry else {"program": program.pk, "position": 1, "kind": kind}
        sent = {"name_en": name, **own, **data}
        return client.post(url, {key: value for key, value in sent.items() if value is not None})

    post.model = model
    return post


def known(model, program, **columns):
    own = {} if model is Industry else {"program": program}
    return model.objects.create(**own, **columns)


def test_a_name_in_every_script_gets_a_code_of_its_own(add):
    for name in SCRIPTS:
        assert add(name).status_code == 302, name
    words = add.model.objects.all()
    assert {one.names["en"] for one in words} == set(SCRIPTS)
    assert len({one.code for one in words}) == len(SCRIPTS)
    assert next(one.code for one in words if one.names["en"] == SCRIPTS[0]) == unique_code(
        SCRIPTS[0], set()
    )  # as an import makes it
    for one in words:
        one.full_clean()  # a code that its column takes


def test_a_name_whose_code_belongs_to_another_name_is_no_duplicate(add, program):
    known(add.model, program, code="payroll", names={"en": "Wages"})
    assert add("Payroll").status_code == 302
    assert add.model.objects.exclude(code="payroll").get().names == {"en": "Payroll"}


@pytest.mark.parametrize("name", ["Payroll", " payroll ", "PAYROLL"])
def test_the_name_of_another_word_is_refused_beside_its_field(add, program, name):
    known(add.model, program, code="x", names={"en": "Payroll", "fr": "Paie"})
    form = add(name).context["adminform"].form
    assert form.errors == {"name_en": ["Another entry has this name already. Choose another name."]}
    form = add("Salaries", name_fr="paie").context["adminform"].form
    assert list(form.errors) == ["name_fr"]


def test_the_name_of_a_retired_word_leads_to_restoring_it(add, program):
    known(add.model, program, code="x", names={"en": "医疗"}, retired_on="2026-01-01")
    form = add("医疗").context["adminform"].form
    assert "Restore it" in form.errors["name_en"][0]


def test_another_program_may_have_the_same_word(as_user, cleo, program):
    other = factories.program()
    Topic.objects.create(program=other, code="payroll", names={"en": "Payroll"})
    data = {"name_en": "Payroll", "program": program.pk, "kind": "subject", "position": 1}
    as_user(cleo).post(reverse("admin:programs_topic_add"), data)
    assert Topic.objects.get(program=program).code == "payroll"


def test_a_word_that_keeps_its_name_can_be_changed(as_user, cleo, program):
    for code in ("a", "b"):  # two with one name, as older data may have
        Topic.objects.create(program=program, code=code, names={"en": "Pay"})
    first = Topic.objects.get(code="a")
    url = reverse("admin:programs_topic_change", args=[first.pk])
    data = {"name_en": "Pay", "program": program.pk, "kind": "subject", "position": 7}
    assert as_user(cleo).post(url, data).status_code == 302
    first.refresh_from_db()
    assert (first.position, first.code) == (7, "a")
    data["name_en"] = "pay"
    assert as_user(cleo).post(url, data).status_code == 200
