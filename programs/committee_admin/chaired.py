"""Pages of rows that belong to a program, which its chairs add."""

from __future__ import annotations

from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest

from ..committee import Role
from ..models import Program
from .base import CommitteeAdmin


class ChairedAdmin(CommitteeAdmin):
    """Whoever adds a row chooses among the programs that they chair."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
