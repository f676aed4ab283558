"""The page /styleguide/: every component with invented content. Only with DEBUG (see urls)."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOPICS = [("change", "Change"), ("relations", "Employee relations"), ("leading", "Leading people")]
RHYTHM = [("2", "Every two weeks"), ("4", "Every month"), ("6", "Every six weeks")]
LEVELS = [("", "Choose one"), ("early", "First years"), ("senior", "Senior")]


class SampleForm(forms.Form):
    goal = forms.CharField(
        label="Your goal",
        help_text="One clear goal is enough to begin.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    measure = forms.CharField(
        label="How will you know you got there?",
        help_text="Something that another person could see.",
    )
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    level = forms.ChoiceField(label="Where you are in your career", choices=LEVELS)
    on = forms.DateField(
        label="First meeting", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    rhythm = forms.ChoiceField(
        label="How often will you meet?", choices=RHYTHM, widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        help_text="Choose up to three.",
        choices=TOPICS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(
        label="I have read who will see this",
        help_text="The committee, and your match after publication.",
    )


def page(request: HttpRequest) -> HttpResponse:
    """Show every component with invented content."""
    bad = SampleForm(
        {"bad-email": "ruth.adeyemi", "bad-goal": "Lead hiring panels in my second language"},
        prefix="bad",
    )
    return render(request, "styleguide.html", {"clean": SampleForm(), "bad": bad, **SAMPLES})


page = login_not_required(page)

SAMPLES = {
    "states": ["On track", "Drifting", "Stuck", "Asked for help", "Ending", "Submitted"],
    "steps": [
        {"label": "You were introduced", "state": "done", "note": "3 March"},
        {"label": "First meeting", "state": "done", "note": "11 March, 60 minutes"},
        {"label": "Sign your agreement", "state": "now", "note": "Ruth has signed", "url": "#"},
        {"label": "Fit check", "state": "later"},
        {"label": "Closing conversation", "state": "later", "note": "in February"},
    ],
    "tasks": [
        {"label": "About you", "state": "completed", "url": "#", "hint": "2 minutes"},
        {
            "label": "What you need help with",
            "state": "incomplete",
            "url": "#",
            "hint": "5 minutes",
        },
        {"label": "Times and places", "state": "problem", "url": "#"},
        {"label": "Check and send", "state": "cannot_start"},
    ],
    "rows": [
        {"key": "Name", "value": "Amina Farah", "url": "#"},
        {
            "key": "Goals",
            "value": ["Lead hiring panels", "Understand labour relations"],
            "url": "#",
        },
        {"key": "Limits", "value": "", "url": "#"},
    ],
    "facts": ["HR business partner, health care", "Toronto, Eastern time", "English, Somali"],
    "reasons": [
        {"kind": "U", "text": "moved into the field in mid-career"},
        {"kind": "H", "text": "2 of your 3 topics"},
        {"kind": "P", "text": "both free on Tuesday evenings"},
        {"kind": "W", "text": "you asked for someone outside your industry"},
        {"kind": "!", "text": "at full capacity"},
    ],
    "entries": [
        {"at": date(2026, 3, 11), "title": "First meeting held", "text": "60 minutes, by video"},
        {
            "at": date(2026, 3, 3),
            "title": "Introduced",
            "text": "Published by the committee",
            "url": "#",
        },
    ],
    "health": [
        {"label": "On track", "value": 24, "figure": "24 (67%)", "tone": "ok", "url": "#"},
        {"label": "Drifting", "value": 7, "figure": "7 (19%)", "tone": "amber", "url": "#"},
        {"label": "Stuck", "value": 3, "figure": "3 (8%)", "tone": "bad", "url": "#"},
        {"label": "Asked for help", "value": 1, "figure": "1 (3%)", "tone": "bad", "url": "#"},
        {"label": "Ending", "value": 1, "figure": "1 (3%)", "tone": "plum", "url": "#"},
    ],
    "pipeline": [
        {"label": "Applied", "value": 92},
        {"label": "Reviewed", "value": 84, "tone": 2},
        {"label": "Matched", "value": 72, "tone": 3},
        {"label": "Signed", "value": 66, "tone": 4},
        {"label": "Meeting", "value": 62, "tone": 5},
        {"label": "No meeting", "value": 0, "tone": 6},
    ],
    "pairs": [
        {
            "pair": "Amina Farah and Ruth Adeyemi",
            "state": "On track",
            "meeting": "11 March",
            "minutes": 60,
        },
        {
            "pair": "Joel Tremblay and Priya Nair",
            "state": "Drifting",
            "meeting": "2 February",
            "minutes": 45,
        },
    ],
}
