import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import Industry, Language
from programs.models import Experience, ProgramActivity, Topic
from programs.seeds import LISTS, load_vocabulary


def test_seeding_twice_adds_nothing_the_second_time(db, capsys):
    call_command("seed_vocabulary", "hr")
    first = (
        Topic.objects.count(),
        Experience.objects.count(),
        Language.objects.count(),
        Industry.objects.count(),
        ProgramActivity.objects.count(),
    )
    call_command("seed_vocabulary", "hr")
    assert first == (44, 18, 16, 15, 8)
    assert (
        Topic.objects.count(),
        Experience.objects.count(),
        Language.objects.count(),
        Industry.objects.count(),
        ProgramActivity.objects.count(),
    ) == first
    assert capsys.readouterr().out.splitlines() == ["101 new entries.", "0 new entries."]


def test_seeding_keeps_the_committees_changes(db):
    load_vocabulary("hr")
    Topic.objects.filter(code="payroll").update(names={"en": "Pay"})
    load_vocabulary("hr")
    assert str(Topic.objects.get(code="payroll")) == "Pay"


def test_seeded_names_have_french_translations(db):
    load_vocabulary("hr")
    with translation.override("fr"):
        assert str(Topic.objects.get(code="payroll")) == "Paie et opérations"


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_goals_subjects_and_experiences(db, program, name):
    load_vocabulary(name, program)
    kinds = set(Topic.objects.current(program).values_list("kind", flat=True))
    assert {"goal", "subject"} <= kinds
    assert Experience.objects.current(program).exists()


def test_a_program_with_a_list_of_its_own_does_not_use_the_shared_one(db, program):
    load_vocabulary("hr")
    load_vocabulary("volunteers", program)
    assert {
        topic.program for topic in Topic.objects.current(program).select_related("program")
    } == {program}


def test_an_unknown_program_is_reported(db):
    with pytest.raises(CommandError, match="no program with the short name nowhere"):
        call_command("seed_vocabulary", "hr", "--program", "nowhere")
