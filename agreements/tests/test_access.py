import re

import pytest
from django.urls import reverse

from agreements.models import (
    AgreedActivity,
    AgreedGoal,
    Agreement,
    AgreementText,
    AgreementVersion,
    Signature,
)
from programs.models import Conflict
from testkit import agreements as make
from testkit import factories

pytestmark = pytest.mark.django_db
CONTENT = (AgreementText, AgreedGoal, AgreedActivity)
LIST = "admin:agreements_agreementversion_changelist"


def sees(user):
    return {
        model.__name__
        for model in (Agreement, AgreementVersion, Signature, *CONTENT)
        if model.objects.visible_to(user).exists()
    }


ROWS, ALL = (
    {"Agreement", "AgreementVersion", "Signature"},
    {"Agreement", "AgreementVersion", "Signature", "AgreementText", "AgreedGoal", "AgreedActivity"},
)


def test_the_pair_reads_the_text_and_the_committee_only_dates(match, ada, ben, cleo, dan):
    make.signed(match)
    assert [sees(user) for user in (ada, ben, cleo, dan)] == [ALL, ALL, ROWS, set()]


def test_the_committee_reads_the_text_once_both_allow_it(match, ada, ben, cleo):
    version = make.signed(match)
    for person in (ada, ben):
        assert sees(cleo) == ROWS
        version.agreement.open_to_committee(by=person, at=version.signed_at)
    assert sees(cleo) == ALL
    Conflict.objects.create(member=cleo, person=ada)
    assert sees(cleo) == set()


def test_the_admin_counts_goals_and_shows_no_text(match, as_user, cleo):
    version = make.signed(
        match,
        goals={
            "goals": [{"key": "", "text": f"Secret {n}", "measure": "Hidden"} for n in range(2)]
        },
    )
    client = as_user(cleo)
    listed = client.get(reverse(LIST)).content.decode()
    detail = client.get(
        reverse("admin:agreements_agreementversion_change", args=[version.pk])
    ).content.decode()
    for column in ("goals", "measured"):
        assert re.search(rf'<td class="field-{column}"[^>]*>2</td>', listed)
    for found in (listed, detail):
        assert "Secret" not in found
        assert "Hidden" not in found
    assert "Only the pair can read it." in detail


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_admin_list_asks_as_often_for_three_as_for_one(
    pairs, cohort, as_user, cleo, django_assert_num_queries
):
    for _n in range(pairs):
        make.signed(factories.match(factories.person(), factories.person(), cohort))
    client = as_user(cleo)
    client.get(reverse(LIST))
    with django_assert_num_queries(7):
        client.get(reverse(LIST))
