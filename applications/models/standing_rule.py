"""Whose application needs good standing and lacks it, for queries of applications."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from programs.models import Policy

POLICY = "cohort__program__policy"  # of an application


def lacks_standing() -> Q:
    """Match applications to programs that need good standing, without it."""
    required = Q(**{f"{POLICY}__standing_rule": Policy.StandingRule.REQUIRED})
    # By its name: the table refers to applications, whose queries ask this.
    standings = apps.get_model("applications", "Standing")
    good = standings.system.good().filter(application=OuterRef("pk"))  # type: ignore[attr-defined]  # of its own
    return required & ~Q(Exists(good))
