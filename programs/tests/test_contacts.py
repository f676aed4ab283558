"""A text that says to call has a number to call, on every page that shows it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from testkit import factories


@pytest.mark.parametrize(
    ("note", "phone", "wrong"),
    [
        ("Call 112.", "", None),
        ("", "", None),
        ("Write to the committee.", "", None),
        ("If someone is in danger, call the ambulance.", "", "emergency_note"),
        ("Call 911 first. Then call us.", "", "contact_phone"),
        ("Call 911 first. Then call us.", "+1 416 555 0100", None),
        ("Appelez le 911, puis appelez-nous.", "", "contact_phone"),
        ("Téléphonez aux secours.", "", "emergency_note"),
        ("Call 911.", "at the office", "contact_phone"),
    ],
)
def test_whom_to_call_comes_with_a_number(note, phone, wrong, program):
    program.emergency_note, program.contact_phone = note, phone
    program.other_help = "The library has a list of other programs."
    if wrong is None:
        program.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        program.full_clean()
    assert set(refused.value.message_dict) == {wrong}


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_the_help_page_shows_the_number(is_signed_in, program, cohort, dan, as_user, client):
    program.emergency_note = "Call 911 first. Then call us."
    program.contact_phone = "+1 416 555 0100"
    program.save()
    factories.application(dan, cohort)
    reader = as_user(dan) if is_signed_in else client
    text = reader.get(reverse("checkins:concern-create")).content.decode()
    assert 'href="tel:+14165550100"' in text
