"""Filters for the pages of django-allauth."""

from __future__ import annotations

from django import forms, template

from accounts import devices

register = template.Library()


@register.filter
def device_name(user_agent: str) -> str:
    """Return "Firefox on Windows" for a browser's User-Agent."""
    return devices.device_name(user_agent)


@register.filter
def without_placeholders(form: forms.BaseForm) -> forms.BaseForm:
    """Drop placeholders: allauth's repeat the label, and vanish while one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form
