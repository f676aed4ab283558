"""The person, who signs in with an e-mail address. People are anonymized, never deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.placeholder_address import is_real
from access.scoping import ScopedQuerySet

from ..timezones import zone_names
from .vocabulary import Employer, Industry, Language

NOT_IN_A_NAME = re.compile(
    r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]|https?:|www\.|://", re.IGNORECASE
)

MOST_LINKS = 3
is_web_address = URLValidator(schemes=["https", "http"])

ERASED_DOMAIN = "@erased.invalid"  # a reserved domain, so it receives no mail
MERGED_DOMAIN = "@merged.invalid"  # of an account that was merged into another one

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = {
    "mon": pgettext_lazy("short weekday", "Mon"),
    "tue": pgettext_lazy("short weekday", "Tue"),
    "wed": pgettext_lazy("short weekday", "Wed"),
    "thu": pgettext_lazy("short weekday", "Thu"),
    "fri": pgettext_lazy("short weekday", "Fri"),
    "sat": pgettext_lazy("short weekday", "Sat"),
    "sun": pgettext_lazy("short weekday", "Sun"),
}
PARTS = {
    "early": (6, 9),
    "morning": (9, 12),
    "midday": (12, 14),
    "afternoon": (14, 17),
    "evening": (17, 21),
}
PART_NAMES = {
    "early": _("Early morning"),
    "morning": _("Morning"),
    "midday": _("Midday"),
    "afternoon": _("Afternoon"),
    "evening": _("Evening"),
}
SLOTS = tuple(f"{day}-{part}" for day in DAYS for part in PARTS)  # local wall time of the person


def validate_name(value: str) -> None:
    """Reject control characters and links: names go into subject lines of e-mails."""
    if NOT_IN_A_NAME.search(value):
        raise ValidationError(_("Enter a name without links or control characters."))


def validate_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a name of an IANA time zone."""
    if value not in zone_names():
        raise ValidationError(_("Select a time zone from the list."))


def validate_slots(value: object) -> None:
    if not isinstance(value, list) or not set(value) <= set(SLOTS):
        raise ValidationError(_("Select times from the list."))


def validate_links(value: object) -> None:
    """Raise ValidationError unless `value` is a list of at most MOST_LINKS addresses of pages."""
    if not isinstance(value, list) or len(value) > MOST_LINKS:
        raise ValidationError(_("Enter at most three links, each on a line of its own."))
    for link in value:
        is_web_address(link)


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, in any script; "" for none."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class UserQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return only the user. Others are reached through their match or application."""
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a person; `email` is stored in lower case. Raises ValueError without one."""
        if not email:
            raise ValueError("a person needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a maintainer; the address counts as confirmed, so one code signs them in."""
        from allauth.account.models import EmailAddress

        user = self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )
        EmailAddress.objects.using(self._db).create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user

    def with_address(self, email: str) -> User | None:
        """Return the person who signs in with this address or confirmed it as another of theirs."""
        from allauth.account.models import EmailAddress

        address = email.strip().lower()
        others = EmailAddress.objects.using(self._db).filter(email=address, verified=True)
        found: User | None = self.filter(email=address).first()
        return found or self.filter(pk__in=others.values("user")).first()

    def of_link(self, public_id: str, epoch: int) -> User | None:
        """Return whom a signed link belongs to; None if it was revoked or the account is closed.

        A link of an account that was merged belongs to the account that it was merged into.
        """
        found = self.filter(public_id=public_id).select_related("merged_into").first()
        if found is None or found.link_epoch != epoch:
            return None
        person: User = found.merged_into or found
        return person if person.is_active else None

    def revoke_links_of_merged(self, person: User) -> None:
        """Invalidate the links that were sent to accounts merged into `person`."""
        self.filter(merged_into=person).update(link_epoch=models.F("link_epoch") + 1)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """One account for every role that a person has."""

    public_id = PublicIdField()
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("This e-mail address is taken. Enter another one.")},
    )
    name = models.CharField(_("name"), max_length=80, blank=True, validators=[validate_name])
    pronouns = models.CharField(
        _("pronouns"), max_length=40, blank=True, validators=[validate_name]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="UTC", validators=[validate_zone]
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    link_epoch = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Increase it to invalidate all links sent so far.")
    )
    # When they said that they want no second address, and so are not asked for one any more.
    second_address_declined_at = models.DateTimeField(null=True, editable=False)
    # The account that this one was merged into: it is emptied, and its links lead there.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="merged_accounts"
    )
    # Follows from a current committee membership.
    is_staff = models.BooleanField(default=False, editable=False)
    is_superuser = models.BooleanField(_("maintainer"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["name", "id"], name="user_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.name or gettext("No name")

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_erased(self) -> bool:
        """Whether the person has erased their data; only the emptied row is left."""
        return self.email.endswith(ERASED_DOMAIN)

    @property
    def has_address(self) -> bool:
        """Whether e-mail can be sent to the person; sign-up lists may come without addresses."""
        return is_real(self.email)

    @property
    def address(self) -> str:
        """The e-mail address as pages and files show it; "" if there is none yet."""
        return self.email if self.has_address else ""

    @property
    def name_and_address(self) -> str:
        """The name with the address, to tell people of one name apart."""
        return f"{self.name} <{self.address}>" if self.address else self.name

    @property
    def first_name(self) -> str:
        """Return the first word of the name, for greetings; "" without a name.

        Someone who was erased has what stands in place of the name, whole.
        """
        words = [self.name] if self.is_erased else self.name.split()
        return words[0] if words else ""

    @property
    def initials(self) -> str:
        return initials(self.name)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Allow maintainers only; committee pages ask `programs.Membership` instead."""
        return self.is_active and self.is_superuser

    def has_perms(self, perms: Iterable[str], obj: object = None) -> bool:
        return self.has_perm("")

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm("")


class ProfileQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class Profile(models.Model):
    """What holds in every role of a person; for the committee, and for the partner once matched."""

    class Level(models.IntegerChoices):
        STUDENT = 1, _("Student or looking for a first job")
        EARLY = 2, _("Early career (up to 3 years)")
        MID = 3, _("Mid career")
        SENIOR = 4, _("Senior or team lead")
        DIRECTOR = 5, _("Director or head of function")
        EXECUTIVE = 6, _("Executive")

    user = models.OneToOneField(User, models.PROTECT, related_name="profile")
    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employer"),
    )
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    level = models.PositiveSmallIntegerField(
        _("career stage"), choices=Level, null=True, blank=True
    )
    years_experience = models.PositiveSmallIntegerField(
        _("years of experience in the field"), null=True, blank=True
    )
    industries = models.ManyToManyField(
        Industry, blank=True, related_name="+", verbose_name=_("industries")
    )
    languages = models.ManyToManyField(
        Language, blank=True, related_name="+", verbose_name=_("languages to meet in")
    )
    place = models.CharField(_("town or district"), max_length=80, blank=True)
    # Codes of languages that the person can work in, without being fluent; the others are fluent.
    working_languages = models.JSONField(default=list, blank=True, editable=False)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    call_hours = models.CharField(_("good hours to call"), max_length=80, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True, validators=[validate_links])
    about = models.TextField(_("a few words about you"), max_length=1000, blank=True)
    availability = models.JSONField(
        _("usual times"), default=list, blank=True, validators=[validate_slots]
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.user)
