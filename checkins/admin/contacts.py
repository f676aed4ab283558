"""The contact log: which committee member spoke with whom, and when."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin
from programs.models import Membership

from ..care_access import matches_in_care_of
from ..models import ContactLog


class ContactForm(forms.ModelForm):
    who = forms.ChoiceField(
        label=_("spoke with"), choices=[("mentee", _("the mentee")), ("mentor", _("the mentor"))]
    )

    class Meta:
        model = ContactLog
        fields = ("match", "who", "on", "how", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 5, "maxlength": 4000})}


@admin.register(ContactLog)
class ContactLogAdmin(CommitteeAdmin):
    empty_words = _("No contacts yet. Add one when you have spoken with someone you look after.")
    form = ContactForm
    add_roles = (Membership.Role.CARER, Membership.Role.CHAIR)
    list_display = ("person", "match", "on", "how", "member")
    list_filter = ("how",)
    list_select_related = ("person", "member", "match__mentee__person", "match__mentor__person")
    date_hierarchy = "on"
    ordering = ("-on",)

    def get_fields(self, request, obj=None):
        return (
            ("match", "person", "on", "how", "note", "member")
            if obj
            else ("match", "who", "on", "how", "note")
        )

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "match":
            kwargs["queryset"] = matches_in_care_of(request.user).open().with_people()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        obj.member = request.user
        obj.person = getattr(obj.match, form.cleaned_data["who"]).person
        super().save_model(request, obj, form, change)

    def program_of(self, obj):
        return obj.match.program
