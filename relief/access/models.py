"""People and their duties. Without a duty nobody sees anything."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Role
from relief.journal.models import Book


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
