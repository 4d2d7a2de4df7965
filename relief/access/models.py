"""People and their duties. Without a duty nobody sees anything."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act, Role
from relief.journal.models import Audience, Book


class User(AbstractUser):
    """A person who signs in. What the person may do comes from duties alone."""

    shown_name = models.CharField(_("name"), max_length=60)
    shown_name_en = models.CharField(_("name in English"), max_length=60, blank=True)

    def __str__(self) -> str:
        return self.shown_name or self.username


class Duty(models.Model):
    """Duty (岗位): one role in one area and all below it, in one book, between two dates."""

    user = models.ForeignKey(User, models.CASCADE, related_name="duties")
    role = models.CharField(max_length=20, choices=Role)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="duty_role"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="duty_dates",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "area", "book", "valid_from"], name="duty_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.area_id}"


SCREEN_VIEWS = [audience.name.lower() for audience in Audience]


class ScreenPass(models.Model):
    """Screen pass (大屏授权): lets one wall screen show one board for weeks without a person.

    Opening its one-time link makes `user`: nobody can sign in as it, and its one duty ends with
    the pass. `token_hash` is of the link not yet opened. Read through `screens.passes`.
    """

    READ_ACT = Act.MANAGE_SCREENS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    view = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    valid_to = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    token_until = models.DateTimeField(null=True, blank=True)
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="screen_pass"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    request_key = models.UUIDField(unique=True)

    class Meta:
        verbose_name_plural = "screen passes"
        constraints = [
            models.CheckConstraint(condition=Q(view__in=SCREEN_VIEWS), name="screen_view"),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("made_at"))
                & (Q(ended_at=None) | Q(ended_at__gte=F("made_at"))),
                name="screen_dates",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="screen_ended_by",
            ),
            models.CheckConstraint(
                condition=Q(token_hash=None, token_until=None)
                | Q(token_hash__isnull=False, token_until__isnull=False, ended_at=None),
                name="screen_token",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, user=None)
                | Q(opened_at__isnull=False, user__isnull=False),
                name="screen_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Passkey(models.Model):
    """Passkey (通行密钥) of one person's device. Read through `passkeys.of_person`.

    `key` is the hash of the id the device gave it, `data` that id with its public key, `counter`
    how often the device says it was used; most say 0 for ever.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=64, unique=True)
    data = models.BinaryField()
    counter = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & Q(counter__gte=0), name="passkey_named")
        ]

    def __str__(self) -> str:
        return self.name
