"""What the readers of an application think of it, each on their own, before it is decided."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import Membership, conflict_between

from .applications import Application
from .review import Decision

Person = settings.AUTH_USER_MODEL


class OpinionQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and what others wrote of an application about which all have written.

        Whoever has still to write reads none, and neither does anyone else: what a chair says in
        passing is a hint too. Never the person that it is about.
        """
        if not user.is_authenticated:
            return self.none().scoped("no one")
        about = Q(application__in=Application.objects.for_committee(user))
        open_ = Q(reader=user.pk) | ~Q(written_at=None) & Q(_is_complete())
        return self.filter(about & open_).scoped("own, or all have written")

    def assignments(self, user: User | AnonymousUser) -> Self:
        """Who reads which application, for the committee; ask these rows for no outcome or text."""
        about = Application.objects.for_committee(user)
        rows = self.filter(application__in=about).defer("outcome", "text")
        return rows.with_possible().scoped("committee")

    def with_possible(self) -> Self:
        """Annotate `is_possible`: the reader may write today."""
        return self.annotate(is_possible=_is_possible())

    def waiting(self) -> Self:
        """Those that their readers have still to write, of applications that wait for it."""
        return self.filter(written_at=None, application__state=Application.State.SUBMITTED)

    def expected(self) -> Self:
        """Those that are still to be written, by someone who may."""
        return self.filter(_is_possible(), written_at=None)

    def usable(self) -> Self:
        """Those that are written, or still can be."""
        return self.filter(Q(written_at__isnull=False) | Q(_is_possible()))

    def written(self) -> Self:
        return self.exclude(written_at=None)


def _is_possible() -> ExpressionWrapper:
    """Whether the reader may write: a member who decides, without a conflict of interest.

    A role that has ended, or a conflict that was declared since, must not keep others waiting.
    """
    decides = Membership.objects.live().filter(
        user=OuterRef("reader"),
        program=OuterRef("application__cohort__program"),
        role__in=Membership.READERS,
    )
    allowed = Q(Exists(decides)) | Q(reader__is_superuser=True)
    near = conflict_between("reader", "application__person")
    return ExpressionWrapper(
        allowed & ~near & Q(reader__is_active=True), output_field=models.BooleanField()
    )


def _is_complete() -> Exists:
    """Whether all readers who may write, and as many as the program wanted, have written.

    The number that counted when the first opinion was written: a setting that is lowered must not
    open it early, and one that is raised can't hide what has been read. Once the person knows the
    decision, no one is influenced any more.
    """
    of_same = Opinion.system.filter(application=OuterRef("pk")).order_by()
    counted = of_same.written().values("application").annotate(n=models.Count("pk")).values("n")
    complete = Application.objects.filter(pk=OuterRef("application")).annotate(
        number=Coalesce(models.Subquery(counted), 0)
    )
    wanted = of_same.written().order_by("written_at", "pk").values("wanted")[:1]
    needed = Coalesce(models.Subquery(wanted), F("cohort__program__policy__opinions_needed"))
    is_over = ~Q(state=Application.State.SUBMITTED)
    is_written = Q(number__gte=needed) & ~Q(Exists(of_same.expected()))
    return Exists(complete.filter(is_over | is_written))


class Opinion(ConfidentialModel):
    """One reader of one application: assigned first, then written once."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    reader = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("reader"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("assigned by"))
    assigned_at = models.DateTimeField(_("assigned at"), default=timezone.now, editable=False)
    outcome = models.CharField(
        _("recommendation"), max_length=10, choices=Decision.Outcome, blank=True
    )
    text = EncryptedTextField(_("why"), blank=True)
    written_at = models.DateTimeField(_("written at"), null=True, editable=False)
    # How many opinions the program wanted when the first one of the application was written.
    wanted = models.PositiveSmallIntegerField(null=True, editable=False)

    is_possible: bool  # annotated by `with_possible`

    objects = OpinionQuerySet.as_manager()
    system = SystemManager.from_queryset(OpinionQuerySet)()

    class Meta:
        verbose_name = _("opinion of a reader")
        verbose_name_plural = _("opinions of readers")
        ordering = ["assigned_at", "pk"]
        indexes = [
            models.Index(fields=["reader"], condition=Q(written_at=None), name="opinion_to_write"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reader"], name="one_opinion_per_reader"
            ),
            models.CheckConstraint(
                condition=Q(written_at=None, outcome="")
                | Q(written_at__isnull=False) & ~Q(outcome=""),
                name="opinion_written_with_a_recommendation",
            ),
        ]
