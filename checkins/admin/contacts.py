"""The contact log: which committee member spoke with whom, and when."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matches.models import Match
from programs.committee import cares_for_pairs
from programs.committee_admin import CommitteeAdmin, find_field

from .. import contact_plan
from ..models import ContactLog
from ..models.concerns import TEXT_LENGTH


class ContactForm(forms.ModelForm):
    who = forms.ChoiceField(
        label=_("With"), choices=[("mentee", _("the mentee")), ("mentor", _("the mentor"))]
    )

    note = forms.CharField(
        label=_("Note"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = ContactLog
        fields = ("match", "who", "on", "how", "result", "note")

    def clean_on(self):
        """Refuse a day ahead: nobody would be asked to be in touch until then."""
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Enter the day of the contact: today or before."))
        return day


@admin.register(ContactLog)
class ContactLogAdmin(CommitteeAdmin):
    add_title = _("Add a contact")
    empty_words = _("No contacts yet.")
    empty_advice = _("Add one when you have spoken with someone you look after.")
    form = ContactForm
    duplicate_field = "note"
    other_list = ("admin:checkins_contactplan_changelist", _("Contacts due"))
    list_display = ("person", "match", "on", "how", "result", "member")
    list_filter = ("how", "result")
    list_select_related = ("person", "member", "match__mentee__person", "match__mentor__person")
    date_hierarchy = "on"
    ordering = ("-on", "-pk")
    sortable_by = ("on",)

    def has_module_permission(self, request):
        return cares_for_pairs(request)

    def has_add_permission(self, request):
        """A deputy may have no role of their own in the program that lets them add anything."""
        return cares_for_pairs(request)

    def row_title(self, row):
        return _("Contact with %(name)s") % {"name": row.person}

    def get_fields(self, request, obj=None):
        return (
            ("match", "person", "on", "how", "result", "note", "member", "logged_at")
            if obj
            else ("match", "who", "on", "how", "result", "note")
        )

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "match":
            pairs = Match.objects.in_care_of(request.user).open().with_people()
            names = ("mentee__person__name", "mentor__person__name")
            return find_field(db_field, pairs, search=names)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def fill_in(self, request, form):
        row = form.instance
        row.member = request.user
        row.person = getattr(row.match, form.cleaned_data["who"]).person

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        contact_plan.keep([obj.match_id])

    def has_duplicate(self, request, row):
        """Return whether the member has noted the same contact already, by sending twice."""
        list(Match.objects.select_for_update(no_key=True).filter(pk=row.match_id).values_list("pk"))
        known = ContactLog.objects.visible_to(request.user).filter(
            match=row.match, person=row.person, member=row.member, on=row.on, how=row.how,
            result=row.result,
        )  # fmt: skip
        return any(one.note == row.note for one in known)  # encrypted: a query cannot compare it

    def program_of(self, obj):
        return obj.match.program
