"""Forms about the end of a pair."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from . import ending_texts, endings, follow_ups
from .models import Closure, EndingReason, FollowUp, Match
from .models.endings import TEXT_LENGTH

Kind, Cause = Match.Closed, Closure.Cause
KEEP_TO_COMMITTEE = _("Only your carer in the committee and the chair read it.")


def _text_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReasonForm(forms.Form):
    """Why, if the person wants to say so; the partner never reads it."""

    reason = forms.ChoiceField(
        label=_("Why?"), help_text=KEEP_TO_COMMITTEE, required=False, widget=forms.RadioSelect
    )
    reason_text = forms.CharField(
        label=_("In your own words"),
        help_text=KEEP_TO_COMMITTEE,
        required=False,
        max_length=TEXT_LENGTH,
        widget=_text_area(),
    )

    def __init__(self, data: QueryDict | None = None, *, match: Match) -> None:
        super().__init__(data)
        self.match = match
        self.fields["reason"].choices = [
            ("", _("I'd rather not say")),
            *EndingReason.Reason.choices,
        ]

    def save_reason(self, *, by: User) -> None:
        """Store the reason. Raises as `endings.give_reason`."""
        data = self.cleaned_data
        endings.give_reason(self.match, by=by, reason=data["reason"], text=data["reason_text"])


class AskForm(ReasonForm):
    """Ask the committee to join."""

    def save(self, *, by: User) -> None:
        """Ask, with the reason. Raises as `endings.ask_committee`."""
        endings.ask_committee(self.match, by=by)
        self.save_reason(by=by)


class EndForm(ReasonForm):
    """End one's own pair, with what the partner reads and what only the committee reads."""

    kind = forms.ChoiceField(
        label=_("How does it end?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it ends.")},
    )
    farewell = forms.CharField(
        label=_("A few words to your partner"),
        help_text=_("Your partner reads them on your page. No one else does."),
        required=False,
        max_length=TEXT_LENGTH,
        widget=_text_area(),
    )
    offers_last_meeting = forms.BooleanField(
        label=_("I would like a last meeting to say goodbye, if my partner wants one"),
        required=False,
    )

    field_order = ("kind", "farewell", "offers_last_meeting", "reason", "reason_text")

    def __init__(self, data: QueryDict | None = None, *, match: Match) -> None:
        super().__init__(data, match=match)
        completed = endings.completed_kind(match)
        self.fields["kind"].choices = [
            (Kind.BY_CHOICE, _("I would like to end it")),
            (Kind.BY_CIRCUMSTANCE, _("I can't go on: something changed in my life or work")),
            (completed, _("We have done what we came for")),
        ]

    def closure(self, *, by: User) -> Closure:
        """Return the ending as it would be, unsaved, for the preview."""
        kind = self.cleaned_data["kind"]
        cause = endings.cause_for(self.match, kind, by=by)
        offered_on = timezone.localdate() if self.cleaned_data["offers_last_meeting"] else None
        return Closure(
            match=self.match,
            kind=kind,
            cause=cause,
            person=None if cause == Cause.EXPECTED else by,
            closed_by=by,
            last_meeting_offered_on=offered_on,
        )

    def save(self, *, by: User) -> Closure:
        """End the pair. Raises as `endings.end`."""
        data = self.cleaned_data
        closure = endings.end(
            self.match,
            by=by,
            kind=data["kind"],
            farewell=data["farewell"],
            offers_last_meeting=data["offers_last_meeting"],
        )
        self.save_reason(by=by)
        return closure


