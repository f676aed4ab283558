"""The forms of the participants and of the committee."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event
from learning.models import LibraryItem, SupportTopic
from programs.models import Program

from . import being_contact, offering, requesting
from .models import TEXT_LENGTH, SupportContact, SupportRequest


class AskForm(forms.Form):
    """Which topic, and own words if the person likes."""

    topic = forms.ModelChoiceField(
        SupportTopic.objects.none(),
        label=_("What would you like support with?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose a topic."),
            "invalid_choice": _("Choose one of the topics of the program."),
        },
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("What would you like to learn, or what have you tried? Leave out names."),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, person: User, subject: requesting.Subject, code: str
    ) -> None:
        super().__init__(data)
        self.person, self.subject = person, subject
        rows = SupportTopic.objects.for_role(subject.program, subject.application.role)
        field = self.fields["topic"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        self.initial["topic"] = rows.filter(code=code).first() if code else None

    def clean_topic(self) -> SupportTopic:
        topic: SupportTopic = self.cleaned_data["topic"]
        if known := requesting.open_request(self.person, topic):
            raise forms.ValidationError(requesting.known_already(known))
        return topic

    def save(self) -> SupportRequest:
        """Ask. Raises as `requesting.ask`."""
        subject = self.subject
        return requesting.ask(
            person=self.person,
            application=subject.application,
            match=subject.match,
            topic=self.cleaned_data["topic"],
            text=self.cleaned_data["text"],
        )


class ContactForm(forms.Form):
    """How people may reach someone who agrees to be a contact."""

    shows_email = forms.BooleanField(required=False)
    shows_phone = forms.BooleanField(required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        person: User,
        program: Program,
        saved: SupportContact | None,
    ) -> None:
        super().__init__(data)
        self.person, self.program = person, program
        phone = person.profile.phone
        self.fields["shows_email"].label = str(_("By e-mail: %(address)s")) % {
            "address": person.email
        }
        self.fields["shows_phone"].label = str(_("By telephone: %(number)s")) % {"number": phone}
        if not phone:
            del self.fields["shows_phone"]
        if saved is not None:
            self.initial = {"shows_email": saved.shows_email, "shows_phone": saved.shows_phone}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("shows_email") or cleaned.get("shows_phone")):
            words = _("Choose at least one way in which people may reach you.")
            self.add_error("shows_email", words)
        return cleaned

    def save(self) -> SupportContact:
        """Agree. Raises as `being_contact.agree`."""
        cleaned = self.cleaned_data
        return being_contact.agree(
            self.program,
            by=self.person,
            shows_email=cleaned["shows_email"],
            shows_phone=cleaned.get("shows_phone", False),
        )


class RequestChoice(forms.ModelMultipleChoiceField):
    """Requests to tick, each with who asked."""

    def label_from_instance(self, obj: SupportRequest) -> str:  # type: ignore[override]  # as used
        return f"{obj.person} ({obj.role_label})"


class AnswerForm(forms.Form):
    """What the committee offers, and to whom."""

    people = RequestChoice(
        SupportRequest.objects.none(),
        label=_("To whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )
    event = forms.ModelChoiceField(
        Event.objects.none(),
        label=_("An event"),
        help_text=_("One for which they can sign up."),
        required=False,
        empty_label=_("No event"),
    )
    item = forms.ModelChoiceField(
        LibraryItem.objects.none(),
        label=_("A library item"),
        required=False,
        empty_label=_("No library item"),
    )
    contact = forms.ModelChoiceField(
        SupportContact.objects.none(),
        label=_("A contact"),
        help_text=_("Members and mentors who have agreed. They are shown as they allow."),
        required=False,
        empty_label=_("No contact"),
    )
    text = forms.CharField(
        label=_("Your words"),
        help_text=_("Everyone whom you choose reads the same, each in an e-mail of their own."),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, requests: Sequence[SupportRequest], member: User
    ) -> None:
        super().__init__(data)
        self.member, self.requests = member, requests
        program, now = requests[0].program, timezone.now()
        ids = [one.pk for one in requests]
        mine = SupportRequest.objects.for_committee(member).filter(pk__in=ids)
        events = [one.pk for one in offering.coming_events(program.pk, at=now)]
        items = LibraryItem.objects.for_committee(member).current().filter(program=program)
        offered = SupportContact.objects.for_committee(member).available(program)
        rows = {
            "people": mine.select_related("person", "application"),
            "event": Event.objects.filter(pk__in=events).select_related("program"),
            "item": items.select_related("program"),
            "contact": offered.select_related("person"),
        }
        for name, found in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found.order_by(*found.model._meta.ordering)
        self.initial = {"people": ids}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("people")
        if chosen and not self.errors:
            for column, words in offering.problems(self.chosen, self.offer, at=timezone.now()):
                self.add_error(column, words)
        return cleaned

    @property
    def chosen(self) -> list[SupportRequest]:
        ids = {one.pk for one in self.cleaned_data["people"]}
        return [one for one in self.requests if one.pk in ids]

    @property
    def offer(self) -> offering.Offer:
        data = self.cleaned_data
        text = data.get("text", "")
        return offering.Offer(data.get("event"), data.get("item"), data.get("contact"), text)

    def save(self) -> int:
        """Answer; return how many. Raises as `offering.answer`."""
        return offering.answer(self.chosen, self.offer, by=self.member)
