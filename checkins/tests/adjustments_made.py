"""What tests about what the committee changed have in common."""

from __future__ import annotations

from django.urls import reverse

from checkins import adjustments

ADD = reverse("admin:checkins_adjustment_add")
SHOWN = "Meetings at noon"


def url(name, row):
    return reverse(f"admin:checkins_adjustment_{name}", args=[row.pk])


def page_of(program):
    return reverse("checkins:adjustment-list", args=[program.slug])


def read(client, program, **query):
    return " ".join(client.get(page_of(program), query).content.decode().split())


def published(row, cleo, **when):
    adjustments.publish(row, by=cleo, **when)
    return row