class NextForm(forms.Form):
    """What someone wants after their pair has ended."""

    wish = forms.ChoiceField(
        label=_("What would you like next?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    is_rest_skipped = forms.BooleanField(required=False)
    wants_same_partner = forms.BooleanField(
        label=_("I would also be glad to be matched with the same person again"),
        help_text=_("It only counts if both of you say so. Your partner isn't told."),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, follow_up: FollowUp) -> None:
        given = {name: getattr(follow_up, name) for name in ("wish", *FLAGS)}
        super().__init__(data, initial=given)
        self.follow_up = follow_up
        match = follow_up.closure.match
        application = match.application_of(follow_up.person)
        self.fields["wish"].choices = follow_ups.wishes_of(application, given=follow_up.wish)
        days = match.program.policy.rematch_buffer_days
        self.fields["is_rest_skipped"].label = _(
            "As soon as possible, without the usual pause of %(days)s days"
        ) % {"days": days}
        if application.is_mentor or not days:
            del self.fields["is_rest_skipped"]

    def save(self, *, by: User) -> None:
        """Store the answer. Raises as `follow_ups.answer`."""
        follow_ups.answer(self.follow_up, by=by, **self.cleaned_data)


FLAGS = ("is_rest_skipped", "wants_same_partner")


class CommitteeEndForm(forms.Form):
    """End a pair for the committee: what happened, to whom, and the dates of the checklist."""

    needed_at_times: ClassVar[set[str]] = {"about", "tried_on"}

    cause = forms.ChoiceField(label=_("What happened"), widget=forms.RadioSelect)
    about = forms.ChoiceField(
        label=_("Which of the two it is about"),
        help_text=_("Each of the two reads a text of their own."),
        required=False,
    )
    tried_on = forms.DateField(
        label=_("Tried to reach them another way on"),
        help_text=_("Needed if someone could not be reached."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    offers_last_meeting = forms.BooleanField(label=_("Offer a last meeting"), required=False)
    note = forms.CharField(
        label=_("Note for the committee"),
        help_text=_("Only the carer, the deputy and the chair read it."),
        required=False,
        max_length=TEXT_LENGTH,
        widget=_text_area(),
    )

    def __init__(self, data: QueryDict | None = None, *, matches: list[Match]) -> None:
        super().__init__(data)
        self.matches = matches
        left_out = {Cause.LEFT}  # withdrawing and erasing do that
        self.fields["cause"].choices = [
            (value, label) for value, label in Cause.choices if value not in left_out
        ]
        names: dict[str, str | Promise] = {"mentee": _("the mentee"), "mentor": _("the mentor")}
        if len(matches) == 1:
            mentee, mentor = matches[0].people
            names = {
                "mentee": _("%(name)s, the mentee") % {"name": mentee},
                "mentor": _("%(name)s, the mentor") % {"name": mentor},
            }
        self.fields["about"].choices = [("", _("Neither, or both")), *names.items()]

    def clean_tried_on(self) -> date | None:
        tried_on: date | None = self.cleaned_data["tried_on"]
        if tried_on and tried_on > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future. Enter when you tried."))
        return tried_on

    def clean(self) -> None:
        cause, data = self.cleaned_data.get("cause"), self.cleaned_data
        if cause in Closure.ABOUT_ONE and not data.get("about"):
            self.add_error("about", _("Choose which of the two this is about."))
        if cause == Cause.SILENCE and not data.get("tried_on") and "tried_on" not in self.errors:
            text = _("Try to reach them another way first, and enter on which day you tried.")
            self.add_error("tried_on", text)

    def closure(self, match: Match, *, by: User) -> Closure:
        """Return the ending of `match` as it would be, unsaved, for the preview."""
        data = self.cleaned_data
        offered_on = timezone.localdate() if data["offers_last_meeting"] else None
        return Closure(
            match=match,
            kind=self._kind(match),
            cause=data["cause"],
            person=self._about(match),
            closed_by=by,
            last_meeting_offered_on=offered_on,
        )

    def save(self, match: Match, *, by: User) -> Closure:
        """End one of the pairs. Raises as `endings.end`."""
        data = self.cleaned_data
        closure = endings.end(
            match,
            by=by,
            kind=self._kind(match),
            cause=data["cause"],
            about=self._about(match),
            offers_last_meeting=data["offers_last_meeting"],
            tried_on=data["tried_on"] if data["cause"] == Cause.SILENCE else None,
        )
        endings.note(match, by=by, text=data["note"])
        return closure

    def _kind(self, match: Match) -> str:
        cause = self.cleaned_data["cause"]
        completed = endings.completed_kind(match)
        return endings.KIND_OF_CAUSE.get(cause, completed)

    def _about(self, match: Match) -> User | None:
        if self.cleaned_data["cause"] not in Closure.ABOUT_ONE:
            return None
        mentee, mentor = match.people
        return mentee if self.cleaned_data["about"] == "mentee" else mentor

    @property
    def procedures(self) -> list[tuple[str, list[object]]]:
        """What the committee does for each answer to "what happened", for the page."""
        labels = dict(self.fields["cause"].choices)
        return [(labels[cause], list(ending_texts.PROCEDURES[cause])) for cause in labels]


class EndingNoteForm(forms.ModelForm):
    """A note and the dates of the checklist of an ended pair."""

    text = forms.CharField(
        label=_("Note for the committee"),
        help_text=_("Only the carer, the deputy and the chair read it."),
        required=False,
        max_length=TEXT_LENGTH,
        widget=_text_area(),
    )

    class Meta:
        model = Closure
        fields = ("explained_on", "last_meeting_offered_on", "asked_on", "thanked_on")
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in fields}

    def record(self, *, by: User) -> None:
        """Store the note and the dates. Raises as `endings.note`."""
        dates = {name: self.cleaned_data[name] for name in self.Meta.fields}
        endings.note(self.instance.match, by=by, text=self.cleaned_data["text"], dates=dates)
