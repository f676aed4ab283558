"""What a form needs at times is not called optional: its hint says when it is needed."""

import re

from django import forms
from django.template import engines
from django.urls import reverse
from django.utils import translation

from applications.forms.review import DecisionForm


def all_of(kind):
    """Return every subclass that is imported."""
    return {one for child in kind.__subclasses__() for one in (child, *all_of(child))}


def test_it_is_not_called_optional():
    template = engines["django"].from_string("{% load crispy_forms_tags %}{{ form|crispy }}")
    called = {"en": ("Reason", "(optional)"), "fr": ("Motif", "(facultatif)")}
    for language, (reason, optional) in called.items():
        with translation.override(language):
            html = template.render({"form": DecisionForm()})
        words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        assert f"{reason} {optional}" not in words
        assert words.count(optional) == 1, "the comment is"


def test_every_form_knows_what_its_hints_call_needed():
    """A hint such as "Required unless you accept" beside "(optional)" would be a riddle."""
    assert reverse("admin:index")  # which imports every form
    said = re.compile(r"(only )?(needed|required)\b", re.IGNORECASE)
    found = {
        (form, name)
        for form in all_of(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if not field.required and said.match(str(field.help_text))
    }
    assert {(form.__name__, name) for form, name in found} >= {
        ("DecisionForm", "reason"), ("CommitteeEndForm", "tried_on"),
    }  # fmt: skip
    assert not [one for one in found if one[1] not in getattr(one[0], "needed_at_times", ())]
